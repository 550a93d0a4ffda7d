from __future__ import annotations

from typing import Any

import pytest

from convolens.optim import AdaGrad, Adagrad

from .compare import compare
from .formulas import adagrad


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"lr_decay": 0.1},
        {"weight_decay": 0.1},
        {"initial_accumulator_value": 0.5, "eps": 1e-3},
        {"maximize": True, "weight_decay": 0.1},
    ],
    ids=str,
)
def test_the_formula(options: dict[str, Any]) -> None:
    compare(Adagrad, adagrad, {"lr": 0.05, **options})


def test_the_books_spelling() -> None:
    assert AdaGrad is Adagrad
