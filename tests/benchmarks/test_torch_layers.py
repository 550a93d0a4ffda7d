"""torch computes what is expected of layers and of the residual network."""

from __future__ import annotations

from typing import Any

import pytest
from benchmarks.agreement import check
from benchmarks.layers.case import make_problem

from benchmarks import layer_exact, resnet20
from convolens.nn import functional

pytestmark = pytest.mark.oracle


@pytest.mark.parametrize("channels_last", [False, True])
def test_layers_agree(channels_last: bool) -> None:
    pytest.importorskip("torch")
    from benchmarks.layers.case import LayerCase
    from benchmarks.layers.convolution import Conv, ConvTranspose
    from benchmarks.layers.pooling import MaxPool
    from benchmarks.peers.torch_layer import Layer

    operations: list[Any] = [
        Conv(5, (3, 3), padding=1, bias=True),
        ConvTranspose(3, (4, 4), stride=2, padding=1),
        MaxPool(3, 2, 1),
    ]
    for operation in operations:
        case = LayerCase("small", "nowhere", (4, 3, 8, 8), operation)
        problem = make_problem(case, "forward+backward")
        result = Layer(problem, channels_last, False).result()
        assert check("torch", result, layer_exact.expected(problem)) <= 1


@pytest.mark.skipif(not hasattr(functional, "batch_norm"), reason="no batch normalisation yet")
def test_the_residual_network_agrees() -> None:
    pytest.importorskip("torch")
    from benchmarks.peers import convolens_layer, torch_layer

    problem = resnet20.make_problem(resnet20.ResNet20Case(8))
    expected = resnet20.expected(problem)
    assert check("torch", torch_layer.ResNet20(problem, True, False).result(), expected) <= 1
    ours = convolens_layer.ResNet20(problem)
    assert check("convolens", ours.result(), expected) <= 1
    ours.step()
    assert check("convolens, again", ours.result(), expected) <= 1
