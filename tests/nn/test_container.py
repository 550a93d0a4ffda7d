"""Sequential: order, names, indices."""

from __future__ import annotations

from typing import Any

import pytest

import convolens as cl
from convolens import nn
from convolens.errors import IndexRangeError


def net() -> nn.Sequential:
    return nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 4))


def test_parts_run_in_order() -> None:
    x = cl.ones(5, 2)
    own = net()
    assert own(x).tolist() == own[2](own[1](own[0](x))).tolist()
    assert nn.Sequential()(x) is x


def test_indices_and_slices() -> None:
    own = net()
    assert len(own) == 3
    assert list(own) == [own[0], own[1], own[2]]
    assert own[-1] is own[2]
    part = own[1:]
    assert isinstance(part, nn.Sequential)
    assert list(part) == [own[1], own[2]]
    assert own[:2](cl.ones(1, 2)).shape == (1, 3)
    for index in (3, -4):
        with pytest.raises(IndexRangeError, match=f"index {index} for 3 modules"):
            own[index]


def test_names() -> None:
    named = nn.Sequential({"conv": nn.Conv2d(1, 1, 1), "act": nn.ReLU()})
    assert [name for name, _ in named.named_parameters()] == ["conv.weight", "conv.bias"]
    assert named.conv is named[0]


def test_append() -> None:
    own = net()
    assert own.append(nn.ReLU()) is own
    assert isinstance(own[3], nn.ReLU)
    part = own[1:]
    assert isinstance(part, nn.Sequential)
    part.append(nn.Tanh())
    assert isinstance(part[-1], nn.Tanh)
    assert len(part) == 4


@pytest.mark.parametrize("part", [3, None, nn.ReLU, "relu", cl.ones(1)])
def test_only_modules(part: Any) -> None:
    with pytest.raises(TypeError, match="not a module"):
        nn.Sequential(part)
    with pytest.raises(TypeError, match="not a module"):
        net().append(part)
