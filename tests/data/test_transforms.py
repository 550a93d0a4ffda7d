from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convolens.data import Normalize, RandomCrop, RandomHorizontalFlip, RandomShift, SampleRandom
from convolens.data.transforms import Transform, transformed
from convolens.errors import ArgumentError

ALL: list[Transform] = [
    Normalize((0.5, 0.4, 0.3), (0.1, 0.2, 0.3)),
    RandomHorizontalFlip(),
    RandomCrop(2),
    RandomShift(3),
]


def images(count: int = 7, channels: int = 3, height: int = 5, width: int = 6) -> np.ndarray:
    random = np.random.default_rng(0)
    pixels = random.random((count, height, width, channels), np.float32) + 0.01
    return pixels.transpose(0, 3, 1, 2)


def random_for(count: int = 7, seed: int = 0, epoch: int = 0) -> SampleRandom:
    return SampleRandom(seed, epoch, np.arange(count))


@pytest.mark.parametrize("transform", ALL, ids=lambda t: type(t).__name__)
def test_input_stays_and_memory_is_channels_last(transform: Transform) -> None:
    for given_images in (images(), np.ascontiguousarray(images())):
        before = given_images.copy()
        result = transform(given_images, random_for())
        assert np.array_equal(given_images, before)
        assert not np.shares_memory(result, given_images)
        assert result.shape == given_images.shape
        assert result.dtype == np.float32
        assert result.transpose(0, 2, 3, 1).flags.c_contiguous


@given(st.permutations(range(7)), st.integers(1, 7), st.integers(0, 2**64))
def test_result_does_not_depend_on_the_batch(order: list[int], size: int, seed: int) -> None:
    everything = images()
    whole = transformed(everything, ALL, SampleRandom(seed, 3, np.arange(7)))
    for start in range(0, 7, size):
        chosen = np.array(order[start : start + size])
        part = transformed(everything[chosen], ALL, SampleRandom(seed, 3, chosen))
        assert np.array_equal(part, whole[chosen])


def test_empty_batch() -> None:
    assert transformed(images(0), ALL, random_for(0)).shape == (0, 3, 5, 6)


def test_epochs_and_seeds_differ() -> None:
    results = [
        transformed(images(), ALL, random_for(seed=seed, epoch=epoch)).tobytes()
        for seed in (0, 1)
        for epoch in (0, 1)
    ]
    assert len(set(results)) == 4


def test_equal_transforms_in_one_pipeline_draw_apart() -> None:
    many = images(400)
    once = transformed(many, [RandomHorizontalFlip()], random_for(400))
    twice = transformed(many, [RandomHorizontalFlip()] * 2, random_for(400))
    back = (twice == many).all(axis=(1, 2, 3)).mean()
    assert 0.4 < back < 0.6
    assert 0.4 < (once == many).all(axis=(1, 2, 3)).mean() < 0.6


def test_normalize_is_torchs_arithmetic() -> None:
    x = images()
    mean = np.array([0.5, 0.4, 0.3], np.float32)[:, None, None]
    std = np.array([0.1, 0.2, 0.3], np.float32)[:, None, None]
    assert np.array_equal(ALL[0](x, random_for()), (x - mean) / std)
    assert np.array_equal(Normalize(0.5, 2)(x, random_for()), (x - np.float32(0.5)) / np.float32(2))


def test_flip_twice_is_the_identity() -> None:
    flip = RandomHorizontalFlip(1.0)
    x = images()
    once = flip(x, random_for())
    assert np.array_equal(once, x[..., ::-1])
    assert np.array_equal(flip(once, random_for()), x)
    assert np.array_equal(RandomHorizontalFlip(0.0)(x, random_for()), x)


@pytest.mark.parametrize(
    ("transform", "mode"), [(RandomCrop(2), "constant"), (RandomShift(2), "edge")]
)
def test_every_window_of_the_padded_image_occurs(transform: Transform, mode: str) -> None:
    count = 1000
    one = images(1)
    x = np.repeat(one, count, axis=0)
    padded = np.pad(one[0], ((0, 0), (2, 2), (2, 2)), mode=mode)
    windows = {
        padded[:, top : top + 5, left : left + 6].tobytes(): (top, left)
        for top in range(5)
        for left in range(5)
    }
    found = [windows[image.tobytes()] for image in transform(x, random_for(count))]
    counts = np.bincount([5 * top + left for top, left in found], minlength=25)
    assert counts.min() > 15
    # In the middle of the padded image lies the image itself.
    assert windows[np.ascontiguousarray(one[0]).tobytes()] == (2, 2)


@given(st.integers(0, 9), st.integers(0, 2**32))
def test_crop_keeps_a_piece_of_the_original_and_zeros(padding: int, seed: int) -> None:
    x = images(1)
    result = RandomCrop(padding)(x, random_for(1, seed))
    kept = result[result != 0]
    assert np.isin(kept, x).all()
    assert result.shape == x.shape


def test_no_movement() -> None:
    x = images()
    assert np.array_equal(RandomCrop(0)(x, random_for()), x)
    assert np.array_equal(RandomShift(0)(x, random_for()), x)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Normalize(0.0, 0.0),
        lambda: Normalize(0.0, (1.0, -1.0)),
        lambda: Normalize(float("nan"), 1.0),
        lambda: Normalize(0.0, float("inf")),
        lambda: RandomHorizontalFlip(1.5),
        lambda: RandomHorizontalFlip(float("nan")),
        lambda: RandomCrop(-1),
        lambda: RandomCrop(1.5),
        lambda: RandomShift(-1),
        lambda: Normalize((0.0, 0.0), 1.0)(images(), random_for()),
        lambda: Normalize(0.0, (1.0, 1.0))(images(), random_for()),
    ],
)
def test_refusals(make) -> None:
    with pytest.raises(ArgumentError):
        make()


def test_transforms_are_values() -> None:
    assert Normalize(0.5, 0.5) == Normalize(0.5, 0.5)
    assert hash(RandomCrop(4)) == hash(RandomCrop(4))
