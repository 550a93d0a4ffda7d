"""Whole networks: a torch state loads by name, and outputs, losses and gradients agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convolens as cl
from tolerance import assert_close, rounding

from .peer import BOTH, torch

Make = Callable[[Any], Any]

#: Each is written once: ``n`` is either library's nn.
NETWORKS: dict[str, tuple[Make, tuple[int, ...]]] = {
    "book": (
        lambda n: n.Sequential(
            n.Conv2d(1, 30, 5),
            n.ReLU(),
            n.MaxPool2d(2),
            n.Flatten(),
            n.Linear(4320, 100),
            n.ReLU(),
            n.Linear(100, 10),
        ),
        (1, 28, 28),
    ),
    "lenet": (
        lambda n: n.Sequential(
            n.Conv2d(1, 6, 5, padding=2),
            n.Tanh(),
            n.AvgPool2d(2),
            n.Conv2d(6, 16, 5),
            n.Sigmoid(),
            n.AvgPool2d(2),
            n.Flatten(),
            n.Linear(400, 120),
            n.Tanh(),
            n.Linear(120, 84),
            n.Tanh(),
            n.Linear(84, 10),
        ),
        (1, 28, 28),
    ),
    "alexnet, small": (
        lambda n: n.Sequential(
            n.Conv2d(3, 16, 7, stride=3, padding=2),
            n.ReLU(),
            n.LocalResponseNorm(5, alpha=5e-4, k=2.0),
            n.MaxPool2d(3, 2),
            n.Conv2d(16, 24, 5, padding=2, groups=2),
            n.ReLU(),
            n.MaxPool2d(3, 2),
            n.Flatten(1),
            n.Dropout(0.5),
            n.Linear(216, 10),
        ),
        (3, 47, 47),
    ),
    "depthwise, dilated": (
        lambda n: n.Sequential(
            n.Conv2d(3, 8, 3, padding="same", bias=False),
            n.ReLU(),
            n.Conv2d(8, 8, 3, padding=2, dilation=2, groups=8),
            n.ReLU(),
            n.Conv2d(8, 20, 1),
            n.AvgPool2d(4),
            n.Flatten(),
            n.Softmax(1),
            n.LogSoftmax(-1),
            n.Linear(20, 10),
        ),
        (3, 4, 4),
    ),
    "sound": (
        lambda n: n.Sequential(
            n.Conv1d(2, 6, 5, stride=2),
            n.ReLU(),
            n.MaxPool1d(2, ceil_mode=True),
            n.Flatten(),
            n.Linear(60, 10),
        ),
        (2, 41),
    ),
    "film": (
        lambda n: n.Sequential(
            n.Conv3d(1, 4, 3, padding=1),
            n.ReLU(),
            n.MaxPool3d(2),
            n.AvgPool3d(2),
            n.Flatten(),
            n.Linear(32, 10),
            n.Identity(),
        ),
        (1, 8, 8, 8),
    ),
}


def numbers(shape: tuple[int, ...], seed: int) -> Any:
    return np.random.default_rng(seed).standard_normal(shape)


@BOTH
@pytest.mark.parametrize("name", NETWORKS)
def test_a_state_loads_by_name_and_all_numbers_agree(name: str, dtype: str) -> None:
    make, shape = NETWORKS[name]
    torch.manual_seed(0)
    theirs, ours = make(torch.nn).double().eval(), make(cl.nn).eval()
    assert list(ours.state_dict()) == list(theirs.state_dict())
    ours.load_state_dict(theirs.state_dict())
    if dtype == "float64":
        ours.double()
        ours.load_state_dict(theirs.state_dict())
    else:
        theirs.load_state_dict({k: v.float().double() for k, v in theirs.state_dict().items()})
    x = numbers((4, *shape), 1).astype(dtype)
    labels = np.array([1, 0, 9, 4])
    expected = torch.nn.functional.cross_entropy(
        theirs(torch.tensor(x).double()), torch.tensor(labels)
    )
    expected.backward()
    loss = cl.nn.functional.cross_entropy(ours(cl.from_numpy(x)), cl.from_numpy(labels))
    loss.backward()
    # A number passes through some 10 layers, whose sums have up to a few hundred terms of random
    # signs: their errors grow with the root of the length.
    u = rounding(dtype)
    assert loss.item() == pytest.approx(expected.item(), rel=200 * u)
    y, z = ours(cl.from_numpy(x)), theirs(torch.tensor(x).double()).detach()
    assert_close(y.detach().numpy(), z.numpy(), 100, float(z.abs().max()), dtype)
    for (key, mine), other in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        assert mine.grad is not None, key
        largest = float(other.grad.abs().max())
        assert_close(mine.grad.numpy(), other.grad.numpy(), 400, largest, dtype)


def test_our_state_loads_into_torch() -> None:
    make, shape = NETWORKS["book"]
    ours, theirs = make(cl.nn), make(torch.nn)
    theirs.load_state_dict({k: torch.from_dlpack(v) for k, v in ours.state_dict().items()})
    x = numbers((2, *shape), 2).astype(np.float32)
    np.testing.assert_allclose(
        ours(cl.from_numpy(x)).detach().numpy(),
        theirs(torch.tensor(x)).detach().numpy(),
        rtol=1e-4,
        atol=1e-5,
    )


def test_a_shared_layer_has_torchs_names() -> None:
    def names(m: Any) -> list[str]:
        layer = m.nn.Linear(2, 2)
        return list(m.nn.Sequential(layer, m.nn.ReLU(), layer).state_dict())

    assert names(cl) == names(torch)


@pytest.mark.parametrize("name", NETWORKS)
def test_parts_have_torchs_names(name: str) -> None:
    make, _ = NETWORKS[name]
    ours, theirs = make(cl.nn), make(torch.nn)
    assert [n for n, _ in ours.named_modules()] == [n for n, _ in theirs.named_modules()]
    assert [n for n, _ in ours.named_parameters()] == [n for n, _ in theirs.named_parameters()]
    assert [tuple(p.shape) for p in ours.parameters()] == [
        tuple(p.shape) for p in theirs.parameters()
    ]


#: Layers whose text is torch's.
@pytest.mark.parametrize(
    "make",
    [
        lambda n: n.Conv2d(1, 2, 3),
        lambda n: n.Conv1d(2, 4, 3, 2, 1, 2, 2, bias=False),
        lambda n: n.Conv2d(1, 2, (3, 1), padding="same"),
        lambda n: n.Linear(3, 4),
        lambda n: n.ReLU(),
        lambda n: n.Softmax(dim=1),
        lambda n: n.Flatten(),
        lambda n: n.Sequential(n.Linear(1, 2), n.Sequential(n.ReLU(), n.Tanh())),
        lambda n: n.Identity(),
    ],
    ids=range(9),
)
def test_the_same_text(make: Make) -> None:
    assert repr(make(cl.nn)) == repr(make(torch.nn))


@pytest.mark.parametrize(
    "make",
    [
        lambda n: n.Linear(300, 400),
        lambda n: n.Conv2d(32, 256, 3),
        lambda n: n.Conv1d(60, 400, 5),
        lambda n: n.Conv2d(64, 512, 3, groups=2),
        lambda n: n.Conv3d(8, 256, 3),
    ],
    ids=range(5),
)
def test_default_initialisation_is_distributed_as_torchs(make: Make) -> None:
    """Kolmogorov's and Smirnov's distance between the two samples: 2.5 is a chance of 1 in 10^5."""
    torch.manual_seed(1)
    cl.manual_seed(1)
    for mine, other in zip(make(cl.nn).parameters(), make(torch.nn).parameters(), strict=True):
        a, b = np.sort(mine.detach().numpy().ravel()), np.sort(other.detach().numpy().ravel())
        everything = np.concatenate([a, b])
        gap = np.abs(
            np.searchsorted(a, everything, "right") / len(a)
            - np.searchsorted(b, everything, "right") / len(b)
        ).max()
        assert gap * np.sqrt(len(a) / 2) < 2.5
        np.testing.assert_allclose(np.abs(a).max(), np.abs(b).max(), rtol=0.03)
        np.testing.assert_allclose(a.var(), b.var(), rtol=0.2)


@pytest.mark.parametrize(
    "name", ["xavier_uniform_", "xavier_normal_", "kaiming_uniform_", "kaiming_normal_"]
)
@pytest.mark.parametrize(
    "options", [{}, {"a": 0.2}, {"mode": "fan_out", "nonlinearity": "relu"}, {"gain": 2.0}], ids=str
)
def test_initialisers_have_torchs_spread(name: str, options: dict[str, Any]) -> None:
    if ("gain" in options) != name.startswith("xavier") and options:
        pytest.skip("another initialiser's option")
    theirs, mine = torch.zeros(200, 30, 3, 3), cl.zeros(200, 30, 3, 3)
    torch.manual_seed(0)
    cl.manual_seed(0)
    getattr(torch.nn.init, name)(theirs, **options)
    getattr(cl.nn.init, name)(mine, **options)
    # Variances of 54,000 numbers: five deviations are 3 per cent.
    np.testing.assert_allclose(mine.numpy().var(), theirs.numpy().var(), rtol=0.06)


@pytest.mark.parametrize("nonlinearity", ["linear", "sigmoid", "tanh", "relu", "leaky_relu"])
def test_gains(nonlinearity: str) -> None:
    theirs, ours = torch.nn.init.calculate_gain, cl.nn.init.calculate_gain
    assert ours(nonlinearity) == theirs(nonlinearity)
    assert ours(nonlinearity, 0.3) == theirs(nonlinearity, 0.3)
