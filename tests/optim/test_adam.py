from __future__ import annotations

from typing import Any

import pytest

from convolens.optim import Adam, AdamW

from .compare import compare
from .formulas import adam

OPTIONS: list[dict[str, Any]] = [
    {},
    {"betas": (0.5, 0.9)},
    {"weight_decay": 0.1},
    {"eps": 0.1},
    {"betas": (0.0, 0.0), "eps": 1e-4},
    {"amsgrad": True, "betas": (0.5, 0.5)},
    {"maximize": True, "weight_decay": 0.1},
    {"amsgrad": True, "maximize": True, "weight_decay": 0.1, "betas": (0.9, 0.6)},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_the_formula(options: dict[str, Any]) -> None:
    compare(Adam, adam, {"lr": 0.01, **options})


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_decoupled(options: dict[str, Any]) -> None:
    compare(AdamW, adam, {"lr": 0.01, "weight_decay": 0.01, **options}, decoupled=True)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_adam_may_be_decoupled(options: dict[str, Any]) -> None:
    def decoupled(params: Any, **options: Any) -> Adam:
        return Adam(params, decoupled_weight_decay=True, **options)

    compare(decoupled, adam, {"lr": 0.01, "weight_decay": 0.01, **options}, decoupled=True)
