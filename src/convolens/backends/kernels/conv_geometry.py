"""The sizes of a convolution, however it is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import cast

from convolens.backends.candidate import Specs
from convolens.backends.layout import dense
from convolens.ops import Array, Conv, ConvInputGrad, ConvWeightGrad, Op
from convolens.spec import TensorSpec


@dataclass(frozen=True)
class Geometry:
    """The sizes of a convolution, one number an axis; the same for its gradients.

    ``inside`` is the share of a dilated kernel's taps that lie inside of the image; 1 for others.
    """

    batch: int
    groups: int
    channels: int
    outputs: int
    sizes: tuple[int, ...]
    positions: tuple[int, ...]
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: int
    inside: float

    @property
    def length(self) -> int:
        """The products of one output of a group."""
        return self.channels * prod(self.kernel)

    @property
    def merged(self) -> bool:
        """Whether the taps of a row lie side by side in memory."""
        return self.groups == 1 and (self.dilation[-1] == 1 or self.kernel[-1] == 1)

    @property
    def run(self) -> int:
        """How many numbers that a window reads lie side by side."""
        return self.kernel[-1] * self.channels if self.merged else self.channels

    @property
    def segments(self) -> int:
        """How many such runs a window has."""
        return self.length // self.run

    @property
    def places(self) -> int:
        """All output positions of the batch."""
        return self.batch * prod(self.positions)


def image_of(array: Array) -> Array:
    """Return a dense [N, C, H, W], with one row for an array along one axis."""
    array = dense(array)
    return array if array.ndim == 4 else array[:, :, None]


def image_reader(op: Op) -> Callable[[Array], Array]:
    """Return ``image_of``, or the part of it that arrays along the axes of a convolution need."""
    return dense if cast(Conv, op).rank == 2 else image_of


@lru_cache(maxsize=4096)
def images(op: Op, specs: Specs) -> tuple[TensorSpec, TensorSpec, TensorSpec]:
    """Return the specs of image, weight and output, whichever of the three operators it is."""
    if isinstance(op, ConvInputGrad):
        return op.infer(*specs), specs[0], specs[1]
    if isinstance(op, ConvWeightGrad):
        return specs[0], op.infer(*specs), specs[1]
    return specs[0], specs[1], op.infer(*specs)


@lru_cache(maxsize=4096)
def geometry(op: Op, specs: Specs) -> Geometry:
    """Return the sizes of a convolution or of one of its gradients."""
    conv = cast(Conv, op)
    image, weight, output = images(op, specs)
    return Geometry(
        image.shape[0],
        conv.groups,
        weight.shape[1],
        weight.shape[0] // conv.groups,
        image.shape[2:],
        output.shape[2:],
        weight.shape[2:],
        conv.stride,
        conv.dilation,
        sum(map(sum, conv.padding)),
        _inside(conv, image, weight, output) if prod(conv.dilation) > 1 else 1.0,
    )


def _inside(conv: Conv, image: TensorSpec, weight: TensorSpec, output: TensorSpec) -> float:
    """Return the share of taps that lie inside of the image, over all outputs."""
    share = 1.0
    for size, taps, places, step, apart, (before, _) in zip(
        image.shape[2:],
        weight.shape[2:],
        output.shape[2:],
        conv.stride,
        conv.dilation,
        conv.padding,
        strict=True,
    ):
        found = 0
        for tap in range(taps):
            first = before - tap * apart  # output p reads pixel p step - first
            begin, end = -(-first // step), -(-(first + size) // step)
            found += max(0, min(end, places) - max(begin, 0))
        share *= found / max(1, taps * places)
    return share
