from __future__ import annotations

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ShapeError
from convolens.lens.report import conv_calls, record_steps
from convolens.lens.report.check import check_steps
from convolens.tensor.observe import observe
from convolens.tensor.random import random_state

from .makers import Functional, pixels, small_net


def test_every_call_with_its_layer() -> None:
    steps = record_steps(small_net(), pixels(1, (1, 8, 8), 16)[0])
    assert [(step.layer, step.kind) for step in steps] == [
        ("conv1", "Conv2d"),
        ("relu1", "ReLU"),
        ("conv2", "Conv2d"),
        ("tanh", "Tanh"),
        ("norm", "LocalResponseNorm"),
        ("pool", "MaxPool2d"),
        ("flatten", "Flatten"),
        ("fc", "Linear"),
    ]


def test_calls_outside_layers() -> None:
    steps = record_steps(Functional(), pixels(1, (1, 5, 5), 16)[0])
    assert [step.kind for step in steps] == ["conv()", "relu()", "Functional"]


def test_nothing_is_different_afterwards() -> None:
    net = nn.Sequential(small_net(), nn.Dropout(0.5).eval(), nn.ReLU())
    flags = [module.training for module in net.modules()]
    cl.manual_seed(8)
    state = random_state()
    record_steps(net, pixels(1, (1, 8, 8), 16)[0])
    assert [module.training for module in net.modules()] == flags
    assert random_state() == state
    assert not any(module._forward_hooks for module in net.modules())
    assert all(parameter.grad is None for parameter in net.parameters())


def test_a_network_that_refuses_the_image_says_where() -> None:
    with pytest.raises(ShapeError, match="In layer fc"):
        record_steps(small_net(), pixels(1, (1, 16, 16), 16)[0])


def test_convolutions_of_one_and_three_axes_are_not_taken_apart() -> None:
    class Rows(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv1d(8, 3, 3)

        def forward(self, x: cl.Tensor) -> cl.Tensor:
            return self.conv(x.reshape(1, 8, 8))

    image = pixels(1, (1, 8, 8), 16)[0]
    assert conv_calls(record_steps(Rows(), image), image.shape) == []


def test_a_linear_layer_after_a_convolution_is_not_one_over_the_image() -> None:
    image = np.ones((1, 4, 4), np.float32)
    net = nn.Sequential(nn.Conv2d(1, 1, 3, padding=1), nn.Flatten(), nn.Linear(16, 2))
    assert [call.kind for call in conv_calls(record_steps(net, image), image.shape)] == ["Conv2d"]


def test_winograd_is_not_taken_whose_products_are_not_those_shown() -> None:
    modes: list[bool] = []
    with observe(lambda *call: modes.append(cl.is_exact())):
        steps = record_steps(nn.Conv2d(64, 64, 3, padding=1), np.ones((64, 16, 16), np.float32))
    assert modes == [True]
    assert not cl.is_exact()
    assert check_steps(steps).numbers == 64 * 16 * 16
