"""Losses that compare two inputs of one shape, number by number, and reduce what they find."""

from __future__ import annotations

import abc
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, final

import numpy as np

from convolens.errors import ShapeError
from convolens.ops._activation import ones
from convolens.ops._attributes import operator
from convolens.ops._differentiate import differentiate
from convolens.ops._elementwise import SHAPES
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value, size_of
from convolens.ops._reduction import (
    REDUCTIONS,
    Reduction,
    check_reduction,
    reduce,
    require_parts,
    share,
)
from convolens.ops.mul import Mul
from convolens.ops.sum import Sum
from convolens.spec import TensorSpec, checked, require_float


@operator
class PairwiseLoss(Op):
    """loss = the mean or sum over i of a loss of input[i] and target[i], or each of them.

    Some members take weights of each part as further inputs of the same shape.
    """

    reduction: Reduction = "mean"

    def __post_init__(self) -> None:
        check_reduction(self.name, self.reduction)

    @abc.abstractmethod
    def each(self, *arrays: Array) -> Array:
        """Return the loss of each pair, in the inputs' float type."""

    @abc.abstractmethod
    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        """Return the gradients towards input and target."""

    def count(self) -> int:
        """Return the number of inputs: two, and one for each kind of weight."""
        return 2

    @final
    def infer(self, *specs: TensorSpec) -> TensorSpec:
        dtype = _check(self.name, specs, self.count())
        require_parts(self.name, self.reduction, specs[0])
        return checked(specs[0].shape if self.reduction == "none" else (), dtype)

    @final
    def reference(self, *arrays: Array) -> Array:
        return reduce(np.asarray(self.each(*arrays)), self.reduction)

    @final
    def cost(self, *specs: TensorSpec) -> Cost:
        n = specs[0].size
        return Cost(n, size_of(*specs, self.infer(*specs)), 1 if self.reduction == "none" else n)

    @classmethod
    def variants(cls) -> Iterable[dict[str, Any]]:
        """Return the attributes beside the reduction to try."""
        return ({},)

    @staticmethod
    def prepare(arrays: list[Array]) -> list[Array]:
        """Return drawn inputs as this loss needs them."""
        return arrays

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(_samples(cls, with_g=False))

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x, y = TensorSpec((2, 3)), TensorSpec((2, 4))
        op = cls(**next(iter(cls.variants())))
        rest = (x,) * (op.count() - 2)
        return (
            Mistake(lambda: cls("avg"), ("reduction is 'avg'",)),  # type: ignore[arg-type]
            Mistake(lambda: op.infer(x, y, *rest), (op.name, "[2, 3]", "[2, 4]", "one shape")),
            Mistake(lambda: op.infer(*(TensorSpec((0, 3)),) * op.count()), ("nothing to average",)),
        )


@operator
class PairwiseLossGrad(Op):
    """dinput[i] = the slope of the loss of input[i] and target[i], times g, divided for a mean."""

    reduction: Reduction = "mean"

    #: The loss whose gradient this is: it says what to try.
    loss: ClassVar[type[PairwiseLoss]]

    def __post_init__(self) -> None:
        check_reduction(self.name, self.reduction)

    @abc.abstractmethod
    def slope(self, *arrays: Array) -> Array:
        """Return the slope of each pair's loss, in the inputs' float type."""

    @abc.abstractmethod
    def expand(self, inputs: Sequence[Value], g: Value) -> Value:
        """Return the gradient in simpler operators, where ``g`` is that of each part."""

    def count(self) -> int:
        """Return the number of inputs beside g."""
        return 2

    @final
    def infer(self, *specs: TensorSpec) -> TensorSpec:
        *pair, g = specs
        dtype = _check(self.name, pair, self.count())
        require_float(self.name, input=pair[0], g=g)
        require_parts(self.name, self.reduction, pair[0])
        shape = pair[0].shape if self.reduction == "none" else ()
        if g.shape != shape:
            raise ShapeError(
                f"{self.name}: g has shape {list(g.shape)}, but the loss is {list(shape)}.",
                hint="g must be shaped as the loss.",
            )
        return checked(pair[0].shape, dtype)

    @final
    def reference(self, *arrays: Array) -> Array:
        *pair, g = arrays
        parts = pair[0].size if self.reduction == "mean" else 1
        return np.asarray(self.slope(*pair) * (g / g.dtype.type(parts)))

    @final
    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        *pair, g = inputs
        shape = pair[0].shape
        towards = differentiate(self.expand(pair, share(g, self.reduction, shape)), upstream, pair)
        # The gradient is linear in g: times 1 for g, it is the slope.
        unit = share(ones(g), self.reduction, shape)
        slope = Mul()(upstream, self.expand(pair, unit))
        whole = slope if self.reduction == "none" else Sum(tuple(range(len(shape))))(slope)
        return (*towards, whole)

    @final
    def cost(self, *specs: TensorSpec) -> Cost:
        return Cost(specs[0].size, size_of(*specs, specs[0]), 1)

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(_samples(cls, with_g=True))

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x = TensorSpec((2, 3))
        op = cls(**next(iter(cls.loss.variants())))
        return (
            Mistake(lambda: op.infer(*(x,) * op.count(), x), ("g has shape [2, 3]", "is []")),
            Mistake(lambda: cls("avg"), ("reduction is 'avg'",)),  # type: ignore[arg-type]
        )


def _check(name: str, specs: Sequence[TensorSpec], count: int) -> Any:
    named = dict(zip(("input", "target", "weight", "pos_weight"), specs, strict=False))
    dtype = require_float(name, **named)
    if len(specs) != count:
        raise ShapeError(f"{name}: {len(specs)} inputs were given, but {count} are needed.")
    if len({spec.shape for spec in specs}) > 1:
        raise ShapeError(
            f"{name}: the inputs have shapes "
            f"{' and '.join(str(list(spec.shape)) for spec in specs)}.",
            [(key, spec, "") for key, spec in named.items()],
            "all must have one shape.",
        )
    return dtype


def _samples(
    operator: type[PairwiseLoss] | type[PairwiseLossGrad], with_g: bool
) -> Iterable[Sample]:
    loss = operator.loss if issubclass(operator, PairwiseLossGrad) else operator
    for number, variant in enumerate(loss.variants()):
        for reduction in REDUCTIONS:
            op = operator(reduction, **variant)
            for shape in SHAPES[::2] if number == 0 else SHAPES[:1]:
                x = TensorSpec(shape)
                if reduction == "mean" and not x.size:
                    continue
                g = [TensorSpec(shape if reduction == "none" else ())] if with_g else []
                yield Sample(op, (*(x,) * op.count(), *g), prepare=prepared(loss, with_g))


def prepared(loss: type[PairwiseLoss], with_g: bool) -> Any:
    """Return how to prepare a call's arrays; the upstream gradient stays as it is drawn."""
    if not with_g:
        return loss.prepare
    return lambda arrays: [*loss.prepare(arrays[:-1]), arrays[-1]]
