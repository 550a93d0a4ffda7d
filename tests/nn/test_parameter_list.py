"""Lists of parameters."""

from __future__ import annotations

import pytest

import convolens as cl
from convolens import nn
from convolens.errors import IndexRangeError


def test_tensors_become_parameters() -> None:
    own = nn.ParameterList([cl.zeros(2), nn.Parameter(cl.ones(3))])
    own.append(cl.ones(1, 1))
    own += [nn.Parameter(cl.zeros(4))]
    assert [(name, p.shape) for name, p in own.named_parameters()] == [
        ("0", (2,)),
        ("1", (3,)),
        ("2", (1, 1)),
        ("3", (4,)),
    ]
    own[-1] = cl.ones(5)
    assert own[3].shape == (5,)
    assert len(own) == 4
    assert [p.shape for p in own] == [(2,), (3,), (1, 1), (5,)]
    part = own[1:3]
    assert isinstance(part, nn.ParameterList)
    assert part[0] is own[1]


def test_they_belong_to_the_owner() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scales = nn.ParameterList(cl.ones(1) for _ in range(2))

        def forward(self, x: cl.Tensor) -> cl.Tensor:
            return x * self.scales[0] * self.scales[1]

    net = Net()
    assert list(net.state_dict()) == ["scales.0", "scales.1"]
    net(cl.full((1,), 3.0)).sum().backward()
    assert net.scales[1].grad.tolist() == [3.0]


def test_other_values_are_kept() -> None:
    own = nn.ParameterList([3, "text"])
    assert list(own) == [3, "text"]
    assert not list(own.parameters())


def test_refusals() -> None:
    own = nn.ParameterList([cl.zeros(1)])
    for index in (1, -2):
        with pytest.raises(IndexRangeError):
            own[index]
    for bad in (3, cl.zeros(3)):
        with pytest.raises(TypeError, match="no list of parameters"):
            own.extend(bad)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="should not be called"):
        own(1)


def test_what_it_shows() -> None:
    assert repr(nn.ParameterList([cl.zeros(2, 3), 7])) == (
        "ParameterList(\n  (0): Parameter float32[2, 3]\n  (1): Object of type: int\n)"
    )
