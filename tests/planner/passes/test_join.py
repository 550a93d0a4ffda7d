"""Joining: pairs of calls that one kernel computes, and those that must stay two."""

from __future__ import annotations

from typing import Any

import pytest

import convolens as cl
from convolens import nn
from convolens.nn import functional as F
from convolens.planner.passes import join
from planner.graphs import assert_same, graph_of, operators

PARTS: dict[str, Any] = {
    "conv": lambda: nn.Conv2d(3, 4, 3, padding=1),
    "plain": lambda: nn.Conv2d(3, 4, 3, padding=1, bias=False),
    "norm": lambda: nn.BatchNorm2d(4),
    "bare": lambda: nn.BatchNorm2d(4, affine=False),
    "group": lambda: nn.GroupNorm(2, 4),
    "way": lambda: nn.Conv2d(3, 4, 1),
}


@pytest.mark.parametrize(
    ("function", "joined"),
    [
        (lambda s, x: F.relu(s.conv(x)), ["conv_relu"]),
        (lambda s, x: s.norm(s.conv(x)), ["conv_normalize"]),
        (lambda s, x: s.norm(s.plain(x)), ["conv_normalize"]),
        (lambda s, x: F.relu(s.norm(s.plain(x))), ["conv_normalize"]),
        (lambda s, x: F.relu6(s.norm(s.conv(x))), ["conv_normalize"]),
        (lambda s, x: F.hardtanh(s.norm(s.conv(x)), -1, 1), ["conv_normalize", "hardtanh"]),
        (lambda s, x: s.norm(s.conv(x)) + s.way(x), ["conv", "conv_normalize"]),
        (lambda s, x: F.relu(s.way(x) + s.norm(s.plain(x))), ["conv", "conv_normalize"]),
        (lambda s, x: F.relu(s.norm(s.way(x)) + s.norm(s.conv(x))), ["conv_normalize"] * 2),
        (lambda s, x: F.relu(s.norm(s.conv(x))) + s.way(x), ["conv_normalize", "conv", "add"]),
        (lambda s, x: s.norm(s.conv(x)) + 1, ["conv_normalize", "add"]),
        (lambda s, x: s.bare(s.conv(x)), ["conv", "normalize"]),
        (lambda s, x: F.relu(s.bare(s.conv(x))), ["conv", "normalize_relu"]),
        (lambda s, x: F.relu(s.group(s.conv(x))), ["conv", "moments", "normalize_relu"]),
    ],
)
def test_pairs(function: Any, joined: list[str]) -> None:
    x = cl.randn(2, 3, 5, 4)
    graph = graph_of(function, x, **{name: make() for name, make in PARTS.items()})
    found = join(graph)
    assert operators(found) == joined
    assert_same(graph, found, x)


def _returned(self: Any, x: cl.Tensor) -> Any:
    y = self.conv(x)
    return y, F.relu(y)


def _read_twice(self: Any, x: cl.Tensor) -> cl.Tensor:
    y = self.norm(self.conv(x))
    return F.relu(y) + y


def _added_to_itself(self: Any, x: cl.Tensor) -> cl.Tensor:
    y = self.norm(self.conv(x))
    return y + y


@pytest.mark.parametrize(
    ("function", "joined"),
    [
        (_returned, ["conv", "relu"]),
        (_read_twice, ["conv_normalize", "relu", "add"]),
        (_added_to_itself, ["conv_normalize", "add"]),
    ],
)
def test_what_others_read_too_stays(function: Any, joined: list[str]) -> None:
    x = cl.randn(1, 3, 5, 4)
    graph = graph_of(function, x, conv=PARTS["conv"](), norm=PARTS["norm"]())
    found = join(graph)
    assert operators(found) == joined
    assert_same(graph, found, x)


def test_three_axes_stay_two_calls() -> None:
    x = cl.randn(1, 2, 4, 4, 4)
    parts: dict[str, Any] = {"conv": nn.Conv3d(2, 3, 3), "norm": nn.BatchNorm3d(3)}
    graph = graph_of(lambda self, x: self.norm(self.conv(x)), x, **parts)
    assert operators(join(graph)) == ["conv", "normalize"]
