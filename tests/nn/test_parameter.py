"""Parameters: leaves with dense memory of their own."""

from __future__ import annotations

import numpy as np
import pytest

import convolens as cl
from convolens import _native, nn
from convolens.errors import GradientError


def test_a_parameter_is_a_leaf_that_requires_a_gradient() -> None:
    p = nn.Parameter(cl.ones(3) * 2)
    assert p.requires_grad
    assert p.is_leaf
    assert not nn.Parameter(cl.ones(1), requires_grad=False).requires_grad
    (p * p).sum().backward()
    assert p.grad is not None
    assert p.grad.tolist() == [4, 4, 4]
    assert not isinstance(p * 2, nn.Parameter)
    assert not isinstance(p.detach(), nn.Parameter)


def test_its_memory_is_dense() -> None:
    array = np.arange(24, dtype=np.float32).reshape(1, 2, 3, 4)
    p = nn.Parameter(cl.from_numpy(array))
    assert _native.is_dense(p.detach().numpy())
    np.testing.assert_array_equal(p.detach().numpy(), array)


def test_whole_numbers_are_refused() -> None:
    with pytest.raises(GradientError, match="must be floating point, not int64"):
        nn.Parameter(cl.arange(3))


def test_repr() -> None:
    assert repr(nn.Parameter(cl.ones(2))) == (
        "Parameter containing:\ntensor([1., 1.], requires_grad=True)"
    )
