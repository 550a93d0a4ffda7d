from __future__ import annotations

import numpy as np
import pytest

from convolens import nn
from convolens.errors import ArgumentError, ShapeError
from convolens.lens.report import ReportInputs


def make(**values: object) -> ReportInputs:
    return ReportInputs("t", nn.ReLU(), (1, 8, 8), **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ({"images": np.zeros((2, 1, 8, 9), np.float32)}, ShapeError, r"\[2, 1, 8, 9\]"),
        ({"labels": np.zeros(3, np.int64)}, ShapeError, "0 images, but labels of shape"),
        ({"confusion": np.zeros((2, 3), np.int64)}, ShapeError, "must be square"),
        ({"confusion": np.array([[-1]])}, ArgumentError, "negative"),
        ({"scale": 0}, ArgumentError, "scale is 0"),
    ],
)
def test_what_does_not_fit(values: dict[str, object], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        make(**values)


def test_class_names() -> None:
    inputs = make(classes=("cat", ""))
    assert [inputs.class_name(label) for label in (0, 1, 2, -1)] == ["cat", "1", "2", "-1"]
