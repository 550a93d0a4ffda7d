"""What torch has no counterpart for: our data sets, what is drawn, and refusals of our own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens.data import Loader, load_digits
from convolens.errors import ArgumentError, ArgumentTypeError, DTypeError, ShapeError
from convolens.utils.data import (
    ConcatDataset,
    DataLoader,
    Dataset,
    RandomSampler,
    Subset,
    TensorDataset,
    default_collate,
    random_split,
)

TRAIN = load_digits().train


def test_an_image_and_its_label() -> None:
    image, label = TRAIN[5]
    images, labels = TRAIN.batch(np.array([5]))
    assert isinstance(image, cl.Tensor)
    assert np.array_equal(image.numpy(), images[0])
    assert (type(label), label) == (int, labels[0])
    assert np.array_equal(TRAIN[-1][0].numpy(), TRAIN[len(TRAIN) - 1][0].numpy())
    for outside in (len(TRAIN), -len(TRAIN) - 1):
        with pytest.raises(IndexError, match="outside 0 to 1436"):
            TRAIN[outside]


@pytest.mark.parametrize(
    "dataset",
    [
        TRAIN,
        Subset(TRAIN, range(90, 3, -3)),
        Subset(Subset(TRAIN, range(50)), [3, 2]),
        ConcatDataset([load_digits().test, Subset(TRAIN, range(5))]),
        TensorDataset(cl.arange(10).float().reshape(5, 2), cl.arange(5)),
    ],
    ids=["digits", "some", "some of some", "two", "tensors"],
)
def test_batches_at_once_are_those_of_samples_one_by_one(dataset: Any) -> None:
    for (images, labels), start in zip(
        DataLoader(dataset, 100), range(0, len(dataset), 100), strict=True
    ):
        samples = [dataset[i] for i in range(start, min(start + 100, len(dataset)))]
        expected_images, expected_labels = default_collate(samples)
        assert np.array_equal(images.numpy(), expected_images.numpy())
        assert np.array_equal(labels.numpy(), expected_labels.numpy())
        assert (images.dtype, labels.dtype) == (expected_images.dtype, expected_labels.dtype)


def test_a_subclass_with_samples_of_its_own_is_asked_for_them() -> None:
    class Negative(Subset):
        def __getitem__(self, index: Any) -> Any:
            image, label = super().__getitem__(index)
            return -image, label

    ((images, _labels),) = DataLoader(Negative(TRAIN, [4, 5]), 2)
    assert np.array_equal(images.numpy(), -TRAIN.batch(np.array([4, 5]))[0])


def test_digits_are_in_the_memory_order_of_their_own_batches() -> None:
    images, _labels = next(iter(DataLoader(TRAIN, 32)))
    assert images.numpy().transpose(0, 2, 3, 1).flags.c_contiguous


def order(loader: Any) -> list[int]:
    return [int(number) for batch in loader for number in batch]


def test_orders_are_drawn_from_the_random_numbers_of_convolens() -> None:
    loader = DataLoader(range(50), 8, shuffle=True)
    cl.manual_seed(1)
    first, second = order(loader), order(loader)
    cl.manual_seed(1)
    assert order(loader) == first
    assert first != second
    assert sorted(first) == sorted(second) == list(range(50))
    cl.manual_seed(2)
    assert order(loader) != first


def test_splits_have_every_sample_once() -> None:
    cl.manual_seed(1)
    parts = random_split(range(50), [0.7, 0.3])
    cl.manual_seed(1)
    again = random_split(range(50), [35, 15])
    assert [list(part) for part in parts] == [list(part) for part in again]
    assert sorted(number for part in parts for number in part) == list(range(50))
    assert list(parts[1]) != sorted(parts[1])


def test_replacement_gives_every_number_and_some_twice() -> None:
    cl.manual_seed(0)
    drawn = list(RandomSampler(range(5), replacement=True, num_samples=200))
    assert set(drawn) == set(range(5))
    assert len(drawn) == 200


def test_one_order_follows_another() -> None:
    drawn = list(RandomSampler(range(5), num_samples=13))
    assert sorted(drawn[:5]) == sorted(drawn[5:10]) == list(range(5))
    assert len(set(drawn[10:])) == 3


def test_workers_change_no_batch_and_are_not_started() -> None:
    started: list[int] = []
    loader = DataLoader(
        range(7), 3, num_workers=4, pin_memory=True, worker_init_fn=started.append, timeout=5,
        prefetch_factor=2, persistent_workers=True,
    )  # fmt: skip
    assert order(loader) == list(range(7))
    assert not started


def test_an_array_whose_rows_lie_upside_down() -> None:
    upside_down = np.arange(6.0).reshape(2, 3)[::-1]
    assert default_collate([upside_down] * 2)[1].tolist() == upside_down.tolist()


def test_a_dataset_that_was_emptied() -> None:
    samples = [1, 2]
    sampler = RandomSampler(samples, num_samples=3)
    samples.clear()
    assert list(sampler) == []


REFUSALS: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "a generator": (
        lambda: DataLoader([1], generator=np.random.default_rng()),
        ArgumentError,
        r"DataLoader: a generator is given(.|\n)*convolens.manual_seed",
    ),
    "a generator of a split": (lambda: random_split([1], [1], 3), ArgumentError, "random_split"),
    "a generator of an order": (
        lambda: RandomSampler([1], generator=3),
        ArgumentError,
        "RandomSampler: a generator",
    ),
    "an iterator": (
        lambda: DataLoader(iter([1])),
        ArgumentTypeError,
        r"a list_iterator, which has no \[i\](.|\n)*make a list of it",
    ),
    "half a worker": (
        lambda: DataLoader([1], num_workers=1.5),
        ArgumentError,
        "num_workers is 1.5",
    ),
    "an empty order": (lambda: RandomSampler([], num_samples=2), ArgumentError, "samples is 0"),
    "a negative length": (lambda: random_split([1], [2, -1]), ArgumentError, "negative"),
    "a wrong sum": (lambda: random_split([1, 2], [0.5, 0.6]), ArgumentError, "sum up to 1.1"),
    "no rows": (lambda: TensorDataset(cl.tensor(1.0)), ShapeError, "first axis counts"),
    "no tensors": (lambda: TensorDataset(), ShapeError, "needs tensors"),
    "shapes": (
        lambda: default_collate([cl.zeros(2), cl.zeros(2), cl.zeros(3)]),
        ShapeError,
        r"sample 2  \[3\](.|\n)*collate_fn",
    ),
    "lengths": (lambda: default_collate([(1,), (1, 2)]), ShapeError, r"lengths  \[1, 2\]"),
    "None": (lambda: default_collate([(None,)]), ArgumentTypeError, "a sample holds None"),
    "a type that tensors lack": (
        lambda: default_collate([np.zeros(2, np.int16)]),
        DTypeError,
        "int16",
    ),
    "an abstract dataset": (lambda: Dataset()[0], NotImplementedError, "__getitem__"),
    "a loader's epochs": (
        lambda: list(Loader(TRAIN)),
        TypeError,
        r"which epoch(.|\n)*loader.epoch\(number\)(.|\n)*utils.data.DataLoader",
    ),
    "a list for a loader": (
        lambda: Loader([1]),
        TypeError,
        r"is a list(.|\n)*convolens.utils.data.DataLoader",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals(name: str) -> None:
    call, error, words = REFUSALS[name]
    with pytest.raises(error, match=words):
        call()
