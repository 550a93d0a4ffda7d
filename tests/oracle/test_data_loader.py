"""Datasets and loaders: the same batches as torch's for the same order, and the same refusals."""

from __future__ import annotations

import inspect
from collections import OrderedDict, namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convolens as cl
import convolens.utils.data

from .peer import outcome, torch

Call = Callable[[Any], Any]
Pair = namedtuple("Pair", "image label")


def plain(value: Any) -> Any:
    """Return values that compare: of tensors the type, shape and numbers."""
    if isinstance(value, cl.Tensor | torch.Tensor):
        array = value.detach().numpy()
        return ("tensor", *plain(array)[1:])
    if isinstance(value, np.ndarray):
        return ("array", str(value.dtype), value.shape, value.tolist())
    if isinstance(value, dict):
        return (type(value).__name__, [(key, plain(item)) for key, item in value.items()])
    if isinstance(value, list | tuple):
        return (type(value).__name__, [plain(item) for item in value])
    return (type(value).__name__, value)


SAMPLES: dict[str, Call] = {
    "tensors": lambda m: [m.arange(6).reshape(2, 3) + i for i in range(3)],
    "numbers in tensors": lambda m: [m.tensor(1.5), m.tensor(2.5)],
    "arrays": lambda m: [np.full((2, 3), i, np.float32) for i in range(4)],
    "arrays of two types": lambda m: [np.zeros(2, np.float32), np.ones(2)],
    "bytes in arrays": lambda m: [np.full(3, i, np.uint8) for i in range(4)],
    "arrays without axes": lambda m: [np.array(3), np.array(4)],
    "NumPy float32": lambda m: [np.float32(1), np.float32(2)],
    "NumPy float64": lambda m: [np.float64(1), np.float64(2)],
    "NumPy uint8": lambda m: [np.uint8(1), np.uint8(2)],
    "NumPy truths": lambda m: [np.bool_(True), np.bool_(False)],
    "whole numbers": lambda m: [3, 4, 2**40],
    "floats": lambda m: [1.5, 2],
    "whole and float": lambda m: [1, 2.5],
    "truths": lambda m: [True, False],
    "texts": lambda m: ["a", "bc"],
    "bytes": lambda m: [b"a", b"bc"],
    "a NumPy text": lambda m: [np.str_("a")],
    "pairs": lambda m: [(m.ones(2) * i, i) for i in range(3)],
    "lists": lambda m: [[1, 2.5, "a"], [3, 4.5, "b"]],
    "empty tuples": lambda m: [(), ()],
    "ranges": lambda m: [range(3), range(3)],
    "dictionaries": lambda m: [{"x": i, "y": (i, "t")} for i in range(3)],
    "more keys": lambda m: [{"x": 1}, {"x": 2, "y": 3}],
    "ordered": lambda m: [OrderedDict(b=1, a=2.5)] * 2,
    "named tuples": lambda m: [Pair(m.zeros(1, 2, 2), 3), Pair(m.ones(1, 2, 2), 4)],
    "nested": lambda m: [{"boxes": [np.zeros(4), (i, {"z": 1.0})]} for i in range(2)],
    # What is refused.
    "nothing": lambda m: [None, None],
    "an object": lambda m: [object()],
    "texts in arrays": lambda m: [np.array(["a"])],
    "other lengths": lambda m: [(1, 2), (3,)],
    "other shapes": lambda m: [m.zeros(2), m.zeros(3)],
    "other shapes of arrays": lambda m: [np.zeros(2), np.zeros(3)],
    "tensor and array": lambda m: [m.zeros(2), np.zeros(2)],
    "tensor and number": lambda m: [m.zeros(2), 3],
    "number and text": lambda m: [3, "a"],
    "missing key": lambda m: [{"x": 1}, {"y": 2}],
    "no samples": lambda m: [],
}
REFUSED = list(SAMPLES)[list(SAMPLES).index("nothing") :]


@pytest.mark.parametrize("name", SAMPLES)
def test_default_collate(name: str) -> None:
    ours, theirs = (
        outcome(lambda m=m: m.utils.data.default_collate(SAMPLES[name](m))) for m in (cl, torch)
    )
    assert isinstance(theirs, Exception) == (name in REFUSED), theirs
    assert_same(ours, theirs)


@pytest.mark.parametrize("name", [name for name in SAMPLES if name not in REFUSED])
def test_default_convert(name: str) -> None:
    ours, theirs = (m.utils.data.default_convert(SAMPLES[name](m)) for m in (cl, torch))
    assert plain(ours) == plain(theirs)


def assert_same(ours: Any, theirs: Any) -> None:
    if isinstance(theirs, Exception):
        kind = RuntimeError if isinstance(theirs, AssertionError) else type(theirs)
        assert isinstance(ours, kind), (ours, theirs)
    else:
        assert not isinstance(ours, Exception), ours
        assert plain(ours) == plain(theirs)


class Own:
    """A dataset of plain Python: ``[i]`` and a length."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> tuple[Any, int, str]:
        return np.full((1, 2), index, np.float32), index, f"image {index}"


class AtOnce(Own):
    def __getitems__(self, indices: list[int]) -> list[int]:
        return [-index for index in indices]


def pairs(m: Any) -> Any:
    return m.utils.data.TensorDataset(m.arange(22).reshape(11, 2) / 4, m.arange(11))


def transformed(m: Any) -> Any:
    class Doubled(m.utils.data.TensorDataset):
        def __getitem__(self, index: int) -> Any:
            image, label = super().__getitem__(index)
            return image * 2, label

    return Doubled(m.ones(11, 2), m.arange(11))


DATASETS: dict[str, Call] = {
    "a list": lambda m: list(range(11)),
    "a tensor": lambda m: m.arange(22).reshape(11, 2),
    "tensors": pairs,
    "tensors, changed": transformed,
    "own": lambda m: Own(11),
    "own, at once": lambda m: AtOnce(11),
    "a subset of tensors": lambda m: m.utils.data.Subset(pairs(m), range(10, -1, -1)),
    "a subset of changed ones": lambda m: m.utils.data.Subset(transformed(m), list(range(11))),
    "a subset of a subset": lambda m: m.utils.data.Subset(
        m.utils.data.Subset(Own(30), range(29, 0, -2)), [*range(5, 11), *range(5)]
    ),
    "two": lambda m: m.utils.data.ConcatDataset([Own(4), Own(7)]),
}
LOADERS: dict[str, dict[str, Any]] = {
    "one by one": {},
    "threes": {"batch_size": 3},
    "threes, the last left out": {"batch_size": 3, "drop_last": True},
    "elevens": {"batch_size": 11, "drop_last": True},
    "more than there are": {"batch_size": 20},
    "none of more than there are": {"batch_size": 20, "drop_last": True},
    "a sampler": {"batch_size": 4, "sampler": [3, 1, 4, 1, 5, 10]},
    "a sampler, the last left out": {"batch_size": 4, "sampler": range(9), "drop_last": True},
    "a batch sampler": {"batch_sampler": [[3, 1], [4], [5, 9, 2]]},
    "lists": {"batch_size": 3, "collate_fn": list},
    "samples": {"batch_size": None},
    "samples of a sampler": {"batch_size": None, "sampler": [2, 1]},
    "samples as they are": {"batch_size": None, "collate_fn": lambda sample: sample},
}


@pytest.mark.parametrize("arguments", LOADERS)
@pytest.mark.parametrize("dataset", DATASETS)
def test_batches(dataset: str, arguments: str) -> None:
    ours, theirs = (
        m.utils.data.DataLoader(DATASETS[dataset](m), **LOADERS[arguments]) for m in (cl, torch)
    )
    assert len(ours) == len(theirs)
    for name in ("batch_size", "drop_last", "num_workers", "pin_memory"):
        assert getattr(ours, name) == getattr(theirs, name)
    for _epoch in range(2):
        found = list(ours)
        assert len(found) == len(theirs) or LOADERS[arguments].get("batch_size", 1) is None
        assert [plain(batch) for batch in found] == [plain(batch) for batch in theirs]


@pytest.mark.parametrize(
    "dataset", ["tensors", "own", "a subset of tensors", "a subset of changed ones", "two"]
)
def test_shuffled_batches_in_the_order_of_ours(dataset: str) -> None:
    """The order is convolens' own; torch is given it as a sampler."""
    cl.manual_seed(3)
    ours = list(cl.utils.data.DataLoader(DATASETS[dataset](cl), 4, shuffle=True))
    cl.manual_seed(3)
    order = cl.randperm(11).tolist()
    theirs = torch.utils.data.DataLoader(DATASETS[dataset](torch), 4, sampler=order)
    assert [plain(batch) for batch in ours] == [plain(batch) for batch in theirs]
    assert order != sorted(order)


def test_gradients_pass_through_a_batch() -> None:
    grads = []
    for m in (cl, torch):
        x = m.ones(4, 2, requires_grad=True)
        for rows, factors in m.utils.data.DataLoader(m.utils.data.TensorDataset(x, m.arange(4)), 3):
            (rows * factors[:, None]).sum().backward()
        grads.append(plain(x.grad))
    assert grads[0] == grads[1]


SPLITS = [
    [11],
    [5, 6],
    [0, 11],
    [0.5, 0.5],
    [0.8, 0.2],
    [0.3, 0.3, 0.4],
    [1 / 3, 1 / 3, 1 / 3],
    [0.1] * 10,
    [1.0],
    [5, 5],
    [0.5, 0.6],
    [6, 6],
    [1.5, -0.5],
    [],
]


@pytest.mark.parametrize("lengths", SPLITS, ids=str)
def test_random_split(lengths: list[float]) -> None:
    ours, theirs = (
        outcome(lambda m=m: [len(p) for p in m.utils.data.random_split(range(11), lengths)])
        for m in (cl, torch)
    )
    assert_same(ours, theirs)


def test_an_empty_part_is_warned_about() -> None:
    for m in (cl, torch):
        with pytest.warns(UserWarning, match="empty"):
            parts = m.utils.data.random_split([1], [0.5, 0.5])
        assert [len(part) for part in parts] == [1, 0]


SAMPLERS: dict[str, Call] = {
    "sequential": lambda d: list(d.SequentialSampler("abc")),
    "batches": lambda d: list(d.BatchSampler(range(7), 3, False)),
    "whole batches": lambda d: list(d.BatchSampler(range(7), 3, True)),
    "counts of batches": lambda d: [
        len(d.BatchSampler(range(n), 3, drop)) for n in range(8) for drop in (True, False)
    ],
    "random": lambda d: sorted(d.RandomSampler(range(7))),
    "random, some": lambda d: len(set(d.RandomSampler(range(7), num_samples=3))),
    "random, more": lambda d: sorted(list(d.RandomSampler(range(4), num_samples=9))[:8]),
    "random, count": lambda d: [
        len(list(d.RandomSampler(range(4), replacement=r, num_samples=n)))
        for r in (True, False)
        for n in (1, 4, 9, None)
    ],
    "length": lambda d: [len(d.RandomSampler(range(4))), len(d.RandomSampler("ab", True, 9))],
    "subset": lambda d: sorted(d.SubsetRandomSampler([5, 3, 9])),
    "length of a subset": lambda d: len(d.SubsetRandomSampler([5, 3, 9])),
}


@pytest.mark.parametrize("name", SAMPLERS)
def test_samplers(name: str) -> None:
    assert SAMPLERS[name](cl.utils.data) == SAMPLERS[name](torch.utils.data)


MISTAKES: dict[str, Call] = {
    "no size": lambda m: m.utils.data.DataLoader([1], 0),
    "a size that is a truth": lambda m: m.utils.data.DataLoader([1], True),
    "half a size": lambda m: m.utils.data.DataLoader([1], 1.5),
    "a strange drop_last": lambda m: m.utils.data.DataLoader([1], drop_last=3),
    "an empty one, shuffled": lambda m: m.utils.data.DataLoader([], shuffle=True),
    "a sampler and an order": lambda m: m.utils.data.DataLoader([1], shuffle=True, sampler=[0]),
    "batches twice": lambda m: m.utils.data.DataLoader([1], 2, batch_sampler=[[0]]),
    "batches and drop_last": lambda m: m.utils.data.DataLoader(
        [1], batch_sampler=[[0]], drop_last=True
    ),
    "no batches and drop_last": lambda m: m.utils.data.DataLoader([1], None, drop_last=True),
    "fewer than no workers": lambda m: m.utils.data.DataLoader([1], num_workers=-1),
    "no [i]": lambda m: list(m.utils.data.DataLoader({1, 2})),
    "an abstract dataset": lambda m: m.utils.data.Dataset()[0],
    "an abstract sampler": lambda m: list(m.utils.data.Sampler()),
    "rows that differ": lambda m: m.utils.data.TensorDataset(m.ones(2), m.ones(3)),
    "beyond the rows": lambda m: m.utils.data.TensorDataset(m.ones(2))[2],
    "beyond the subset": lambda m: m.utils.data.Subset([1, 2], [0])[1],
    "nothing together": lambda m: m.utils.data.ConcatDataset([]),
    "beyond both": lambda m: m.utils.data.ConcatDataset([[1], [2]])[2],
    "before both": lambda m: m.utils.data.ConcatDataset([[1], [2]])[-3],
    "no numbers": lambda m: m.utils.data.RandomSampler([1], num_samples=0),
    "a strange replacement": lambda m: m.utils.data.RandomSampler([1], replacement=2),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_refusals(name: str) -> None:
    ours, theirs = (outcome(lambda m=m: MISTAKES[name](m)) for m in (cl, torch))
    assert isinstance(theirs, Exception)
    assert_same(ours, theirs)
    assert len(str(ours)) > 20


@pytest.mark.parametrize(
    "name",
    [
        "DataLoader",
        "RandomSampler",
        "SubsetRandomSampler",
        "BatchSampler",
        "Subset",
        "TensorDataset",
    ],
)
def test_arguments(name: str) -> None:
    ours, theirs = (
        [(p.name, p.kind, p.default) for p in inspect.signature(c).parameters.values()]
        for c in (getattr(cl.utils.data, name), getattr(torch.utils.data, name))
    )
    assert ours == theirs
