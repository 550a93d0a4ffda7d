from __future__ import annotations

import numpy as np
import pytest

from convolens.data import ArrayDataset, Subset
from convolens.errors import ArgumentError, ConvolensError, DataError, IndexRangeError


def dataset(count: int = 6, channels: int = 3) -> ArrayDataset:
    pixels = np.arange(count * 4 * 5 * channels) % 256
    images = pixels.astype(np.uint8).reshape(count, 4, 5, channels)
    return ArrayDataset(images, np.arange(count) % 2, ("even", "odd"), name="small")


@pytest.mark.parametrize("channels", [1, 3])
def test_batch_is_channels_last_and_scaled(channels: int) -> None:
    data = dataset(channels=channels)
    images, labels = data.batch(np.array([4, 1]))
    assert images.shape == (2, channels, 4, 5)
    assert images.dtype == np.float32
    assert images.transpose(0, 2, 3, 1).flags.c_contiguous
    assert labels.tolist() == [0, 1]
    assert labels.dtype == np.int64
    raw, label = data.raw(4)
    assert raw.shape == (4, 5, channels)
    assert raw.dtype == np.uint8
    assert label == 0
    expected = (raw.astype(np.float64) / 255).astype(np.float32)
    assert np.array_equal(images[0], expected.transpose(2, 0, 1))


def test_scale() -> None:
    data = ArrayDataset(np.full((2, 8, 8), 16, np.uint8), np.array([0, 1]), "ab", scale=16)
    assert data.batch(np.array([0]))[0].max() == 1
    assert data.raw(0)[0].max() == 16
    with pytest.raises(DataError, match="0 to 16"):
        ArrayDataset(np.full((2, 8, 8), 17, np.uint8), np.array([0, 1]), "ab", scale=16)


def test_floats_are_kept() -> None:
    values = np.linspace(0, 1, 32, dtype=np.float32).reshape(2, 4, 4)
    data = ArrayDataset(values, np.array([0, 1]), "ab")
    assert np.array_equal(data.batch(np.array([1]))[0][0, 0], values[1])
    assert data.raw(1)[0].max() == 255


def test_batch_and_raw_are_copies() -> None:
    data = dataset()
    data.batch(np.array([0]))[0][:] = 7
    data.raw(0)[0][:] = 7
    assert data.raw(0)[0].max() < 7 * 9
    assert data.batch(np.array([0]))[0].max() < 1
    assert not data.labels.flags.writeable


def test_empty_batch() -> None:
    images, labels = dataset().batch(np.array([], np.int64))
    assert images.shape == (0, 3, 4, 5)
    assert labels.shape == (0,)


@pytest.mark.parametrize("index", [-1, 6, 2**40])
def test_index_outside(index: int) -> None:
    for action in (lambda: dataset().batch(np.array([0, index])), lambda: dataset().raw(index)):
        with pytest.raises(IndexRangeError, match=f"index {index} is outside 0 to 5"):
            action()


@pytest.mark.parametrize("indices", [np.array([0.0]), np.array([[0]]), np.array(0), np.array("a")])
def test_indices_of_another_kind(indices: np.ndarray) -> None:
    with pytest.raises(ArgumentError):
        dataset().batch(indices)


@pytest.mark.parametrize(
    ("images", "labels", "classes"),
    [
        (np.zeros((2, 8), np.uint8), [0, 1], "ab"),
        (np.zeros((2, 8, 8), np.int64), [0, 1], "ab"),
        (np.zeros((2, 0, 8), np.uint8), [0, 1], "ab"),
        (np.zeros((2, 8, 8), np.uint8), [0], "ab"),
        (np.zeros((2, 8, 8), np.uint8), [0, 2], "ab"),
        (np.full((2, 8, 8), np.nan, np.float32), [0, 1], "ab"),
        (np.full((2, 8, 8), 1.5, np.float32), [0, 1], "ab"),
    ],
)
def test_arrays_that_do_not_fit(images: np.ndarray, labels: list[int], classes: str) -> None:
    with pytest.raises(ConvolensError):
        ArrayDataset(images, np.array(labels), classes)


def test_read_only_and_strided_arrays() -> None:
    images = np.arange(2 * 8 * 8, dtype=np.uint8).reshape(2, 8, 8)[:, ::2, ::-1]
    images.setflags(write=False)
    data = ArrayDataset(images, np.array([0, 1]), "ab")
    assert np.array_equal(data.raw(1)[0][..., 0], images[1])


def test_scale_outside() -> None:
    with pytest.raises(ArgumentError):
        ArrayDataset(np.zeros((2, 8, 8), np.uint8), np.array([0, 1]), "ab", scale=0)


def test_subset_is_a_view_in_its_order() -> None:
    data = dataset()
    part = Subset(Subset(data, np.array([5, 3, 0])), np.array([2, 0]))
    assert part.labels.tolist() == [0, 1]
    assert np.array_equal(part.batch(np.array([1, 0]))[0], data.batch(np.array([5, 0]))[0])
    assert np.array_equal(part.raw(0)[0], data.raw(0)[0])
    with pytest.raises(IndexRangeError):
        part.raw(2)
    with pytest.raises(IndexRangeError):
        Subset(data, np.array([6]))
