"""The planes that views share: input with what lies around its cells, empty output, and grids."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convolens.lens.animate.geometry import Geometry
from convolens.lens.animate.scene import Letter, Part, Plane
from convolens.lens.language import Words
from convolens.ops import Array

_NAMES = {"x": "input", "y": "output", "z": "between"}


def title(letter: Letter, channel: int, channels: int, say: Words) -> str:
    """Return what stands above a plane of the input or the output."""
    name = _NAMES[letter]
    return say(f"{name}.channel", channel=channel) if channels > 1 else say(name)


def input_planes(
    geometry: Geometry, image: Array | None, decimals: int, say: Words, letter: Letter = "x"
) -> list[Plane]:
    """Return a plane for each channel of the input, with what lies around and between its cells.

    Without numbers, but with a padding mode, cells show their own number, so that the copies in
    the padding tell what they are copies of.
    """
    spec = geometry.spec
    drawn = None if image is None else geometry.values(image)
    if drawn is None and spec.padding_mode != "zeros":
        drawn = np.repeat(np.array(geometry.sources, np.float64)[None], spec.channels, axis=0)
    return [
        Plane(
            f"x{c}",
            "input",
            title(letter, c, spec.channels, say),
            0,
            c,
            geometry.rows,
            geometry.columns,
            geometry.kinds,
            geometry.sources,
            None if drawn is None else drawn[c],
            decimals,
        )
        for c in range(spec.channels)
    ]


def note(geometry: Geometry, image: Array | None, say: Words) -> str:
    """Return what is to be said about the numbers of the input's cells, if they are names."""
    named = image is None and geometry.spec.padding_mode != "zeros"
    return say("numbered") if named else ""


def output_planes(
    geometry: Geometry, channels: Sequence[int], decimals: int, say: Words, letter: Letter = "y"
) -> list[Plane]:
    """Return an empty plane for each channel of the output that is drawn."""
    rows, columns = geometry.outputs
    count = geometry.spec.out_channels
    return [
        grid(
            f"y{k}",
            "output",
            (0, row),
            (rows, columns),
            title=title(letter, k, count, say),
            decimals=decimals,
        )
        for row, k in enumerate(channels)
    ]


def grid(
    name: str,
    part: Part,
    place: tuple[int, int],
    size: tuple[int, int],
    *,
    kind: str = "",
    title: str = "",
    values: Array | None = None,
    decimals: int = 0,
    on_demand: bool = False,
    sign: str = "",
) -> Plane:
    """Return a plane whose cells are all of one kind: of its part's, if no other is given.

    Args:
        name: Its name.
        part: Which part of the arithmetic it is.
        place: Its column and its row.
        size: Its height and width in cells.
        kind: What its cells are.
        title: What stands above it.
        values: The numbers in its cells.
        decimals: With how many decimals.
        on_demand: Whether it is drawn only in frames that show it.
        sign: What stands left of it.
    """
    kinds = (kind or part,) * (size[0] * size[1])
    return Plane(name, part, title, *place, *size, kinds, (), values, decimals, on_demand, sign)
