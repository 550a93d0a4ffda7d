"""Kernels that are sums of a column times a row."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convolens.errors import ShapeError
from convolens.tensor import Tensor

Matrix = NDArray[np.float64]


class Separated(NamedTuple):
    """A kernel as a sum of outer products, columns[i] times rows[i].

    Attributes:
        columns: [rank, R].
        rows: [rank, S].
    """

    columns: Matrix
    rows: Matrix

    @property
    def rank(self) -> int:
        """How many outer products there are."""
        return int(self.columns.shape[0])

    @property
    def numbers(self) -> int:
        """How many numbers the factors have: rank (R + S)."""
        return int(self.columns.size + self.rows.size)

    @property
    def saved(self) -> int:
        """How many numbers the factors have less than the kernel's R S; negative if more."""
        return int(self.columns.shape[1] * self.rows.shape[1]) - self.numbers

    def kernel(self) -> Matrix:
        """Return the sum of the outer products."""
        product: Matrix = self.columns.T @ self.rows
        return product


def kernel_rank(kernel: Any) -> int:
    """Return how many outer products of a column and a row a kernel [R, S] is the sum of.

    If it is one, the convolution can be done along one axis and then the other.

    Raises:
        ShapeError: If the kernel is not a matrix.

    Example:
        Sobel's kernel smooths along one axis and takes a difference along the other. A 24 among
        -1 does not separate:

        >>> kernel_rank([[1, 0, -1], [2, 0, -2], [1, 0, -1]])
        1
        >>> edge = np.full((5, 5), -1.0)
        >>> edge[2, 2] = 24
        >>> kernel_rank(edge)
        2

    Source: Szeliski, "Computer Vision: Algorithms and Applications", 2nd edition, 2022, section
    3.2.1.
    """
    return int(np.linalg.matrix_rank(_matrix(kernel)))


def separate(kernel: Any) -> Separated:
    """Return columns and rows whose outer products sum to a kernel [R, S]: no fewer would do.

    They are its singular vectors, each multiplied with the root of the singular value.

    Raises:
        ShapeError: If the kernel is not a matrix.

    Example:
        Six numbers instead of nine:

        >>> sobel = separate([[1, 0, -1], [2, 0, -2], [1, 0, -1]])
        >>> sobel.rank, sobel.numbers, sobel.saved
        (1, 6, 3)
        >>> sobel.kernel().round(9).tolist()
        [[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]]

    Source: Szeliski, "Computer Vision: Algorithms and Applications", 2nd edition, 2022, section
    3.2.1.
    """
    matrix = _matrix(kernel)
    left, values, right = np.linalg.svd(matrix, full_matrices=False)
    rank = kernel_rank(matrix)
    root = np.sqrt(values[:rank, None])
    columns, rows = left.T[:rank] * root, right[:rank] * root
    # The signs of a pair are free: the largest number of a column is positive.
    largest = np.abs(columns).argmax(axis=1)
    signs = np.sign(columns[np.arange(rank), largest])[:, None]
    return Separated(columns * signs, rows * signs)


def _matrix(kernel: Any) -> Matrix:
    array = kernel.detach().numpy() if isinstance(kernel, Tensor) else kernel
    matrix = np.asarray(array, np.float64)
    if matrix.ndim != 2 or matrix.size == 0:
        raise ShapeError(
            f"a kernel that can be separated is a matrix, but this one has shape "
            f"{list(matrix.shape)}.",
            hint="give the kernel of one input and one output channel: weight[k, c].",
        )
    return matrix
