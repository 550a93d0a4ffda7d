"""What a layer does with an image, in numbers: sizes, taps, costs, and what to beware of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from convolens.errors import ArgumentError
from convolens.lens.explain.backwards import Ways, find_layers
from convolens.lens.explain.explanation import Explanation
from convolens.lens.explain.words import explain_words
from convolens.lens.notation import LayerSpec, parse_layer, parse_torch

if TYPE_CHECKING:
    from convolens.lens.explain.number import OutputNumber
    from convolens.nn import Module
    from convolens.ops import Array
    from convolens.tensor import Tensor

__all__ = ["Explanation", "Ways", "explain", "find_layers"]


def explain(
    layer: str | LayerSpec | Module,
    x: Tensor | Array | Sequence[int] | None = None,
    at: Sequence[int] | None = None,
) -> Explanation:
    """Return what a layer does with an image, in numbers.

    Args:
        layer: A text such as ``"5x5 k3 s2 p1"``, a LayerSpec, an ``nn`` layer with a window, or a
            line of torch such as ``"nn.Conv2d(3, 8, 3)"``.
        x: The image: needed for a layer or a line of torch; for a text only with ``at``. Images
            [N, C, *I], one image [C, *I]; or only its shape, (C, *I).
        at: The output number to take apart into its products, (n, k, *p), counted from 0. It needs
            numbers in ``x``. For a text the layer has new random weights.

    Raises:
        NotationError: If the text cannot be read.
        ArgumentError: If the layer has no window, or an argument is missing.
        ShapeError: If the image does not fit the layer.
        IndexRangeError: If there is no output ``at``.

    Example:
        >>> found = explain("3x300x300 k3 p1 out2")
        >>> found.weights, f"{found.dense_weights:,}"
        (54, '48,600,000,000')
        >>> import convolens as cl
        >>> layer = cl.nn.Conv2d(1, 2, 3)
        >>> explain(layer, cl.randn(1, 1, 5, 5), at=(0, 1, 2, 2)).number.agrees
        True
    """
    shape = None if x is None else _shape(x)
    if isinstance(layer, LayerSpec) or (isinstance(layer, str) and "(" not in layer):
        spec = parse_layer(layer) if isinstance(layer, str) else layer
        if shape is not None and shape[-spec.rank - 1 :] != spec.input_shape:
            raise explain_words().problem(
                ArgumentError,
                "error.shape",
                shape=list(shape),
                layer=spec.text,
                expected=list(spec.input_shape),
            )
    else:
        if shape is None:
            raise explain_words().problem(
                ArgumentError,
                "error.no_shape",
                layer=layer if isinstance(layer, str) else type(layer).__name__,
            )
        spec = _spec(layer, shape)
    return Explanation(spec, None if at is None else _number(layer, spec, x, at))


def _shape(x: Tensor | Array | Sequence[int]) -> tuple[int, ...]:
    return tuple(x.shape) if hasattr(x, "shape") else tuple(x)


def _spec(layer: str | Module, shape: tuple[int, ...]) -> LayerSpec:
    """Return the spec of a layer or a line of torch on images, with the batch or without."""
    if isinstance(layer, str):
        named = re.search("([123])d", layer)
        rank = int(named.group(1)) if named else 0
    else:
        rank = getattr(getattr(layer, "depthwise", layer), "rank", 0)
    image = shape[1:] if len(shape) == rank + 2 else shape
    return (
        parse_torch(layer, image) if isinstance(layer, str) else LayerSpec.from_layer(layer, image)
    )


def _number(
    layer: str | LayerSpec | Module,
    spec: LayerSpec,
    x: Tensor | Array | Sequence[int] | None,
    at: Sequence[int],
) -> OutputNumber:
    from convolens.lens.explain.number import take_apart

    if x is None or not hasattr(x, "shape"):
        raise explain_words().problem(ArgumentError, "error.no_numbers")
    module = spec.layer() if isinstance(layer, str | LayerSpec) else layer
    return take_apart(module, spec, x, at)  # type: ignore[arg-type]
