from __future__ import annotations

import pytest

import convolens as cl
from convolens.errors import ShapeError
from convolens.models import lenet5


def test_parameters() -> None:
    model = lenet5()
    assert sum(p.numel() for p in model.parameters()) == 61_706
    layers = {
        name: sum(p.numel() for p in part.parameters()) for name, part in model.named_children()
    }
    weighted = {name: count for name, count in layers.items() if count}
    assert weighted == {"conv1": 156, "conv2": 2_416, "fc1": 48_120, "fc2": 10_164, "fc3": 850}


def test_forward_shape() -> None:
    assert lenet5()(cl.zeros(2, 1, 28, 28)).shape == (2, 10)
    assert lenet5((3, 32, 32), 100)(cl.zeros(1, 3, 32, 32)).shape == (1, 100)


def test_small_images() -> None:
    with pytest.raises(ShapeError, match=r"In layer conv2: .*covers 5 inputs.*only 4"):
        lenet5((1, 8, 8))
    with pytest.raises(ShapeError, match="In layer pool2: "):
        lenet5((1, 28, 10))
