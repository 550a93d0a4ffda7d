"""How sizes follow, and sums written out: the words of titles and captions."""

from __future__ import annotations

from collections.abc import Sequence

from convolens.lens.language import Words
from convolens.lens.notation import LayerSpec
from convolens.lens.report.numbers import fixed
from convolens.ops._taps import Window

_LONGEST = 76


def size_formula(spec: LayerSpec, say: Words) -> str:
    """Write how the sizes of the output follow, once if both axes are alike.

    Example:
        >>> from convolens.lens.animate.words import words
        >>> from convolens.lens.notation import parse_layer
        >>> size_formula(parse_layer("6x6 k3 s2 p1"), words("en"))
        '(6 + 2 × 1 − 3) / 2 + 1 = 3.5, rounded down: 3'
    """
    lines = []
    for window, size, extra, outputs in zip(
        spec.windows, spec.sizes, spec.output_padding, spec.output_shape[1:], strict=True
    ):
        if spec.kind == "conv_transpose":
            lines.append(_transposed(window, size, extra, outputs))
        else:
            lines.append(_sliding(window, size, outputs, say))
    if len(set(lines)) == 1:
        return lines[0]
    names = ("height", "width")
    return "; ".join(say(name, formula=line) for name, line in zip(names, lines, strict=True))


def _padding(window: Window) -> str:
    before, after = window.padding
    return f"2 × {before}" if before == after else f"{before} + {after}"


def _extent(window: Window) -> str:
    if window.dilation == 1:
        return str(window.kernel)
    return f"({window.dilation} × ({window.kernel} − 1) + 1)"


def _sliding(window: Window, size: int, outputs: int, say: Words) -> str:
    inner = [str(size)]
    if any(window.padding):
        inner.append(f"+ {_padding(window)}")
    inner.append(f"− {_extent(window)}")
    text = " ".join(inner)
    if window.stride == 1:
        return f"{text} + 1 = {outputs}"
    exact = (size + sum(window.padding) - window.extent) / window.stride + 1
    value = f"{exact:.4g}"
    if exact != outputs:
        way = say("up" if outputs > exact else "down")
        value = say("rounded", value=value, way=way, size=outputs)
    return f"({text}) / {window.stride} + 1 = {value}"


def _transposed(window: Window, size: int, extra: int, outputs: int) -> str:
    step = f"({size} − 1) × {window.stride}" if window.stride > 1 else f"{size} − 1"
    text = f"{step} + {_extent(window)}"
    if any(window.padding):
        text += f" − {_padding(window)}"
    if extra:
        text += f" + {extra}"
    return f"{text} = {outputs}"


def sum_of(terms: Sequence[float], decimals: int) -> str | None:
    """Write numbers added up, or return None if that is too long for a caption.

    Example:
        >>> sum_of([3, -2, 0], 0)
        '3 − 2 + 0'
    """
    texts = [fixed(float(term), decimals) for term in terms]
    text = texts[0]
    for part in texts[1:]:
        text += f" − {part[1:]}" if part.startswith("−") else f" + {part}"
    return text if len(text) <= _LONGEST else None


def list_of(terms: Sequence[float], decimals: int) -> str | None:
    """Write numbers side by side, or return None if that is too long for a caption."""
    text = ", ".join(fixed(float(term), decimals) for term in terms)
    return text if len(text) <= _LONGEST else None
