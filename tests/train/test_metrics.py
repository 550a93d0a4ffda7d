from __future__ import annotations

import numpy as np
import pytest

from convolens.errors import ArgumentError
from convolens.train.metrics import class_scores, confusion_matrix


def test_confusion_counts_pairs() -> None:
    labels, predicted = np.array([0, 0, 1, 2, 2, 2]), np.array([0, 1, 1, 2, 2, 0])
    assert confusion_matrix(labels, predicted, 3).tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 2]]
    assert confusion_matrix(labels[:0], predicted[:0], 2).tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize(
    ("labels", "predicted"), [([0, 3], [0, 0]), ([0], [-1]), ([0, 1], [0]), ([0], [3])]
)
def test_confusion_refuses_what_is_outside(labels, predicted) -> None:
    with pytest.raises(ArgumentError):
        confusion_matrix(np.array(labels), np.array(predicted), 3)


def test_scores_of_classes() -> None:
    found = class_scores(np.array([[3, 1, 0], [0, 0, 0], [2, 0, 0]]), ("a", "b", "c"))
    assert [(s.images, s.recall, s.precision) for s in found] == [
        (4, 0.75, 0.6),
        (0, None, 0.0),
        (2, 0.0, None),
    ]
