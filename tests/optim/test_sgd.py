from __future__ import annotations

from typing import Any

import pytest

from convolens.optim import SGD

from .compare import compare
from .formulas import sgd


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"momentum": 0.9},
        {"momentum": 0.9, "dampening": 0.5},
        {"momentum": 0.9, "nesterov": True},
        {"weight_decay": 0.1},
        {"momentum": 0.5, "weight_decay": 0.01, "nesterov": True},
        {"maximize": True, "weight_decay": 0.1},
        {"maximize": True, "momentum": 0.9, "dampening": 0.5},
    ],
    ids=str,
)
def test_the_formula(options: dict[str, Any]) -> None:
    compare(SGD, sgd, {"lr": 0.05, **options})
