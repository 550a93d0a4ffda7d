"""The tensor: its parts put together, its types, its backward pass."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import DTypeLike

from convolens import ops
from convolens.ops import Array
from convolens.spec import (
    FLOATS,
    TensorSpec,
    bool_,
    float32,
    float64,
    int32,
    int64,
    uint8,
)
from convolens.tensor.apply import apply
from convolens.tensor.arithmetic import Arithmetic
from convolens.tensor.functions import Functions
from convolens.tensor.record import Node, Version
from convolens.tensor.reductions import Reductions
from convolens.tensor.shaping import Shaping

SUPPORTED = (float32, float64, int64, int32, uint8, bool_)


class Tensor(Arithmetic, Functions, Reductions, Shaping):
    """An n-dimensional array that records how it was made. Make one with ``convolens.tensor``.

    Shapes and indices are torch's. Arrays of rank 3 and more lie in memory channels last, whatever
    their shape says; ``numpy()`` returns the same memory with the strides that say so.

    Example:
        >>> import convolens as cl
        >>> x = cl.tensor([1.0, 2.0, 3.0], requires_grad=True)
        >>> (x * x).sum().backward()
        >>> x.grad
        tensor([2., 4., 6.])
    """

    __slots__ = ()

    @staticmethod
    def made(array: Array, spec: TensorSpec, version: Version, node: Node | None) -> Tensor:
        """Return the tensor that a call made."""
        self = _new(Tensor)
        self.array = array
        self.spec = spec
        self.version = version
        self.node = node
        self.requires_grad = node is not None
        self.grad = None
        return self

    @staticmethod
    def leaf(array: Array) -> Tensor:
        """Return a tensor that no call made, around ``array``."""
        return Tensor.made(array, TensorSpec(array.shape, array.dtype), Version(), None)

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
    ) -> None:
        """Add the gradient of this tensor to ``grad`` of every leaf that it was made from.

        Args:
            gradient: The gradient with respect to this tensor; not needed for a single number.
            retain_graph: Keep what the record saved, for another pass. Default: ``create_graph``.
            create_graph: Record the pass itself, for second derivatives.

        Raises:
            GradientError: If nothing was recorded, the gradient is missing or does not fit, or an
                earlier pass has released the record.
        """
        from convolens.tensor.backward import backward

        keep = create_graph if retain_graph is None else retain_graph
        backward([self], [gradient], keep, create_graph)

    # Types.

    def to(self, dtype: DTypeLike) -> Tensor:
        """Return the tensor in another data type, itself if it has it already."""
        wanted = np.dtype(dtype)
        return self if wanted == self.dtype else apply(ops.Cast(wanted.name), self)

    def float(self) -> Tensor:
        """Return the tensor as float32."""
        return self.to(float32)

    def double(self) -> Tensor:
        """Return the tensor as float64."""
        return self.to(float64)

    def long(self) -> Tensor:
        """Return the tensor as int64."""
        return self.to(int64)

    def clone(self) -> Tensor:
        """Return a copy, as a recorded call."""
        return (
            apply(ops.Scale(1.0), self)
            if self.dtype in FLOATS
            else Tensor.leaf(self.array.copy("K"))
        )


_new = object.__new__


_new = object.__new__
