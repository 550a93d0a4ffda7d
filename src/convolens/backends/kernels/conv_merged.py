"""Convolution along three axes as one along two, where no window reaches along the others.

In channels-last memory [N, D, H, W, C] an axis along which the kernel has one tap, and neither
stride nor padding, merges with its neighbour: the depth with the batch, for 1xSxT kernels, or
height and width with each other, for Rx1x1 kernels. Nothing is copied.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, cast, final

from convolens.backends.candidate import Candidate, Packed, Run, Specs
from convolens.backends.kernels.conv_geometry import images
from convolens.backends.layout import dense
from convolens.ops import Array, Conv, ConvInputGrad, ConvWeightGrad, Op
from convolens.spec import TensorSpec

Shape = tuple[int, ...]


@final
@dataclass(frozen=True)
class Merged:
    """A call along three axes, and how it is one along two.

    Args:
        depth: Whether the depth merges with the batch; else height and width merge.
        op: The operator along two axes.
        specs: Its inputs.
        output: Its output.
        own_output: That of the call along three axes.
    """

    depth: bool
    op: Op
    specs: Specs
    output: TensorSpec
    own_output: TensorSpec

    def view(self, array: Array, index: int) -> Array:
        """Return an input as the call along two axes reads it, in the same memory if it is dense.

        The bias, which has no axes to merge, is returned as it is.
        """
        if index >= len(self.specs) or len(self.specs[index].shape) < 4:
            return array
        first, channels, *sizes = self.specs[index].shape
        lines = dense(array).transpose(0, 2, 3, 4, 1)
        return lines.reshape(first, *sizes, channels).transpose(0, 3, 1, 2)

    def back(self, array: Array) -> Array:
        """Return the output along two axes as that along three, in the same memory."""
        first, channels, *sizes = self.own_output.shape
        lines = array.transpose(0, 2, 3, 1)
        return lines.reshape(first, *sizes, channels).transpose(0, 4, 1, 2, 3)


@lru_cache(maxsize=4096)
def merged(op: Op, specs: Specs) -> Merged | None:
    """Return a call along three axes as one along two, or None if windows reach along too many."""
    conv = cast(Conv, op)
    if conv.rank != 3:
        return None
    kernel = images(op, specs)[1].shape[2:]
    alone = [
        taps == step == 1 and not any(pad)
        for taps, step, pad in zip(kernel, conv.stride, conv.padding, strict=True)
    ]
    depth = not (alone[1] and alone[2])
    if depth and not alone[0]:
        return None

    def spec(three: TensorSpec, is_weight: bool) -> TensorSpec:
        if three.rank != 5:
            return three
        first, channels, *sizes = three.shape
        return TensorSpec(_merge(first, channels, sizes, depth, is_weight), three.dtype)

    kept = slice(1, 3) if depth else slice(0, 2)
    geometry: dict[str, Any] = {
        "stride": conv.stride[kept],
        "padding": conv.padding[kept],
        "dilation": conv.dilation[kept],
        "groups": conv.groups,
    }
    makes_weight = isinstance(op, ConvWeightGrad)
    weight = 0 if isinstance(op, ConvInputGrad) else 1
    flat = tuple(
        spec(each, place == weight and not makes_weight) for place, each in enumerate(specs)
    )
    output = op.infer(*specs)
    flat_output = spec(output, makes_weight)
    if isinstance(op, ConvInputGrad):
        geometry["sizes"] = flat_output.shape[2:]
    elif makes_weight:
        geometry["kernel"] = flat_output.shape[2:]
    return Merged(depth, type(op)(**geometry), flat, flat_output, output)


def _merge(first: int, channels: int, sizes: list[int], depth: bool, is_weight: bool) -> Shape:
    """Return the shape along two axes; a weight has one tap along those that are left out."""
    d, h, w = sizes
    if not depth:
        return first, channels, d, h * w
    return (first if is_weight else first * d), channels, h, w


def along_three(own: Candidate) -> Candidate:
    """Return a candidate for one axis or two that takes such calls along three as well."""

    def refuse(op: Op, specs: Specs) -> str:
        found = merged(op, specs)
        return own.refuse(found.op, found.specs) if found else own.refuse(op, specs)

    def nanoseconds(op: Op, specs: Specs) -> float:
        found = merged(op, specs)
        return own.nanoseconds(found.op, found.specs) if found else own.nanoseconds(op, specs)

    def prepare(op: Op, specs: Specs, output: TensorSpec) -> Run:
        found = merged(op, specs)
        if found is None:
            return own.prepare(op, specs, output)
        return _prepared(own, found)

    return replace(own, refuse=refuse, nanoseconds=nanoseconds, prepare=prepare)


def _prepared(own: Candidate, found: Merged) -> Run:
    flat = own.prepare(found.op, found.specs, found.output)
    if not isinstance(flat, Packed):

        def run(*arrays: Array) -> Array:
            return found.back(flat(*(found.view(a, i) for i, a in enumerate(arrays))))

        return run

    packing, (index,) = flat, flat.indices
    borrow = packing.borrow

    def run_packed(*inputs: Any) -> Array:
        views = [a if i == index else found.view(a, i) for i, a in enumerate(inputs)]
        return found.back(packing.run(*views))

    return replace(
        packing,
        pack=lambda weight: packing.pack(found.view(weight, index)),
        run=run_packed,
        borrow=None if borrow is None else lambda weight: borrow(found.view(weight, index)),
    )
