"""SimpleConvNet, the book's network: one convolution, one pooling, two fully connected layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from convolens import nn
from convolens.errors import ArgumentError, ShapeError
from convolens.models.sizes import checked_classes, checked_image, features_after
from convolens.ops import Array
from convolens.spec import float32

#: The book's names of the parameters, and ours.
BOOK_NAMES = {
    "W1": "conv1.weight",
    "b1": "conv1.bias",
    "W2": "fc1.weight",
    "b2": "fc1.bias",
    "W3": "fc2.weight",
    "b3": "fc2.bias",
}
_DIMENSIONS = {"W1": 4, "b1": 1, "W2": 2, "b2": 1, "W3": 2, "b3": 1}


def simple_convnet(
    input_shape: Sequence[int] = (1, 28, 28),
    num_classes: int = 10,
    *,
    filters: int = 30,
    kernel_size: int = 5,
    hidden: int = 100,
    weight_std: float = 0.01,
) -> nn.Sequential:
    """Return the book's network, with normal weights of deviation 0.01 and biases of 0.

    ======  ========================  ========  ==========
    layer                             output    parameters
    ======  ========================  ========  ==========
    conv1   30 kernels of 5x5         30x24x24         780
    relu1
    pool1   maximum of 2x2, stride 2  30x12x12
    fc1     100 outputs               100          432,100
    relu2
    fc2     10 outputs                10             1,010
    ======  ========================  ========  ==========

    The last layer gives scores; the book's softmax is a part of the loss.

    Args:
        input_shape: One image's channels, height and width.
        num_classes: The outputs of the last layer.
        filters: The kernels of the convolution.
        kernel_size: Their height and width.
        hidden: The outputs of the first fully connected layer.
        weight_std: The standard deviation of the initial weights.

    Shapes:
        [N, C, H, W] -> [N, num_classes]

    Raises:
        ArgumentError: If a size is below 1.
        ShapeError: If the image is too small for a layer, which is named.

    Example:
        >>> sum(p.numel() for p in simple_convnet().parameters())
        433890

    Source: Saito, "Deep Learning from Scratch", 2016, section 7.5.
    """
    channels = checked_image(input_shape)[0]
    maps: dict[str, nn.Module] = {
        "conv1": nn.Conv2d(channels, filters, kernel_size),
        "relu1": nn.ReLU(),
        "pool1": nn.MaxPool2d(2),
    }
    model = nn.Sequential(
        {
            **maps,
            "flatten": nn.Flatten(),
            "fc1": nn.Linear(features_after(maps, input_shape), hidden),
            "relu2": nn.ReLU(),
            "fc2": nn.Linear(hidden, checked_classes(num_classes)),
        }
    )
    for name, parameter in model.named_parameters():
        if name.endswith("weight"):
            nn.init.normal_(parameter, std=weight_std)
        else:
            nn.init.zeros_(parameter)
    return model


def from_book_params(
    params: Mapping[str, Any],
    input_shape: Sequence[int] = (1, 28, 28),
    dtype: DTypeLike = float32,
) -> nn.Sequential:
    """Return the network with the parameters that the book saves, such as those of its params.pkl.

    The book multiplies by W from the right, so its W2 and W3 are the transposes of ours. Numbers
    of filters, hidden units and classes follow from the arrays.

    Args:
        params: W1 [K, C, R, R], b1 [K], W2 [K P Q, hidden], b2 [hidden], W3 [hidden, classes] and
            b3 [classes].
        input_shape: One image's channels, height and width.
        dtype: The float type of the network's parameters.

    Raises:
        ArgumentError: If names are missing or unexpected.
        ShapeError: If an array does not fit the others or the images.

    Example:
        >>> book = to_book_params(simple_convnet())
        >>> {name: book[name].shape for name in ("W1", "W2", "W3")}
        {'W1': (30, 1, 5, 5), 'W2': (4320, 100), 'W3': (100, 10)}
        >>> from_book_params(book).fc1.weight.shape
        (100, 4320)
    """
    arrays = _checked_names(params)
    filters, _, height, width = arrays["W1"].shape
    if height != width:
        raise ShapeError(
            f"the book's kernels are square, but W1 has kernels of {height}x{width}.",
            [("W1", list(arrays["W1"].shape), "K, C, R, R")],
        )
    hidden, classes = arrays["W3"].shape
    model = simple_convnet(
        input_shape, classes, filters=filters, kernel_size=height, hidden=hidden
    ).to(dtype)
    parameters = dict(model.named_parameters())
    for name, own in BOOK_NAMES.items():
        expected = parameters[own].shape
        expected = expected[::-1] if name in ("W2", "W3") else expected
        if arrays[name].shape != expected:
            raise ShapeError(
                f"{name} has shape {list(arrays[name].shape)}, but {list(expected)} fits the "
                "other arrays and the image.",
                [(other, list(array.shape), "") for other, array in arrays.items()]
                + [("image", "x".join(map(str, input_shape)), "C, H, W")],
                "W2 and W3 are [inputs, outputs], and W2 has a row for each number of the pooled "
                "maps.",
            )
    model.load_state_dict({BOOK_NAMES[name]: _turned(name, arrays[name]) for name in BOOK_NAMES})
    return model


def to_book_params(model: nn.Module) -> dict[str, Array]:
    """Return copies of a ``simple_convnet``'s parameters under the book's names, its way round.

    Raises:
        ArgumentError: If the model has other parameters than a ``simple_convnet``.
    """
    state = model.state_dict()
    if set(state) != set(BOOK_NAMES.values()):
        raise ArgumentError(
            "only a simple_convnet has the book's parameters.",
            [
                ("needed", ", ".join(BOOK_NAMES.values()), ""),
                ("the model's", ", ".join(state) or "none", ""),
            ],
        )
    return {
        name: np.array(_turned(name, state[own].numpy()), order="C")
        for name, own in BOOK_NAMES.items()
    }


def _turned(name: str, array: Array) -> Array:
    return array.T if name in ("W2", "W3") else array


def _checked_names(params: Mapping[str, Any]) -> dict[str, Array]:
    missing = [name for name in BOOK_NAMES if name not in params]
    unexpected = [str(name) for name in params if name not in BOOK_NAMES]
    if missing or unexpected:
        raise ArgumentError(
            f"the book's parameters are {', '.join(BOOK_NAMES)}; {len(missing)} are missing and "
            f"{len(unexpected)} unexpected.",
            [
                ("missing", ", ".join(missing) or "none", ""),
                ("unexpected", ", ".join(unexpected) or "none", ""),
            ],
        )
    arrays = {name: np.asarray(params[name]) for name in BOOK_NAMES}
    for name, array in arrays.items():
        if array.ndim != _DIMENSIONS[name] or array.dtype.kind != "f" or not array.size:
            raise ShapeError(
                f"{name} is {array.dtype}{list(array.shape)}, but must be floats with "
                f"{_DIMENSIONS[name]} dimensions.",
            )
    return arrays
