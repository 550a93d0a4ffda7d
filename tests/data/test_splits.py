from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convolens.data import ArrayDataset, Splits, Subset, stratified
from convolens.errors import ArgumentError, DataError


def blank(labels: list[int], side: int = 8, classes: str = "abc") -> ArrayDataset:
    return ArrayDataset(
        np.zeros((len(labels), side, side), np.uint8), np.array(labels, np.int64), classes
    )


def sides(parts: tuple[Subset, Subset]) -> tuple[list[int], list[int]]:
    train, test = parts
    return train._indices.tolist(), test._indices.tolist()


@given(
    st.lists(st.integers(2, 40), min_size=1, max_size=3),
    st.floats(0.01, 0.99),
    st.integers(0, 2**70),
)
def test_every_class_keeps_its_share(counts: list[int], share: float, seed: int) -> None:
    labels = [label for label, count in enumerate(counts) for _ in range(count)]
    train, test = stratified(blank(labels), share, seed)
    for label, count in enumerate(counts):
        drawn = int((test.labels == label).sum())
        assert 1 <= drawn < count
        assert abs(drawn - share * count) <= 1
    assert sorted(np.concatenate(sides((train, test)))) == list(range(len(labels)))


def test_seed_and_share() -> None:
    data = blank([0, 1] * 50)
    assert sides(stratified(data, 0.2, 0)) == sides(stratified(data, 0.2, 0))
    assert sides(stratified(data, 0.2, 0)) != sides(stratified(data, 0.2, 1))
    # This must not change with the version of NumPy.
    drawn = "1 4 18 25 27 31 35 38 43 47 54 58 70 72 73 75 84 86 92 95"
    assert sides(stratified(data, 0.2, 0))[1] == [int(number) for number in drawn.split()]


def test_keys_keep_images_on_their_side() -> None:
    keys = np.arange(100) * 977
    before = stratified(blank([0] * 100), 0.2, 0, keys)[1]
    after = stratified(blank([0] * 101), 0.2, 0, np.concatenate([[5], keys]))[1]
    moved = set(keys[before._indices]) ^ set(np.concatenate([[5], keys])[after._indices])
    assert len(moved) <= 2


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0, 2.0, float("nan")])
def test_share_outside(share: float) -> None:
    with pytest.raises(ArgumentError, match="test_share"):
        stratified(blank([0, 1]), share)


def test_class_of_one_image() -> None:
    with pytest.raises(DataError, match="class 'b' has one image only"):
        stratified(blank([0, 0, 1]))


def test_splits_fit_together() -> None:
    good = blank([0, 1])
    assert Splits(good, good, "here").licence == ""
    with pytest.raises(DataError, match="no training images"):
        Splits(blank([]), good, "here")
    with pytest.raises(DataError, match="no test images"):
        Splits(good, blank([]), "here")
    with pytest.raises(DataError, match="differ in shape"):
        Splits(good, blank([0, 1], side=9), "here")
    with pytest.raises(DataError, match="different classes"):
        Splits(good, blank([0, 1], classes="xyz"), "here")
    with pytest.raises(DataError, match="all 2 training images are of one class, 'b'"):
        Splits(blank([1, 1]), good, "here")
