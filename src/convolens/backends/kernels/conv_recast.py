"""A convolution as another one, with stride 1 and a square kernel, for Winograd's algorithms.

Where the other one finds its image, weight and output is a matter of copies: they cost as much as
memory takes, and the products become fewer.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import prod

from convolens import _native
from convolens.backends.candidate import Candidate, Packed, Run, Specs
from convolens.backends.kernels import conv, winograd_cost
from convolens.backends.kernels._common import refuse_all_but_float32
from convolens.backends.kernels.conv_geometry import images
from convolens.backends.kernels.tile_cost import registers
from convolens.backends.layout import dense, empty
from convolens.ops import Array, Conv, ConvInputGrad, ConvRelu, ConvWeightGrad, Op
from convolens.spec import TensorSpec

#: Nanoseconds to copy a float into its place, and for an image to begin a row of copies.
_COPY, _ROW = 0.5, 10_000.0
#: What a call takes beyond the models where registers are smaller than those of AVX-512, which the
#: copies and transforms of few channels fill less well; and with few channels, or for a weight
#: gradient. Measured on Zen 3.
_SMALL_REGISTERS, _SMALL_AND_FEW, _FEW = 1.2, 1.3, 16


@dataclass(frozen=True)
class Recast(ABC):
    """The other convolution of a call, and the copies between the two.

    All arrays are [N, C, *I] in channels-last memory. An array that is read is returned as the
    other convolution reads it; one that is written is filled from what the other one computed.
    As long as a kind does not say otherwise, outputs are the same for both.

    Args:
        op: The call's operator.
        specs: Its inputs.
        side: The side of the other one's square kernel.
    """

    op: Conv
    specs: Specs
    side: int

    @abstractmethod
    def image_shape(self) -> tuple[int, ...]:
        """Return the shape [N, C, H, W] of the other image."""

    @abstractmethod
    def weight_shape(self) -> tuple[int, ...]:
        """Return the shape [K, C, side, side] of the other weight."""

    @abstractmethod
    def read_image(self, x: Array) -> Array:
        """Return the other image."""

    @abstractmethod
    def read_weight(self, weight: Array) -> Array:
        """Return the other weight."""

    @abstractmethod
    def write_image(self, other: Array, dx: Array, bias: Array | None) -> None:
        """Fill the gradient of the image; ``bias`` is what pixels are that no window reads."""

    @abstractmethod
    def write_weight(self, other: Array, dweight: Array) -> None:
        """Fill the gradient of the weight."""

    def padding(self) -> int:
        """Return the padding of the other convolution, before and after each axis."""
        return 0

    def bias_of_image(self, bias: Array) -> Array:
        """Return the bias of each channel of the other image."""
        return bias

    def read_output(self, g: Array) -> Array:
        """Return the other gradient of the output."""
        return g

    def other_output(self, y: Array) -> Array:
        """Return an array for the other output, which may share y's memory."""
        return y

    def write_output(self, other: Array, y: Array) -> None:  # noqa: B027
        """Fill the output, unless the other one is in its memory."""

    def call(self) -> tuple[Conv, Specs]:
        """Return the other call, of the same operator."""
        image, weight = TensorSpec(self.image_shape()), TensorSpec(self.weight_shape())
        pad = (self.padding(),) * 2
        attributes = ((1, 1), (pad, pad), (1, 1), 1)
        plain = Conv(*attributes)
        output = plain.infer(image, weight)
        if isinstance(self.op, ConvInputGrad):
            return ConvInputGrad(*attributes, sizes=image.shape[2:]), (weight, output)
        if isinstance(self.op, ConvWeightGrad):
            return ConvWeightGrad(*attributes, kernel=weight.shape[2:]), (image, output)
        return (ConvRelu if isinstance(self.op, ConvRelu) else Conv)(*attributes), (image, weight)

    def layout(self, m: int) -> tuple[object, ...]:
        """Return what decides how F(m x m, side x side) lays the weights out: not the image."""
        backward = isinstance(self.op, ConvInputGrad)
        return type(self), m, self.side, backward, self.op.stride

    def floats(self) -> int:
        """Return how many numbers a call copies."""
        return prod(self.image_shape())


#: Returns the other convolution of a call, or why there is none.
Find = Callable[[Op, Specs], "Recast | str"]


def _refuse(op: Op, specs: Specs, find: Find, m: int) -> str:
    if reason := refuse_all_but_float32(op, specs):
        return reason
    found = find(op, specs)
    if isinstance(found, str):
        return found
    if found.side not in winograd_cost.TAPS[m]:
        kernels = " or ".join(f"{side}x{side}" for side in winograd_cost.TAPS[m])
        return f"the kernel becomes {found.side}x{found.side}, not {kernels}"
    return conv.refuse(*found.call())


def _found(op: Op, specs: Specs, find: Find) -> Recast:
    found = find(op, specs)
    assert isinstance(found, Recast)
    return found


def _nanoseconds(op: Op, specs: Specs, find: Find, m: int) -> float:
    found = _found(op, specs, find)
    batch = images(op, specs)[0].shape[0]
    copies = _COPY * prod(found.image_shape()) + _ROW * found.op.stride[0] * batch
    return _beyond(found) * (winograd_cost.winograd(m)(*found.call()) + copies)


def _beyond(found: Recast) -> float:
    """Return by how much a call takes longer than the models say."""
    if not registers().small:
        return 1.0
    few = found.image_shape()[1] < _FEW or isinstance(found.op, ConvWeightGrad)
    return _SMALL_AND_FEW if few else _SMALL_REGISTERS


def _scratch(op: Op, specs: Specs, find: Find) -> int:
    return 4 * _found(op, specs, find).floats()


def _readers(found: Recast, m: int) -> conv.Readers:
    def weight(array: Array) -> Array:
        return found.read_weight(dense(array))

    return conv.readers(*found.call(), f"winograd{m}", weight)


def _prepare_forward(op: Op, specs: Specs, output: TensorSpec, find: Find, m: int) -> Run:
    found = _found(op, specs, find)
    problem, pack, borrow, few = _readers(found, m)

    def run(x: Array, weights: _native.ConvWeights, bias: Array | None = None) -> Array:
        y = empty(output)
        other = found.other_output(y)
        start = None if bias is None else dense(bias)
        problem.forward(found.read_image(dense(x)), weights, start, other)
        found.write_output(other, y)
        return y

    return Packed((1,), (*found.layout(m), few), pack, run, borrow)


def prepare_input_grad(op: Op, specs: Specs, output: TensorSpec, find: Find, m: int) -> Packed:
    """Return what computes an input gradient; its run takes a bias behind, for a transposed one."""
    found = _found(op, specs, find)
    flat, flat_specs = found.call()
    image = flat.infer(*flat_specs)
    problem, pack, borrow, few = _readers(found, m)

    def run(weights: _native.ConvWeights, g: Array, bias: Array | None = None) -> Array:
        dx, other = empty(output), empty(image)
        start = None if bias is None else dense(found.bias_of_image(bias))
        problem.input_grad(weights, found.read_output(dense(g)), start, other)
        found.write_image(other, dx, bias)
        return dx

    return Packed((0,), (*found.layout(m), few), pack, run, borrow)


def _prepare_weight_grad(op: Op, specs: Specs, output: TensorSpec, find: Find, m: int) -> Run:
    found = _found(op, specs, find)
    flat, flat_specs = found.call()
    weight_grad = conv.problem_of(flat, flat_specs, f"winograd{m}").weight_grad
    weight = flat.infer(*flat_specs)

    def run(x: Array, g: Array) -> Array:
        dweight, other = empty(output), empty(weight)
        weight_grad(found.read_image(dense(x)), found.read_output(dense(g)), other)
        found.write_weight(other, dweight)
        return dweight

    return run


class Ways:
    """The candidates of one kind of recasting, for the three operators."""

    def __init__(self, name: str, find: Find) -> None:
        """Make them; ``find`` returns the other convolution of a call, or why there is none."""

        def ways(prepare: Callable[..., Run]) -> tuple[Candidate, ...]:
            return tuple(
                Candidate(
                    f"{name}_winograd{m}",
                    partial(_refuse, find=find, m=m),
                    partial(_nanoseconds, find=find, m=m),
                    partial(prepare, find=find, m=m),
                    exact=False,
                    scratch=partial(_scratch, find=find),
                )
                for m in winograd_cost.TAPS
            )

        self.forward = ways(_prepare_forward)
        self.input_grad = ways(prepare_input_grad)
        self.weight_grad = ways(_prepare_weight_grad)
