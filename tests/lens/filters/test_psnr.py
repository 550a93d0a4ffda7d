from __future__ import annotations

import math

import numpy as np
import pytest

from convolens.errors import ArgumentError
from convolens.lens.filters import Photo, filter, psnr, with_noise

from .pictures import drawn, noise


def test_the_formula() -> None:
    a, b = noise(70, 30, 3), noise(70, 30, 3, seed=1)
    mean = ((a.astype(float) - b) ** 2).mean()
    assert psnr(a, b) == pytest.approx(10 * math.log10(255**2 / mean))
    wide = psnr(a.astype(np.uint16) * 257, b.astype(np.uint16) * 257)
    assert wide == pytest.approx(psnr(a, b))
    assert psnr(a, a) == math.inf


@pytest.mark.parametrize("other", [noise(4, 4, 3), noise(5, 4, 1), noise(4, 4, 1, dtype=np.uint16)])
def test_what_cannot_be_compared(other: np.ndarray) -> None:
    with pytest.raises(ArgumentError, match="cannot be compared"):
        psnr(noise(4, 4, 1), other)


def test_noise_has_its_standard_deviation_and_repeats() -> None:
    grey = Photo(np.full((200, 200, 3), 128, np.uint8))
    noisy = with_noise(grey, 10, seed=3)
    assert (noisy.pixels - 128.0).std() == pytest.approx(10, rel=0.02)
    np.testing.assert_array_equal(noisy.pixels, with_noise(grey, 10, seed=3).pixels)
    assert (noisy.pixels != with_noise(grey, 10, seed=4).pixels).any()
    np.testing.assert_array_equal(with_noise(grey, 0).pixels, grey.pixels)


@pytest.mark.parametrize("sigma", [-1, math.inf, math.nan])
def test_noise_that_is_none(sigma: float) -> None:
    with pytest.raises(ArgumentError, match="must be 0 or more"):
        with_noise(Photo(noise(2, 2, 1)), sigma)


def test_smoothing_brings_a_noisy_photograph_closer() -> None:
    clean = Photo(drawn(120, 160))
    noisy = with_noise(clean, 30)
    before = psnr(noisy.pixels, clean.pixels)
    assert filter(noisy, "gaussian:1").psnr(clean) > before + 3
    assert filter(noisy, "sharpen").psnr(clean) < before
