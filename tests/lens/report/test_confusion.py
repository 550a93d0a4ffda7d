from __future__ import annotations

import numpy as np

from convolens.lens.report import render_report

from .makers import digits_inputs
from .page_reader import PageReader


def page_of(confusion: np.ndarray, **others: object) -> PageReader:
    return PageReader(render_report(digits_inputs(confusion=confusion, **others)))


def test_counts_recall_and_accuracy() -> None:
    page = page_of(np.array([[8, 2], [0, 0]]), classes=("cat", "dog"))
    titles = [a["title"] for a in page.all("td") if "title" in a]
    assert titles[:2] == [
        "8 of class cat, taken for cat: right",
        "2 of class cat, taken for dog",
    ]
    assert "80.0\xa0%" in page.texts
    assert "8 of 10 right; 95 % interval 49.0\xa0% to 94.3\xa0% (Wilson)" in page.text


def test_no_test_image_is_no_matrix() -> None:
    assert "no confusion matrix" in page_of(np.zeros((3, 3), np.int64)).text


def test_many_classes_are_a_list_of_mistakes() -> None:
    confusion = np.eye(30, dtype=np.int64)
    confusion[3, 4] = 7
    page = page_of(confusion, classes=())
    assert "With 30 classes the matrix is not drawn" in page.text
    assert "7 of class 3, taken for 4" in page.texts


def test_accuracy_without_a_matrix_has_no_interval() -> None:
    page = page_of(None)  # type: ignore[arg-type]
    assert "90.0\xa0%" in page.texts
    assert "there is no interval" in page.text
