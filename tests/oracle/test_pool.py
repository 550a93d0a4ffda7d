"""Pooling: values, gradients, and NaN, infinities and ties as torch routes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens.ops._taps import Window

from .peer import BOTH, compare, draw, laid_out, layouts, to_torch, torch


@st.composite
def poolings(draw_: st.DrawFn, dilated: bool) -> tuple[tuple[int, ...], dict[str, Any], str]:
    rank = draw_(st.sampled_from((1, 2, 2, 3)))

    def each(low: int, high: int) -> tuple[int, ...]:
        return tuple(draw_(st.integers(low, high)) for _ in range(rank))

    kernel = each(1, 4)
    dilation = each(1, 2) if dilated else (1,) * rank
    padding = tuple(draw_(st.integers(0, k // 2)) for k in kernel)
    options: dict[str, Any] = {"kernel_size": kernel, "padding": padding}
    if dilated:
        options["dilation"] = dilation
    if draw_(st.booleans()):
        options["stride"] = each(1, 3)
    options["ceil_mode"] = draw_(st.booleans())
    sizes = [
        max(1, d * (k - 1) + 1 - 2 * p) + draw_(st.integers(0, 4))
        for k, d, p in zip(kernel, dilation, padding, strict=True)
    ]
    # torch corrupts its memory where a dilated window reads no input (ours gives -infinity).
    strides = options.get("stride", kernel)
    for size, k, s, p, d in zip(sizes, kernel, strides, padding, dilation, strict=True):
        window = Window(k, s, (p, p), d, options["ceil_mode"])
        assume((window.taps(size) >= 0).any(axis=1).all())
    if rank == 3 and not dilated:
        # torch's avg_pool3d alone wants an image as large as the window, whatever the padding.
        sizes = [max(pair) for pair in zip(sizes, kernel, strict=True)]
    shape = (draw_(st.integers(1, 2)), draw_(st.sampled_from((1, 2, 5, 17, 33))), *sizes)
    return shape, options, draw_(layouts)


@BOTH
@given(poolings(dilated=True))
@settings(max_examples=100)
def test_max(dtype: str, case: Any) -> None:
    shape, options, layout = case
    name = f"max_pool{len(shape) - 2}d"
    ours, theirs = getattr(cl.nn.functional, name), getattr(torch.nn.functional, name)
    windows = int(np.prod(options["kernel_size"]))
    compare(
        lambda x: ours(x, **options),
        lambda x: theirs(x, **options),
        draw(shape),
        dtype,
        windows,
        sums_of_products=False,
        layout=layout,
    )


@BOTH
@given(poolings(dilated=False), st.booleans())
@settings(max_examples=100)
def test_average(dtype: str, case: Any, include: bool) -> None:
    shape, options, layout = case
    name = f"avg_pool{len(shape) - 2}d"
    options["count_include_pad"] = include
    ours, theirs = getattr(cl.nn.functional, name), getattr(torch.nn.functional, name)
    length = int(np.prod(options["kernel_size"])) + 2
    compare(
        lambda x: ours(x, **options),
        lambda x: theirs(x, **options),
        draw(shape),
        dtype,
        length,
        layout=layout,
    )


@BOTH
@given(poolings(dilated=True), st.randoms(use_true_random=False))
@settings(max_examples=120)
def test_max_of_nan_infinities_and_ties(dtype: str, case: Any, chance: Any) -> None:
    """Bit for bit: which input wins decides where the gradient goes."""
    shape, options, layout = case
    values = [0.0, 0.0, 1.0, 1.0, -1.0, np.nan, np.inf, -np.inf, -np.inf]
    x = np.array([chance.choice(values) for _ in range(int(np.prod(shape)))], dtype).reshape(shape)
    name = f"max_pool{len(shape) - 2}d"
    mine = cl.from_numpy(laid_out(x, layout)).requires_grad_()
    other = to_torch(x, requires_grad=True)
    y = getattr(cl.nn.functional, name)(mine, **options)
    z = getattr(torch.nn.functional, name)(other, **options)
    np.testing.assert_array_equal(y.detach().numpy(), z.detach().numpy())
    g = np.arange(1, z.numel() + 1, dtype=dtype).reshape(tuple(z.shape))
    y.backward(cl.from_numpy(g))
    z.backward(to_torch(g))
    assert mine.grad is not None
    np.testing.assert_array_equal(mine.grad.numpy(), other.grad.numpy())


@BOTH
def test_no_batch_and_an_empty_one(dtype: str) -> None:
    for rank in (1, 2, 3):
        for batch in ((3,), (0, 3)):
            shape = (*batch, *(6,) * rank)
            for name in (f"max_pool{rank}d", f"avg_pool{rank}d"):
                ours, theirs = getattr(cl.nn.functional, name), getattr(torch.nn.functional, name)
                compare(
                    lambda x, f=ours: f(x, 2),
                    lambda x, f=theirs: f(x, 2),
                    draw(shape),
                    dtype,
                    2**rank + 2,
                    sums_of_products="avg" in name,
                )


@pytest.mark.parametrize("kind", ["max", "avg"])
def test_large_images(kind: str) -> None:
    for kernel, stride, padding in ((2, 2, 0), (3, 2, 1), (3, 1, 1), (5, 3, 2)):
        name = f"{kind}_pool2d"
        ours, theirs = getattr(cl.nn.functional, name), getattr(torch.nn.functional, name)
        compare(
            lambda x, f=ours, a=(kernel, stride, padding): f(x, *a),
            lambda x, f=theirs, a=(kernel, stride, padding): f(x, *a),
            draw((2, 35, 29, 31)),
            "float32",
            kernel**2 + 2,
            sums_of_products=kind == "avg",
        )
