"""Convolutions with the batch normalisation behind them: the bits of all one by one."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ConvolensError
from convolens.nn import blocks, with_norm
from convolens.nn.with_norm import conv_norm
from convolens.ops import Op
from convolens.tensor import apply
from nn.test_with_relu import randomized, watched

CONVS: list[tuple[Callable[[], nn.Module], Callable[[], nn.Module], tuple[int, ...]]] = [
    (lambda: nn.Conv2d(5, 7, 3, padding=1), lambda: nn.BatchNorm2d(7), (3, 5, 9, 8)),
    (lambda: nn.Conv2d(5, 7, 3, bias=False), lambda: nn.BatchNorm2d(7), (3, 5, 9, 8)),
    (lambda: nn.Conv2d(32, 40, 3, padding=1), lambda: nn.BatchNorm2d(40), (2, 32, 20, 20)),
    (lambda: nn.Conv2d(32, 64, 1, bias=False), lambda: nn.BatchNorm2d(64), (2, 32, 20, 20)),
    (lambda: nn.Conv2d(24, 24, 3, 2, 1, groups=24), lambda: nn.BatchNorm2d(24), (2, 24, 15, 15)),
    (lambda: nn.Conv2d(1, 4, 5), lambda: nn.BatchNorm2d(4), (2, 1, 28, 28)),
    (lambda: nn.Conv2d(3, 8, 7, 2, 3), lambda: nn.BatchNorm2d(8), (1, 3, 32, 32)),
    (
        lambda: nn.Conv2d(6, 6, 3, padding=1, padding_mode="reflect"),
        lambda: nn.BatchNorm2d(6, eps=0.01),
        (2, 6, 8, 8),
    ),
    (lambda: nn.Conv1d(4, 6, 9, padding=4), lambda: nn.BatchNorm1d(6), (2, 4, 40)),
]
EACH = pytest.mark.parametrize(
    ("conv", "norm", "shape"), CONVS, ids=[f"{conv()}-{norm()}" for conv, norm, _ in CONVS]
)


@pytest.fixture(autouse=True)
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the operators that were called in one pass."""
    names: list[str] = []

    def listening(op: Op, *inputs: cl.Tensor) -> cl.Tensor:
        names.append(op.name)
        return apply(op, *inputs)

    monkeypatch.setattr(with_norm, "apply", listening)
    return names


def assert_same(net: nn.Module, *inputs: cl.Tensor) -> None:
    """Compare a network's output with that of its parts one by one."""
    with cl.no_grad():
        own = net(*inputs).numpy()
        with watched(net):
            expected = net(*inputs).numpy()
    np.testing.assert_array_equal(own, expected)


@EACH
@pytest.mark.parametrize("act", [None, nn.ReLU, nn.ReLU6])
@pytest.mark.parametrize("dtype", [cl.float32, cl.float64], ids=str)
def test_a_sequential(
    conv: Callable[[], nn.Module],
    norm: Callable[[], nn.Module],
    shape: tuple[int, ...],
    act: Callable[[], nn.Module] | None,
    dtype: Any,
    called: list[str],
) -> None:
    parts = [conv(), norm()] if act is None else [conv(), norm(), act()]
    net = randomized(nn.Sequential(*parts)).eval().to(dtype)
    assert [step.modules for step in net._order.steps(net)] == [tuple(net)]
    x = 3 * cl.randn(*shape).to(dtype)
    assert_same(net, x)
    assert called == ["conv_normalize"]
    # It is remembered what weights and numbers are, not what they were.
    with cl.no_grad():
        for tensor in net.state_dict().values():
            tensor.mul_(2)
    assert_same(net, x)


@EACH
def test_training_and_gradients_take_all_steps(
    conv: Callable[[], nn.Module],
    norm: Callable[[], nn.Module],
    shape: tuple[int, ...],
    called: list[str],
) -> None:
    net = randomized(nn.Sequential(conv(), norm(), nn.ReLU()))
    x = cl.randn(*shape)
    other = copy.deepcopy(net)
    with cl.no_grad():
        own = net(x).numpy()
        with watched(other):
            np.testing.assert_array_equal(own, other(x).numpy())
    for name, tensor in net.state_dict().items():  # the running averages have learnt
        np.testing.assert_array_equal(tensor.numpy(), other.state_dict()[name].numpy())
    net.eval()(x).sum().backward()
    assert all(p.grad is not None for p in net.parameters())
    assert not called


def test_what_needs_no_gradient_is_not_recorded(called: list[str]) -> None:
    net = randomized(nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU())).eval()
    x = cl.randn(2, 3, 8, 8)
    expected = net(x)
    assert expected.requires_grad
    assert not called
    y = net.requires_grad_(False)(x)
    assert not y.requires_grad
    assert called == ["conv_normalize"]
    np.testing.assert_array_equal(y.numpy(), expected.detach().numpy())
    net[1].bias.requires_grad_()
    assert net(x).requires_grad
    assert net.requires_grad_(False)(x.requires_grad_()).requires_grad
    assert called == ["conv_normalize"]


def odd(change: Callable[[Any, Any], None]) -> nn.Module:
    net = randomized(nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU())).eval()
    change(net[0], net[1])
    return net


def assigned(module: nn.Module, name: str, value: object) -> None:
    delattr(module, name)
    setattr(module, name, value)


ODD: dict[str, Callable[[], nn.Module]] = {
    "no averages": lambda: nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4, track_running_stats=False)
    ).eval(),
    "no weight": lambda: randomized(
        nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4, affine=False))
    ).eval(),
    "no bias": lambda: randomized(
        nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4, bias=False), nn.ReLU())
    ).eval(),
    "a plain tensor": lambda: odd(lambda _, norm: assigned(norm, "weight", cl.rand(4))),
    "a plain weight": lambda: odd(lambda conv, _: assigned(conv, "weight", cl.rand(4, 3, 3, 3))),
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_not_as_usual_takes_several_passes(name: str, called: list[str]) -> None:
    assert_same(ODD[name](), cl.randn(2, 3, 8, 8))
    assert not called


def test_an_image_without_a_batch_and_an_empty_one(called: list[str]) -> None:
    net = nn.Sequential(nn.Conv1d(3, 4, 3), nn.BatchNorm1d(4), nn.ReLU()).eval()
    assert_same(net, cl.randn(0, 3, 8))
    assert not called
    with cl.no_grad(), pytest.raises(ConvolensError):  # [4, 6]: six channels
        net(cl.randn(3, 8))


@pytest.mark.parametrize(
    ("net", "culprit", "words"),
    [
        (nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)), 0, "the input has 2 channels"),
        (nn.Sequential(nn.Conv2d(2, 4, 3), nn.BatchNorm2d(5)), 1, "should contain 4 elements"),
        (nn.Sequential(nn.Conv2d(2, 4, 30), nn.BatchNorm2d(4)), 0, "covers 30 inputs"),
    ],
)
def test_refusals_are_those_of_the_layer(net: Any, culprit: int, words: str) -> None:
    messages = []
    for looking in (nullcontext(), watched(net.eval())):
        with looking, cl.no_grad(), pytest.raises(ConvolensError, match=words) as refused:
            net(cl.randn(1, 2, 8, 8))
        assert str(refused.value).startswith(f"In layer {culprit}: ")
        messages.append(str(refused.value))
    assert messages[0] == messages[1]


def test_hooks_and_observers_see_all_steps(called: list[str]) -> None:
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU()).eval()
    seen = []
    net[0].register_forward_hook(lambda module, inputs, output: seen.append(output.shape))
    with cl.no_grad():
        net(cl.randn(1, 3, 8, 8))
    assert seen == [(1, 4, 6, 6)]
    assert not called


BLOCKS: dict[str, tuple[Callable[[], nn.Module], int]] = {
    "basic": (lambda: blocks.BasicBlock(8, 8), 2),
    "bottleneck": (lambda: blocks.Bottleneck(32, 8), 3),
    "csp": (lambda: blocks.CSPBlock(8, 8), 5),
    "inverted": (lambda: blocks.InvertedResidual(8, 8, 1, 2), 3),
}


@pytest.mark.parametrize("name", BLOCKS)
def test_blocks(name: str, called: list[str]) -> None:
    make, passes = BLOCKS[name]
    net = randomized(make()).eval()
    x = cl.randn(2, 32 if name == "bottleneck" else 8, 10, 9)
    assert_same(net, x)
    assert called == ["conv_normalize"] * passes


@pytest.mark.parametrize(
    "way", [1.5, cl.ones(1), cl.ones(2, 4, 8, 1), cl.ones(2, 4, 8, 8).double()], ids=str
)
def test_an_addend_that_is_broadcast_is_added_behind(way: Any, called: list[str]) -> None:
    conv, norm, x = nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4).eval(), cl.randn(2, 3, 8, 8)
    with cl.no_grad():
        try:
            expected = (norm(conv(x)) + way).relu()
        except ConvolensError as error:
            with pytest.raises(type(error)):
                conv_norm(conv, norm, nn.ReLU(), x, way)
        else:
            y = conv_norm(conv, norm, nn.ReLU(), x, way)
            np.testing.assert_array_equal(y.numpy(), expected.numpy())
    assert not called
