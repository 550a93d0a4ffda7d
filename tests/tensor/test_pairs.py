"""Pairs: two calls of a backward pass that a kernel computes in one."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

import convolens as cl
from convolens import ops
from convolens.backends.choose import choose_both
from convolens.nn import functional as F
from convolens.spec import TensorSpec
from convolens.tensor.observe import observe
from convolens.tensor.program import gradient_program

ATTRIBUTES = ((1, 1), ((1, 1), (1, 1)), (1, 1))
SPECS = TensorSpec((2, 5, 7, 6)), TensorSpec((5, 1, 3, 3))
module = importlib.import_module("convolens.tensor.apply")


def gradients(groups: int = 5, watch: bool = False, graph: bool = False) -> list[np.ndarray]:
    """Return the gradients of a convolution with a bias, computed by one backward pass."""
    cl.manual_seed(0)
    shapes = (2, 5, 7, 6), (5, 5 // groups, 3, 3), (5,)
    tensors = [cl.randn(*shape, requires_grad=True) for shape in shapes]
    x, weight, bias = tensors
    y = F.conv2d(x, weight, bias, padding=1, groups=groups)
    if watch:
        with observe(lambda *_: None):
            (y * y).sum().backward()
    else:
        (y * y).sum().backward(create_graph=graph)
    return [t.grad.detach().numpy() for t in tensors if t.grad is not None]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Note whether each pair was computed in one pass."""
    seen: list[bool] = []

    def spy(*calls: tuple) -> object:
        seen.append(choose_both(*calls) is not None)
        return choose_both(*calls)

    monkeypatch.setattr(module, "choose_both", spy)
    return seen


def test_programs_name_their_pair() -> None:
    conv, both = ops.Conv(*ATTRIBUTES, 5), (True, True)
    assert gradient_program(conv, SPECS, both).pair == 0
    assert gradient_program(ops.ConvRelu(*ATTRIBUTES, 5), SPECS, both).pair == 1
    assert gradient_program(conv, SPECS, (True, False)).pair is None
    assert gradient_program(conv, SPECS, (False, True)).pair is None
    assert gradient_program(ops.Mul(), (SPECS[0], SPECS[0]), both).pair is None


def test_a_depthwise_layer_takes_one_pass(runs: list[bool]) -> None:
    together = gradients()
    assert runs == [True]
    for way in ({"watch": True}, {"graph": True}):
        for one, other in zip(together, gradients(**way), strict=True):
            np.testing.assert_array_equal(one, other)
    assert runs == [True], "who looks on, or differentiates again, is shown each call"


def test_other_layers_take_two(runs: list[bool]) -> None:
    gradients(groups=1)
    assert runs == [False]


def test_a_forced_algorithm_takes_two(runs: list[bool]) -> None:
    expected = gradients()
    with cl.algorithm("reference"):
        found = gradients()
    assert runs == [True, False]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


def test_memory_orders_of_any_kind() -> None:
    shapes = (2, 5, 7, 6), (5, 1, 3, 3)
    x, weight = (cl.randn(*reversed(shape)).permute(3, 2, 1, 0).detach() for shape in shapes)
    found = []
    for each in ((x, weight), (x.clone(), weight.clone())):
        leaves = [t.detach().requires_grad_() for t in each]
        F.conv2d(*leaves, padding=1, groups=5).sum().backward()
        found.append([t.grad.numpy() for t in leaves if t.grad is not None])
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_without_memory_each_is_tried_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = gradients()

    def no_memory(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(module, "choose_both", lambda *_: no_memory)
    for one, other in zip(gradients(), expected, strict=True):
        np.testing.assert_array_equal(one, other)
