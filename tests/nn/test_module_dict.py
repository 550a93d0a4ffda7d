"""Modules by name."""

from __future__ import annotations

import pytest

import convolens as cl
from convolens import nn
from convolens.errors import PartNameError


def own() -> nn.ModuleDict:
    return nn.ModuleDict({"conv": nn.Conv2d(1, 1, 1), "act": nn.ReLU()})


def test_it_is_a_dictionary() -> None:
    parts = own()
    assert list(parts) == list(parts.keys()) == ["conv", "act"]
    assert list(parts.values()) == [parts["conv"], parts["act"]]
    assert list(parts.items()) == list(zip(parts, parts.values(), strict=True))
    assert "act" in parts
    assert "nothing" not in parts
    parts["fc"] = nn.Linear(1, 1)
    parts["act"] = nn.Tanh()
    assert list(parts) == ["conv", "act", "fc"]
    parts.update([("act", nn.Sigmoid()), ["last", nn.ReLU()]])
    parts.update(nn.ModuleDict({"conv": nn.Identity()}))
    assert [type(part).__name__ for part in parts.values()] == [
        "Identity",
        "Sigmoid",
        "Linear",
        "ReLU",
    ]
    assert isinstance(parts.pop("last"), nn.ReLU)
    del parts["fc"]
    assert len(parts) == 2
    parts.clear()
    assert len(parts) == 0
    with pytest.raises(KeyError, match="fc"):
        parts["fc"]


def test_its_parts_belong_to_the_owner() -> None:
    net = nn.Sequential({"choices": own()})
    assert list(net.state_dict()) == ["choices.conv.weight", "choices.conv.bias"]


@pytest.mark.parametrize("name", ["", "a.b", "keys", "forward", "training"])
def test_names_that_are_taken_or_impossible(name: str) -> None:
    with pytest.raises(PartNameError) as caught:
        nn.ModuleDict({name: nn.ReLU()})
    assert isinstance(caught.value, KeyError)
    assert str(caught.value).startswith("a module cannot be called")


@pytest.mark.parametrize("bad", [3, [3], {"a": 3}, {"a": None}, {3: nn.ReLU()}, [("a",)]])
def test_only_names_and_modules(bad: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        nn.ModuleDict(bad)  # type: ignore[arg-type]


def test_it_is_not_called() -> None:
    with pytest.raises(NotImplementedError, match="call one of its modules by name"):
        own()(cl.ones(1))
