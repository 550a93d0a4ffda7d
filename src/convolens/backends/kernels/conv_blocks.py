"""Input gradients of convolutions whose windows lie side by side: each pixel of g becomes a block.

Nothing is added up where windows meet, so each row of a result is one product of matrices: that of
a row of g with the weights of a tap along all axes but the last.
"""

from __future__ import annotations

from typing import cast

from convolens import _native
from convolens.backends.candidate import Candidate, Packed, Specs
from convolens.backends.kernels import conv_cost
from convolens.backends.kernels._common import refuse_all_but_float32, tiled
from convolens.backends.kernels.conv_geometry import images
from convolens.backends.kernels.tile_cost import registers
from convolens.backends.layout import dense, empty
from convolens.ops import Array, Conv, Op
from convolens.spec import TensorSpec


def _refuse(op: Op, specs: Specs) -> str:
    if reason := refuse_all_but_float32(op, specs):
        return reason
    conv = cast(Conv, op)
    image, weight, output = images(op, specs)
    kernel = weight.shape[2:]
    blocks = tuple(size * taps for size, taps in zip(output.shape[2:], kernel, strict=True))
    spread = any(d > 1 and k > 1 for d, k in zip(conv.dilation, kernel, strict=True))
    if conv.stride != kernel or spread:
        return "only where windows lie side by side"
    if conv.groups > 1 or image.shape[2:] != blocks or any(map(any, conv.padding)):
        return "only one group, and windows that fill the image"
    return ""


def prepare_input_grad(op: Op, specs: Specs, output: TensorSpec) -> Packed:
    """Return what computes an input gradient; its run takes a bias behind, for a transposed one."""
    _, weight, upstream = images(op, specs)
    length, n, columns = weight.shape[0], weight.shape[1] * weight.shape[-1], upstream.shape[-1]
    batch, _, *sizes = upstream.shape
    depth, lines = (1, 1, *sizes[:-1])[-2:]
    slices, taps = (1, 1, *weight.shape[2:-1])[-2:]
    panel = 2 * registers().lanes
    floats = TensorSpec((slices * taps * length * -(-n // panel) * panel,))
    sizes_of_call = (batch * depth * lines, columns, length, lines, slices, taps, n)

    def pack(weight: Array) -> Array:
        packed = empty(floats)
        _native.pack_blocks(dense(weight), packed, length, slices * taps, n)
        return packed

    def run(packed: Array, g: Array, bias: Array | None = None) -> Array:
        dx = empty(output)
        # A row has a number for each tap of the last axis and each channel.
        start = None if bias is None else tiled(bias, weight.shape[-1])
        _native.blocks(dense(g), packed, start, dx, *sizes_of_call)
        return dx

    return Packed((0,), ("blocks",), pack, run)


INPUT_GRAD = (Candidate("blocks", _refuse, conv_cost.blocks, prepare_input_grad),)
