from __future__ import annotations

import numpy as np
import pytest

from convolens.data.labels import as_labels, check_labels, numbered_classes
from convolens.errors import DataError, IndexRangeError


@pytest.mark.parametrize("kind", ["u1", "i1", "u2", "i4", ">i4", "i8", "u8"])
def test_whole_numbers_of_any_type(kind: str) -> None:
    labels = as_labels(np.array([2, 0, 1], kind), 3, "labels")
    assert labels.dtype == np.int64
    assert labels.tolist() == [2, 0, 1]
    assert not labels.flags.writeable


def test_the_given_array_stays_writeable() -> None:
    given = np.array([0, 1])
    as_labels(given, 2, "labels")
    given[0] = 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.eye(3), "whole numbers"),
        (np.eye(3, dtype=np.int64), "argmax"),
        (np.array([0.0, 1.0, 2.0]), "astype"),
        (np.array(["a", "b", "c"]), "whole numbers"),
        (np.array([0, 1]), "2 labels for 3 images"),
        (np.array([0, 1, 2**64 - 1], np.uint64), "outside"),
    ],
)
def test_refusals(values: np.ndarray, words: str) -> None:
    with pytest.raises((DataError, IndexRangeError), match=words):
        as_labels(values, 3, "labels")


@pytest.mark.parametrize("label", [-1, 2, 2**40])
def test_label_outside_names_label_position_and_range(label: int) -> None:
    with pytest.raises(IndexRangeError) as caught:
        check_labels(np.array([0, 1, 0, label]), ("cat", "dog"), "file")
    text = str(caught.value)
    assert f"file: label {label} at position 3 is outside 0 to 1." in text


def test_numbered_classes_are_bounded() -> None:
    assert numbered_classes(np.array([0, 3]), "file") == ("0", "1", "2", "3")
    with pytest.raises(IndexRangeError, match="65536"):
        numbered_classes(np.array([0, 65_536]), "file")
    with pytest.raises(IndexRangeError, match="label -1"):
        numbered_classes(np.array([0, -1]), "file")
