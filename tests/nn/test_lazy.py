"""Lazy layers: nothing before the first input, the plain layer after it."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError, ShapeError
from convolens.nn.lazy import LazyModuleMixin
from convolens.nn.uninitialized import UninitializedParameter

#: A lazy layer, an input, and the plain layer that it becomes.
CASES: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...], Callable[[], nn.Module]]] = {
    "LazyConv1d": (
        lambda: nn.LazyConv1d(6, 3, padding=1),
        (2, 4, 9),
        lambda: nn.Conv1d(4, 6, 3, padding=1),
    ),
    "LazyConv2d": (
        lambda: nn.LazyConv2d(6, (3, 2), 2, groups=2),
        (2, 4, 9, 9),
        lambda: nn.Conv2d(4, 6, (3, 2), 2, groups=2),
    ),
    "LazyConv3d": (
        lambda: nn.LazyConv3d(2, 2, padding_mode="circular", padding=1),
        (1, 3, 3, 4, 5),
        lambda: nn.Conv3d(3, 2, 2, padding=1, padding_mode="circular"),
    ),
    "LazyConvTranspose1d": (
        lambda: nn.LazyConvTranspose1d(6, 3, 2, 1, 1),
        (2, 4, 9),
        lambda: nn.ConvTranspose1d(4, 6, 3, 2, 1, 1),
    ),
    "LazyConvTranspose2d": (
        lambda: nn.LazyConvTranspose2d(6, 3, groups=2, dilation=2),
        (2, 4, 5, 5),
        lambda: nn.ConvTranspose2d(4, 6, 3, groups=2, dilation=2),
    ),
    "LazyConvTranspose3d": (
        lambda: nn.LazyConvTranspose3d(2, 2, 2),
        (1, 3, 2, 2, 2),
        lambda: nn.ConvTranspose3d(3, 2, 2, 2),
    ),
    "LazyLinear": (lambda: nn.LazyLinear(5), (7, 3), lambda: nn.Linear(3, 5)),
}
EACH = pytest.mark.parametrize("name", CASES)


@EACH
def test_the_first_input_makes_it_the_plain_layer(name: str) -> None:
    make, shape, plain = CASES[name]
    lazy = make()
    assert isinstance(lazy, LazyModuleMixin)
    assert lazy.has_uninitialized_params()
    weight, bias = lazy.weight, lazy.bias
    cl.manual_seed(5)
    y = lazy(cl.ones(*shape))
    cl.manual_seed(5)
    expected = plain()
    assert type(lazy) is type(expected)
    assert repr(lazy) == repr(expected)
    assert (lazy.weight, lazy.bias) == (weight, bias)  # the same objects as before
    for own, other in zip(lazy.parameters(), expected.parameters(), strict=True):
        np.testing.assert_array_equal(own.detach().numpy(), other.detach().numpy())
    np.testing.assert_array_equal(y.detach().numpy(), expected(cl.ones(*shape)).detach().numpy())
    y.sum().backward()
    assert weight.grad is not None
    with pytest.raises(ShapeError):
        lazy(cl.ones(shape[0], shape[1] + 1, *shape[2:]))


@EACH
def test_a_state_of_shapes_gives_them(name: str) -> None:
    make, shape, plain = CASES[name]
    lazy, other = make(), plain()
    lazy.load_state_dict(other.state_dict())
    assert not lazy.has_uninitialized_params()
    x = cl.randn(*shape)
    np.testing.assert_array_equal(lazy(x).detach().numpy(), other(x).detach().numpy())
    assert repr(lazy) == repr(other)


@EACH
def test_a_state_without_shapes(name: str) -> None:
    make, _, plain = CASES[name]
    state = make().state_dict()
    assert list(state) == ["weight", "bias"]
    assert all(isinstance(p, UninitializedParameter) for p in state.values())
    lazy = make()
    lazy.load_state_dict(state)
    assert lazy.has_uninitialized_params()
    layer = plain()
    before = layer.weight.detach().numpy().copy()
    with pytest.raises(ArgumentError, match="2 of its parameters have no shape yet"):
        layer.load_state_dict(state)
    np.testing.assert_array_equal(layer.weight.detach().numpy(), before)


@EACH
def test_copies_are_lazy_too(name: str) -> None:
    make, shape, _ = CASES[name]
    lazy = make().double()
    for again in (copy.deepcopy(lazy), pickle.loads(pickle.dumps(lazy))):
        assert again.weight is not lazy.weight
        y = again(cl.ones(*shape).double())
        assert y.dtype == again.weight.dtype == cl.float64
    assert lazy.has_uninitialized_params()


def test_the_type_may_change_before_there_are_numbers() -> None:
    lazy = nn.LazyLinear(2).double()
    assert lazy.weight.dtype == cl.float64
    lazy(cl.zeros(1, 3).double())
    assert lazy.weight.dtype == cl.float64
    again = nn.LazyLinear(2).double().float()
    again(cl.zeros(1, 3))
    assert again.weight.dtype == cl.float32


def test_a_network_of_lazy_layers() -> None:
    net = nn.Sequential(nn.LazyConv2d(4, 3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(3, bias=False))
    assert [name for name, _ in net.named_parameters()] == ["0.weight", "0.bias", "3.weight"]
    net.apply(lambda part: getattr(part, "reset_parameters", lambda: None)())
    optimizer = cl.optim.SGD(net.parameters(), lr=0.1)
    net(cl.ones(1, 2, 5, 5)).sum().backward()
    before = net[3].weight.detach().numpy().copy()
    optimizer.step()
    assert net[3].weight.shape == (3, 36)
    assert (net[3].weight.detach().numpy() != before).any()


def test_one_image_is_enough() -> None:
    lazy = nn.LazyConv2d(4, 3)
    assert lazy(cl.zeros(3, 5, 5)).shape == (4, 3, 3)
    assert lazy.in_channels == 3


def test_an_option_of_the_call_goes_through() -> None:
    lazy = nn.LazyConvTranspose2d(2, 3, stride=2)
    assert lazy(cl.zeros(1, 3, 4, 4), output_size=(10, 9)).shape == (1, 2, 10, 9)


def test_gradients_may_be_unwanted() -> None:
    lazy = nn.LazyLinear(2).requires_grad_(False)
    assert not lazy(cl.ones(1, 3)).requires_grad
    assert not lazy.weight.requires_grad


@pytest.mark.parametrize(
    ("layer", "shape", "error", "words"),
    [
        (
            lambda: nn.LazyConv2d(4, 3),
            (5, 5),
            ShapeError,
            "Expected 3D (unbatched) or 4D (batched)",
        ),
        (lambda: nn.LazyConv2d(4, 3), (1,) * 5, ShapeError, "input to LazyConv2d, but got input"),
        (lambda: nn.LazyConv2d(4, 3, groups=2), (1, 3, 5, 5), ArgumentError, "3 cannot be divided"),
        (lambda: nn.LazyLinear(4), (), ShapeError, "single number"),
        (lambda: nn.LazyLinear(4), (3, 0), ArgumentError, "in_features is 0"),
    ],
    ids=range(5),
)
def test_first_inputs_that_say_nothing(
    layer: Callable[[], nn.Module], shape: tuple[int, ...], error: type[Exception], words: str
) -> None:
    net = nn.Sequential({"first": layer()})
    with pytest.raises(error) as caught:
        net(cl.zeros(*shape) if shape else cl.tensor(1.0))
    assert str(caught.value).startswith("In layer first: ")
    assert words in str(caught.value)
    assert net[0].has_uninitialized_params()  # type: ignore[operator]


def test_bad_arguments_are_refused_before_there_is_an_input() -> None:
    for bad in (
        lambda: nn.LazyConv2d(0, 3),
        lambda: nn.LazyConv2d(4, 0),
        lambda: nn.LazyConv2d(4, 3, groups=3),
        lambda: nn.LazyConv2d(4, 3, stride=2, padding="same"),
        lambda: nn.LazyConvTranspose2d(4, 3, output_padding=1),
        lambda: nn.LazyLinear(0),
    ):
        with pytest.raises(ArgumentError):
            bad()


# The parameter without a shape.


USES: dict[str, Callable[[nn.Parameter], Any]] = {
    "shape": lambda p: p.shape,
    "size": lambda p: p.size(),
    "numel": lambda p: p.numel(),
    "len": len,
    "arithmetic": lambda p: p + 1,
    "operators": lambda p: nn.functional.linear(cl.zeros(1, 3), p),
    "index": lambda p: p[0],
    "init": nn.init.zeros_,
    "item": lambda p: p.item(),
}


@pytest.mark.parametrize("use", USES.values(), ids=list(USES))
def test_nothing_can_be_done_with_it(use: Callable[[nn.Parameter], Any]) -> None:
    with pytest.raises(ArgumentError, match="Can't access the shape of an uninitialized"):
        use(UninitializedParameter())


def test_it_becomes_a_parameter() -> None:
    parameter = UninitializedParameter(requires_grad=False, dtype=cl.float64)
    assert repr(parameter) == "<UninitializedParameter>"
    assert parameter.detach() is parameter
    parameter.materialize((2, 3, 4, 5))
    assert type(parameter) is nn.Parameter
    assert not parameter.requires_grad
    assert parameter.dtype == cl.float64
    assert (parameter.numpy() == np.zeros((2, 3, 4, 5))).all()
