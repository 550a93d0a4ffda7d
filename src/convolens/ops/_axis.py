"""Operators along one axis of their input: softmax, log-softmax and their gradients."""

from __future__ import annotations

from collections.abc import Iterable

from convolens.errors import ArgumentError, ShapeError
from convolens.ops._attributes import operator
from convolens.ops._op import Cost, Mistake, Op, Sample, size_of
from convolens.spec import TensorSpec, checked, require_float

SHAPES: tuple[tuple[tuple[int, ...], int], ...] = (
    ((4, 10), 1),
    ((4, 10), 0),
    ((3, 33), 1),
    ((7,), 0),
    ((2, 3, 5, 4), 1),
    ((2, 3, 5, 4), 3),
    ((2, 1), 1),
    ((0, 5), 1),
)


@operator
class AlongAxis(Op):
    """An operator on inputs of one shape, whose outputs mix the elements along axis ``dim``."""

    dim: int

    def names(self) -> tuple[str, ...]:
        """Return the names of the inputs, read from the signature."""
        inputs, _ = self.signature.split(" -> ")
        return tuple(part.split("[")[0] for part in inputs.split(", "))

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        first = specs[0]
        named = dict(zip(self.names(), specs, strict=True))
        dtype = require_float(self.name, **named)
        if len({spec.shape for spec in specs}) > 1:
            raise ShapeError(
                f"{self.name}: the inputs have different shapes.",
                [(name, spec, "") for name, spec in named.items()],
                "all must have one shape.",
            )
        if not 0 <= self.dim < first.rank:
            raise ArgumentError(
                f"{self.name}: dim is {self.dim}, but the input has {first.rank} dimensions.",
                [(name, spec, "") for name, spec in named.items()],
                "use a dim from 0, or a negative one counted from the end.",
            )
        return checked(first.shape, dtype)

    def cost(self, *specs: TensorSpec) -> Cost:
        output = self.infer(*specs)
        return Cost(2 * output.size, size_of(*specs, output), max(1, output.shape[self.dim]))

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        inputs = cls.signature.split(" -> ")[0].count("[")
        return tuple(Sample(cls(dim), (TensorSpec(shape),) * inputs) for shape, dim in SHAPES)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        inputs = cls.signature.split(" -> ")[0].count("[")
        x = (TensorSpec((2, 3)),) * inputs
        return (
            Mistake(lambda: cls(2).infer(*x), ("dim is 2", "2 dimensions")),
            Mistake(lambda: cls(-1).infer(*x), ("dim is -1",)),
        )
