"""What tests of blocks share: counting, random numbers, names of states."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import convolens as cl
from convolens import nn
from convolens.nn.conv_base import ConvBase
from convolens.nn.linear import LinearBase


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> Callable[[nn.Module], int]:
    """Count parameters; layers made meanwhile have no numbers, so that large ones cost nothing."""
    for layer in (ConvBase, LinearBase):
        monkeypatch.setattr(layer, "reset_parameters", lambda self: None)
    return lambda module: sum(p.numel() for p in module.parameters())


def _scrambled(module: nn.Module, seed: int = 0) -> nn.Module:
    """Give a module random numbers everywhere, also in what normalisations keep; in float64."""
    cl.manual_seed(seed)
    for name, tensor in module.state_dict().items():
        if tensor.dtype == cl.float32:
            positive = name.endswith(("running_var", "weight")) and tensor.ndim == 1
            values = cl.rand(*tensor.shape) + 0.5 if positive else cl.randn(*tensor.shape) * 0.5
            tensor.copy_(values)
    return module.double().eval()


@pytest.fixture
def scrambled() -> Callable[[nn.Module], nn.Module]:
    return _scrambled


NORM = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]


@pytest.fixture
def keys() -> Callable[..., set[str]]:
    """Return the names of a state, where those of normalisations stand for all of theirs."""

    def expand(*names: str, norms: tuple[str, ...]) -> set[str]:
        return {*names, *(f"{norm}.{name}" for norm in norms for name in NORM)}

    return expand
