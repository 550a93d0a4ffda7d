"""The product of matrices, either of a pair transposed on request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import ClassVar, final

import numpy as np

from convolens.errors import ShapeError
from convolens.ops._attributes import operator
from convolens.ops._elementwise import broadcast
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value, size_of
from convolens.ops.sum import unbroadcast
from convolens.spec import TensorSpec, checked, require_float


@final
@operator
class Matmul(Op):
    """y[*b,m,n] = sum over k of a[*b,m,k] b[*b,k,n]; a is stored as [K, M] if ``transpose_a``.

    The axes before the last two count pairs of matrices. They broadcast: one matrix may meet many.

    Shapes:
        a [*A, M, K], b [*B, K, N] -> y [*P, M, N]

    Source: Golub and Van Loan, "Matrix Computations", 2013, section 1.1.
    """

    name: ClassVar[str] = "matmul"
    signature: ClassVar[str] = "a[*A], b[*B] -> y[*P,M,N]"

    transpose_a: bool = False
    transpose_b: bool = False

    def sizes(self, a: TensorSpec, b: TensorSpec) -> tuple[int, int, int]:
        """Return (M, N, K).

        Raises:
            ShapeError: If a or b has no two axes, or their inner sizes differ.
        """
        facts = [
            ("a", a, "..., K, M" if self.transpose_a else "..., M, K"),
            ("b", b, "..., N, K" if self.transpose_b else "..., K, N"),
        ]
        if a.rank < 2 or b.rank < 2:
            raise ShapeError(
                f"matmul: both inputs must be matrices, but they have {a.rank} and {b.rank} "
                "dimensions.",
                facts,
                "give them two dimensions or more.",
            )
        k, m = a.shape[-2:] if self.transpose_a else a.shape[:-3:-1]
        n, inner = b.shape[-2:] if self.transpose_b else b.shape[:-3:-1]
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
        batch = broadcast(
            self.name, a=TensorSpec(a.shape[:-2], dtype), b=TensorSpec(b.shape[:-2], dtype)
        )
        return checked((*batch, m, n), dtype)

    def reference(self, *arrays: Array) -> Array:
        a, b = arrays
        product: Array = (np.swapaxes(a, -1, -2) if self.transpose_a else a) @ (
            np.swapaxes(b, -1, -2) if self.transpose_b else b
        )
        return product

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        a, b = inputs
        ta, tb = self.transpose_a, self.transpose_b
        da = Matmul(tb, True)(b, upstream) if ta else Matmul(False, not tb)(upstream, b)
        db = Matmul(True, ta)(upstream, a) if tb else Matmul(not ta, False)(a, upstream)
        return unbroadcast(da, a.shape), unbroadcast(db, b.shape)

    def cost(self, *specs: TensorSpec) -> Cost:
        a, b = specs
        y = self.infer(a, b)
        _, _, k = self.sizes(a, b)
        return Cost(y.size * k, size_of(a, b, y), k)

    def explain(self, *specs: TensorSpec) -> str:
        a, b = specs
        m, n, k = self.sizes(a, b)
        pairs = prod(self.infer(a, b).shape[:-2])
        times = f"for each of {pairs} pairs of matrices " if pairs > 1 else ""
        return f"Computes {times}{m} x {n} numbers, each a sum of {k} products."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        sizes = ((4, 5, 3), (1, 1, 1), (33, 17, 40), (3, 64, 100), (0, 3, 2), (2, 3, 0))
        batches: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = (
            ((3,), (3,)),
            ((2, 3), (2, 3)),
            ((2, 1), (3,)),
            ((), (4,)),
            ((4,), ()),
            ((2, 3), ()),
            ((0,), (0,)),
        )
        calls = (*(((), (), s) for s in sizes), *((a, b, (4, 5, 3)) for a, b in batches))
        return tuple(
            Sample(
                cls(ta, tb),
                (
                    TensorSpec((*batch_a, *((k, m) if ta else (m, k)))),
                    TensorSpec((*batch_b, *((n, k) if tb else (k, n)))),
                ),
            )
            for batch_a, batch_b, (m, n, k) in calls
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
            Mistake(
                lambda: cls().infer(TensorSpec((2, 4, 5)), TensorSpec((3, 5, 4))),
                ("sizes 2 and 3 do not broadcast",),
            ),
        )
