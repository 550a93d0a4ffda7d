"""The cases of the operator benchmark can be called."""

from __future__ import annotations

from typing import Any

import pytest
from benchmarks.operator_problems import families, first_of, listed

import convolens as cl
from convolens.nn import functional as F

CASES = [(family, *case) for family in families() for case in listed(family)]


def test_names_are_unique() -> None:
    assert len({(family, name) for family, name, _, _ in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=[f"{family}: {name}" for family, name, _, _ in CASES])
def test_a_case_computes_something(case: Any) -> None:
    family, _, call, shapes = case
    if family == "convolution":  # its images are large
        shapes = [(1, *shapes[0][1:]), *shapes[1:]]
    assert first_of(call(cl, F, [cl.randn(*shape) for shape in shapes])).numel() > 0
