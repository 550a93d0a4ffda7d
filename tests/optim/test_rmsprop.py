from __future__ import annotations

from typing import Any

import pytest

from convolens.optim import RMSprop

from .compare import compare
from .formulas import rmsprop


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"alpha": 0.5},
        {"momentum": 0.9},
        {"weight_decay": 0.1, "eps": 1e-2},
        {"alpha": 1.0},
        {"centered": True},
        {"centered": True, "alpha": 0.9, "momentum": 0.9, "weight_decay": 0.1},
        {"maximize": True, "weight_decay": 0.1},
        {"maximize": True, "centered": True, "momentum": 0.5},
    ],
    ids=str,
)
def test_the_formula(options: dict[str, Any]) -> None:
    lr = 1e-9 if options.get("alpha") == 1.0 else 0.01
    compare(RMSprop, rmsprop, {"lr": lr, **options})
