"""Networks and inputs that the report's tests share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import convolens as cl
from convolens import nn
from convolens.data import load_digits
from convolens.lens.report import ReportInputs
from convolens.lens.report.scene import Scene, compute
from convolens.nn import Module

TEN = tuple("0123456789")
HISTORY = [
    {
        "epoch": epoch,
        "train_loss": 2.3 / epoch,
        "train_accuracy": 1 - 0.6 / epoch,
        "test_loss": 2.1 / epoch,
        "test_accuracy": 1 - 0.5 / epoch,
        "lr": 0.001,
        "seconds": 0.5,
        "images_per_second": 12345.6,
    }
    for epoch in range(1, 6)
]


def weights(model: Module) -> dict[str, np.ndarray]:
    return {name: tensor.numpy().copy() for name, tensor in model.state_dict().items()}


def changed(model: Module, seed: int = 0) -> Module:
    """Move all weights, as training would."""
    random = np.random.default_rng(seed)
    for parameter in model.parameters():
        moved = parameter.detach().numpy() + random.normal(0, 0.1, parameter.shape)
        parameter.data.copy_(moved.astype(parameter.dtype))
    return model


def small_net() -> Module:
    """A network for 1x8x8: every operator of a usual one, dropout too."""
    cl.manual_seed(3)
    return nn.Sequential(
        {
            "conv1": nn.Conv2d(1, 4, 3, padding=1),
            "relu1": nn.ReLU(),
            "conv2": nn.Conv2d(4, 6, 3, stride=2, padding=1),
            "tanh": nn.Tanh(),
            "norm": nn.LocalResponseNorm(3),
            "pool": nn.MaxPool2d(2),
            "flatten": nn.Flatten(),
            "drop": nn.Dropout(0.5),
            "fc": nn.Linear(24, 10),
        }
    )


def pixels(count: int, shape: tuple[int, int, int], scale: int, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    whole = random.integers(0, scale + 1, (count, *shape))
    return (whole / scale).astype(np.float32)


def inputs_of(
    model: Module, shape: tuple[int, int, int], scale: int = 255, count: int = 2, **others: Any
) -> ReportInputs:
    """Inputs with random images of whole pixel values, weights before, and everything else."""
    before = weights(model)
    changed(model)
    values: dict[str, Any] = {
        "title": "a network on noise",
        "classes": TEN,
        "initial": before,
        "history": HISTORY,
        "confusion": np.eye(10, dtype=np.int64) * 9 + 1,
        "images": pixels(count, shape, scale),
        "labels": np.arange(count) % 10,
        "settings": {"seed": "3", "optimiser": "Adam"},
        "scale": scale,
    }
    return ReportInputs(model=model, input_shape=shape, **{**values, **others})


def digits_inputs(**others: Any) -> ReportInputs:
    images, labels = load_digits().test.batch(np.arange(3))
    return inputs_of(
        small_net(), (1, 8, 8), 16, 3, **{"images": images, "labels": labels, **others}
    )


def scene_of(model: Module, shape: tuple[int, int, int], scale: int = 255, **others: Any) -> Scene:
    return compute(inputs_of(model, shape, scale, **others))


def _rgb() -> Module:
    return nn.Sequential(
        nn.Conv2d(3, 6, (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2)),
        nn.AvgPool2d(2),
        nn.Conv2d(6, 4, 2, groups=2, bias=False),
        nn.Sigmoid(),
        nn.Flatten(),
        nn.Linear(72, 3),
        nn.LogSoftmax(1),
    )


def _wide() -> Module:
    return nn.Sequential(nn.Conv2d(1, 5, 5), nn.ReLU(), nn.Flatten(), nn.Linear(2880, 200))


def _cifar() -> Module:
    return nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3))


def _flat() -> Module:
    hidden = (nn.Flatten(), nn.Linear(64, 20), nn.ReLU())
    return nn.Sequential(*hidden, nn.Linear(20, 10), nn.Softmax(1))


def _photo() -> Module:
    return nn.Sequential(nn.Conv2d(3, 32, 11, stride=4, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2))


_KINDS: dict[str, Callable[[], ReportInputs]] = {
    "digits": digits_inputs,
    "rgb": lambda: inputs_of(_rgb(), (3, 16, 16)),
    "mnist": lambda: inputs_of(_wide(), (1, 28, 28)),
    "cifar": lambda: inputs_of(_cifar(), (3, 32, 32)),
    "mlp": lambda: inputs_of(_flat(), (1, 8, 8), 16),
    "mlp28": lambda: inputs_of(nn.Sequential(nn.Flatten(), nn.Linear(784, 8)), (1, 28, 28)),
    "photo": lambda: inputs_of(_photo(), (3, 224, 224), count=3),
    "double": lambda: inputs_of(small_net().double(), (1, 8, 8), 16),
}
KINDS = tuple(_KINDS)


def report_of(kind: str) -> ReportInputs:
    """The inputs of one of the KINDS of network and image."""
    cl.manual_seed(5)
    return _KINDS[kind]()


class Functional(nn.Module):
    """A network that calls functions outside its layers."""

    def __init__(self) -> None:
        super().__init__()
        self.kernel = nn.Parameter(cl.randn(2, 1, 3, 3))

    def forward(self, x: cl.Tensor) -> cl.Tensor:
        y = nn.functional.conv2d(x, self.kernel).relu()
        return nn.functional.dropout(y, 0.5, self.training) + y
