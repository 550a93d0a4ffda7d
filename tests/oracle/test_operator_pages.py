"""torch has the names that the operators' pages give it, and prints what their examples print."""

from __future__ import annotations

import sys
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens.ops import OPERATORS

from .peer import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tools.operator_pages.beside_torch import ROWS

NAMED = {
    operator.name: ROWS[operator.name]
    for operator in OPERATORS
    if operator.name in ROWS and ROWS[operator.name].torch
}


def value(lines: str, library: Any) -> Any:
    """Run an example with a library under the name of ours; return its last line's value."""
    *before, last = lines.split("\n")
    names = {"cl": library, "F": library.nn.functional}
    exec("\n".join(before), names)
    return eval(last, names)


@pytest.mark.parametrize("name", NAMED)
def test_the_names_are_torchs(name: str) -> None:
    for dotted in NAMED[name].torch.split(", "):
        if " " not in dotted:
            assert callable(reduce(getattr, dotted.split("."), torch))


@pytest.mark.parametrize("name", [n for n, row in NAMED.items() if "apply(" not in row.example])
def test_an_example_gives_torchs_numbers(name: str) -> None:
    ours, theirs = (value(NAMED[name].example, library) for library in (cl, torch))
    if not isinstance(theirs, torch.Tensor):
        assert ours == theirs
        return
    assert tuple(ours.shape) == tuple(theirs.shape)
    assert str(ours.dtype) == str(theirs.dtype).removeprefix("torch.")
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=2e-7)
