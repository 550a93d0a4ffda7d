"""Operators that functions keep: equal arguments that mean the same give the same one."""

from __future__ import annotations

from math import copysign

import numpy as np
import pytest

import convolens as cl
from convolens import ops
from convolens.nn import functional as F
from convolens.nn.functional._arguments import kept

MAKE = kept(lambda *arguments: [*arguments])


@pytest.mark.parametrize("value", [2, True, "mean", None, 0.5, 0.0, (2, 3), ()], ids=repr)
def test_what_is_kept(value: object) -> None:
    assert MAKE(value) is MAKE(value)
    assert MAKE(value) == [value]


@pytest.mark.parametrize("value", [-0.0, (2.0, 3), (True, 2), [2], np.int64(2)], ids=repr)
def test_what_is_made_anew(value: object) -> None:
    assert MAKE(value) is not MAKE(value)
    assert MAKE(value) == [value]


def test_equal_numbers_of_other_types_are_others() -> None:
    assert type(MAKE(1)[0]) is int
    assert type(MAKE(1.0)[0]) is float
    assert type(MAKE(True)[0]) is bool
    for zero in (0.0, -0.0, 0.0):
        assert copysign(1.0, MAKE(zero)[0]) == copysign(1.0, zero)


def test_an_error_is_not_kept() -> None:
    make = kept(ops.Hardtanh)
    for _ in range(2):
        with pytest.raises(ValueError, match="greater than max_val"):
            make(1.0, -1.0)


def test_functions_with_equal_arguments() -> None:
    x, labels = cl.tensor([[2.0, 1.0, 0.0]]), cl.tensor([0])
    plain = F.cross_entropy(x, labels).item()
    smooth = F.cross_entropy(x, labels, label_smoothing=0.5).item()
    assert smooth > plain
    assert F.cross_entropy(x, labels, label_smoothing=0.0).item() == plain
    assert F.relu6(cl.tensor([-1.0, 7.0])).tolist() == [0.0, 6.0]
    assert F.leaky_relu(cl.tensor([-2.0])).tolist() == [pytest.approx(-0.02)]
