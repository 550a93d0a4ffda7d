"""How long and how large an animation may be, and what to change where it is more."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from convolens.errors import ArgumentError
from convolens.lens.animate.geometry import steps
from convolens.lens.animate.scene import View
from convolens.lens.language import Words
from convolens.lens.notation import LayerSpec

FRAMES = 3000
CELLS = 40_000


def frame_count(spec: LayerSpec, view: View, channels: Sequence[int]) -> int:
    """Return how many frames an animation has.

    Example:
        >>> from convolens.lens.notation import parse_layer
        >>> frame_count(parse_layer("5x5 k3"), "im2col", [0])
        18
    """
    first, *second = steps(spec)
    if view == "scatter":
        each = spec.out_channels // spec.groups
        groups = len({k // each for k in channels})
        return groups * spec.channels // spec.groups * prod(spec.sizes)
    places = prod(first.output_shape[1:])
    if view == "im2col":
        return places * (1 + len(channels))
    if second:
        return prod(first.output_shape) + places * len(channels)
    return places * len(channels)


def require_few(spec: LayerSpec, view: View, channels: Sequence[int], say: Words) -> None:
    """Refuse an animation that nobody would watch to its end, before any of it is made.

    Raises:
        ArgumentError: If it has too many frames, or too many cells.
    """
    count = frame_count(spec, view, channels)
    if count > FRAMES:
        one = frame_count(spec, view, channels[:1])
        fits = len(channels) > 1 and one <= FRAMES
        key = "limit.frames.channels" if fits else "limit.frames"
        places = prod(spec.sizes if view == "scatter" else steps(spec)[0].output_shape[1:])
        side = int((FRAMES / (count / places)) ** (1 / spec.rank))
        raise say.problem(
            ArgumentError,
            key,
            count=f"{count:,}",
            most=f"{FRAMES:,}",
            layer=spec.text,
            one=f"{one:,}",
            size="x".join([str(max(1, side))] * spec.rank),
        )
    cells = sum(
        prod(s + sum(pads) for s, pads in zip(step.sizes, step.pads, strict=True)) * step.channels
        + prod(step.kernel) * step.channels
        + prod(step.output_shape)
        for step in steps(spec)
    )
    if spec.kind == "conv_transpose":
        cells += prod(spec.output_shape[1:]) * spec.channels
    if view == "im2col":
        cells += prod(spec.output_shape[1:]) * prod(spec.kernel) * spec.channels
    if cells > CELLS:
        raise say.problem(
            ArgumentError, "limit.cells", cells=f"{cells:,}", most=f"{CELLS:,}", layer=spec.text
        )
