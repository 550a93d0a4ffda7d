"""``animate``: a layer, with or without numbers, as an animation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convolens.errors import ArgumentError
from convolens.lens.animate.animation import Animation
from convolens.lens.animate.words import words
from convolens.lens.language import speaking
from convolens.lens.notation import LayerSpec, parse_layer
from convolens.nn import Module

if TYPE_CHECKING:
    from convolens.lens.animate.scene import View
    from convolens.lens.animate.theme import ThemeName


def animate(
    layer: str | LayerSpec | Module,
    x: Any = None,
    *,
    input_shape: tuple[int, ...] | None = None,
    weight: Any = None,
    bias: Any = None,
    numbers: bool = False,
    seed: int = 0,
    view: View = "window",
    channel: int | None = None,
    theme: ThemeName = "light",
    seconds: float = 0.5,
    lang: str | None = None,
) -> Animation:
    """Show a layer at work, frame by frame.

    Which cells a frame shows follows from the layer's tap table. With numbers, the outputs are
    those that the engine computes. ``Animation.check`` compares both.

    Args:
        layer: A text such as ``"5x5 k3 s2 p1"``, a ``LayerSpec``, or an ``nn`` layer: a
            convolution, a transposed or separable one, or a pooling, on one axis or two.
        x: The input to show, [C, *I]; an axis of one channel may be left out.
        input_shape: The shape of the input, (C, *I), for an ``nn`` layer without ``x``.
        weight: The weights to show with a text: as the layer's, or one kernel for all channels.
        bias: The bias to show with a text; without it and with ``weight`` it is 0.
        numbers: Draw small whole numbers for the input, and for the weights of a text.
        seed: Fixes which numbers are drawn.
        view: ``'window'`` shows each output with the cells that it reads; ``'scatter'`` what each
            input of a transposed convolution adds; ``'im2col'`` the windows as rows of a matrix.
        channel: The only output channel to draw, counted from 0.
        theme: ``'light'`` or ``'dark'``.
        seconds: How long a frame lasts.
        lang: ``'en'`` or ``'zh'``, see ``language``.

    Raises:
        NotationError: If a text is no layer.
        ArgumentError: If arguments do not go together, or there would be too many frames.
        ShapeError: If numbers do not fit the layer.

    Example:
        >>> animate("5x5 k3 nobias", [[1.0] * 5] * 5, weight=[[1.0] * 3] * 3).values["output"]
        array([[[9., 9., 9.],
                [9., 9., 9.],
                [9., 9., 9.]]], dtype=float32)

    Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016, whose
    figures these are, made from any layer.
    """
    # Here and not above, so that the other parts of the lens start without them.
    from convolens.lens.animate.make import make_scene, require_drawable
    from convolens.lens.animate.numbers import (
        example_numbers,
        fresh_layer,
        image_for,
        run,
        set_weight,
    )

    with speaking(lang):
        own = layer if isinstance(layer, Module) else None
        spec = _spec(layer, x, input_shape)
        numeric = x is not None or numbers
        _require_weights_that_go_with(own, numeric, weight, bias)
        require_drawable(spec, view, channel)  # before anything is computed
        shown = None
        if numeric:
            worker = own or fresh_layer(spec)
            drawn = example_numbers(spec, worker if own is None else None, seed)
            if weight is not None and bias is None and spec.bias:
                bias = [0.0] * spec.out_channels
            set_weight(worker, weight, bias)
            shown = run(worker, drawn if x is None else image_for(spec, worker, x))
        scene = make_scene(spec, shown, view, channel)
        return Animation(spec, scene, shown, theme, seconds)


def _require_weights_that_go_with(
    own: Module | None, numeric: bool, weight: Any, bias: Any
) -> None:
    """Refuse weights for a layer that has its own, or without an input to put them on."""
    if weight is None and bias is None:
        return
    if own is not None:
        raise words().problem(ArgumentError, "wrong.weights_twice", layer=type(own).__name__)
    if not numeric:
        raise words().problem(ArgumentError, "wrong.no_input")


def _spec(layer: str | LayerSpec | Module, x: Any, shape: tuple[int, ...] | None) -> LayerSpec:
    """Return what a layer is, and on which input."""
    if isinstance(layer, str):
        return parse_layer(layer)
    if isinstance(layer, LayerSpec):
        return layer
    if shape is None:
        shape = getattr(x, "shape", None)
        if shape is None:
            raise words().problem(ArgumentError, "wrong.no_shape")
        operator = getattr(layer, "operator", None)
        rank = getattr(layer, "rank", getattr(operator, "rank", 2))
        # An axis for a batch of one is left out.
        if len(shape) == rank + 2 and shape[0] == 1:
            shape = tuple(shape)[1:]
    return LayerSpec.from_layer(layer, tuple(shape))
