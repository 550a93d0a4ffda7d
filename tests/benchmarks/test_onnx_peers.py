"""The runtimes that read ONNX compute what is expected; skipped where they are not installed."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from benchmarks.agreement import check
from benchmarks.layers.case import LayerCase, make_problem
from benchmarks.layers.convolution import Conv, ConvTranspose
from benchmarks.layers.pointwise import (
    Activation,
    Add,
    CrossEntropy,
    Linear,
    LocalResponseNorm,
    Softmax,
)
from benchmarks.layers.pooling import AvgPool, MaxPool
from benchmarks.peers.base import UnavailableError

from benchmarks import layer_exact

pytestmark = pytest.mark.oracle

CASES = [
    LayerCase("conv", "nowhere", (2, 4, 9, 9), Conv(6, (3, 3), 2, 1, 1, 2, bias=True)),
    LayerCase("conv1d", "nowhere", (2, 4, 20), Conv(6, (9,), padding=4)),
    LayerCase("conv3d", "nowhere", (1, 4, 5, 6, 7), Conv(6, (3, 3, 3), padding=1)),
    LayerCase("up", "nowhere", (2, 4, 5, 5), ConvTranspose(3, (4, 4), 2, 1, bias=True)),
    LayerCase("max", "nowhere", (2, 4, 9, 9), MaxPool(3, 2, 1)),
    LayerCase("avg", "nowhere", (2, 4, 8, 8), AvgPool(2, 2)),
    LayerCase("linear", "nowhere", (2, 8), Linear(3)),
    LayerCase("lrn", "nowhere", (2, 8, 3, 3), LocalResponseNorm()),
    LayerCase("tanh", "nowhere", (2, 8, 3, 3), Activation("tanh")),
    LayerCase("add", "nowhere", (2, 8, 3, 3), Add()),
    LayerCase("softmax", "nowhere", (2, 8), Softmax()),
    LayerCase("loss", "nowhere", (4, 8), CrossEntropy()),
]


@pytest.mark.parametrize("peer", ["onnxruntime", "openvino"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_computes_what_is_expected(peer: str, case: LayerCase) -> None:
    pytest.importorskip("onnx")
    pytest.importorskip(peer)
    module = importlib.import_module(f"benchmarks.peers.{peer}")
    problem = make_problem(case, "forward")
    session: Any = module.load(problem, 1)
    assert check(peer, session.result(), layer_exact.expected(problem)) <= 1
    with pytest.raises(UnavailableError, match="forward passes only"):
        module.load(make_problem(case, "forward+backward"), 1)
