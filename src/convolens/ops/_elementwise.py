"""Operators that compute each output element from the input elements at its place."""

from __future__ import annotations

from collections.abc import Iterable

from convolens.errors import ShapeError
from convolens.ops._attributes import operator
from convolens.ops._op import Cost, Mistake, Op, Sample, size_of
from convolens.spec import TensorSpec, checked, int64, require_float

Shape = tuple[int, ...]

SHAPES: tuple[Shape, ...] = ((2, 3, 5, 4), (3, 7), (5,), (), (0, 3), (2, 33, 1, 9), (2, 3, 4))


def broadcast(operator: str, **specs: TensorSpec) -> Shape:
    """Return the shape that all of ``specs`` broadcast to, by NumPy's rule.

    Raises:
        ShapeError: If two dimensions differ and neither is 1.
    """
    rank = max(spec.rank for spec in specs.values())
    result = []
    for extents in zip(*((1,) * (rank - s.rank) + s.shape for s in specs.values()), strict=True):
        wide = {extent for extent in extents if extent != 1}
        if len(wide) > 1:
            numbers = " and ".join(str(extent) for extent in extents)
            raise ShapeError(
                f"{operator}: sizes {numbers} do not broadcast.",
                [(name, spec, "") for name, spec in specs.items()],
                "aligned from the right, two sizes must be equal or one of them 1.",
            )
        result.append(wide.pop() if wide else 1)
    return tuple(result)


@operator
class Elementwise(Op):
    """An operator on any number of inputs of one shape, or of shapes that broadcast."""

    def names(self) -> tuple[str, ...]:
        """Return the names of the inputs, read from the signature."""
        inputs, _ = self.signature.split(" -> ")
        return tuple(part.split("[")[0] for part in inputs.split(", "))

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        named = dict(zip(self.names(), specs, strict=True))
        dtype = require_float(self.name, **named)
        return checked(broadcast(self.name, **named), dtype)

    def cost(self, *specs: TensorSpec) -> Cost:
        # By the field's custom, activations do not count as multiply-adds.
        return Cost(0, size_of(*specs, self.infer(*specs)), 1)


@operator
class Unary(Elementwise):
    """One input, and an output of its shape."""

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(Sample(cls(), (TensorSpec(shape),)) for shape in SHAPES)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        op = cls()
        return (
            Mistake(
                lambda: op.infer(TensorSpec((2, 3), int64)),
                (f"{op.name}: {op.names()[0]} is int64", "float()"),
            ),
        )


@operator
class Binary(Elementwise):
    """Two inputs whose shapes broadcast to the output's."""

    def cost(self, *specs: TensorSpec) -> Cost:
        output = self.infer(*specs)
        return Cost(output.size, size_of(*specs, output), 1)

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        pairs: tuple[tuple[Shape, Shape], ...] = (
            *((shape, shape) for shape in SHAPES),
            ((2, 3, 5, 4), (1, 3, 1, 1)),
            ((2, 3, 5, 4), ()),
            ((4,), (2, 3, 5, 4)),
            ((2, 1, 5, 1), (1, 3, 1, 4)),
            ((3, 1), (1, 4)),
        )
        return tuple(Sample(cls(), (TensorSpec(a), TensorSpec(b))) for a, b in pairs)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        op = cls()
        return (
            Mistake(
                lambda: op.infer(TensorSpec((2, 3)), TensorSpec((2, 4))),
                ("sizes 3 and 4 do not broadcast", "float32[2, 4]"),
            ),
        )


@operator
class Pairwise(Elementwise):
    """Two inputs of one shape, such as an output and its upstream gradient."""

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        first, second = self.names()
        a, b = specs
        dtype = require_float(self.name, **{first: a, second: b})
        if a.shape != b.shape:
            raise ShapeError(
                f"{self.name}: {first} has shape {list(a.shape)}, but {second} has "
                f"{list(b.shape)}.",
                hint="both must have one shape.",
            )
        return checked(a.shape, dtype)

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(Sample(cls(), (TensorSpec(shape),) * 2) for shape in SHAPES)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        op = cls()
        return (
            Mistake(
                lambda: op.infer(TensorSpec((2, 3)), TensorSpec((2, 4))),
                ("[2, 3]", "[2, 4]", "one shape"),
            ),
        )
