"""Compiled networks: the network's own bits, for what they can hold, and refusals of the rest."""

from __future__ import annotations

import threading
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError, DTypeError, GradientError, ShapeError
from convolens.nn import functional as F
from planner.networks import Block, Function, trained


def check(network: nn.Module, *inputs: cl.Tensor) -> cl.planner.CompiledNetwork:
    """Compare a network with what is compiled of it, bit by bit, on several inputs."""
    fast = cl.compile(network)
    with cl.no_grad():
        for scale in (1, -2):
            tried = [each * scale for each in inputs]
            expected, found = network(*tried), fast(*tried)
            assert isinstance(found, cl.Tensor)
            assert found.spec == expected.spec
            np.testing.assert_array_equal(found.numpy(), expected.numpy())
    return fast


def operators(fast: cl.planner.CompiledNetwork, *inputs: cl.Tensor) -> list[str]:
    return [step.operator for step in fast.plan(*inputs).steps]


@pytest.mark.parametrize("in_place", [True, False])
@pytest.mark.parametrize(("C", "K", "stride"), [(8, 8, 1), (8, 16, 2), (3, 5, 1)])
def test_a_residual_block_is_a_kernel_for_each_convolution(
    C: int, K: int, stride: int, in_place: bool
) -> None:
    x = cl.randn(2, C, 9, 7)
    fast = check(trained(Block(C, K, stride, in_place)), x)
    convolutions = 2 if C == K and stride == 1 else 3
    assert operators(fast, x) == ["conv_normalize"] * convolutions


LAYERS: list[Any] = [
    lambda: nn.ReLU(),
    lambda: nn.ReLU6(),
    lambda: nn.Sigmoid(),
    lambda: nn.Hardswish(),
    lambda: nn.Hardtanh(-1, 2),
    lambda: nn.BatchNorm2d(6),
    lambda: nn.GroupNorm(2, 6),
    lambda: nn.Dropout(0.5),
    lambda: nn.MaxPool2d(3, 1, 1),
    lambda: nn.AvgPool2d(3, 1, 1),
    lambda: nn.Conv2d(6, 6, 3, padding=1),
    lambda: nn.Conv2d(6, 6, 3, padding=1, bias=False),
    lambda: nn.Conv2d(6, 6, 3, padding=1, groups=6),
    lambda: nn.Conv2d(6, 6, 1, bias=False),
    lambda: nn.Conv2d(6, 6, 5, padding=2, padding_mode="reflect"),
    lambda: nn.ConvTranspose2d(6, 6, 3, 1, 1),
    lambda: Block(6, 6),
]


@given(st.lists(st.integers(0, len(LAYERS) - 1), max_size=6), st.data())
@settings(max_examples=60, deadline=None)
def test_any_chain_with_shortcuts(chosen: list[int], data: st.DataObject) -> None:
    layers = nn.ModuleList([LAYERS[number]() for number in chosen])
    from_where = [data.draw(st.integers(-1, place)) for place in range(len(layers))]
    in_place = data.draw(st.booleans())

    def forward(self: Any, x: cl.Tensor) -> cl.Tensor:
        made = [x]
        for layer, start in zip(self.layers, from_where, strict=True):
            y = layer(made[-1])
            if start >= 0 and in_place and y is not made[-1]:
                y += made[start]
            elif start >= 0:
                y = y + made[start]
            made.append(y)
        return made[-1]

    x = cl.randn(2, 6, 7, 6)
    check(trained(Function(forward, layers=layers)), x)


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("affine", [True, False])
def test_convolutions_and_normalisations_of_any_rank(rank: int, bias: bool, affine: bool) -> None:
    conv = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[rank - 1](4, 5, 3, bias=bias)
    norm = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)[rank - 1](5, affine=affine)
    network = trained(
        Function(lambda self, x: F.relu(self.norm(self.conv(x))), conv=conv, norm=norm)
    )
    check(network, cl.randn(2, 4, *(6,) * rank))


def test_double_precision() -> None:
    x = cl.randn(1, 3, 6, 6).double()
    check(trained(Block(3, 3)).double(), x)


def test_permuted_axes() -> None:
    """What a ConvNeXt does: views whose memory is not in the kernels' order."""

    def forward(self: Any, x: cl.Tensor) -> cl.Tensor:
        y = self.norm(self.conv(x).permute(0, 2, 3, 1))
        return x + self.last(F.gelu(self.first(y))).permute(0, 3, 1, 2)

    parts = {
        "conv": nn.Conv2d(4, 4, 3, padding=1, groups=4),
        "norm": nn.LayerNorm(4),
        "first": nn.Linear(4, 8),
        "last": nn.Linear(8, 4),
    }
    check(trained(Function(forward, **parts)), cl.randn(2, 4, 5, 6))


class Pair(NamedTuple):
    first: cl.Tensor
    second: cl.Tensor


def test_several_inputs_and_outputs() -> None:
    def forward(self: Any, a: cl.Tensor, b: cl.Tensor) -> dict[str, Any]:
        y = self.conv(a)
        return {
            "pair": Pair(y, b + 1),
            "all": [y.relu(), (a, self.conv.bias)],
            "view": y.flatten(1),
        }

    network = trained(Function(forward, conv=nn.Conv2d(2, 3, 3)))
    a, b = cl.randn(1, 2, 5, 5), cl.randn(4)
    with cl.no_grad():
        expected, found = network(a, b), cl.compile(network)(a, b)
    assert isinstance(found["pair"], Pair)
    for get in (
        lambda result: result["pair"].first,
        lambda result: result["pair"].second,
        lambda result: result["all"][0],
        lambda result: result["all"][1][0],
        lambda result: result["all"][1][1],
        lambda result: result["view"],
    ):
        np.testing.assert_array_equal(get(found).numpy(), get(expected).detach().numpy())


def test_what_is_returned_has_memory_of_its_own() -> None:
    network = trained(
        Function(
            lambda self, x: (x, x.flatten(), self.conv.bias, self.conv(x).flatten()),
            conv=nn.Conv2d(1, 1, 1),
        )
    )
    x = cl.randn(1, 1, 3, 3)
    before = x.numpy().copy(), network.conv.bias.detach().numpy().copy()
    with cl.no_grad():
        fast = cl.compile(network)
        for result in fast(x):
            result.fill_(7)
        for result, again in zip(network(x), fast(x), strict=True):
            np.testing.assert_array_equal(result.detach().numpy(), again.numpy())
    np.testing.assert_array_equal(x.numpy(), before[0])
    np.testing.assert_array_equal(network.conv.bias.detach().numpy(), before[1])


def test_results_stay_as_they_were() -> None:
    fast = cl.compile(trained(Block(3, 3)))
    with cl.no_grad():
        first = fast(cl.ones(1, 3, 5, 5))
        kept = first.numpy().copy()
        fast(cl.zeros(1, 3, 5, 5))
    np.testing.assert_array_equal(first.numpy(), kept)


def test_a_plan_for_each_size() -> None:
    network = trained(nn.Sequential(nn.Conv2d(2, 3, 3), nn.ReLU()))
    fast = cl.compile(network)
    plans = [fast.plan(cl.randn(n, 2, 5, 5)) for n in (1, 2, 1)]
    assert plans[0] is plans[2] is not plans[1]
    with pytest.raises(ShapeError, match="has 1 channel, but the weight expects 2"):
        fast.plan(cl.randn(1, 1, 5, 5))
    with cl.exact():
        assert fast.plan(cl.randn(1, 2, 5, 5)) is not plans[0]
    for n in range(3, 40):
        fast.plan(cl.randn(n, 2, 3, 3))
    assert len(fast._plans) <= 16


@pytest.mark.parametrize("change", ["step", "load", "running"])
def test_changed_weights_are_followed(change: str) -> None:
    network = trained(nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.ReLU()))
    fast, x = cl.compile(network), cl.randn(1, 2, 5, 5)
    with cl.no_grad():
        before = fast(x).numpy().copy()
    if change == "step":
        network(x).sum().backward()
        cl.optim.SGD(network.parameters(), 0.5).step()
    elif change == "load":
        network.load_state_dict({k: v + 1 for k, v in network.state_dict().items()})
    else:
        network.train()(cl.randn(4, 2, 5, 5))
        network.eval()
    with cl.no_grad():
        found, expected = fast(x).numpy(), network(x).numpy()
    np.testing.assert_array_equal(found, expected)
    assert not np.array_equal(found, before)


def _in_data(network: Any) -> None:
    network[0].weight.data.mul_(3.0)


def _in_numpy(network: Any) -> None:
    network[1].running_mean.numpy()[...] = 0.5


def _another_layer(network: Any) -> None:
    network[0] = trained(nn.Conv2d(2, 3, 3))


def _another_parameter(network: Any) -> None:
    network[1].bias = nn.Parameter(cl.ones(3))


def _one_more_layer(network: Any) -> None:
    network.append(nn.ReLU().eval())


def _in_place(network: Any) -> None:
    with cl.no_grad():
        network[0].bias.add_(1.0)


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize(
    "change",
    [_in_data, _in_numpy, _another_layer, _another_parameter, _one_more_layer, _in_place],
)
def test_whatever_changes_is_followed(change: Any, shared: bool) -> None:
    network: Any = trained(nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3)))
    if shared:
        arrays = [parameter.data.numpy() for parameter in network.parameters()]
    fast, x = cl.compile(network), cl.randn(1, 2, 5, 5)
    with cl.no_grad():
        for _ in range(3):
            before = fast(x).numpy().copy()
            change(network)
            for _ in range(2):
                np.testing.assert_array_equal(fast(x).numpy(), network(x).numpy())
        if change in (_in_data, _in_place, _another_layer):
            assert not np.array_equal(fast(x).numpy(), before)
        plan = fast.plan(x)
        assert fast.plan(x) is plan
    if shared:
        assert len(arrays) == 4


def test_a_part_in_training_is_refused() -> None:
    network: Any = trained(nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3)))
    fast, x = cl.compile(network), cl.randn(1, 2, 5, 5)
    with cl.no_grad():
        fast(x)
        network[1].train()
        with pytest.raises(ArgumentError, match=r"training mode \(1 of its modules"):
            fast(x)


def test_training_is_refused() -> None:
    network = nn.Sequential(nn.Conv2d(2, 3, 3), nn.Dropout())
    fast, x = cl.compile(network), cl.randn(1, 2, 5, 5)
    with cl.no_grad(), pytest.raises(ArgumentError, match=r"training mode \(3 of its modules"):
        fast(x)
    network.eval()
    with cl.no_grad():
        fast(x)
    network.train()
    with cl.no_grad(), pytest.raises(ArgumentError, match=r"call model\.eval"):
        fast(x)


def test_nothing_is_recorded() -> None:
    network = nn.Sequential(nn.Conv2d(2, 3, 3)).eval()
    fast, x = cl.compile(network), cl.randn(1, 2, 5, 5)
    with pytest.raises(GradientError, match="records nothing for a backward pass"):
        fast(x)
    network.requires_grad_(False)
    assert not fast(x).requires_grad
    x.requires_grad_(True)
    with pytest.raises(GradientError, match=r"inside convolens\.no_grad"):
        fast(x)


class Stateful(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("calls", cl.zeros(1))

    def forward(self, x: cl.Tensor) -> cl.Tensor:
        self.calls += 1
        return x + self.calls


def _double(self: Any, x: cl.Tensor) -> cl.Tensor:
    x *= 2
    return x


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (Function(lambda self, x: x + cl.randn(2, 3)), "may draw random numbers"),
        (Function(lambda self, x: F.dropout(x, 0.5, training=True)), "may draw random numbers"),
        (Function(lambda self, x: cl.tensor(np.abs(x.numpy()))), "compute with NumPy"),
        (Function(lambda self, x: x * 2 if float(x[0, 0]) > 0 else x), "decide by numbers"),
        (Function(_double), "an input, a parameter or a buffer in place"),
        (Stateful(), "an input, a parameter or a buffer in place"),
    ],
)
def test_what_is_no_operator_is_refused(network: nn.Module, message: str) -> None:
    x = cl.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, -6.0]])
    with cl.no_grad(), pytest.raises(ArgumentError, match=message):
        cl.compile(network.eval())(x)


def test_a_sum_in_place_of_zeros_made_on_the_way() -> None:
    def forward(self: Any, x: cl.Tensor) -> cl.Tensor:
        total = cl.zeros(2, 3)
        kept = total + 1
        for _ in range(3):
            total += x
        return total * kept

    check(Function(forward).eval(), cl.randn(2, 3))


def test_assignments() -> None:
    def forward(self: Any, x: cl.Tensor) -> cl.Tensor:
        y = cl.zeros(x.shape[0], 6, 4)
        y[:, :3] = self.linear(x)
        y[:, 3:] = x.relu()
        y[:, :, 0] = 0.5
        y[:, cl.tensor([1, 2])] = x[:, :1]
        return y * 2

    check(trained(Function(forward, linear=nn.Linear(4, 4))), cl.randn(2, 3, 4))


def test_assignments_where_numbers_say_are_refused() -> None:
    def forward(self: Any, x: cl.Tensor) -> cl.Tensor:
        y = x * 2
        y[x > 0] = 1.0
        return y

    with cl.no_grad(), pytest.raises(ArgumentError, match="decide by numbers"):
        cl.compile(Function(forward).eval())(cl.tensor([1.0, -2.0, 3.0, -4.0, -5.0]))


def test_only_tensors_come_and_go() -> None:
    with pytest.raises(DTypeError, match="model is a function, but must be a network"):
        cl.compile(lambda x: x)  # type: ignore[arg-type]
    fast = cl.compile(nn.Identity().eval())
    with pytest.raises(DTypeError, match="input 0 is a float, but must be a tensor"):
        fast(1.0)  # type: ignore[arg-type]
    with pytest.raises(DTypeError, match="returns a float, which is no tensor"):
        cl.compile(Function(lambda self, x: 1.0).eval())(cl.zeros(1))


def test_other_threads_compute_meanwhile() -> None:
    """A plan is made of the calls of its own thread."""
    stop, x = threading.Event(), cl.randn(1, 6, 9, 9)
    other = trained(Block(6, 6))
    with cl.no_grad():
        expected = other(x).numpy()
    wrong = []

    def busy() -> None:
        with cl.no_grad():
            while not stop.is_set():
                if not np.array_equal(other(x).numpy(), expected):
                    wrong.append(1)

    thread = threading.Thread(target=busy)
    thread.start()
    try:
        for _ in range(20):
            network = trained(nn.Sequential(nn.Conv2d(6, 4, 3), nn.ReLU()))
            assert operators(check(network, x), x) == ["conv_relu"]
    finally:
        stop.set()
        thread.join()
    assert not wrong


def test_one_plan_in_two_threads() -> None:
    network = trained(Block(6, 6))
    fast = cl.compile(network)
    inputs = [cl.randn(1, 6, 9, 9) for _ in range(2)]
    with cl.no_grad():
        expected = [network(x).numpy() for x in inputs]
        fast(inputs[0])
    wrong = []

    def run(number: int) -> None:
        with cl.no_grad():
            results = [fast(inputs[number]).numpy() for _ in range(50)]
        wrong.extend(r for r in results if not np.array_equal(r, expected[number]))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_its_words() -> None:
    network = trained(nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten()))
    fast = cl.compile(network)
    assert repr(fast) == f"CompiledNetwork({network!r})"
    lines = str(fast.plan(cl.randn(1, 2, 5, 5))).splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [["1", "conv_normalize"], ["2", "reshape"]]
    assert lines[1].endswith("float32[1, 3, 3, 3]")


def test_a_plan_asked_for_between_calls_is_followed_by_the_next() -> None:
    layer = nn.Conv2d(2, 3, 3).eval()
    fast, x = cl.compile(layer), cl.randn(1, 2, 5, 5)
    with cl.no_grad():
        fast(x)
        layer.weight.mul_(2)
        fast.plan(x)
        np.testing.assert_array_equal(fast(x).numpy(), layer(x).numpy())
        with cl.exact():
            np.testing.assert_array_equal(fast(x).numpy(), layer(x).numpy())
        other = cl.randn(2, 2, 6, 5)
        for each in (x, other, x, other):
            np.testing.assert_array_equal(fast(each).numpy(), layer(each).numpy())
        layer.train()
        with pytest.raises(ArgumentError, match="training mode"):
            fast(x)
        layer.eval()
        np.testing.assert_array_equal(fast(x).numpy(), layer(x).numpy())
    with pytest.raises(GradientError, match="records nothing"):
        fast(x)
