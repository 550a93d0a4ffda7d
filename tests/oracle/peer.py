"""torch, and a comparison of values and gradients with it.

The yardstick is torch in float64. A result in float32 may be off by the rounding of its sums, and
one in float64 by that of both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

import convolens as cl
from convolens.ops import Array
from tolerance import assert_close

torch = pytest.importorskip("torch", reason="torch is not installed; `make oracle` installs it")
torch.set_num_threads(1)

BOTH = pytest.mark.parametrize("dtype", ["float32", "float64"])
Function = Callable[..., Any]


def to_torch(array: Array, requires_grad: bool = False) -> Any:
    """Return a copy, so that negative and other strides are no matter."""
    return torch.tensor(np.array(array, order="C"), requires_grad=requires_grad)


def draw(*shapes: Sequence[int], seed: int = 7) -> list[Array]:
    random = np.random.default_rng(seed)
    return [np.asarray(random.standard_normal(tuple(shape))) for shape in shapes]


def laid_out(array: Array, layout: str) -> Array:
    """Return the same numbers with other strides."""
    if layout == "channels first":
        return np.array(array, order="C")
    if layout == "channels last":
        order = [0, *range(2, array.ndim), 1] if array.ndim > 2 else list(range(array.ndim))
        return np.array(array.transpose(order), order="C").transpose(np.argsort(order))
    if layout == "reversed axes":
        return np.array(array, order="F")
    if layout == "every other":
        wide = np.zeros([2 * extent for extent in array.shape], array.dtype)
        part = (..., *[slice(None, None, 2)] * array.ndim)
        wide[part] = array
        return wide[part]
    assert layout == "backwards"
    turn = (..., *[slice(None, None, -1)] * array.ndim)
    return array[turn].copy()[turn]


layouts = st.sampled_from(
    [
        "channels first",
        "channels first",
        "channels last",
        "reversed axes",
        "every other",
        "backwards",
    ]
)


def gradients(function: Function, arrays: Sequence[Array], upstream: Array | None) -> list[Array]:
    """Return torch's output and gradients in float64."""
    inputs = [to_torch(a.astype(np.float64), requires_grad=True) for a in arrays]
    output = function(*inputs)
    if upstream is None:
        return [output.detach().numpy()]
    output.backward(to_torch(upstream.astype(np.float64)))
    zero = [torch.zeros_like(i) if i.grad is None else i.grad for i in inputs]
    return [output.detach().numpy(), *(grad.numpy() for grad in zero)]


def own(function: Function, arrays: Sequence[Array], upstream: Array, layout: str) -> list[Array]:
    """Return our output and gradients in the arrays' type."""
    inputs = [cl.from_numpy(laid_out(a, layout)).requires_grad_() for a in arrays]
    output = function(*inputs)
    output.backward(cl.from_numpy(laid_out(upstream, layout)))
    result = [output.detach().numpy()]
    for tensor in inputs:
        assert tensor.grad is not None
        assert tensor.grad.dtype == tensor.dtype
        result.append(tensor.grad.numpy())
    return result


def compare(
    ours: Function,
    theirs: Function,
    arrays: Sequence[Array],
    dtype: str,
    lengths: int | Sequence[int],
    *,
    sums_of_products: bool = True,
    absolute: Function | None = None,
    cancels: bool = False,
    layout: str = "channels first",
) -> None:
    """Compare the output, and the gradients of all inputs for a random upstream gradient.

    Args:
        ours: The function of convolens.
        theirs: That of torch.
        arrays: The inputs.
        dtype: In which ours computes.
        lengths: How many roundings the output, and each gradient, may see.
        sums_of_products: The magnitude of each number is what the function makes of the absolute
            values. Otherwise it is the largest number of the result.
        absolute: What stands for the function then, if it is a difference: a sum.
        cancels: The gradients are differences of numbers as large as the upstream gradient.
        layout: How the inputs lie in memory.
    """
    arrays = [a.astype(dtype) for a in arrays]
    shape = theirs(*(to_torch(a) for a in arrays)).shape
    upstream = np.random.default_rng(11).standard_normal(tuple(shape)).astype(dtype)
    expected = gradients(theirs, arrays, upstream)
    with cl.exact():  # the limits are those of the definition's sums, not of Winograd's
        computed = own(ours, arrays, upstream, layout)
    if sums_of_products:
        positive = [np.abs(a) for a in arrays]
        magnitudes = [np.abs(m) for m in gradients(absolute or theirs, positive, np.abs(upstream))]
    else:
        magnitudes = [np.abs(e).max(initial=0.0, where=np.isfinite(e)) for e in expected]
        if cancels:
            floor = float(np.abs(upstream).max(initial=0.0))
            magnitudes[1:] = [max(magnitude, floor) for magnitude in magnitudes[1:]]
    all_lengths = [lengths] * len(expected) if isinstance(lengths, int) else lengths
    for mine, exact, length, magnitude in zip(
        computed, expected, all_lengths, magnitudes, strict=True
    ):
        assert mine.dtype == dtype
        assert_close(mine, exact, length, magnitude, dtype)


def outcome(call: Callable[[], Any]) -> Any:
    """Return the result of a call, or the error it raises."""
    try:
        return call()
    except Exception as error:
        return error
