"""Operators that compute nothing: each output is one of the inputs' numbers, or one fill value."""

from __future__ import annotations

import abc
from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from convolens.ops._attributes import operator
from convolens.ops._op import Array, Cost, Op
from convolens.spec import TensorSpec


@operator
class Rearrangement(Op):
    """An operator that is said by pairs of views: the numbers of one go to the places of the other.

    The definition copies the pairs; so does the native kernel, which copies between any strides.
    """

    #: Whether the pairs reach every place of the output. The others hold ``fill_value``.
    covers: ClassVar[bool] = True

    @abc.abstractmethod
    def pieces(self, target: Array, *inputs: Array) -> Iterator[tuple[Array, Array]]:
        """Yield pairs of views, of ``target`` and of an input.

        Both have one shape, or that of the input has size 1 along some axes and is repeated. The
        views of ``target`` do not overlap. ``target`` may have any strides.
        """

    def fill_value(self) -> float:
        """Return what the places hold that no pair reaches."""
        return 0.0

    def reference(self, *arrays: Array) -> Array:
        spec = self.infer(*(TensorSpec(a.shape, a.dtype) for a in arrays))
        target: Array = np.full(spec.shape, self.fill_value(), spec.dtype)
        for to, source in self.pieces(target, *arrays) if target.size else ():
            to[...] = source
        return target

    def cost(self, *specs: TensorSpec) -> Cost:
        return Cost(0, 2 * self.infer(*specs).size, 1)
