"""The sum over some axes, and the repetition along them: each is the other's gradient."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import ClassVar, final

import numpy as np

from convolens.errors import ArgumentError, ShapeError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value, size_of
from convolens.ops.reshape import Reshape
from convolens.spec import TensorSpec, checked, require_float


@final
@operator
class Sum(Op):
    """y = the sum of x over ``axes``, which are ascending and not negative.

    Shapes:
        x [*I] -> y [*P]: the axes are removed, or kept with size 1 if ``keepdim``.

    Source: Higham, "Accuracy and Stability of Numerical Algorithms", 2002, chapter 4.
    """

    name: ClassVar[str] = "sum"
    signature: ClassVar[str] = "x[*I] -> y[*P]"

    axes: tuple[int, ...]
    keepdim: bool = False

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        dtype = require_float(self.name, x=x)
        check_axes(self.name, self.axes, x)
        return checked(reduced(x.shape, self.axes, self.keepdim), dtype)

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        total: Array = x.sum(axis=self.axes, keepdims=self.keepdim, dtype=x.dtype)
        return total

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        shape = inputs[0].shape
        kept = Reshape(reduced(shape, self.axes, keepdim=True))(upstream)
        return (Expand(shape)(kept),)

    def cost(self, *specs: TensorSpec) -> Cost:
        (x,) = specs
        return Cost(x.size, size_of(x, self.infer(x)), prod(x.shape[a] for a in self.axes))

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Adds {prod(x.shape[a] for a in self.axes)} numbers for each output."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(axes, keepdim), (TensorSpec(x),)) for x, axes, keepdim in REDUCTIONS
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return axis_mistakes(cls)


@final
@operator
class Expand(Op):
    """y[i] = x[i], where x has size 1 or no axis, the same number everywhere.

    Shapes:
        x [*I] -> y [*shape]
    """

    name: ClassVar[str] = "expand"
    signature: ClassVar[str] = "x[*I] -> y[*P]"
    is_view: ClassVar[bool] = True

    shape: tuple[int, ...]

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        aligned = (1,) * (len(self.shape) - x.rank) + x.shape
        fits = len(aligned) == len(self.shape) and all(
            have in (1, want) for have, want in zip(aligned, self.shape, strict=True)
        )
        if not fits:
            raise ShapeError(
                f"expand: {list(x.shape)} cannot be repeated to {list(self.shape)}.",
                [("x", x, "")],
                "aligned from the right, each size must be kept, or be 1.",
            )
        return checked(self.shape, x.dtype)

    def reference(self, *arrays: Array) -> Array:
        return np.broadcast_to(arrays[0], self.shape)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (unbroadcast(upstream, inputs[0].shape),)

    def cost(self, *specs: TensorSpec) -> Cost:
        return Cost(0, 2 * self.infer(*specs).size, 1)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Repeats {x.size} numbers to shape {list(self.shape)}."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        shapes: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = (
            ((1, 3, 1, 1), (2, 3, 5, 4)),
            ((), (2, 3)),
            ((4,), (3, 4)),
            ((2, 1), (2, 5)),
            ((2, 3), (2, 3)),
            ((1, 3), (0, 3)),
        )
        return tuple(Sample(cls(new), (TensorSpec(old),)) for old, new in shapes)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (
            Mistake(
                lambda: cls((2, 4)).infer(TensorSpec((2, 3))),
                ("[2, 3] cannot be repeated to [2, 4]",),
            ),
            Mistake(
                lambda: cls((3,)).infer(TensorSpec((2, 3))),
                ("[2, 3] cannot be repeated to [3]",),
            ),
        )


def unbroadcast(value: Value, shape: tuple[int, ...]) -> Value:
    """Return ``value`` summed over the axes along which ``shape`` was broadcast."""
    if value.shape == shape:
        return value
    extra = len(value.shape) - len(shape)
    axes = tuple(range(extra)) + tuple(
        extra + axis
        for axis, extent in enumerate(shape)
        if extent == 1 and value.shape[extra + axis] != 1
    )
    summed = Sum(axes)(value)
    return summed if summed.shape == shape else Reshape(shape)(summed)


REDUCTIONS: tuple[tuple[tuple[int, ...], tuple[int, ...], bool], ...] = (
    ((2, 3, 5, 4), (0, 2, 3), False),
    ((2, 3, 5, 4), (0, 1, 2, 3), False),
    ((2, 3, 5, 4), (1,), True),
    ((2, 3, 5, 4), (2, 3), False),
    ((2, 3, 5, 4), (3,), False),
    ((7, 33), (0,), False),
    ((7, 33), (1,), True),
    ((1000,), (0,), False),
    ((3,), (), False),
    ((), (), False),
    ((0, 3), (0,), False),
    ((2, 3, 4), (0, 1), True),
)


def reduced(shape: tuple[int, ...], axes: tuple[int, ...], keepdim: bool) -> tuple[int, ...]:
    """Return ``shape`` without ``axes``, or with size 1 there."""
    if keepdim:
        return tuple(1 if axis in axes else extent for axis, extent in enumerate(shape))
    return tuple(extent for axis, extent in enumerate(shape) if axis not in axes)


def check_axes(operator: str, axes: tuple[int, ...], x: TensorSpec) -> None:
    """Refuse axes that ``x`` does not have, or that are not ascending.

    Raises:
        ArgumentError: If so.
    """
    if list(axes) != sorted(set(axes)) or any(not 0 <= axis < x.rank for axis in axes):
        raise ArgumentError(
            f"{operator}: axes {list(axes)} do not fit {x.rank} dimensions.",
            [("x", x, "")],
            f"name each axis once, in ascending order, from 0 to {x.rank - 1}.",
        )


def axis_mistakes(operator: type[Op]) -> Iterable[Mistake]:
    """Return the mistakes that operators with ``axes`` share."""
    x = TensorSpec((2, 3))
    return tuple(
        Mistake(lambda axes=axes: operator(axes).infer(x), (str(list(axes)), "2 dimensions"))  # type: ignore[misc, call-arg]
        for axes in ((2,), (-1,), (1, 0), (0, 0))
    )
