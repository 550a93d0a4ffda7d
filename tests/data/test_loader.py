from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
import traceback

import numpy as np
import pytest

from convolens.data import ArrayDataset, Loader, Normalize, RandomCrop, RandomHorizontalFlip
from convolens.data.dataset import Dataset, Subset
from convolens.errors import ArgumentError, DataError

TRANSFORMS = (RandomCrop(1), RandomHorizontalFlip(), Normalize(0.5, 0.5))


def dataset(count: int = 25) -> ArrayDataset:
    images = np.random.default_rng(0).integers(0, 256, (count, 6, 6, 1), np.uint8)
    return ArrayDataset(images, np.arange(count) % 2, "ab")


def epoch(loader: Loader, number: int = 0, start: int = 0) -> list[tuple[np.ndarray, np.ndarray]]:
    return list(loader.epoch(number, start))


def same(first: list, second: list) -> bool:
    return len(first) == len(second) and all(
        np.array_equal(x, a) and np.array_equal(y, b)
        for (x, y), (a, b) in zip(first, second, strict=True)
    )


def prefetching() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name == "convolens-prefetch"]


@pytest.fixture(autouse=True)
def _no_thread_is_left():
    yield
    assert not prefetching()


@pytest.mark.parametrize(("drop_last", "sizes"), [(False, [10, 10, 5]), (True, [10, 10])])
def test_sizes(drop_last: bool, sizes: list[int]) -> None:
    loader = Loader(dataset(), 10, drop_last=drop_last)
    assert len(loader) == len(sizes)
    assert [len(labels) for _, labels in loader.epoch(0)] == sizes
    assert len(Loader(dataset(20), 10)) == 2


def test_an_epoch_holds_every_image_once() -> None:
    loader = Loader(dataset(), 10)
    seen = np.concatenate([images for images, _ in loader.epoch(4)])
    everything = dataset().batch(np.arange(25))[0]
    assert sorted(map(bytes, seen)) == sorted(map(bytes, everything))
    assert np.array_equal(seen, everything[loader.order(4)])


def test_without_shuffling() -> None:
    seen = np.concatenate([labels for _, labels in Loader(dataset(), 10, shuffle=False).epoch(3)])
    assert np.array_equal(seen, dataset().labels)


@pytest.mark.parametrize("prefetch", [0, 1, 2, 7, 100])
def test_prefetching_changes_nothing(prefetch: int) -> None:
    plain = Loader(dataset(), 4, seed=5, transforms=TRANSFORMS, prefetch=0)
    ahead = Loader(dataset(), 4, seed=5, transforms=TRANSFORMS, prefetch=prefetch)
    assert same(epoch(plain, 2), epoch(ahead, 2))
    assert not same(epoch(plain, 2), epoch(plain, 3))


@pytest.mark.parametrize("start", range(8))
def test_resuming_at_any_batch(start: int) -> None:
    loader = Loader(dataset(), 4, transforms=TRANSFORMS)
    assert same(epoch(loader, 1)[start:], epoch(loader, 1, start))


def test_transforms_do_not_depend_on_batch_size() -> None:
    small, large = (
        np.concatenate([x for x, _ in Loader(dataset(), n, transforms=TRANSFORMS).epoch(0)])
        for n in (3, 25)
    )
    assert np.array_equal(small, large)


def test_batches_are_channels_last_float32() -> None:
    for images, labels in Loader(dataset(), 10, transforms=TRANSFORMS).epoch(0):
        assert images.dtype == np.float32
        assert images.transpose(0, 2, 3, 1).flags.c_contiguous
        assert labels.dtype == np.int64


@pytest.mark.parametrize(
    "make",
    [
        lambda: Loader(dataset(), 0),
        lambda: Loader(dataset(), prefetch=-1),
        lambda: Loader(dataset(), 10).epoch(0, -1),
        lambda: Loader(dataset(), 10).epoch(0, 4),
    ],
)
def test_refusals(make) -> None:
    with pytest.raises(ArgumentError):
        make()


def test_the_thread_stays_ahead_by_prefetch_batches() -> None:
    asked: list[int] = []

    class Watched(Dataset):
        def __init__(self) -> None:
            vars(self).update(vars(dataset()))

        def _pixels(self, indices):
            asked.append(len(indices))
            return np.zeros((len(indices), 6, 6, 1), np.float32)

        def _stored(self, index):
            raise NotImplementedError

    batches = Loader(Watched(), 2, prefetch=3).epoch(0)
    next(batches)
    deadline = time.monotonic() + 5
    while len(asked) < 4 and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(0.02)
    assert len(asked) == 4, "one handed out and three ahead"
    batches.close()


def test_a_thread_reads_ahead_where_there_is_something_to_do() -> None:
    assert Loader(dataset()).prefetch == 0
    assert Loader(Subset(dataset(), np.arange(3))).prefetch == 0
    assert Loader(dataset(), transforms=TRANSFORMS).prefetch == 2


def test_stopping_early_ends_the_thread() -> None:
    for _ in range(50):
        for _batch in Loader(dataset(), 2, prefetch=2).epoch(0):
            break
    batches = Loader(dataset(), 2, prefetch=2).epoch(0)
    next(batches)
    assert len(prefetching()) == 1
    batches.close()
    assert not prefetching()
    with contextlib.suppress(KeyboardInterrupt):
        for _batch in Loader(dataset(), 2, prefetch=2).epoch(0):
            raise KeyboardInterrupt
    assert not prefetching()


@pytest.mark.parametrize("prefetch", [0, 2])
def test_an_error_reaches_the_consumer_with_its_traceback(prefetch: int) -> None:
    class Broken(Dataset):
        def __init__(self) -> None:
            vars(self).update(vars(dataset()))

        def _pixels(self, indices):
            if 7 in indices:
                raise_here()
            return np.zeros((len(indices), 6, 6, 1), np.float32)

        def _stored(self, index):
            raise NotImplementedError

    def raise_here() -> None:
        raise DataError("image 7 is broken.")

    batches = Loader(Broken(), 2, shuffle=False, prefetch=prefetch).epoch(0)
    for _ in range(3):
        next(batches)
    with pytest.raises(DataError, match="image 7 is broken") as caught:
        next(batches)
    assert "raise_here" in "".join(traceback.format_tb(caught.value.__traceback__))


def test_a_program_ends_although_an_epoch_does_not() -> None:
    program = (
        "import numpy as np\n"
        "from convolens.data import ArrayDataset, Loader\n"
        "data = ArrayDataset(np.zeros((100, 8, 8), np.uint8), np.arange(100) % 2, 'ab')\n"
        "batches = Loader(data, 2, prefetch=2).epoch(0)\n"
        "next(batches)\n"
        "print('done')\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=False
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "done\n", "")
