"""The parts of an explanation: titles, sentences and tables, the same for every form of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, final

from convolens.lens.explain.axes import Axis
from convolens.lens.explain.patterns import even_kernel
from convolens.lens.explain.runs import runs_of
from convolens.lens.explain.words_zh import REASONS
from convolens.lens.language import Words
from convolens.lens.sizes import duration, in_bytes
from convolens.lens.unread import before_rounding, formula, notes
from convolens.ops import _spatial as spatial

if TYPE_CHECKING:
    from convolens.lens.explain.explanation import Explanation


@final
@dataclass(frozen=True)
class Section:
    """A part of an explanation.

    Attributes:
        name: What it is about, for the program.
        title: The same, for a person.
        lines: Its sentences.
        header: The names of its table's columns; none if it has no table.
        rows: The table's rows; the first column are names.
        code: Whether the lines are code.
    """

    name: str
    title: str
    lines: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    code: bool = False


def headline(found: Explanation, say: Words) -> str:
    """Return in one sentence what the layer does."""
    spec = found.spec
    return say(
        "headline",
        kind=say(
            "kind.depthwise" if spec.depthwise and spec.kind == "conv" else f"kind.{spec.kind}"
        ),
        inputs=say("channels", count=spec.channels),
        sizes=spatial.times(spec.sizes),
        outputs=say("channels", count=spec.out_channels),
        results=spatial.times(spec.output_shape[1:]),
    )


def sections(found: Explanation, say: Words) -> list[Section]:
    """Return the parts, but for the taps and a number taken apart, which are pictures."""
    return [
        Section("size", say("size"), tuple(_size(found, say))),
        _cost(found, say),
        Section("sees", say("sees"), tuple(_sees(found, say))),
        Section("notes", say("notes"), tuple(_notes(found, say))),
        _memory(found, say),
        _candidates(found, say),
        Section("torch", say("torch"), (found.spec.torch_line(),), code=True),
    ]


def together(found: Explanation, say: Words) -> Iterator[tuple[str, Axis]]:
    """Yield the axes; those that differ in their name only once, with the names of all."""
    axes = list(found.axes)
    while axes:
        first = axes[0]
        same = [axis for axis in axes if axis.same_as(first)]
        axes = [axis for axis in axes if not axis.same_as(first)]
        yield _listed([say(axis.name) for axis in same], say), first


def _listed(names: Sequence[str], say: Words) -> str:
    if len(names) == 1:
        return names[0]
    return say("comma").join(names[:-1]) + say("and") + names[-1]


def _size(found: Explanation, say: Words) -> Iterator[str]:
    spec = found.spec
    moved = spec.kind == "conv_transpose"
    yield say("size.transposed" if moved else "size.sliding")
    for axes, axis in together(found, say):
        if moved:
            yield say("size.whole", axes=axes, formula=_moved_formula(axis))
        else:
            yield _slid(axes, axis, say)
    for _, axis in together(found, say):
        window = axis.window
        if window.dilation > 1:
            yield say(
                "size.span", kernel=window.kernel, dilation=window.dilation, span=window.extent
            )
    if isinstance(spec.padding, str):
        pairs = [f"{a} + {b}" if a != b else str(a) for a, b in spec.pads]
        yield say("size.named", name=spec.padding, pairs=", ".join(dict.fromkeys(pairs)))


def _slid(axes: str, axis: Axis, say: Words) -> str:
    window = axis.window
    text = formula(window, axis.size, say.lang)
    exact = before_rounding(window, axis.size)
    if exact == axis.outputs:
        key = "size.whole"
    elif axis.outputs > exact:
        key = "size.up"
    else:
        key = "size.dropped" if window.ceil_mode else "size.down"
    return say(key, axes=axes, formula=text, size=axis.outputs)


def _moved_formula(axis: Axis) -> str:
    window = axis.window
    text = f"({axis.size} - 1) {window.stride}"
    text += f" - {sum(window.padding)}" if any(window.padding) else ""
    text += f" + {window.extent}"
    text += f" + {axis.output_padding}" if axis.output_padding else ""
    return f"{text} = {axis.outputs}"


def _cost(found: Explanation, say: Words) -> Section:
    spec = found.spec
    if spec.pools:
        row = (say("cost.multiply_adds"), f"{found.multiply_adds:,}")
        return Section("cost", say("cost"), (), ("", say("cost.layer")), (row,))
    rows = [
        ("cost.weights", found.weights, found.dense_weights),
        ("cost.parameters", found.parameters, found.dense_parameters),
        ("cost.multiply_adds", found.multiply_adds, found.dense_weights),
    ]
    header = ("", *(say(f"cost.{name}") for name in ("layer", "dense", "share")))
    lines = [
        say(
            "cost.note",
            inputs=f"{prod(spec.input_shape):,}",
            outputs=f"{prod(spec.output_shape):,}",
        )
    ]
    if spec.kind == "separable":
        plain = spec.channels * spec.out_channels * prod(spec.kernel)
        share = ratio(plain, found.weights)
        lines.append(say("cost.separable", plain=f"{plain:,}", share=share))
    table = tuple(
        (say(key), f"{own:,}", f"{dense:,}", ratio(dense, own)) for key, own, dense in rows
    )
    return Section("cost", say("cost"), tuple(lines), header, table)


def ratio(large: int, small: int) -> str:
    """Return how many times as large one number is, with three digits.

    Example:
        >>> ratio(48_600_000_000, 54), ratio(9, 7), ratio(1, 0)
        ('900,000,000', '1.29', '')
    """
    if small == 0:
        return ""
    value = large / small
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _sees(found: Explanation, say: Words) -> Iterator[str]:
    for axes, axis in together(found, say):
        window = axis.window
        if axis.transposed:
            yield say("sees.moved", axes=axes, sees=axis.sees, stride=window.stride)
        else:
            yield say("sees.line", axes=axes, sees=axis.sees, step=window.stride)
    windows = [axis.window for axis in found.axes]
    taps, span = prod(w.kernel for w in windows), prod(w.extent for w in windows)
    if taps != span and found.spec.kind != "conv_transpose":
        yield say("sees.cells", taps=taps, span=span)


def _notes(found: Explanation, say: Words) -> list[str]:
    spec = found.spec
    lines = []
    if spec.kind != "conv_transpose":
        lines += notes(spec.windows, spec.sizes, say.lang)
    for axes, axis in together(found, say):
        for note in (_never, _checkerboard, _gradient, _gridding, _uneven):
            text = note(axis, say)
            if text is not None:
                key, values = text
                lines.append(say(key, axes=axes, **values))
    return lines or [say("notes.none")]


_Note = tuple[str, dict[str, object]] | None


def _never(axis: Axis, say: Words) -> _Note:
    cells = axis.never_read
    shown = runs_of([1 if i in set(cells) else 0 for i in range(axis.size)]) if cells else []
    spans = [_range(first, last, say) for first, last, never in shown if never]
    if not spans:
        return None
    more = " …" if len(spans) > 6 else ""
    return "notes.never", {"cells": say("comma").join(spans[:6]) + more}


def _checkerboard(axis: Axis, say: Words) -> _Note:
    turns, window = axis.contributions, axis.window
    if not turns or window.stride == 1:
        return None
    if len(set(turns)) == 1:
        return "notes.even", {"count": turns[0]}
    shown = _turns(turns, say)
    if 0 in turns:
        return "notes.holes", {"turns": shown}
    return "notes.checkerboard", {
        "turns": shown,
        "stride": window.stride,
        "kernel": window.kernel,
        "better": even_kernel(window),
    }


def _gradient(axis: Axis, say: Words) -> _Note:
    turns, window = axis.reads_in_turns, axis.window
    if len(set(turns)) < 2 or 0 in turns:
        return None
    return "notes.gradient", {
        "turns": _turns(turns, say),
        "stride": window.stride,
        "kernel": window.kernel,
    }


def _gridding(axis: Axis, say: Words) -> _Note:
    if axis.transposed or axis.grids == 1 or axis.window.kernel == 1:
        return None
    return ("notes.gridding", {"grids": axis.grids}) if axis.grids else ("notes.alone", {})


def _uneven(axis: Axis, say: Words) -> _Note:
    before, after = axis.window.padding
    if axis.transposed or axis.window.stride > 1 or after - before != 1 or axis.window.extent % 2:
        return None
    return "notes.odd_same", {"span": axis.window.extent}


def _turns(turns: Sequence[int], say: Words) -> str:
    return say("comma").join(map(str, turns[:8])) + (" …" if len(turns) > 8 else "")


def _range(first: int, last: int, say: Words) -> str:
    return str(first) if first == last else say("taps.range", first=first, last=last)


def _memory(found: Explanation, say: Words) -> Section:
    rows = tuple((say(f"memory.{name}"), in_bytes(n)) for name, n in found.memory.items())
    return Section("memory", say("memory"), (), ("", ""), rows)


def _candidates(found: Explanation, say: Words) -> Section:
    several = len(found.candidates) > 1
    rows = []
    sizes: tuple[str, ...]
    for number, (call, verdicts) in enumerate(found.candidates, start=1):
        for place, verdict in enumerate(verdicts):
            if verdict.reason:
                reason = in_language(verdict.reason, say)
                sizes, why = ("–", "–", "–"), say("candidates.refused", reason=reason)
            else:
                taken = found.working_memory[number - 1][place]
                memory = ("–", "–") if taken is None else tuple(map(in_bytes, taken))
                sizes = (duration(verdict.nanoseconds), *memory)
                why = say("candidates.slower" if place else "candidates.chosen")
            name = [verdict.candidate.name, *sizes, why]
            rows.append((f"{call} {number}", *name) if several else tuple(name))
    columns = (["call"] if several else []) + ["name", "time", "packed", "scratch"]
    header = (*(say(f"candidates.{column}") for column in columns), "")
    notes = (say("candidates.memory"),)
    return Section("candidates", say("candidates"), notes, header, tuple(rows))


def in_language(reason: str, say: Words) -> str:
    """Return why a candidate is refused in the language of the texts."""
    if say.lang == "en":
        return reason
    for pattern, text in REASONS.items():
        if re.fullmatch(pattern, reason):
            return re.sub(pattern, text, reason)
    return reason
