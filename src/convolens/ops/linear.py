"""The fully connected layer: every output is a weighted sum of all inputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import ClassVar, final

from convolens.errors import ShapeError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value, size_of
from convolens.ops.matmul import Matmul
from convolens.ops.reshape import Reshape
from convolens.ops.sum import Sum
from convolens.spec import TensorSpec, checked, require_float


@final
@operator
class Linear(Op):
    """y[n,o] = bias[o] + sum over i of weight[o,i] x[n,i].

    Shapes:
        x [*N, I], weight [O, I], bias [O] (optional) -> y [*N, O]

    Source: Goodfellow, Bengio and Courville, "Deep Learning", 2016, chapter 6.
    """

    name: ClassVar[str] = "linear"
    signature: ClassVar[str] = "x[*N,I], weight[O,I], bias[O]? -> y[*N,O]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        x, weight, *bias = specs
        dtype = require_float(self.name, x=x, weight=weight, **({"bias": bias[0]} if bias else {}))
        facts = [("x", x, "*N, I"), ("weight", weight, "O, I")]
        if weight.rank != 2 or x.rank == 0:
            raise ShapeError(
                f"linear: the weight has {weight.rank} dimensions and x {x.rank}, but 2 and at "
                "least 1 are needed.",
                facts,
            )
        if x.shape[-1] != weight.shape[1]:
            raise ShapeError(
                f"linear: the input has {x.shape[-1]} features, but the weight expects "
                f"{weight.shape[1]}.",
                facts,
                _feature_hint(x, weight),
            )
        if bias and bias[0].shape != weight.shape[:1]:
            raise ShapeError(
                f"linear: the bias has shape {list(bias[0].shape)}, but the weight has "
                f"{weight.shape[0]} outputs.",
                [*facts, ("bias", bias[0], "O")],
                f"the bias must have shape [{weight.shape[0]}].",
            )
        return checked((*x.shape[:-1], weight.shape[0]), dtype)

    def reference(self, *arrays: Array) -> Array:
        x, weight, *bias = arrays
        y: Array = x @ weight.T
        return y + bias[0] if bias else y

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, weight, *bias = inputs
        rows = prod(x.shape[:-1])
        g = _as_matrix(upstream, rows)
        dx: Value = Matmul()(g, weight)
        return (
            dx if dx.shape == x.shape else Reshape(x.shape)(dx),
            Matmul(transpose_a=True)(g, _as_matrix(x, rows)),
            *(Sum((0,))(g) for _ in bias),
        )

    def cost(self, *specs: TensorSpec) -> Cost:
        x, weight, *_ = specs
        adds = prod(x.shape[:-1]) * weight.size
        return Cost(adds, size_of(*specs, self.infer(*specs)), weight.shape[1] + 1)

    def explain(self, *specs: TensorSpec) -> str:
        _, weight, *_ = specs
        outputs, inputs = weight.shape
        return (
            f"Makes each of {outputs} outputs from all {inputs} inputs: {weight.size} weights, "
            "none shared."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        sizes: tuple[tuple[tuple[int, ...], int, int, bool], ...] = (
            ((5,), 7, 3, True),
            ((5,), 100, 84, True),
            ((), 4, 3, True),
            ((2, 3), 4, 5, False),
            ((100,), 33, 10, True),
            ((1,), 1, 1, False),
            ((0,), 4, 3, True),
        )
        return tuple(
            Sample(
                cls(),
                (
                    TensorSpec((*n, i)),
                    TensorSpec((o, i)),
                    *((TensorSpec((o,)),) if bias else ()),
                ),
            )
            for n, i, o, bias in sizes
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        op = cls()
        weight = TensorSpec((120, 400))
        return (
            Mistake(
                lambda: op.infer(TensorSpec((1, 576)), weight),
                ("576 features, but the weight expects 400", "in_features=576"),
            ),
            Mistake(
                lambda: op.infer(TensorSpec((1, 16, 5, 5)), weight),
                ("5 features", "Flatten"),
            ),
            Mistake(
                lambda: op.infer(TensorSpec((1, 400)), weight, TensorSpec((1,))),
                ("bias has shape [1]", "120 outputs"),
            ),
            Mistake(lambda: op.infer(TensorSpec(()), weight), ("x 0",)),
        )


def _as_matrix(value: Value, rows: int) -> Value:
    shape = (rows, value.shape[-1])
    return value if value.shape == shape else Reshape(shape)(value)


def _feature_hint(x: TensorSpec, weight: TensorSpec) -> str:
    outputs, inputs = weight.shape
    if x.rank > 2 and prod(x.shape[1:]) == inputs:
        return "put a Flatten before the layer."
    features = x.shape[-1] if x.rank <= 2 else prod(x.shape[1:])
    flatten = "" if x.rank <= 2 else "put a Flatten before the layer and "
    return f"{flatten}write Linear(in_features={features}, out_features={outputs})."
