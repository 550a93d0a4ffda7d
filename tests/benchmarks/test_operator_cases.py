"""The cases of the operator benchmark can be called; here with one image each."""

from __future__ import annotations

from typing import Any

import pytest
from benchmarks.operator_cases.convolution import CASES

import convolens as cl
from convolens.nn import functional as F


def test_names_are_unique() -> None:
    assert len({name for name, _, _ in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=[name for name, _, _ in CASES])
def test_a_case_computes_something(case: Any) -> None:
    _, call, shapes = case
    first, *rest = shapes
    inputs = [cl.randn(*shape) for shape in ((1, *first[1:]), *rest)]
    y = call(cl, F, inputs)
    assert y.shape[0] == 1
    assert y.numel() > 0
