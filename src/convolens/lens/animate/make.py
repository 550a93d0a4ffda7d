"""From a layer to a scene."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from convolens.errors import ArgumentError, IndexRangeError
from convolens.lens.animate.geometry import steps
from convolens.lens.animate.im2col import im2col_stage
from convolens.lens.animate.limits import require_few
from convolens.lens.animate.numbers import Numbers
from convolens.lens.animate.scatter import scatter_stage
from convolens.lens.animate.scene import Scene, Stage, View
from convolens.lens.animate.window import window_stage
from convolens.lens.animate.words import words
from convolens.lens.language import Words
from convolens.lens.notation import LayerSpec
from convolens.ops._spatial import times

_VIEWS: tuple[View, ...] = get_args(View)


def make_scene(
    spec: LayerSpec,
    numbers: Numbers | None = None,
    view: View = "window",
    channel: int | None = None,
    lang: str | None = None,
) -> Scene:
    """Return the scene of a layer.

    Args:
        spec: The layer, on one axis or two.
        numbers: The numbers to show, or None.
        view: ``'window'``, ``'scatter'`` for what each input of a transposed convolution adds, or
            ``'im2col'`` for the product of two matrices.
        channel: The only output channel to draw, counted from 0; None for all.
        lang: The language of its texts, see ``language``.

    Raises:
        ArgumentError: If the layer has three axes, the view does not suit it, or there would be too
            many frames or cells.
        IndexRangeError: If there is no such channel.
    """
    channels = require_drawable(spec, view, channel, lang)
    say = words(lang)
    stages = tuple(_stages(spec, numbers, view, channels, say))
    shape = spec.output_shape
    sizes = shape[1:] if spec.channels == spec.out_channels == 1 else shape
    return Scene(f"{spec.text} → {times(sizes)}", stages, say.lang)


def require_drawable(
    spec: LayerSpec, view: View, channel: int | None, lang: str | None = None
) -> Sequence[int]:
    """Return the output channels to draw, after checking that they can be, by sizes alone.

    Raises:
        ArgumentError: If the layer has three axes, the view does not suit it, or there would be too
            many frames or cells.
        IndexRangeError: If there is no such channel.
    """
    say = words(lang)
    if view not in _VIEWS:
        known = ", ".join(map(repr, _VIEWS))
        raise say.problem(ArgumentError, "wrong.view", view=repr(view), known=known)
    if spec.rank > 2:
        raise say.problem(ArgumentError, "wrong.rank", rank=spec.rank, layer=spec.text)
    if view == "scatter" and spec.kind != "conv_transpose":
        raise say.problem(ArgumentError, "wrong.scatter", layer=spec.text)
    if view == "im2col" and (spec.kind != "conv" or spec.groups > 1):
        raise say.problem(ArgumentError, "wrong.im2col", layer=spec.text)
    if channel is not None and not 0 <= channel < spec.out_channels:
        raise say.problem(
            IndexRangeError, "wrong.channel", channel=channel, last=spec.out_channels - 1
        )
    channels = range(spec.out_channels) if channel is None else (channel,)
    require_few(spec, view, channels, say)
    return channels


def _stages(
    spec: LayerSpec, numbers: Numbers | None, view: View, channels: Sequence[int], say: Words
) -> list[Stage]:
    if view == "scatter":
        return [scatter_stage(spec, numbers, channels, say)]
    if view == "im2col":
        return [im2col_stage(spec, numbers, channels, say)]
    first, *second = steps(spec)
    if not second:
        return [window_stage(first, numbers, channels, say)]
    between = range(first.out_channels)
    return [
        window_stage(first, numbers, between, say, 0, say("stage.depthwise"), ("x", "z")),
        window_stage(second[0], numbers, channels, say, 1, say("stage.pointwise"), ("z", "y")),
    ]
