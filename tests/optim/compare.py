"""Runs an optimiser over given gradients, and compares with a formula."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import nn, optim

from .formulas import GRADIENTS


def compare(
    make: Callable[..., optim.Optimizer],
    formula: Callable[..., Iterator[float]],
    options: dict[str, Any],
    **formula_options: Any,
) -> None:
    """Both types, and sizes with whole and incomplete registers."""
    expected = list(formula(1.5, list(GRADIENTS), **options, **formula_options))
    for dtype, tolerance in (("float64", 1e-13), ("float32", 2e-6)):
        for size in (1, 19):
            p = nn.Parameter(cl.full((size,), 1.5, dtype=dtype))
            optimizer = make([p], **options)
            for gradient, wanted in zip(GRADIENTS, expected, strict=True):
                p.grad = cl.full((size,), gradient, dtype=dtype)
                optimizer.step()
                values = p.detach().numpy()
                assert (values == values[0]).all()
                assert float(values[0]) == pytest.approx(wanted, rel=tolerance, abs=tolerance)
                assert np.isfinite(values).all()
