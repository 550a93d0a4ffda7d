"""The numbers of a scene: input and weights, and what the engine makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np

from convolens.backends.exact import exact
from convolens.errors import ArgumentError, DTypeError, ShapeError
from convolens.lens.animate.words import words
from convolens.lens.notation import LayerSpec
from convolens.lens.report.numbers import POWER, largest
from convolens.lens.still import still
from convolens.nn import Module
from convolens.ops import Array
from convolens.tensor import Tensor, from_numpy, no_grad
from convolens.tensor.random import random_state, set_random_state

#: Numbers beyond these are written as powers of ten.
_SMALLEST, _LARGEST, _LARGEST_WHOLE = 0.01, 1e5, 1e7


@final
@dataclass(frozen=True, eq=False)
class Numbers:
    """One image on its way through a layer.

    Attributes:
        x: The input, [C, *I].
        weights: The weights of each step; none for a pooling.
        bias: The bias of the last step, or None.
        outputs: What the engine gives after each step, [K, *P].
    """

    x: Array
    weights: tuple[Array, ...]
    bias: Array | None
    outputs: tuple[Array, ...]

    def image(self, step: int) -> Array:
        """Return what comes into a step."""
        return self.outputs[step - 1] if step else self.x


def steps_of(layer: Module) -> tuple[Module, ...]:
    """Return the layers that a layer calls one after the other: itself, or two if separable."""
    first, second = getattr(layer, "depthwise", None), getattr(layer, "pointwise", None)
    if isinstance(first, Module) and isinstance(second, Module):
        return first, second
    return (layer,)


def run(layer: Module, x: Array) -> Numbers:
    """Send an image through a layer, by the engine, by algorithms that add up the products shown.

    Args:
        layer: A convolution, a transposed one, a pooling or a separable convolution.
        x: The image, [C, *I].
    """
    weights, outputs, bias = [], [], None
    image = from_numpy(np.ascontiguousarray(x[None]))
    with still(layer), exact():
        for step in steps_of(layer):
            image = step(image)
            outputs.append(image.numpy()[0].copy())
            weight, own = getattr(step, "weight", None), getattr(step, "bias", None)
            if weight is not None:
                weights.append(weight.detach().numpy().copy())
                bias = None if own is None else own.detach().numpy().copy()
    return Numbers(x, tuple(weights), bias, tuple(outputs))


def fresh_layer(spec: LayerSpec) -> Module:
    """Return a new layer; the random numbers go on where they were."""
    state = random_state()
    try:
        return spec.layer()
    finally:
        set_random_state(state)


def write(parameter: Any, array: Array) -> None:
    """Write an array into a parameter of the same shape, in its float type."""
    with no_grad():
        parameter.copy_(from_numpy(np.ascontiguousarray(array, parameter.dtype)))


def image_for(spec: LayerSpec, layer: Module, x: Any) -> Array:
    """Return an input as an array [C, *I], of the layer's float type.

    Args:
        spec: The layer and its input's shape.
        layer: The layer, with its weights.
        x: A tensor or an array; an axis for a batch of one, or for one channel, may be left out.

    Raises:
        ShapeError: If it has another shape.
        DTypeError: If it does not hold numbers.
    """
    array = x.detach().numpy() if isinstance(x, Tensor) else np.asarray(x)
    if array.dtype.kind not in "fiub":
        raise words().problem(DTypeError, "wrong.input_type", dtype=array.dtype)
    weights = next(iter(layer.parameters()), None)
    if weights is not None:
        array = array.astype(weights.dtype)
    elif array.dtype != np.float64:
        array = array.astype(np.float32)
    wanted = spec.input_shape
    if array.shape[:1] == (1,) and array.shape[1:] == wanted:
        array = array[0]
    if wanted[0] == 1 and array.shape == wanted[1:]:
        array = array[None]
    if array.shape != wanted:
        raise words().problem(
            ShapeError,
            "wrong.input_shape",
            layer=spec.text,
            shape=list(array.shape),
            wanted=list(wanted),
        )
    return array


def set_weight(layer: Module, weight: Any, bias: Any = None) -> None:
    """Write numbers into a new layer: whole weights, or one kernel for all channels.

    Raises:
        ArgumentError: If the layer has none, or takes two.
        ShapeError: If they do not fit.
    """
    for name, given in (("weight", weight), ("bias", bias)):
        if given is None:
            continue
        parameter = getattr(layer, name, None)
        if parameter is None:
            raise words().problem(
                ArgumentError, "wrong.no_weight", layer=type(layer).__name__, name=name
            )
        array = given.detach().numpy() if isinstance(given, Tensor) else np.asarray(given)
        fits = array.shape == parameter.shape or (
            name == "weight" and array.shape == parameter.shape[2:]
        )
        if not fits:
            raise words().problem(
                ShapeError,
                f"wrong.{name}",
                shape=list(array.shape),
                wanted=list(parameter.shape),
                kernel=list(parameter.shape[2:]),
            )
        write(parameter, np.broadcast_to(array, parameter.shape))


def example_numbers(spec: LayerSpec, layer: Module | None, seed: int) -> Array:
    """Draw small whole numbers: an input, which is returned, and weights into a new layer."""
    random = np.random.default_rng(seed)
    x = random.integers(0, 4, spec.input_shape).astype(np.float32)
    for step in steps_of(layer) if layer else ():
        for name in ("weight", "bias"):
            parameter = getattr(step, name, None)
            if parameter is not None:
                write(parameter, random.choice([-2, -1, 1, 2], parameter.shape))
    return x


def decimals(*arrays: Array, least: int = 0) -> int:
    """Return with how many decimals numbers fit into a cell: none if all are whole.

    Args:
        arrays: The numbers.
        least: At least so many.

    Example:
        >>> decimals(np.array([1.0, -3.0])), decimals(np.array([0.25])), decimals(np.array([31.5]))
        (0, 2, 1)
        >>> decimals(np.array([1e-7])) == decimals(np.array([2e9])) == POWER
        True
    """
    finite = [array[np.isfinite(array)] for array in arrays]
    top = largest(*finite)
    whole = all(np.array_equal(array, np.rint(array)) for array in finite)
    if top >= (_LARGEST_WHOLE if whole else _LARGEST) or 0 < top < _SMALLEST:
        return POWER
    if whole and not least:
        return 0
    return max(least, 2 - max(0, int(np.floor(np.log10(top or 1.0)))))
