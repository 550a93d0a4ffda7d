from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import convolens as cl
from convolens.backends.pixels import rounded
from convolens.errors import ArgumentError
from convolens.lens.filters import apply
from convolens.lens.filters.apply import filtered_pixels, filtered_values
from convolens.lens.filters.bank import BANK
from convolens.lens.filters.kernel import Kernel, as_kernel
from convolens.lens.filters.tiles import PADDINGS, Tiles

from .pictures import noise
from .test_tiles import padded


def defined(pixels: np.ndarray, kernel: Kernel, padding: str, mix: bool) -> np.ndarray:
    """The sum over r, s of kernel[r, s] x[p + r, q + s], in float64."""
    whole = padded(pixels, kernel.size, padding).astype(np.float64)
    windows = np.lib.stride_tricks.sliding_window_view(whole, kernel.size, (0, 1))
    found = []
    for grids in kernel.directions:
        weights = np.stack([grids[c % len(grids)] for c in range(pixels.shape[2])])
        each = np.einsum("pqcrs,crs->pqc", windows, weights)
        if mix:
            each = each.mean(2, keepdims=True) if len(grids) == 1 else each.sum(2, keepdims=True)
        found.append(each)
    return found[0] if len(found) == 1 else np.hypot(*found)


def allowed(pixels: np.ndarray, kernel: Kernel, mix: bool) -> float:
    """n roundings of n products, the largest pixel each; columns times rows are no larger."""
    count = kernel.grids[0].size * (pixels.shape[2] if mix else 1)
    size = max(np.abs(grid).sum() for grids in kernel.directions for grid in grids)
    split = 3 if any(plan.rank > 1 and plan.separated for plan in apply.plans(kernel)) else 1
    return (count + 8) * 2.0**-24 * size * float(pixels.max()) * pixels.shape[2] * 2 * split + 1e-30


KERNELS = [
    *BANK,
    "gaussian:2",
    "edge:9",
    "motion:7,30",
    "1 2; 3 4",
    "1 -1",
    "1; -1",
    "2",
    "0 0 0; 0 0 0; 0 0 0",
]


@pytest.mark.parametrize("mix", [False, True])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", KERNELS)
def test_every_kernel_is_its_definition(name: str, channels: int, mix: bool) -> None:
    pixels, kernel = noise(31, 29, channels), as_kernel(name)
    found = filtered_values(pixels, kernel, padding="reflect", mix=mix)
    expected = defined(pixels, kernel, "reflect", mix)
    assert found.dtype == np.float32
    assert np.abs(found - expected).max() <= allowed(pixels, kernel, mix)


@given(
    st.integers(6, 20),
    st.integers(6, 20),
    st.integers(1, 6),
    st.integers(1, 6),
    st.sampled_from(PADDINGS),
    st.booleans(),
    st.booleans(),
    st.sampled_from([np.uint8, np.uint16]),
)
def test_any_grids_and_paddings(
    height: int, width: int, r: int, s: int, padding: str, mix: bool, each: bool, dtype: type
) -> None:
    random = np.random.default_rng(height * 1000 + width * 10 + r)
    kernel = as_kernel(random.integers(-4, 5, (3 if each else 1, r, s)))
    pixels = noise(height, width, 3, dtype=dtype)
    found = filtered_values(pixels, kernel, padding=padding, mix=mix)
    expected = defined(pixels, kernel, padding, mix)
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= allowed(pixels, kernel, mix)


@given(
    st.integers(1, 60),
    st.integers(1, 90),
    st.sampled_from(["sobel", "edge:3", "edge:9", "gaussian:1", "1 2 3", "1; 2", "unsharp"]),
    st.sampled_from(["replicate", "zeros"]),
    st.sampled_from(["clip", "abs", "shift"]),
    st.sampled_from([1, 3]),
)
def test_pixels_are_the_rounded_values(
    height: int, width: int, name: str, padding: str, signs: str, channels: int
) -> None:
    """Pixels and values are computed in different tiles, to the same bits."""
    pixels, kernel = noise(height, width, channels), as_kernel(name)
    values = filtered_values(pixels, kernel, padding=padding, mix=False)
    shift = 128 if signs == "shift" else 0
    expected = rounded(values, pixels.dtype, absolute=signs == "abs", shift=np.float32(shift))
    found = filtered_pixels(pixels, kernel, padding=padding, mix=False, signs=signs)
    np.testing.assert_array_equal(found, expected)


def test_results_do_not_depend_on_the_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels, kernel = noise(70, 150, 3), as_kernel("edge:15")
    options = {"padding": "circular", "mix": False}
    whole = filtered_values(pixels, kernel, **options)
    monkeypatch.setattr(
        apply, "Tiles", lambda pixels, size, padding: Tiles(pixels, size, padding, 3000)
    )
    np.testing.assert_array_equal(filtered_values(pixels, kernel, **options), whole)


def test_results_do_not_depend_on_the_threads() -> None:
    pixels, kernel = noise(200, 300, 3), as_kernel("unsharp")
    before, found = cl.get_num_threads(), []
    try:
        for threads in (1, 2, 5):
            cl.set_num_threads(threads)
            found.append(filtered_values(pixels, kernel, padding="zeros", mix=False))
    finally:
        cl.set_num_threads(before)
    assert all((values == found[0]).all() for values in found)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_signs(dtype: type) -> None:
    largest = np.iinfo(dtype).max
    pixels = np.array([[[0], [100], [50], [largest]]], dtype)
    row = [0, 100, -50, largest - 50]
    for signs, expected in {
        "clip": [max(v, 0) for v in row],
        "abs": [abs(v) for v in row],
        "shift": [min(max(v + (largest + 1) // 2, 0), largest) for v in row],
    }.items():
        found = filtered_pixels(
            pixels, as_kernel("-1 1 0"), padding="replicate", mix=False, signs=signs
        )
        assert found.dtype == dtype
        assert found[0, :, 0].tolist() == expected


@pytest.mark.parametrize(
    ("size", "kernel", "padding", "words"),
    [
        ((5, 5), "box:3", "mirror", "padding is 'mirror'"),
        ((5, 5), "1 | 2", "zeros", "grids for 2 channels, but the image has 3"),
        ((4, 2), "box:5", "reflect", "an image of 2x4 is too small for a kernel of 5x5"),
        ((2, 9), "box:5", "reflect", "too small"),
        ((1, 9), "box:5", "circular", "too small"),
        ((9, 4), "box:5", "none", "too small"),
    ],
)
def test_what_does_not_fit(size: tuple[int, int], kernel: str, padding: str, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        filtered_values(noise(*size, 3), as_kernel(kernel), padding=padding, mix=False)


@pytest.mark.parametrize("padding", ["replicate", "zeros"])
def test_a_kernel_larger_than_the_image(padding: str) -> None:
    pixels, kernel = noise(2, 3, 1), as_kernel("gaussian:3")
    found = filtered_values(pixels, kernel, padding=padding, mix=False)
    expected = defined(pixels, kernel, padding, False)
    assert np.abs(found - expected).max() <= allowed(pixels, kernel, False)
