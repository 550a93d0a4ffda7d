"""Products of matrices as functions: each is the tensor's method of the same name."""

from __future__ import annotations

from convolens.tensor.base import Number
from convolens.tensor.tensor import Tensor


def matmul(input: Tensor, other: Tensor) -> Tensor:
    """Return the product of matrices or vectors, for all pairs; see ``Tensor.matmul``."""
    return input.matmul(other)


def mm(input: Tensor, mat2: Tensor) -> Tensor:
    """Return the product of two matrices; see ``Tensor.mm``."""
    return input.mm(mat2)


def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    """Return the products of as many pairs of matrices; see ``Tensor.bmm``."""
    return input.bmm(mat2)


def mv(input: Tensor, vec: Tensor) -> Tensor:
    """Return the product of a matrix and a vector; see ``Tensor.mv``."""
    return input.mv(vec)


def dot(input: Tensor, tensor: Tensor) -> Tensor:
    """Return the sum of the products of two vectors' elements; see ``Tensor.dot``."""
    return input.dot(tensor)


def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """Return the products of all pairs of two vectors' elements; see ``Tensor.outer``."""
    return input.outer(vec2)


def addmm(
    input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Number = 1, alpha: Number = 1
) -> Tensor:
    """Return beta input + alpha (mat1 @ mat2); see ``Tensor.addmm``."""
    return input.addmm(mat1, mat2, beta=beta, alpha=alpha)
