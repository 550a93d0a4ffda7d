"""Convolution as a matrix, and the attempt to undo it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from convolens import ops
from convolens.errors import ArgumentError, DTypeError, ShapeError
from convolens.nn.conv import ConvNd
from convolens.nn.conv_transpose import ConvTransposeNd
from convolens.ops._padding_taps import PADDINGS
from convolens.ops._taps import PAD, Pair, Table
from convolens.spec import TensorSpec, checked
from convolens.tensor import Tensor, from_numpy

Array = NDArray[Any]
#: A dense matrix of more numbers than this is not solved, and one of more entries not made.
_LARGEST, _MOST = 2**24, 2**26


@final
@dataclass(frozen=True, eq=False)
class SparseMatrix:
    """A matrix by its entries: values[e] stands in row rows[e] and column columns[e]."""

    shape: tuple[int, int]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: Array

    @property
    def T(self) -> SparseMatrix:  # noqa: N802
        """The transpose."""
        return SparseMatrix(self.shape[::-1], self.columns, self.rows, self.values)

    @property
    def density(self) -> float:
        """The share of places that have an entry."""
        return len(self.values) / (self.shape[0] * self.shape[1])

    def dense(self) -> Array:
        """Return the whole matrix; entries at one place add up."""
        whole = np.zeros(self.shape, self.values.dtype)
        np.add.at(whole, (self.rows, self.columns), self.values)
        return whole

    def __matmul__(self, x: Array) -> Array:
        """Return the product with a vector, or with a matrix of columns."""
        if x.shape[:1] != self.shape[1:]:
            raise ShapeError(
                f"the matrix has {self.shape[1]} columns, but the vector has shape "
                f"{list(x.shape)}.",
                hint="flatten the image in index order: x.flatten().",
            )
        weights = self.values.reshape(-1, *(1,) * (x.ndim - 1))
        y = np.zeros((self.shape[0], *x.shape[1:]), np.result_type(self.values, x))
        np.add.at(y, self.rows, weights * x[self.columns])
        return y

    def __repr__(self) -> str:
        return f"SparseMatrix({self.shape[0]}x{self.shape[1]}, {len(self.values)} entries)"


def conv_matrix(layer: ConvNd | ConvTransposeNd, input_shape: Sequence[int]) -> SparseMatrix:
    """Return the matrix A of a convolution: y = A x + bias, for images flattened in index order.

    A transposed convolution's matrix is the transpose of the convolution's: the weight that leads
    from input i to output p there leads from p to i here.

    Args:
        layer: A convolution, or a transposed one.
        input_shape: The shape of one image, [C, *I].

    Shapes:
        K prod(P) rows, C prod(I) columns

    Raises:
        ShapeError: If the layer does not take such images.

    Example:
        Each output of a convolution depends on few inputs, and all share their weights:

        >>> import convolens as cl
        >>> matrix = conv_matrix(cl.nn.Conv2d(1, 1, 3, stride=2), (1, 5, 5))
        >>> matrix, matrix.density
        (SparseMatrix(4x25, 36 entries), 0.36)

    Source: Dumoulin and Visin, "A guide to convolution arithmetic", 2016, section 4.1.
    """
    if not isinstance(layer, ConvNd | ConvTransposeNd):
        raise DTypeError(
            f"a {type(layer).__name__} is no convolution layer.",
            hint="give a Conv1d, Conv2d or Conv3d, or the transpose of one.",
        )
    shape = tuple(input_shape)
    if len(shape) != layer.rank + 1:
        raise ShapeError(
            f"input_shape has {len(shape)} dimensions, but {layer.rank + 1} are needed.",
            [("input_shape", list(shape), "C, *I")],
            "give the shape of one image, without an axis for the batch.",
        )
    weight = layer.weight.detach().numpy()
    kernel, spec = weight.shape[2:], checked((1, *shape), layer.weight.dtype)
    if isinstance(layer, ConvTransposeNd):
        transpose = layer.operator(kernel)
        output = transpose.infer(spec, layer.weight.spec).shape[1:]
        windows = transpose.windows(kernel)
        tables = [
            window.taps(size)[:count]
            for window, size, count in zip(windows, output[1:], shape[1:], strict=True)
        ]
        return _matrix(tables, weight, layer.groups, output[1:]).T
    op, border = layer.operator(kernel, shape[1:])
    cells = [sum(pair) for pair in border] or [0] * layer.rank
    sizes = (size + more for size, more in zip(shape[1:], cells, strict=True))
    op.infer(TensorSpec((1, shape[0], *sizes), spec.dtype), layer.weight.spec)
    tables = _tables(op, border, layer.padding_mode, kernel, shape[1:])
    return _matrix(tables, weight, layer.groups, shape[1:])


def _tables(
    op: ops.Conv, border: Sequence[Pair], mode: str, kernel: tuple[int, ...], sizes: tuple[int, ...]
) -> list[Table]:
    """Return which input each output reads by each tap, with what the border repeats."""
    if not border:
        return [w.taps(size) for w, size in zip(op.windows(kernel), sizes, strict=True)]
    tables = []
    for window, size, (before, after) in zip(op.windows(kernel), sizes, border, strict=True):
        cells = PADDINGS[mode](size, before, after)[:, 0]
        tables.append(cells[window.taps(len(cells))])
    return tables


def _matrix(
    tables: Sequence[Table], weight: Array, groups: int, sizes: tuple[int, ...]
) -> SparseMatrix:
    """Return one entry for each output, tap and channel that meet in a real input."""
    outputs, each, *kernel = weight.shape
    positions = tuple(len(table) for table in tables)
    # For each output position and tap, the place of the input within its channel, or -1.
    place: NDArray[np.int64] = np.zeros((*positions, *kernel), np.int64)
    real = np.ones(place.shape, bool)
    for axis, (table, size) in enumerate(zip(tables, sizes, strict=True)):
        own = [1] * place.ndim
        own[axis], own[axis + len(tables)] = table.shape
        place = place * size + table.reshape(own)
        real &= (table > PAD).reshape(own)
    place = place.reshape(prod(positions), prod(kernel))
    p, r = np.nonzero(real.reshape(place.shape))
    if outputs * each * len(p) > _MOST:
        raise ArgumentError(
            f"the matrix would have {outputs * each * len(p)} entries.",
            [("weight", list(weight.shape), "K, C/groups, *R"), ("image", list(sizes), "*I")],
            f"use a smaller image or fewer channels: at most {_MOST} entries.",
        )
    rows, columns, values = [], [], []
    for k in range(outputs):
        first = k // (outputs // groups) * each
        for c in range(each):
            rows.append(k * prod(positions) + p)
            columns.append((first + c) * prod(sizes) + place[p, r])
            values.append(weight[k, c].reshape(-1)[r])
    shape = (outputs * prod(positions), each * groups * prod(sizes))
    return SparseMatrix(
        shape, np.concatenate(rows), np.concatenate(columns), np.concatenate(values)
    )


class Deconvolved(NamedTuple):
    """An input that a convolution turns into a given output, as nearly as can be.

    Attributes:
        input: The input, [C, *I]: of all that fit as well, the one of least length.
        rank: How many independent numbers the convolution's matrix lets through.
        unknowns: How many numbers the input has.
        residual: How far the convolution of ``input`` is from the output: the length of the
            difference.
    """

    input: Tensor
    rank: int
    unknowns: int
    residual: float

    @property
    def unique(self) -> bool:
        """Whether the output determines the input."""
        return self.rank == self.unknowns

    def explain(self) -> str:
        """Say plainly what was recovered."""
        if self.unique:
            return (
                f"The matrix has rank {self.rank}, as many as the input has numbers: the output "
                "determines the input."
            )
        return (
            f"The matrix has rank {self.rank}, but the input has {self.unknowns} numbers: the "
            f"convolution cannot be undone. {self.unknowns - self.rank} dimensions of the input "
            "leave no trace in the output; of all inputs that fit, this is the one of least "
            "length."
        )


def deconvolve(
    layer: ConvNd | ConvTransposeNd, output: Tensor, input_shape: Sequence[int]
) -> Deconvolved:
    """Return the input that a convolution made an output from, by least squares on its matrix.

    That is deconvolution in the word's own sense. A transposed convolution is often called so, but
    restores the shape, not the values. Computed in float64.

    Args:
        layer: A convolution, or a transposed one.
        output: What it gave, [K, *P].
        input_shape: The shape of what it was given, [C, *I].

    Raises:
        ShapeError: If the layer does not turn such inputs into such outputs.
        ArgumentError: If the matrix is too large to be solved.

    Example:
        Without padding and with a stride, four numbers are left of 25:

        >>> import convolens as cl
        >>> layer, x = cl.nn.Conv2d(1, 1, 3, stride=2), cl.randn(1, 5, 5)
        >>> found = deconvolve(layer, layer(x), x.shape)
        >>> found.unique, found.rank, found.unknowns
        (False, 4, 25)

    Source: Golub and Van Loan, "Matrix Computations", 4th edition, 2013, section 5.5.
    """
    matrix = conv_matrix(layer, input_shape)
    if matrix.shape[0] * matrix.shape[1] > _LARGEST:
        raise ArgumentError(
            f"the matrix is {matrix.shape[0]}x{matrix.shape[1]}, which is too large to be solved.",
            hint=f"use an image so small that it has at most {_LARGEST} numbers.",
        )
    y = output.detach().numpy().astype(np.float64)
    if y.size != matrix.shape[0]:
        raise ShapeError(
            f"the output has {y.size} numbers, but the layer gives {matrix.shape[0]}.",
            [("output", output.spec, "K, *P"), ("input_shape", list(input_shape), "C, *I")],
            "give one output, without an axis for the batch.",
        )
    if layer.bias is not None:
        bias = layer.bias.detach().numpy().astype(np.float64)
        y = y - bias.reshape(-1, *(1,) * layer.rank)
    dense = matrix.dense().astype(np.float64)
    x, _, rank, _ = np.linalg.lstsq(dense, y.reshape(-1), rcond=None)
    residual = float(np.linalg.norm(dense @ x - y.reshape(-1)))
    image = x.reshape(tuple(input_shape)).astype(output.dtype)
    return Deconvolved(from_numpy(image), int(rank), matrix.shape[1], residual)
