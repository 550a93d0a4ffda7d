"""The product of two matrices, either of them transposed on request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, final

from convolens.errors import ShapeError
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value, size_of
from convolens.spec import TensorSpec, checked, require_float


@final
@dataclass(frozen=True)
class Matmul(Op):
    """y[m,n] = sum over k of a[m,k] b[k,n]; a is stored as [K, M] if ``transpose_a``, and so on.

    Shapes:
        a [M, K], b [K, N] -> y [M, N]
    """

    name: ClassVar[str] = "matmul"
    signature: ClassVar[str] = "a[*A], b[*B] -> y[M,N]"

    transpose_a: bool = False
    transpose_b: bool = False

    def sizes(self, a: TensorSpec, b: TensorSpec) -> tuple[int, int, int]:
        """Return (M, N, K).

        Raises:
            ShapeError: If a or b is not a matrix, or their inner sizes differ.
        """
        facts = [
            ("a", a, "K, M" if self.transpose_a else "M, K"),
            ("b", b, "N, K" if self.transpose_b else "K, N"),
        ]
        if a.rank != 2 or b.rank != 2:
            raise ShapeError(
                f"matmul: both inputs must be matrices, but they have {a.rank} and {b.rank} "
                "dimensions.",
                facts,
                "reshape them to two dimensions.",
            )
        k, m = a.shape if self.transpose_a else a.shape[::-1]
        n, inner = b.shape if self.transpose_b else b.shape[::-1]
        if k != inner:
            raise ShapeError(
                f"matmul: the inner sizes are {k} and {inner}, but must be equal.",
                facts,
                "the columns of the first matrix must be as many as the rows of the second.",
            )
        return m, n, k

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        a, b = specs
        dtype = require_float(self.name, a=a, b=b)
        m, n, _ = self.sizes(a, b)
        return checked((m, n), dtype)

    def reference(self, *arrays: Array) -> Array:
        a, b = arrays
        product: Array = (a.T if self.transpose_a else a) @ (b.T if self.transpose_b else b)
        return product

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        a, b = inputs
        ta, tb = self.transpose_a, self.transpose_b
        da = Matmul(tb, True)(b, upstream) if ta else Matmul(False, not tb)(upstream, b)
        db = Matmul(True, ta)(upstream, a) if tb else Matmul(not ta, False)(a, upstream)
        return da, db

    def cost(self, *specs: TensorSpec) -> Cost:
        a, b = specs
        m, n, k = self.sizes(a, b)
        return Cost(m * n * k, size_of(a, b) + m * n, k)

    def explain(self, *specs: TensorSpec) -> str:
        a, b = specs
        m, n, k = self.sizes(a, b)
        return f"Computes {m} x {n} numbers, each a sum of {k} products."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        sizes = ((4, 5, 3), (1, 1, 1), (33, 17, 40), (3, 64, 100), (0, 3, 2), (2, 3, 0))
        return tuple(
            Sample(
                cls(ta, tb),
                (
                    TensorSpec((k, m) if ta else (m, k)),
                    TensorSpec((n, k) if tb else (k, n)),
                ),
            )
            for m, n, k in sizes
            for ta in (False, True)
            for tb in (False, True)
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        a = TensorSpec((2, 3))
        return (
            Mistake(lambda: cls().infer(a, a), ("inner sizes are 3 and 2",)),
            Mistake(lambda: cls(False, True).infer(a, TensorSpec((3, 2))), ("are 3 and 2",)),
            Mistake(lambda: cls().infer(a, TensorSpec((3,))), ("2 and 1 dimensions",)),
        )
