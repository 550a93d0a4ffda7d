"""The order of a Sequential: max pooling before ReLU, and a convolution with its ReLU at once.

Both give the same bits, forward and backward.
"""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens import nn
from convolens.models.text_network import text_network
from convolens.nn.order import Order, cheapest
from convolens.tensor.observe import observe


def names(modules: list[nn.Module]) -> list[str]:
    return [type(module).__name__ for module in modules]


def test_a_relu_moves_behind_all_poolings_that_follow_it() -> None:
    modules = [nn.ReLU(), nn.MaxPool2d(2), nn.MaxPool2d(2), nn.Flatten()]
    assert names(cheapest(modules)) == ["MaxPool2d", "MaxPool2d", "ReLU", "Flatten"]


@pytest.mark.parametrize("other", [nn.AvgPool2d(2), nn.Flatten(), nn.ReLU()])
def test_nothing_else_moves(other: nn.Module) -> None:
    assert names(cheapest([nn.ReLU(), other])) == ["ReLU", type(other).__name__]
    assert names(cheapest([nn.Sigmoid(), nn.MaxPool2d(2)])) == ["Sigmoid", "MaxPool2d"]


def test_nothing_moves_while_somebody_watches() -> None:
    net = nn.Sequential(nn.ReLU(), nn.MaxPool2d(2))
    seen: list[str] = []
    with observe(lambda op, inputs, output: seen.append(op.name)):
        net(cl.zeros(1, 1, 4, 4))
    assert seen == ["relu", "max_pool"]
    shapes: list[tuple[int, ...]] = []
    with net[0].register_forward_hook(lambda module, inputs, output: shapes.append(output.shape)):
        net(cl.zeros(1, 1, 4, 4))
    assert shapes == [(1, 1, 4, 4)]
    inputs: list[list[float]] = []
    with net[1].register_forward_pre_hook(lambda module, x: inputs.append(x[0].flatten().tolist())):
        net(cl.full((1, 1, 2, 2), -1.0))
    assert inputs == [[0.0] * 4]  # the pooling sees what the ReLU made
    assert names(cheapest(net)) == ["MaxPool2d", "ReLU"]


@given(
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(0, 1),
    st.booleans(),
    st.sampled_from([(2, 3, 7, 6), (1, 17, 5, 8)]),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=60, deadline=None)
def test_the_same_bits(
    kernel: int, stride: int, padding: int, ceil: bool, shape: tuple[int, ...], seed: int
) -> None:
    """With ties, zeros of both signs, infinities and NaN among the numbers."""
    random = np.random.default_rng(seed)
    x = random.integers(-3, 3, shape).astype(np.float32)
    special = np.array([np.nan, np.inf, -np.inf, -0.0, 0.0], np.float32)
    places = random.integers(0, x.size, 6)
    x.flat[places] = random.choice(special, 6)
    pool = nn.MaxPool2d(kernel, stride, min(padding, kernel // 2), ceil_mode=ceil)
    relu = nn.ReLU()
    results = []
    for net in (lambda t: pool(relu(t)), nn.Sequential(relu, pool)):
        t = cl.tensor(x, requires_grad=True)
        y = net(t)
        y.backward(cl.full(y.shape, 1.5))
        assert t.grad is not None
        results.append((y.detach().numpy(), t.grad.numpy()))
    for ordered, written in zip(*results, strict=True):
        np.testing.assert_array_equal(ordered, written)


def test_an_error_names_the_layer() -> None:
    net = nn.Sequential({"relu": nn.ReLU(), "pool": nn.MaxPool2d(9)})
    with pytest.raises(ValueError, match="In layer pool"):
        net(cl.zeros(1, 1, 4, 4))


def steps(net: nn.Sequential) -> list[str]:
    """Return the steps of a network, and check that they are what runs."""
    return [" ".join(names(list(step.modules))) for step in net._order.steps(net)]


def apart(net: nn.Sequential, x: cl.Tensor) -> cl.Tensor:
    """Call one module after the other."""
    for module in net:
        x = module(x)
    return x


def assert_same(net: nn.Sequential, *shape: int, dtype: Any = np.float32) -> None:
    """Compare outputs and all gradients of a network with those of its modules, bit for bit."""
    drawn = np.random.default_rng(5).standard_normal(shape)
    results = []
    for run in (net, lambda x: apart(net, x)):
        net.zero_grad()
        x = cl.tensor(drawn.astype(dtype), requires_grad=True)
        y = run(x)
        (y * cl.arange(y.numel()).to(dtype).reshape(y.shape)).sum().backward()
        grads = [x.grad, *(p.grad for p in net.parameters())]
        results.append([t.detach().numpy().copy() for t in (y, *grads) if t is not None])
    assert len(results[0]) == len(results[1]) > 1
    for own, expected in zip(*results, strict=True):
        np.testing.assert_array_equal(own, expected)


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_convolution_and_its_relu_are_one_step(rank: int, mode: Any) -> None:
    conv = getattr(nn, f"Conv{rank}d")
    net = nn.Sequential(
        conv(3, 20, 3, padding=1, padding_mode=mode),
        nn.ReLU(),
        conv(20, 5, 2, bias=False),
        nn.ReLU(),
    )
    first, _, second, _ = names(list(net))
    assert steps(net) == [f"{first} ReLU", f"{second} ReLU"]
    size = (6, 5, 4)[:rank]
    assert_same(net, 2, 3, *size)
    assert_same(net, 3, *size)  # one image alone
    assert_same(net.double(), 2, 3, *size, dtype=np.float64)


@pytest.mark.parametrize("padding", ["same", "valid", "full", "same_tf", "same_fixed"])
def test_named_paddings(padding: str) -> None:
    stride = 1 if padding == "same" else 2
    net = nn.Sequential(nn.Conv2d(2, 3, 3, stride, padding=padding), nn.ReLU())
    for size in (5, 6, 9):
        assert_same(net, 2, 2, size, size + 1)


def test_a_convolution_and_its_normalisation_are_one_step() -> None:
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(2))
    assert steps(net) == ["Conv2d BatchNorm2d", "MaxPool2d", "ReLU"]
    assert steps(net[:3]) == ["Conv2d BatchNorm2d ReLU"]
    assert steps(nn.Sequential(*net[:2], nn.ReLU6())) == ["Conv2d BatchNorm2d ReLU6"]
    others = nn.BatchNorm2d(2), nn.Hardtanh(0, 6)
    assert steps(nn.Sequential(net[0], *others)) == ["Conv2d BatchNorm2d", "Hardtanh"]


def test_a_pooling_behind_comes_first() -> None:
    net = nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(2, 3, 1), nn.ReLU()
    )
    assert steps(net) == ["Conv2d", "MaxPool2d", "ReLU", "Conv2d ReLU"]
    assert_same(net, 2, 1, 9, 9)


@pytest.mark.parametrize(
    "modules",
    [
        (nn.BatchNorm2d(1), nn.Hardtanh(0, 6)),
        (nn.Conv2d(1, 1, 1), nn.GroupNorm(1, 1)),
        (nn.Conv1d(1, 1, 1), nn.BatchNorm2d(1)),
        (nn.Conv3d(1, 1, 1), nn.BatchNorm3d(1)),
        (nn.LayerNorm(4), nn.ReLU()),
        (nn.ConvTranspose2d(1, 1, 1), nn.ReLU()),
        (nn.Conv2d(1, 1, 1), nn.ReLU6()),
        (nn.Linear(4, 4), nn.ReLU()),
        (nn.Conv2d(1, 1, 1), nn.Sequential(nn.ReLU())),
    ],
    ids=lambda modules: "-".join(names(list(modules))),
)
def test_nothing_else_is_one_step(modules: tuple[nn.Module, ...]) -> None:
    assert steps(nn.Sequential(*modules)) == names(list(modules))


def test_observers_and_hooks_see_both() -> None:
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())
    x = cl.randn(1, 1, 6, 6)
    expected = apart(net, x).detach().numpy()
    seen: list[Any] = []
    with observe(lambda op, inputs, output: seen.append(op.name)):
        net(x)
    assert seen == ["conv", "relu"]
    seen.clear()
    for module in net:
        for register in (module.register_forward_hook, module.register_forward_pre_hook):
            with register(lambda module, *_: seen.append(type(module))):
                np.testing.assert_array_equal(net(x).detach().numpy(), expected)
    assert seen == [nn.Conv2d, nn.Conv2d, nn.ReLU, nn.ReLU]
    seen.clear()
    negated = (-net[0](x)).relu().detach().numpy()
    with net[0].register_forward_hook(lambda module, inputs, output: -output):
        np.testing.assert_array_equal(net(x).detach().numpy(), negated)
    assert steps(net) == ["Conv2d ReLU"]


def test_a_forward_of_ones_own_is_called() -> None:
    net = nn.Sequential(nn.Conv2d(1, 1, 1), nn.ReLU())
    net(cl.ones(1, 1, 1, 1))
    net[1].forward = lambda x: x * 0 - 5
    assert net(cl.ones(1, 1, 1, 1)).item() == -5
    del net[1].forward
    assert steps(net) == ["Conv2d ReLU"]


CHANGES: list[tuple[Callable[[nn.Sequential], object], list[str]]] = [
    (lambda net: net.append(nn.Conv2d(2, 2, 1)), ["Conv2d ReLU", "Conv2d"]),
    (lambda net: net.insert(1, nn.Conv2d(2, 2, 1)), ["Conv2d", "Conv2d ReLU"]),
    (lambda net: net.extend([nn.Conv2d(2, 2, 1), nn.ReLU()]), ["Conv2d ReLU", "Conv2d ReLU"]),
    (lambda net: net.__setitem__(1, nn.Tanh()), ["Conv2d", "Tanh"]),
    (lambda net: net.__setitem__(0, nn.Conv2d(1, 3, 2)), ["Conv2d ReLU"]),
    (lambda net: net.__delitem__(1), ["Conv2d"]),
    (lambda net: setattr(net, "1", nn.Sigmoid()), ["Conv2d", "Sigmoid"]),
    (lambda net: net.set_submodule("1", nn.ELU()), ["Conv2d", "ELU"]),
    (lambda net: setattr(net[0], "stride", (2, 2)), ["Conv2d ReLU"]),
    (lambda net: setattr(net[0], "padding", (2, 1)), ["Conv2d ReLU"]),
    (lambda net: setattr(net[0], "padding_mode", "circular"), ["Conv2d ReLU"]),
    (lambda net: setattr(net[0], "bias", None), ["Conv2d ReLU"]),
    (lambda net: setattr(net[0], "weight", nn.Parameter(cl.randn(2, 1, 2, 2))), ["Conv2d ReLU"]),
]


@pytest.mark.parametrize("place", range(len(CHANGES)))
def test_steps_follow_changes(place: int) -> None:
    change, expected = CHANGES[place]
    net = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.ReLU())
    net(cl.zeros(1, 1, 6, 6))
    change(net)
    assert steps(net) == expected
    assert_same(net, 2, 1, 6, 6)


def test_a_pooling_that_begins_to_return_places_stays_behind() -> None:
    net = nn.Sequential(nn.ReLU(), nn.MaxPool2d(2))
    assert steps(net) == ["MaxPool2d", "ReLU"]
    net[1].return_indices = True
    assert steps(net) == ["ReLU", "MaxPool2d"]
    y, _ = net(cl.full((1, 1, 2, 2), -1.0))
    assert y.item() == 0


def test_lazy_layers_become_one_step() -> None:
    net = nn.Sequential(nn.LazyConv2d(4, 3), nn.ReLU())
    assert steps(net) == ["LazyConv2d", "ReLU"]
    net(cl.zeros(1, 2, 5, 5))
    assert steps(net) == ["Conv2d ReLU"]
    assert_same(net, 2, 2, 5, 5)


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, copy.copy, lambda net: pickle.loads(pickle.dumps(net))]
)
def test_copies_decide_for_themselves(copied: Callable[[nn.Sequential], nn.Sequential]) -> None:
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())
    x = cl.randn(1, 1, 5, 5)
    assert steps(net) == ["Conv2d ReLU"]
    other = copied(net)
    expected = net(x).detach().numpy()
    np.testing.assert_array_equal(other(x).detach().numpy(), expected)
    if copied is not copy.copy:
        with cl.no_grad():
            other[0].weight.mul_(2.0)
        assert_same(other, 1, 1, 5, 5)
        np.testing.assert_array_equal(net(x).detach().numpy(), expected)


def test_one_pair_at_two_places() -> None:
    pair = nn.Conv2d(2, 2, 1), nn.ReLU()
    net = nn.Sequential(*pair, *pair)
    assert steps(net) == ["Conv2d ReLU", "Conv2d ReLU"]
    assert_same(net, 1, 2, 3, 3)


def test_an_error_in_a_pair_names_the_convolution() -> None:
    inner = nn.Sequential({"conv": nn.Conv2d(3, 4, 3), "act": nn.ReLU()})
    net = nn.Sequential({"first": nn.Conv2d(1, 2, 1), "body": inner})
    errors = []
    for watched in (False, True):
        looking = observe(lambda *_: None) if watched else cl.enable_grad()
        with looking, pytest.raises(ValueError, match="the input has 2 channels") as caught:
            net(cl.zeros(1, 1, 5, 5))
        errors.append(str(caught.value))
    assert errors[0] == errors[1]
    assert errors[0].startswith("In layer body.conv: conv: ")


def test_a_hint_names_the_layers_of_a_pair() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten())
            self.head = nn.Linear(5, 2)

        def forward(self, x: cl.Tensor) -> Any:
            return self.head(self.body(x))

    flat = nn.Sequential(*(body := Net()).body, body.head)
    for net, name in ((body, "conv"), (flat, "Conv2d (0)")):
        with pytest.raises(ValueError, match="make it Linear") as error:
            net(cl.zeros(1, 1, 4, 4))
        assert f"after {name} [4, 2, 2], flatten gives 4 x 2 x 2 = 16." in str(error.value)


@pytest.mark.parametrize("shape", [(2, 1, 4, 4), (1, 4, 4)])
def test_the_output_may_be_changed_in_place(shape: tuple[int, ...]) -> None:
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())
    own, expected = net(cl.ones(*shape)), apart(net, cl.ones(*shape))
    for y in (own, expected):
        y += 1
    np.testing.assert_array_equal(own.detach().numpy(), expected.detach().numpy())


def test_second_derivatives() -> None:
    net = nn.Sequential(nn.Conv2d(2, 3, 3, padding=1), nn.ReLU(), nn.Conv2d(3, 1, 2), nn.ReLU())
    drawn = np.random.default_rng(8).standard_normal((2, 2, 5, 5)).astype(np.float32)
    found = []
    for run in (net, lambda x: apart(net, x)):
        x = cl.tensor(drawn, requires_grad=True)
        (slope,) = cl.autograd.grad((run(x) ** 2).sum(), [x], create_graph=True)
        found.append(cl.autograd.grad((slope**2).sum(), [x, *net.parameters()], allow_unused=True))
    for own, expected in zip(*found, strict=True):
        assert (own is None) == (expected is None)
        if own is not None and expected is not None:
            np.testing.assert_array_equal(own.detach().numpy(), expected.detach().numpy())


def test_an_order_is_decided_once() -> None:
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())
    order = Order()
    assert order.steps(net) is order.steps(net)


def test_networks_from_a_line_of_text_have_pairs() -> None:
    net = text_network("C4k3-R-C5k3-R-P2-F10", (1, 12, 12))
    assert steps(net) == ["Conv2d ReLU", "Conv2d", "MaxPool2d", "ReLU", "Flatten", "Linear"]
    assert_same(net, 2, 1, 12, 12)
