"""Weights laid out for a kernel are kept until they change, and never longer."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

import convolens as cl
import convolens.nn.functional as F
from convolens import nn
from convolens.backends.candidate import Packed
from convolens.tensor.record import Version


@pytest.fixture
def packs(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The layouts that were made, in order."""
    made: list[object] = []

    original = Version.packed

    def packed(self: Version, packing: Packed, array: np.ndarray) -> object:
        def pack(each: np.ndarray) -> object:
            made.append(packing.layout)
            return packing.pack(each)

        return original(self, replace(packing, pack=pack), array)

    monkeypatch.setattr(Version, "packed", packed)
    return made


def outcome(x: cl.Tensor, weight: cl.Tensor) -> np.ndarray:
    return np.array(F.conv2d(x, weight, padding=1).detach())


CHANGES: dict[str, Callable[[cl.Tensor], object]] = {
    "an element": lambda w: w.detach().__setitem__((0, 0, 0, 0), 9.0),
    "a view": lambda w: w.detach()[1:].fill_(3.0),
    "copy_": lambda w: w.detach().copy_(cl.ones(*w.shape)),
    "data": lambda w: w.data.zero_(),
    "numpy": lambda w: w.detach().numpy().fill(2.0),
    "init": lambda w: nn.init.uniform_(w),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen(change: str) -> None:
    cl.manual_seed(0)
    x, weight = cl.randn(1, 8, 6, 6), nn.Parameter(cl.randn(8, 8, 3, 3))
    before = outcome(x, weight)
    np.testing.assert_array_equal(outcome(x, weight), before)
    CHANGES[change](weight)
    after = outcome(x, weight)
    assert not np.array_equal(after, before)
    np.testing.assert_array_equal(after, outcome(x, cl.tensor(np.array(weight.detach()))))


def test_memory_handed_out_may_change_at_any_time() -> None:
    cl.manual_seed(0)
    x, weight = cl.randn(1, 8, 6, 6), cl.randn(8, 8, 3, 3)
    outside = weight.numpy()
    for number in (1.0, 2.0, 3.0):
        outside[...] = number
        np.testing.assert_array_equal(outcome(x, weight), outcome(x, cl.full(weight.shape, number)))


def test_inference_packs_once(packs: list[object]) -> None:
    model = nn.Sequential(nn.Conv2d(4, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 1)).eval()
    with cl.no_grad():
        for _ in range(3):
            model(cl.randn(2, 4, 9, 9))
    assert len(packs) == 2


def test_many_weights_are_laid_out_when_they_are_read_again(packs: list[object]) -> None:
    """These have 12 MB or more when transformed: training reads them once, and does not write."""
    cl.manual_seed(0)
    x, weight = cl.randn(1, 512, 7, 7), nn.Parameter(cl.randn(512, 512, 3, 3))
    once = outcome(x, weight)
    assert packs == []
    np.testing.assert_array_equal(outcome(x, weight), once)
    assert len(packs) == 1
    np.testing.assert_array_equal(outcome(x, weight), once)
    assert len(packs) == 1
    for step in range(3):
        with cl.no_grad():
            weight.fill_(step + 1.0)
        F.conv2d(x, weight, padding=1).sum().backward()
    assert len(packs) == 1
    assert np.array_equal(outcome(x, weight), outcome(x, cl.full(weight.shape, 3.0)))


def test_batches_share_a_layout(packs: list[object]) -> None:
    conv = nn.Conv2d(4, 8, 3)
    with cl.no_grad():
        for batch in (1, 2, 3):
            conv(cl.randn(batch, 4, 9, 9))
            conv(cl.randn(batch, 4, 12, 12))
    assert len(packs) == 1


def test_training_packs_once_a_step_and_pass(packs: list[object]) -> None:
    conv = nn.Conv2d(4, 8, 3)
    optimizer = cl.optim.SGD(conv.parameters(), lr=0.1)
    x = cl.randn(2, 4, 9, 9, requires_grad=True)
    for step in range(1, 4):
        for _ in range(2):  # a gradient of two parts
            conv(x).sum().backward()
        optimizer.step()
        assert len(packs) == 2 * step


def test_views_of_one_memory_have_layouts_of_their_own() -> None:
    cl.manual_seed(0)
    x, weight = cl.randn(1, 8, 6, 6), cl.randn(8, 8, 3, 3)
    for _ in range(2):
        for half in (weight[:4], weight[4:]):
            np.testing.assert_array_equal(outcome(x, half), outcome(x, half.clone()))


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda weight: pickle.loads(pickle.dumps(weight))]
)
def test_a_copy_lays_out_its_own(copied: Callable[[cl.Tensor], cl.Tensor]) -> None:
    x, weight = cl.randn(1, 2, 5, 5), cl.randn(3, 2, 3, 3)
    expected = outcome(x, weight)  # keeps the weights as a kernel has them
    other = copied(weight)
    np.testing.assert_array_equal(outcome(x, other), expected)
    other.mul_(2.0)
    np.testing.assert_array_equal(outcome(x, other), 2 * expected)
    np.testing.assert_array_equal(outcome(x, weight), expected)


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("change", [name for name in CHANGES if name != "an element"])
def test_what_is_joined_follows_both(change: str, place: int) -> None:
    pair = cl.rand(2, 1, 3, 3), cl.rand(2, 1, 3, 3)
    joined = []

    def join(*arrays: np.ndarray) -> np.ndarray:
        joined.append(arrays)
        return np.stack(arrays)

    def now() -> np.ndarray:
        made: np.ndarray = pair[0].version.joined(pair[0].array, pair[1], join)
        return made

    before = now()
    assert now() is before
    CHANGES[change](pair[place])
    np.testing.assert_array_equal(now(), np.stack([each.array for each in pair]))
    assert not np.array_equal(now(), before)
    # Memory that others can write is read each time.
    assert len(joined) == (3 if change in {"data", "numpy"} else 2)


def test_other_memory_is_joined_anew() -> None:
    one = cl.ones(2)
    for value in (2.0, 3.0):
        two = cl.full((2,), value)
        made = one.version.joined(one.array, two, np.add)
        np.testing.assert_array_equal(made, [1 + value] * 2)
