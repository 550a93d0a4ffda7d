"""The way back: which kernels, strides and paddings turn an image into one of a wanted size."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, final

from convolens.errors import ArgumentError
from convolens.lens.explain.tried import MOST_KERNEL, MOST_STRIDE, alike, axis_by_axis, unusual
from convolens.lens.explain.words import explain_words
from convolens.lens.notation import LayerSpec
from convolens.lens.notation.grammar import parse_partly
from convolens.lens.saving import save
from convolens.ops import _spatial as spatial

MOST_SHOWN = 24


@final
@dataclass(frozen=True, eq=False)
class Ways:
    """The layers that turn an image into one of a wanted size, the usual ones first.

    Attributes:
        input_shape: The shape of the image, (C, *I).
        want: The wanted size, one number an axis.
        layers: The layers; padding 0 to half the kernel, and what an even kernel may need.
        near: Without any: the nearest sizes that there are.
        apart: Whether no layer that is alike along all axes gives the size, so that these are not.
    """

    input_shape: tuple[int, ...]
    want: tuple[int, ...]
    layers: tuple[LayerSpec, ...]
    near: tuple[int, ...] = ()
    apart: bool = False

    @cached_property
    def values(self) -> dict[str, Any]:
        """Everything as numbers, texts, lists and dicts, as JSON has them."""
        return {
            "input_shape": list(self.input_shape),
            "want": list(self.want),
            "layers": [
                {
                    "text": spec.text,
                    "kind": spec.kind,
                    "kernel": list(spec.kernel),
                    "stride": list(spec.stride),
                    "padding": [list(pair) for pair in spec.pads],
                    "dilation": list(spec.dilation),
                    "output_padding": list(spec.output_padding),
                    "torch": spec.torch_line(),
                }
                for spec in self.layers
            ],
            "near": list(self.near),
        }

    def rows(self, lang: str | None = None) -> tuple[str, list[tuple[str, ...]], list[str]]:
        """Return a title, a table with its header, and sentences below it."""
        say = explain_words(lang)
        place = {"input": spatial.times(self.input_shape[1:]), "want": spatial.times(self.want)}
        if not self.layers:
            title = say("wanted.none", **place, kernel=MOST_KERNEL, stride=MOST_STRIDE)
            sizes = say("comma").join(map(str, self.near))
            return title, [], [say("wanted.near", sizes=sizes)] if self.near else []
        moved = any(spec.kind == "conv_transpose" for spec in self.layers)
        extra = "output_padding" if moved else "dropped"
        header = tuple(
            say(f"wanted.{name}") for name in ("kernel", "stride", "padding", extra, "text")
        )
        rows = [header]
        for spec in self.layers[:MOST_SHOWN]:
            dropped = [w.unread(size) for w, size in zip(spec.windows, spec.sizes, strict=True)]
            rows.append(
                (
                    spatial.times(spec.kernel),
                    _each(spec.stride),
                    ", ".join(dict.fromkeys(spatial.show_padding((pair,)) for pair in spec.pads)),
                    _each(spec.output_padding if moved else dropped),
                    spec.text,
                )
            )
        left = len(self.layers) - MOST_SHOWN
        below = [say("wanted.more", count=left)] if left > 0 else []
        key = "wanted.apart" if self.apart else "wanted"
        return say(key, **place, count=len(self.layers)), rows, below

    def text(self, lang: str | None = None) -> str:
        """Return the ways as a table in plain text."""
        from convolens.lens.explain.text import columns

        title, rows, below = self.rows(lang)
        return "\n".join([title, *(f"  {line}" for line in columns(rows)), *below])

    def html(self, lang: str | None = None) -> str:
        """Return the ways as one HTML document that needs nothing else."""
        from convolens.lens.explain.page import ways_page

        return ways_page(self, lang)

    def json(self) -> str:
        """Return the values as JSON."""
        return json.dumps(self.values, indent=2)

    def save(self, path: str | Path) -> None:
        """Write the ways as .txt, .html or .json.

        Raises:
            ArgumentError: If the suffix is another one, or the file cannot be written.
        """
        makers = {
            ".txt": lambda: self.text() + "\n",
            ".html": self.html,
            ".json": lambda: self.json() + "\n",
        }
        save(path, makers)

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        from convolens.lens.explain.page import ways_fragment

        return ways_fragment(self)


def find_layers(text: str, want: int | tuple[int, ...]) -> Ways:
    """Return the layers that turn an image into one of a wanted size.

    Args:
        text: The image, such as ``"3x224x224"``, and whatever is fixed already: ``"224 T"``,
            ``"28 max"``, ``"3x224x224 k7 out64"``. Kernel, stride and padding are free if they are
            not in it.
        want: The wanted size, one number for all axes or one an axis.

    Kernel, stride and padding are the same along all axes where that gives the size; where it does
    not, they differ along as few of them as there is a way.

    Raises:
        NotationError: If the text cannot be read.
        ArgumentError: If ``want`` is no size.

    Example:
        >>> ways = find_layers("3x224x224 k7 out64", 112)
        >>> [spec.text for spec in ways.layers]
        ['3x224x224 k7 s2 p3 out64', '3x224x224 k7 s2 p2,3 out64']
        >>> find_layers("14 T s2", 28).layers[0].text
        '14x14 T k2 s2'
        >>> find_layers("28", (14, 13)).layers[0].text
        '28x28 k3 s2 p1x0'
    """
    shape, given = parse_partly(text)
    rank = len(shape) - 1
    sizes = (want,) * rank if isinstance(want, int) else tuple(want)
    if len(sizes) != rank or any(
        isinstance(n, bool) or not isinstance(n, int) or n < 1 for n in sizes
    ):
        key = "error.want" if rank > 1 else "error.want_one"
        raise explain_words().problem(ArgumentError, key, want=want, rank=rank)
    found, near = [], set()
    for spec in alike(shape, given):
        if spec.output_shape[1:] == sizes:
            found.append(spec)
        elif len(set(spec.output_shape[1:])) == len(set(sizes)) == 1:
            near.add(spec.output_shape[1])
    if found:
        return Ways(shape, sizes, tuple(sorted(found, key=unusual)))
    if apart := axis_by_axis(shape, given, sizes):
        return Ways(shape, sizes, tuple(sorted(apart, key=unusual)), apart=True)
    nearest = sorted(sorted(near, key=lambda size: abs(size - sizes[0]))[:4])
    return Ways(shape, sizes, (), tuple(nearest))


def _each(values: object) -> str:
    numbers = list(values)  # type: ignore[call-overload]
    return str(numbers[0]) if len(set(numbers)) == 1 else spatial.times(numbers)
