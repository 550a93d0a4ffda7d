"""Layers with the ReLU or ReLU6 behind them, and a shortcut between: the bits of all one by one."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.nn import blocks
from convolens.nn.with_relu import norm_relu
from convolens.tensor.observe import observe

Inputs = tuple[cl.Tensor, ...]


@contextmanager
def watched(net: nn.Module) -> Iterator[list[nn.Module]]:
    """Hook into every part, so that all run one by one; yield the parts in the order of calls."""
    seen: list[nn.Module] = []
    with ExitStack() as stack:
        for part in net.modules():
            hook = part.register_forward_hook(lambda module, inputs, output: seen.append(module))
            stack.enter_context(hook)
        yield seen


def operators(net: nn.Module, *inputs: cl.Tensor) -> list[str]:
    """Return the operators that run, from the record of the output: observers would change them."""
    waiting, names = [net(*inputs).node], []
    while waiting:
        node = waiting.pop()
        if hasattr(node, "op"):
            names.append(node.op.name)
            waiting += node.edges
    return names


def results(net: nn.Module, inputs: Inputs, second: bool) -> list[np.ndarray]:
    """Return the output, all gradients, second derivatives, and all that the net remembers."""
    leaves = [x.detach().requires_grad_() for x in inputs]
    y = net(*leaves)
    parameters = [p for p in net.parameters() if p.requires_grad]
    weights = cl.arange(y.numel()).to(y.dtype).reshape(y.shape) / max(1, y.numel())
    wanted = [*leaves, *parameters]
    grads = cl.autograd.grad((y * weights).sum(), wanted, create_graph=second, allow_unused=True)
    found = [y, *(g for g in grads if g is not None)]
    if second:
        total = sum((g**2).sum() for g in grads if g is not None)
        again = cl.autograd.grad(total, wanted, allow_unused=True)
        found += [g for g in again if g is not None]
    return [t.detach().numpy().copy() for t in (*found, *net.state_dict().values())]


def assert_same(net: nn.Module, *inputs: cl.Tensor, second: bool = False) -> None:
    """Compare a network with a copy whose parts run one by one, in three batches."""
    other = copy.deepcopy(net)
    assert set(net.state_dict()) == set(other.state_dict())
    for _ in range(3):
        own = results(net, inputs, second)
        with watched(other):
            expected = results(other, inputs, second)
        assert len(own) == len(expected) > 1
        for computed, wanted in zip(own, expected, strict=True):
            np.testing.assert_array_equal(computed, wanted)


def randomized(net: nn.Module) -> nn.Module:
    """Give the weights and averages of normalisations random numbers."""
    for name, tensor in net.state_dict().items():
        if tensor.ndim == 1 and tensor.dtype != cl.int64:
            tensor.copy_(cl.rand(*tensor.shape) + (0.5 if "var" in name or "weight" in name else 0))
    return net


NORMS: list[tuple[Callable[[], nn.Module], tuple[int, ...]]] = [
    (lambda: nn.BatchNorm1d(5), (6, 5)),
    (lambda: nn.BatchNorm1d(5), (3, 5, 4)),
    (lambda: nn.BatchNorm2d(5), (3, 5, 4, 3)),
    (lambda: nn.BatchNorm2d(5), (0, 5, 4, 3)),
    (lambda: nn.BatchNorm2d(32, momentum=None), (4, 32, 8, 7)),
    (lambda: nn.BatchNorm2d(5, affine=False), (3, 5, 4, 3)),
    (lambda: nn.BatchNorm2d(5, bias=False), (3, 5, 4, 3)),
    (lambda: nn.BatchNorm2d(5, track_running_stats=False), (3, 5, 4, 3)),
    (lambda: nn.BatchNorm3d(5), (3, 5, 2, 3, 4)),
    (lambda: nn.GroupNorm(2, 6), (3, 6, 4, 3)),
    (lambda: nn.GroupNorm(3, 6, affine=False), (3, 6, 4)),
    (lambda: nn.GroupNorm(2, 6), (3, 6, 0)),
    (lambda: nn.InstanceNorm1d(5), (3, 5, 4)),
    (lambda: nn.InstanceNorm2d(5, affine=True, track_running_stats=True), (3, 5, 4, 3)),
    (lambda: nn.InstanceNorm2d(5, affine=True, track_running_stats=True), (5, 4, 3)),
    (lambda: nn.InstanceNorm3d(5, affine=True), (3, 5, 2, 3, 4)),
]
EACH_NORM = pytest.mark.parametrize(
    ("make", "shape"), NORMS, ids=[f"{make()}-{shape}" for make, shape in NORMS]
)
EACH_ACT = pytest.mark.parametrize("act", [nn.ReLU, nn.ReLU6])


@EACH_NORM
@EACH_ACT
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("dtype", [cl.float32, cl.float64], ids=str)
def test_a_sequential(
    make: Callable[[], nn.Module],
    act: Callable[[], nn.Module],
    shape: tuple[int, ...],
    training: bool,
    dtype: Any,
) -> None:
    net = randomized(nn.Sequential(make(), act())).train(training).to(dtype)
    assert len(net._order.steps(net)) == 1
    x = 5 * cl.randn(*shape).to(dtype)
    if x.numel() and shape != (5, 4, 3):
        assert operators(net, x.requires_grad_()) == ["normalize_relu"]
    assert_same(net, x.detach(), second=x.numel() > 0)


class Residual(nn.Module):
    """A normalisation, a sum and an activation."""

    def __init__(self, norm: nn.Module, act: nn.Module) -> None:
        super().__init__()
        self.norm, self.act = norm, act

    def forward(self, x: cl.Tensor, way: Any = None) -> cl.Tensor:
        return norm_relu(self.norm, self.act, x, way)


@EACH_NORM
@EACH_ACT
def test_an_addend(
    make: Callable[[], nn.Module], act: Callable[[], nn.Module], shape: tuple[int, ...]
) -> None:
    net = randomized(Residual(make(), act()))
    x, way = cl.randn(*shape), 5 * cl.randn(*shape)
    assert_same(net, x, way, second=x.numel() > 0)
    assert_same(net.eval(), x, way)


def test_an_addend_is_part_of_the_pass() -> None:
    net, x = Residual(nn.BatchNorm2d(3), nn.ReLU()), cl.randn(2, 3, 4, 4)
    assert operators(net, x.requires_grad_(), x) == ["normalize_relu"]
    # One that is broadcast, a number, one of another layout in memory.
    assert operators(net, x, cl.randn(3, 1, 1)) == ["relu", "add", "normalize"]
    assert_same(net, x.detach(), cl.randn(3, 1, 1))
    assert_same(net, x.detach(), cl.randn(2, 4, 4, 3).permute(0, 3, 1, 2))
    assert net(x, 1000.0).min().item() > 900


@pytest.mark.parametrize(
    ("norm", "act"),
    [
        (nn.BatchNorm2d(3), nn.Hardtanh(0, 6)),
        (nn.BatchNorm2d(3), nn.Sequential(nn.ReLU())),
        (nn.Identity(), nn.ReLU()),
        (nn.LayerNorm(4), nn.ReLU()),
    ],
    ids=str,
)
def test_others_run_one_by_one(norm: nn.Module, act: nn.Module) -> None:
    x = cl.randn(2, 3, 4, 4).requires_grad_()
    for net in (Residual(norm, act), nn.Sequential(norm, act)):
        assert "normalize_relu" not in operators(net, x)
    assert_same(Residual(norm, act), x.detach(), x.detach())


def block_of(**options: Any) -> list[tuple[str, nn.Module, tuple[int, ...], int]]:
    """Return blocks, what they read, and how often they normalise and rectify in one pass."""
    down = blocks.projection(4, 6, 2, **options)
    return [
        ("basic", blocks.BasicBlock(6, 6, **options), (2, 6, 5, 5), 2),
        ("basic, projected", blocks.BasicBlock(4, 6, 2, down, **options), (2, 4, 6, 5), 2),
        (
            "basic, padded",
            blocks.BasicBlock(4, 6, 2, blocks.PaddedShortcut(4, 6, 2), **options),
            (2, 4, 6, 5),
            2,
        ),
        ("bottleneck", blocks.Bottleneck(16, 4, **options), (2, 16, 5, 5), 3),
        ("dense", blocks.DenseLayer(4, 6, 2, **options), (2, 4, 5, 5), 2),
        ("csp", blocks.CSPBlock(4, 8, 1, **options), (2, 4, 5, 5), 5),
        ("conv", blocks.ConvNorm(4, 6, **options), (2, 4, 5, 5), 1),
        ("separable", blocks.DepthwiseSeparable(4, 6, **options), (2, 4, 5, 5), 2),
        ("inverted", blocks.InvertedResidual(4, 6, 2, 3, **options), (2, 4, 5, 5), 2),
        (
            "unet",
            blocks.DoubleConv(4, 6, 1, options.get("norm_layer", nn.BatchNorm2d)),
            (2, 4, 5, 5),
            2,
        ),
        ("xception", blocks.XceptionBlock(4, 6, 2, 2, **options), (2, 4, 5, 5), 1),
    ]


BLOCKS = block_of() + block_of(norm_layer=lambda channels: nn.GroupNorm(2, channels))
EACH_BLOCK = pytest.mark.parametrize(
    ("net", "shape", "times"), [row[1:] for row in BLOCKS], ids=[row[0] for row in BLOCKS]
)


@EACH_BLOCK
def test_blocks(net: nn.Module, shape: tuple[int, ...], times: int) -> None:
    x = cl.randn(*shape)
    assert operators(net, x).count("normalize_relu") >= times
    for training in (True, False):
        assert_same(randomized(copy.deepcopy(net)).train(training), x, second=True)


def test_a_network_of_blocks_learns_the_same() -> None:
    """Weights and averages after three steps of an optimiser."""
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
        blocks.BasicBlock(8, 8),
        blocks.BasicBlock(8, 16, 2, blocks.projection(8, 16, 2)),
        nn.Flatten(),
        nn.Linear(256, 4),
    )
    other, x, labels = copy.deepcopy(net), cl.randn(5, 3, 18, 18), cl.tensor([0, 1, 2, 3, 0])
    with watched(other):
        for each in (net, other):
            optimizer = cl.optim.SGD(each.parameters(), lr=0.1, momentum=0.9)
            for _ in range(3):
                optimizer.zero_grad()
                nn.functional.cross_entropy(each(x), labels).backward()
                optimizer.step()
    for (name, own), expected in zip(
        net.state_dict().items(), other.state_dict().values(), strict=True
    ):
        np.testing.assert_array_equal(own.numpy(), expected.numpy(), name)


def test_observers_and_hooks_see_all() -> None:
    block, x = blocks.BasicBlock(3, 3), cl.randn(2, 3, 4, 4)
    names: list[str] = []
    with observe(lambda op, inputs, output: names.append(op.name)):
        block(x)
    assert names == [
        *("conv", "moments", "normalize", "relu"),
        *("conv", "moments", "normalize", "add", "relu"),
    ]
    with watched(block) as seen:
        block(x)
    called = ("conv1", "bn1", "relu", "conv2", "bn2", "relu")
    assert seen == [*map(block.get_submodule, called), block]
    with block.bn2.register_forward_hook(lambda module, inputs, output: output * 0 - 1e6):
        assert block(x).max().item() == 0
    block.relu.forward = lambda y: y * 0 + 7
    assert block(x).min().item() == 7


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_copies(copied: Callable[[nn.Module], nn.Module]) -> None:
    net = nn.Sequential(nn.BatchNorm2d(3), nn.ReLU(), blocks.BasicBlock(3, 3)).eval()
    x = cl.randn(2, 3, 4, 4)
    np.testing.assert_array_equal(net(x).detach().numpy(), copied(net)(x).detach().numpy())


def test_the_output_may_be_changed_in_place() -> None:
    net = nn.Sequential(nn.BatchNorm2d(3), nn.ReLU())
    x = cl.randn(2, 3, 4, 4)
    y = net(x)
    expected = y.detach().numpy() + 1
    y += 1
    np.testing.assert_array_equal(y.detach().numpy(), expected)


@pytest.mark.parametrize("looks", [False, True])
def test_an_error_names_the_normalisation(looks: bool) -> None:
    block = blocks.BasicBlock(3, 3)
    block.bn1 = nn.BatchNorm2d(4)
    line = nn.Sequential({"bn": nn.BatchNorm2d(4), "act": nn.ReLU()})
    for net, name in ((block, "bn1"), (line, "bn")):
        looking = observe(lambda *_: None) if looks else cl.enable_grad()
        with looking, pytest.raises(ValueError, match=f"In layer {name}: batch_norm: running_mean"):
            net(cl.zeros(2, 3, 4, 4))
    assert block.bn1.num_batches_tracked.item() == 0
