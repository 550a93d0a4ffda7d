"""Patches: the textbook's im2col, and what folding them back gives."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens.ops import Fold, Unfold
from convolens.ops._taps import coverage
from convolens.scratch import im2col
from convolens.spec import FLOATS

axes = st.tuples(
    st.integers(1, 3), st.integers(1, 3), st.integers(0, 2), st.integers(1, 2), st.integers(0, 4)
)


@given(st.lists(axes, min_size=1, max_size=3), st.sampled_from(FLOATS))
@settings(max_examples=150)
def test_folding_what_was_unfolded_counts_overlaps(axes: list, dtype: np.dtype) -> None:
    kernel, stride, pads, dilation, extra = zip(*axes, strict=True)
    padding = tuple((pad, pad) for pad in pads)
    sizes = tuple(
        max(1, d * (k - 1) + 1 - 2 * p) + e
        for k, p, d, e in zip(kernel, pads, dilation, extra, strict=True)
    )
    geometry = (kernel, stride, padding, dilation)
    x = np.random.default_rng(0).integers(-9, 9, (2, 3, *sizes)).astype(dtype)
    columns = Unfold(*geometry).reference(x)
    back = Fold(*geometry, sizes=sizes).reference(columns)
    counts = np.ones((1, 1), dtype)
    for table, size in zip(Unfold(*geometry).tables(sizes), sizes, strict=True):
        counts = np.multiply.outer(counts, coverage(table, size))
    np.testing.assert_array_equal(back, counts.reshape(1, 1, *sizes) * x)


@given(st.integers(1, 3), st.integers(1, 3), st.integers(0, 2))
def test_it_is_the_textbooks_im2col(kernel: int, stride: int, pad: int) -> None:
    """There a patch is a row, and the images' patches follow each other."""
    x = np.random.default_rng(0).standard_normal((2, 3, 5, 6)).astype(np.float32)
    rows = im2col(x, kernel, kernel, stride, pad)
    columns = cl.nn.functional.unfold(cl.tensor(x), kernel, padding=pad, stride=stride).numpy()
    np.testing.assert_array_equal(columns.transpose(0, 2, 1).reshape(rows.shape), rows)


def test_a_convolution_is_a_product_with_the_columns() -> None:
    x, weight = cl.randn(2, 3, 6, 5), cl.randn(4, 3, 3, 3)
    columns = cl.nn.functional.unfold(x, 3, padding=1)
    matrix = weight.reshape(4, 27)
    for image, patches in zip(cl.nn.functional.conv2d(x, weight, padding=1), columns, strict=True):
        np.testing.assert_allclose(
            (matrix @ patches).numpy(), image.reshape(4, 30).numpy(), rtol=1e-4, atol=1e-4
        )
