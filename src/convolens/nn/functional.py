"""Layers as functions, with torch's names and arguments."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import Literal

from convolens import ops
from convolens.errors import ArgumentError, ShapeError
from convolens.ops._taps import Pair, resolve_padding
from convolens.ops.cross_entropy import Reduction
from convolens.spec import int64
from convolens.tensor import Tensor, apply, random, tensor

Ints = int | Sequence[int]
Padding = int | Sequence[int | Pair] | str


def each_axis(name: str, value: Ints, rank: int) -> tuple[int, ...]:
    """Return one number an axis.

    Raises:
        ArgumentError: If there are not as many numbers as axes.

    Example:
        >>> each_axis("stride", 2, rank=3)
        (2, 2, 2)
    """
    try:
        if not isinstance(value, Sequence):
            return (index(value),) * rank
        values = tuple(index(number) for number in value)
    except TypeError:
        values = ()
    if len(values) != rank:
        raise ArgumentError(
            f"{name} is {value!r}, but must be one whole number, or {rank} of them.",
            hint=f"write {name}={(3,) * rank}.",
        )
    return values


def conv_operator(
    kernel: Sequence[int],
    stride: Ints,
    padding: Padding,
    dilation: Ints,
    groups: int,
) -> ops.Conv:
    """Return the convolution operator for torch's arguments.

    Raises:
        ArgumentError: If an argument is out of range.
    """
    rank = len(kernel)
    steps = each_axis("stride", stride, rank)
    spread = each_axis("dilation", dilation, rank)
    return ops.Conv(steps, resolve_padding(padding, kernel, steps, spread), spread, groups)


def convolve_with(op: ops.Conv, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Call a convolution on a batch [N, C, *I] or on one image [C, *I]."""
    single = x.ndim == op.rank + 1
    batch = x.unsqueeze(0) if single else x
    y = apply(op, batch, weight) if bias is None else apply(op, batch, weight, bias)
    return y.squeeze(0) if single else y


def _convolve(
    rank: int,
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Ints,
    padding: Padding,
    dilation: Ints,
    groups: int,
) -> Tensor:
    if weight.ndim != rank + 2:
        raise ShapeError(
            f"conv{rank}d: the weight has {weight.ndim} dimensions, but {rank + 2} are needed.",
            [("weight", weight.spec, "")],
        )
    op = conv_operator(weight.shape[2:], stride, padding, dilation, groups)
    return convolve_with(op, x, weight, bias)


def conv1d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> Tensor:
    """Return the convolution of x [N, C, W] with weight [K, C/groups, S].

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If the shapes do not fit.
    """
    return _convolve(1, x, weight, bias, stride, padding, dilation, groups)


def conv2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> Tensor:
    """Return the convolution of x [N, C, H, W] with weight [K, C/groups, R, S].

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If the shapes do not fit.

    Example:
        >>> import convolens as cl
        >>> x = cl.tensor([[[[1.0, 2, 3, 0], [0, 1, 2, 3], [3, 0, 1, 2], [2, 3, 0, 1]]]])
        >>> w = cl.tensor([[[[2.0, 0, 1], [0, 1, 2], [1, 0, 2]]]])
        >>> conv2d(x, w).tolist()
        [[[[15.0, 16.0], [6.0, 15.0]]]]
    """
    return _convolve(2, x, weight, bias, stride, padding, dilation, groups)


def conv3d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> Tensor:
    """Return the convolution of x [N, C, D, H, W] with weight [K, C/groups, T, R, S].

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If the shapes do not fit.
    """
    return _convolve(3, x, weight, bias, stride, padding, dilation, groups)


def max_pool_operator(
    rank: int,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
) -> ops.MaxPool:
    """Return the max pooling operator for torch's arguments."""
    kernel = each_axis("kernel_size", kernel_size, rank)
    return ops.MaxPool(
        kernel,
        kernel if stride is None else each_axis("stride", stride, rank),
        tuple((p, p) for p in each_axis("padding", padding, rank)),
        each_axis("dilation", dilation, rank),
        ceil_mode,
    )


def avg_pool_operator(
    rank: int,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> ops.AvgPool:
    """Return the average pooling operator for torch's arguments."""
    kernel = each_axis("kernel_size", kernel_size, rank)
    return ops.AvgPool(
        kernel,
        kernel if stride is None else each_axis("stride", stride, rank),
        tuple((p, p) for p in each_axis("padding", padding, rank)),
        (1,) * rank,
        ceil_mode,
        count_include_pad,
    )


def pool_with(op: ops.MaxPool | ops.AvgPool, x: Tensor) -> Tensor:
    """Call a pooling on a batch [N, C, *I] or on one image [C, *I]."""
    if x.ndim == op.rank + 1:
        return apply(op, x.unsqueeze(0)).squeeze(0)
    return apply(op, x)


def max_pool1d(
    x: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """Return the largest element of each window of x [N, C, W]; the stride is the kernel size."""
    return pool_with(max_pool_operator(1, kernel_size, stride, padding, dilation, ceil_mode), x)


def max_pool2d(
    x: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """Return the largest element of each window of x [N, C, H, W]; the stride is the kernel size.

    Example:
        >>> import convolens as cl
        >>> max_pool2d(cl.arange(16).float().reshape(1, 1, 4, 4), 2).tolist()
        [[[[5.0, 7.0], [13.0, 15.0]]]]
    """
    return pool_with(max_pool_operator(2, kernel_size, stride, padding, dilation, ceil_mode), x)


def max_pool3d(
    x: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """Return the largest element of each window of x [N, C, D, H, W]."""
    return pool_with(max_pool_operator(3, kernel_size, stride, padding, dilation, ceil_mode), x)


def avg_pool1d(
    x: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Return the mean of each window of x [N, C, W]; the stride is the kernel size."""
    op = avg_pool_operator(1, kernel_size, stride, padding, ceil_mode, count_include_pad)
    return pool_with(op, x)


def avg_pool2d(
    x: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Return the mean of each window of x [N, C, H, W]; the stride is the kernel size."""
    op = avg_pool_operator(2, kernel_size, stride, padding, ceil_mode, count_include_pad)
    return pool_with(op, x)


def avg_pool3d(
    x: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Return the mean of each window of x [N, C, D, H, W]; the stride is the kernel size."""
    op = avg_pool_operator(3, kernel_size, stride, padding, ceil_mode, count_include_pad)
    return pool_with(op, x)


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return x [*N, I] times the transpose of weight [O, I], plus bias [O].

    Raises:
        ShapeError: If the shapes do not fit.
    """
    return apply(ops.Linear(), x, weight) if bias is None else apply(ops.Linear(), x, weight, bias)


def relu(x: Tensor) -> Tensor:
    """Return each element, or 0 where it is negative."""
    return x.relu()


def sigmoid(x: Tensor) -> Tensor:
    """Return 1 / (1 + e^-x) of each element."""
    return x.sigmoid()


def tanh(x: Tensor) -> Tensor:
    """Return the hyperbolic tangent of each element."""
    return x.tanh()


def softmax(x: Tensor, dim: int) -> Tensor:
    """Return shares that sum to 1 along ``dim``."""
    return x.softmax(dim)


def log_softmax(x: Tensor, dim: int) -> Tensor:
    """Return the logarithms of shares that sum to 1 along ``dim``."""
    return x.log_softmax(dim)


def cross_entropy(logits: Tensor, labels: Tensor, reduction: Reduction = "mean") -> Tensor:
    """Return how far logits [N, K] are from class labels [N], in nats.

    Raises:
        IndexRangeError: If a label is not in 0 .. K-1.
        ShapeError: If the shapes do not fit.
        DTypeError: If the labels are not whole numbers.
    """
    return apply(ops.CrossEntropy(reduction), logits, labels)


def dropout(x: Tensor, p: float = 0.5, training: bool = True) -> Tensor:
    """Return x with a share p of its elements zero and the others divided by 1 - p.

    Outside training x itself is returned. The elements follow from ``manual_seed``.

    Raises:
        ArgumentError: If p is not a probability.
    """
    op = ops.Dropout(float(p))
    if not training or p == 0.0:
        return x
    return apply(op, x, tensor(random.next_key(), dtype=int64))


def local_response_norm(
    x: Tensor,
    size: int,
    alpha: float = 1e-4,
    beta: float = 0.75,
    k: float = 1.0,
    scaling: Literal["mean", "sum"] = "mean",
) -> Tensor:
    """Return x [N, C, *I] divided by (k + a sum of x^2 over ``size`` neighbouring channels)^beta.

    Args:
        x: The input.
        size: How many channels, the own one included.
        alpha: The strength; what it multiplies is said by ``scaling``.
        beta: The exponent.
        k: What is added.
        scaling: ``'mean'``: a = alpha / size, as in torch. ``'sum'``: a = alpha, as in the 2012
            paper.

    Raises:
        ArgumentError: If ``size`` is below 1 or ``scaling`` is not known.
    """
    return apply(ops.LocalResponseNorm(size, alpha, beta, k, scaling), x)


def flatten(x: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Return the tensor with the axes from ``start_dim`` to ``end_dim`` joined into one."""
    return x.flatten(start_dim, end_dim)
