"""Products of matrices and vectors, by torch's rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from convolens import ops
from convolens.errors import DTypeError, ShapeError
from convolens.spec import FLOATS, bool_
from convolens.tensor.apply import apply
from convolens.tensor.base import Number, TensorBase

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor


class Matrices(TensorBase):
    """Products of matrices and vectors. Abstract: a part of ``Tensor``."""

    __slots__ = ()

    def __matmul__(self, other: Tensor) -> Tensor:
        return self.matmul(other) if isinstance(other, TensorBase) else NotImplemented

    def matmul(self, other: Tensor) -> Tensor:
        """Return the product of matrices, for all pairs of them that the axes before count.

        A vector on the left is a row, and on the right a column; the result has no axis for it.
        The axes before the last two broadcast.

        Shapes:
            [*A, M, K], [*B, K, N] -> [*P, M, N]; [K], [*B, K, N] -> [*B, N];
            [*A, M, K], [K] -> [*A, M]; [K], [K] -> [].

        Raises:
            ShapeError: If an operand has no axis, or the inner sizes differ, or the others do not
                broadcast.
            DTypeError: If the types differ, or are bool.

        Example:
            >>> import convolens as cl
            >>> cl.zeros(8, 3, 4).matmul(cl.zeros(4)).shape
            (8, 3)
        """
        _check_types("matmul", self, other)
        if self.ndim == 0 or other.ndim == 0:
            raise ShapeError(
                f"matmul: both operands must have an axis, but they have {self.ndim} and "
                f"{other.ndim}.",
                [("self", self.spec, ""), ("other", other.spec, "")],
                "multiply by a number with *.",
            )
        if self.ndim == other.ndim == 1 and self.dtype in FLOATS:
            return apply(ops.Dot(), self, other)
        a: Tensor = apply(ops.Reshape((1, *self.shape)), self) if self.ndim == 1 else self  # type: ignore[assignment]
        b = apply(ops.Reshape((*other.shape, 1)), other) if other.ndim == 1 else other
        y = _product(a, b)
        if self.ndim > 1 and other.ndim > 1:
            return y
        rows = y.shape[-2:-1] if self.ndim > 1 else ()
        columns = y.shape[-1:] if other.ndim > 1 else ()
        return apply(ops.Reshape((*y.shape[:-2], *rows, *columns)), y)

    def mm(self, mat2: Tensor) -> Tensor:
        """Return the product of two matrices.

        Shapes:
            [M, K], [K, N] -> [M, N]

        Raises:
            ShapeError: If an operand has not two axes, or the inner sizes differ.
        """
        _check_ranks("mm", ("self", self, 2), ("mat2", mat2, 2))
        return self.matmul(mat2)

    def bmm(self, mat2: Tensor) -> Tensor:
        """Return the products of as many pairs of matrices.

        Shapes:
            [B, M, K], [B, K, N] -> [B, M, N]

        Raises:
            ShapeError: If an operand has not three axes, or the sizes do not fit.
        """
        _check_ranks("bmm", ("self", self, 3), ("mat2", mat2, 3))
        if self.shape[0] != mat2.shape[0]:
            raise ShapeError(
                f"bmm: there are {self.shape[0]} matrices on the left and {mat2.shape[0]} on the "
                "right.",
                [("self", self.spec, "B, M, K"), ("mat2", mat2.spec, "B, K, N")],
                "use matmul, which broadcasts.",
            )
        return self.matmul(mat2)

    def mv(self, vec: Tensor) -> Tensor:
        """Return the product of a matrix and a vector.

        Shapes:
            [M, K], [K] -> [M]

        Raises:
            ShapeError: If the operands are no matrix and no vector, or the sizes differ.
        """
        _check_ranks("mv", ("self", self, 2), ("vec", vec, 1))
        return self.matmul(vec)

    def dot(self, tensor: Tensor) -> Tensor:
        """Return the sum of the products of two vectors' elements.

        Shapes:
            [K], [K] -> []

        Raises:
            ShapeError: If an operand is no vector, or the sizes differ.
        """
        if isinstance(tensor, TensorBase) and self.spec == tensor.spec and self._is_float_vector():
            return apply(ops.Dot(), self, tensor)
        _check_ranks("dot", ("self", self, 1), ("tensor", tensor, 1))
        return self.matmul(tensor)

    def _is_float_vector(self) -> bool:
        return len(self.spec.shape) == 1 and self.spec.dtype in FLOATS

    def outer(self, vec2: Tensor) -> Tensor:
        """Return the products of all pairs of two vectors' elements.

        Shapes:
            [M], [N] -> [M, N]

        Raises:
            ShapeError: If an operand is no vector.
        """
        _check_ranks("outer", ("self", self, 1), ("vec2", vec2, 1))
        product: Tensor = self.unsqueeze(1) * vec2  # type: ignore[attr-defined]
        return product

    def addmm(self, mat1: Tensor, mat2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
        """Return beta self + alpha (mat1 @ mat2); self is not read where ``beta`` is 0.

        Shapes:
            self broadcasts to [M, N]; mat1 [M, K], mat2 [K, N] -> [M, N]

        Raises:
            ShapeError: If the sizes do not fit.
        """
        _check_ranks("addmm", ("mat1", mat1, 2), ("mat2", mat2, 2))
        product = mat1.matmul(mat2)
        scaled = product if alpha == 1 else product * alpha
        if beta == 0:
            return scaled
        start: Tensor = self if beta == 1 else self * beta  # type: ignore[operator, assignment]
        result = start + scaled
        if result.shape != product.shape:
            raise ShapeError(
                f"addmm: self has shape {list(self.shape)}, which does not broadcast to the "
                f"product's {list(product.shape)}.",
            )
        return result


def _product(a: Tensor, b: Tensor) -> Tensor:
    if a.dtype in FLOATS:
        return apply(ops.Matmul(), a, b)
    # Whole numbers are never recorded. The shapes are checked as those of floats.
    ops.Matmul().infer(a.spec._replace(dtype=FLOATS[0]), b.spec._replace(dtype=FLOATS[0]))
    return a.leaf(np.asarray(a.array @ b.array))


def _check_types(name: str, a: TensorBase, b: TensorBase) -> None:
    if a.dtype != b.dtype or a.dtype == bool_:
        raise DTypeError(
            f"{name}: the operands are {a.dtype.name} and {b.dtype.name}, but must be numbers of "
            "one type.",
            [("self", a.spec, ""), ("other", b.spec, "")],
            "convert one of them with .to(dtype).",
        )


def _check_ranks(name: str, *operands: tuple[str, TensorBase, int]) -> None:
    for title, tensor, rank in operands:
        if tensor.ndim != rank:
            raise ShapeError(
                f"{name}: {title} has {tensor.ndim} dimensions, but {rank} are needed.",
                [(title, tensor.spec, "")],
                "use matmul, which takes any.",
            )
