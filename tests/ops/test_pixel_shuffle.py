"""Shuffles: inverses of each other, and the formula's places."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import convolens as cl
from convolens.ops import ChannelShuffle, PixelShuffle, PixelUnshuffle
from convolens.spec import DType, float32, float64, int64

small = st.integers(1, 4)
dtypes = st.sampled_from([float32, float64, int64])


def numbered(shape: tuple[int, ...], dtype: DType) -> np.ndarray:
    return np.arange(int(np.prod(shape)), dtype=dtype).reshape(shape)


@given(small, small, small, small, dtypes)
def test_unshuffling_undoes_shuffling(f: int, c: int, h: int, w: int, dtype: DType) -> None:
    x = numbered((2, c * f * f, h, w), dtype)
    y = PixelShuffle(f).reference(x)
    np.testing.assert_array_equal(PixelUnshuffle(f).reference(y), x)
    for place in np.ndindex(c, h, w, f, f):
        channel, row, column, i, j = place
        source = x[:, channel * f * f + i * f + j, row, column]
        np.testing.assert_array_equal(y[:, channel, row * f + i, column * f + j], source)
    tensor = cl.nn.functional.pixel_shuffle(cl.tensor(x), f)
    np.testing.assert_array_equal(tensor.numpy(), y)


@given(small, small, dtypes)
def test_channels_are_dealt_out(groups: int, each: int, dtype: DType) -> None:
    x = numbered((2, groups * each, 3), dtype)
    y = ChannelShuffle(groups).reference(x)
    for group in range(groups):
        for k in range(each):
            np.testing.assert_array_equal(y[:, k * groups + group], x[:, group * each + k])
    np.testing.assert_array_equal(ChannelShuffle(each).reference(y), x)
    shuffled = cl.nn.functional.channel_shuffle(cl.tensor(x), groups)
    np.testing.assert_array_equal(shuffled.numpy(), y)
