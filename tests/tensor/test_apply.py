"""The one way an operator is called: results, records, and errors that leave nothing behind."""

from __future__ import annotations

import numpy as np
import pytest

import convolens as cl
from convolens import ops
from convolens.errors import ShapeError
from convolens.spec import TensorSpec, float32
from convolens.tensor import apply


def test_a_call_gives_the_inferred_spec() -> None:
    for operator in ops.OPERATORS:
        for sample in operator.samples():
            inputs = [cl.from_numpy(a) for a in sample.arrays(np.random.default_rng(0))]
            y = apply(sample.op, *inputs)
            assert y.spec == sample.op.infer(*sample.specs)
            assert TensorSpec(y.numpy().shape, y.numpy().dtype) == y.spec
            assert y.is_leaf


def test_only_calls_on_tensors_that_require_gradients_are_recorded() -> None:
    a, b = cl.ones(2), cl.ones(2, requires_grad=True)
    assert apply(ops.Add(), a, a).grad_fn is None
    node = apply(ops.Add(), a, b).grad_fn
    assert node is not None
    assert node.op == ops.Add()
    assert node.edges == (None, b)
    assert node.wanted == (False, True)


def test_only_what_the_gradient_needs_is_saved() -> None:
    a, b = cl.ones(2, requires_grad=True), cl.ones(2)

    def saved(op: ops.Op, *inputs: cl.Tensor) -> list[bool]:
        node = apply(op, *inputs).grad_fn
        assert node is not None
        assert node.saved is not None
        return [part is not None for part in node.saved]

    assert saved(ops.Add(), a, b) == [False, False, False]
    assert saved(ops.Mul(), a, b) == [False, True, False]
    assert saved(ops.Mul(), b, a) == [True, False, False]
    assert saved(ops.Relu(), a) == [False, True]
    assert saved(ops.Exp(), a) == [False, True]


def test_an_error_records_nothing() -> None:
    x = cl.ones(2, requires_grad=True)
    with pytest.raises(ShapeError):
        apply(ops.Add(), x, cl.ones(3))
    assert x.grad is None
    (x * 2).sum().backward()
    assert x.grad is not None
    assert x.grad.dtype == float32
