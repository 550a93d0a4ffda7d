"""Gradients of parts: what reaches a tensor through slices of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from convolens.ops import Add, Concat
from convolens.ops.slice import Bounds, Slice
from convolens.spec import TensorSpec
from convolens.tensor.apply import apply
from convolens.tensor.program import gradient_program

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor


@final
class Parts:
    """The gradients of slices of one tensor, which are put together when all are in.

    Slices that make up the whole, as those of ``split`` and ``chunk`` do, are joined in one pass.
    Others are each placed among zeros, and added up.
    """

    def __init__(self, whole: TensorSpec) -> None:
        self._whole = whole
        self._parts: list[tuple[Bounds, Tensor]] = []

    def add(self, bounds: Bounds, gradient: Tensor) -> None:
        """Take the gradient of the slice between ``bounds``."""
        self._parts.append((bounds, gradient))

    def together(self) -> Tensor:
        """Return the gradient of the whole."""
        axis = self._joint()
        if axis is not None:
            in_order = sorted(self._parts, key=lambda part: part[0][axis])
            return apply(Concat(axis), *(gradient for _, gradient in in_order))
        total, *others = (self._placed(bounds, gradient) for bounds, gradient in self._parts)
        for other in others:
            total = apply(Add(), total, other)
        return total

    def _joint(self) -> int | None:
        """Return the axis along which the parts, side by side, make up the whole; or None."""
        if len(self._parts) < 2:
            return None
        shape = self._whole.shape
        all_bounds = [bounds for bounds, _ in self._parts]
        full = [(0, extent, 1) for extent in shape]
        cut = {
            axis for bounds in all_bounds for axis, own in enumerate(bounds) if own != full[axis]
        }
        if len(cut) != 1:
            return None
        (axis,) = cut
        reached = 0
        for start, stop, step in sorted(bounds[axis] for bounds in all_bounds):
            if start != reached or step != 1:
                return None
            reached = stop
        return axis if reached == shape[axis] else None

    def _placed(self, bounds: Bounds, gradient: Tensor) -> Tensor:
        program = gradient_program(Slice(bounds), (self._whole,), (True,))
        (step,) = program.steps
        return apply(step.op, gradient)
