"""Strided convolution as one with stride 1: the phases of the stride side by side, as channels.

With stride s, tap r = s a + b of output p reads pixel s (p + a) + b of the padded image: pixel
p + a of phase b. So each phase is an image of its own, whose taps are every s-th, and a kernel of
5x5 with stride 2 is one of 3x3 over four times the channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import cast, final

from convolens import _native
from convolens.backends.candidate import Specs
from convolens.backends.kernels._common import tiled
from convolens.backends.kernels.conv_geometry import image_of, images
from convolens.backends.layout import empty
from convolens.ops import Array, Conv, ConvInputGrad, ConvWeightGrad, Op
from convolens.spec import TensorSpec

Pair = tuple[int, int]


@final
@dataclass(frozen=True)
class Phases:
    """The convolution with stride 1 of a call, and the copies between the two.

    All arrays are [N, C, H, W] in channels-last memory, those along one axis with one row. The
    phases of an image are channels (row of the phase, its column, channel). Outputs are the same
    for both.

    Args:
        op: The call's operator.
        specs: Its inputs.
        stride: The call's stride along height and width.
        before: The padding before both.
        sides: The sides of the other kernel.
    """

    op: Conv
    specs: Specs
    stride: Pair
    before: Pair
    sides: Pair

    def call(self) -> tuple[Conv, Specs]:
        """Return the other call. What a convolution ends with is not part of it."""
        image, weight = TensorSpec(self.image_shape()), TensorSpec(self.weight_shape())
        attributes = ((1, 1), ((0, 0), (0, 0)), (1, 1), 1)
        output = Conv(*attributes).infer(image, weight)
        if isinstance(self.op, ConvInputGrad):
            return ConvInputGrad(*attributes, sizes=image.shape[2:]), (weight, output)
        if isinstance(self.op, ConvWeightGrad):
            return ConvWeightGrad(*attributes, kernel=weight.shape[2:]), (image, output)
        return Conv(*attributes), (image, weight)

    def layout(self, algorithm: str) -> tuple[object, ...]:
        """Return what decides how an algorithm lays the weights out: not the image."""
        return type(self), algorithm, self.sides, isinstance(self.op, ConvInputGrad), self.stride

    def image_shape(self) -> tuple[int, ...]:
        """Return the shape of the image of phases."""
        image, _, output = images(self.op, self.specs)
        places = (1, *output.shape[2:])[-2:]
        cells = (count + side - 1 for count, side in zip(places, self.sides, strict=True))
        return (image.shape[0], prod(self.stride) * image.shape[1], *cells)

    def weight_shape(self) -> tuple[int, ...]:
        """Return the shape of the weight of phases."""
        _, weight, _ = images(self.op, self.specs)
        return (weight.shape[0], prod(self.stride) * weight.shape[1], *self.sides)

    def read_image(self, x: Array) -> Array:
        """Return the phases of an image."""
        return self._spread(image_of(x), self.image_shape(), self.before)

    def read_weight(self, weight: Array) -> Array:
        """Return the phases of a weight."""
        return self._spread(image_of(weight), self.weight_shape(), (0, 0))

    def write_image(self, phases: Array, dx: Array, bias: Array | None) -> None:
        """Fill the gradient of the image; ``bias`` is what pixels are that no window reads."""
        self._collect(phases, image_of(dx), self.before, bias)

    def write_weight(self, phases: Array, dweight: Array) -> None:
        """Fill the gradient of the weight."""
        self._collect(phases, image_of(dweight), (0, 0), None)

    def bias_of_image(self, bias: Array) -> Array:
        """Return the bias of each channel of the image of phases."""
        return tiled(bias, prod(self.stride))

    def _spread(self, array: Array, shape: tuple[int, ...], before: Pair) -> Array:
        """Return the phases of an image or a weight, zeros around it."""
        phases = empty(TensorSpec(shape))
        _native.spread_phases(array, phases, self.stride, before)
        return phases

    def _collect(self, phases: Array, array: Array, before: Pair, start: Array | None) -> None:
        """Fill an image or a weight from its phases; ``start`` is what is in none of them."""
        if not self._covers(array.shape[2:], phases.shape[2:], before):
            _native.not_recorded()
            array[...] = 0 if start is None else start[:, None, None]
        _native.collect_phases(phases, array, self.stride, before)

    def _covers(self, sizes: tuple[int, ...], cells: tuple[int, ...], before: Pair) -> bool:
        """Return whether there are no pixels without a cell."""
        axes = zip(sizes, cells, self.stride, before, strict=True)
        return all(size + pad <= step * count for size, count, step, pad in axes)


@lru_cache(maxsize=4096)
def phases_of(op: Op, specs: Specs) -> Phases | str:
    """Return the phases of a call, or why there are none."""
    conv = cast(Conv, op)
    if conv.rank > 2 or prod(conv.stride) == 1:
        return "only strided convolutions along one axis or two have phases"
    if conv.groups > 1 or prod(conv.dilation) > 1:
        return "only one group, and dilation 1"
    kernel = (1, *images(op, specs)[1].shape[2:])[-2:]
    stride, before = (1, *conv.stride)[-2:], (0, *(pad for pad, _ in conv.padding))[-2:]
    sides = tuple(-(-taps // step) for taps, step in zip(kernel, stride, strict=True))
    return Phases(conv, specs, cast(Pair, stride), cast(Pair, before), cast(Pair, sides))
