"""True convolution: the kernel is flipped."""

from __future__ import annotations

from convolens.errors import ShapeError
from convolens.nn.functional._arguments import Ints, Padding
from convolens.nn.functional.conv import conv_operator, on_batch
from convolens.tensor import Tensor


def convolve(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> Tensor:
    """Return y[n,k,p] = bias[k] + the sum over c, r of weight[k,c,r] x[n, c, p - r], any rank.

    The field calls cross-correlation convolution: ``conv1d``, ``conv2d`` and ``conv3d`` do not flip
    the kernel. For learned weights that is no matter. What mathematics calls convolution flips
    it, and that makes it associative: with ``padding='full'`` two filters one after the other are
    one filter, their convolution; two cross-correlations are not.

    Args:
        input: The input.
        weight: The kernel; its rank says how many axes there are.
        bias: A number added to each output channel.
        stride: The step between outputs.
        padding: Zeros on both sides, or a name, as in ``conv2d``.
        dilation: The distance between taps.
        groups: In how many groups the channels are split.

    Shapes:
        input [N, C, *I] or [C, *I], weight [K, C/groups, *R] -> [N, K, *P] or [K, *P]

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If the shapes do not fit.

    Example:
        An impulse is answered by the kernel itself, not by its mirror image:

        >>> import convolens as cl
        >>> impulse, kernel = cl.tensor([[[0.0, 1, 0]]]), cl.tensor([[[1.0, 2, 3]]])
        >>> convolve(impulse, kernel, padding=1).tolist()
        [[[1.0, 2.0, 3.0]]]
        >>> cl.nn.functional.conv1d(impulse, kernel, padding=1).tolist()
        [[[3.0, 2.0, 1.0]]]

    Source: Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 9.1.
    """
    rank = weight.ndim - 2
    if rank not in (1, 2, 3):
        raise ShapeError(
            f"convolve: the weight has {weight.ndim} dimensions, but 3, 4 or 5 are needed.",
            [("weight", weight.spec, "")],
            "a weight is [K, C/groups, *R] with one, two or three axes in R.",
        )
    op = conv_operator(weight.shape[2:], stride, padding, dilation, groups, input.shape[-rank:])
    return on_batch(op, input, weight.flip(*range(2, weight.ndim)), bias)
