"""The dense block and the transition."""

from __future__ import annotations

from typing import Any

import numpy as np

import convolens as cl
from convolens import nn
from convolens.nn import functional as F
from convolens.nn.blocks import DenseBlock, DenseLayer, Transition


def test_each_layer_sees_all_before(scrambled: Any) -> None:
    block = scrambled(DenseBlock(3, 4, 2, 5))
    x = cl.randn(1, 4, 6, 5).double()
    seen = [x]
    for layer in block.values():
        y = cl.cat(seen, 1)
        y = F.conv2d(layer.norm1(y).relu(), layer.conv1.weight)
        seen.append(F.conv2d(layer.norm2(y).relu(), layer.conv2.weight, padding=1))
    expected = cl.cat(seen, 1)
    assert expected.shape == (1, 19, 6, 5)
    np.testing.assert_allclose(
        block(x).detach().numpy(), expected.detach().numpy(), rtol=1e-13, atol=1e-13
    )


def test_names_are_torchvisions(keys: Any) -> None:
    assert set(DenseBlock(2, 4, 2, 3).state_dict()) == keys(
        *(f"denselayer{n}.conv{c}.weight" for n in (1, 2) for c in (1, 2)),
        norms=tuple(f"denselayer{n}.norm{c}" for n in (1, 2) for c in (1, 2)),
    )
    assert set(Transition(4, 2).state_dict()) == keys("conv.weight", norms=("norm",))


def test_densenet_121(count: Any) -> None:
    parts: list[nn.Module] = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)]
    channels = 64
    for stage, number in enumerate((6, 12, 24, 16)):
        parts.append(DenseBlock(number, channels, 4, 32))
        channels += 32 * number
        if stage < 3:
            parts.append(Transition(channels, channels // 2))
            channels //= 2
    parts += [nn.BatchNorm2d(channels), nn.Linear(channels, 1000)]
    assert count(nn.ModuleList(parts)) == 7_978_856


def test_a_transition_halves() -> None:
    assert Transition(8, 4)(cl.zeros(1, 8, 6, 7)).shape == (1, 4, 3, 3)


def test_dropout_only_in_training() -> None:
    layer = DenseLayer(2, 50, drop_rate=0.5)
    x = cl.randn(1, 2, 8, 8)
    dropped = (layer(x).detach().numpy() == 0).mean()
    assert 0.4 < dropped < 0.6
    assert layer.eval()(x).tolist() == layer(x).tolist()
