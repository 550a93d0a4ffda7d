"""The networks that have a name, and the one way from a name or a text to a network."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

from convolens.errors import ArgumentError
from convolens.models.alexnet import alexnet
from convolens.models.digits_convnet import digits_convnet
from convolens.models.lenet5 import lenet5
from convolens.models.simple_convnet import simple_convnet
from convolens.models.sizes import Image
from convolens.models.text import LETTERS
from convolens.models.text_network import text_network
from convolens.nn import Module
from convolens.tensor import random

TEXT_HINT = "or describe a network in one line, such as C30k5-R-P2-F100-R-F10."


@final
@dataclass(frozen=True)
class Entry:
    """A network that has a name.

    Attributes:
        build: Makes it for an input shape and a number of classes.
        input_shape: The images it was designed for.
        num_classes: The classes it was designed for.
        line: What it is, for people.
    """

    build: Callable[[Sequence[int], int], Module]
    input_shape: Image
    num_classes: int
    line: str


MODELS: dict[str, Entry] = {
    "alexnet": Entry(
        alexnet, (3, 224, 224), 1000, "5 convolutions, 3 fully connected; torchvision's layout"
    ),
    "digits_convnet": Entry(
        digits_convnet, (1, 8, 8), 10, "2 convolutions, 1 fully connected; for the bundled digits"
    ),
    "lenet5": Entry(lenet5, (1, 28, 28), 10, "2 convolutions, 3 fully connected; LeNet-5, modern"),
    "simple_convnet": Entry(
        simple_convnet, (1, 28, 28), 10, "1 convolution, 2 fully connected; the book's network"
    ),
}


def list_models() -> list[str]:
    """Return the names of the networks.

    Example:
        >>> list_models()
        ['alexnet', 'digits_convnet', 'lenet5', 'simple_convnet']
    """
    return sorted(MODELS)


def create_model(
    name: str,
    *,
    input_shape: Sequence[int] | None = None,
    num_classes: int | None = None,
    seed: int | None = None,
) -> Module:
    """Return a new network with random weights, from its name or from one line of text.

    Args:
        name: One of ``list_models()``; capitals, ``-`` and ``_`` do not matter. Or a text such as
            ``C30k5-R-P2-F100-R-F10``, whose grammar is in ``convolens.models.text``.
        input_shape: One image's channels, height and width. By default, those that the network
            was designed for; for a text, (1, 28, 28).
        num_classes: The number of outputs. By default, what the network was designed for; for a
            text, what its last layer says.
        seed: Draw the weights from this seed, and leave the process's random numbers as they
            were. By default, the weights are the next of these.

    Raises:
        ArgumentError: If there is no such network, the text is not in the grammar, or its outputs
            are not ``num_classes``.
        ShapeError: If the image does not fit the network; the layer is named.

    Example:
        >>> create_model("simple_convnet")
        Sequential(
          (conv1): Conv2d(1, 30, kernel_size=(5, 5), stride=(1, 1))
          (relu1): ReLU()
          (pool1): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
          (flatten): Flatten(start_dim=1, end_dim=-1)
          (fc1): Linear(in_features=4320, out_features=100, bias=True)
          (relu2): ReLU()
          (fc2): Linear(in_features=100, out_features=10, bias=True)
        )
        >>> create_model("C8k3-R-F10", input_shape=(3, 8, 8)).fc1
        Linear(in_features=288, out_features=10, bias=True)
    """
    if seed is None:
        return _build(name, input_shape, num_classes)
    before = random.random_state()
    random.manual_seed(seed)
    try:
        return _build(name, input_shape, num_classes)
    finally:
        random.set_random_state(before)


def find(name: str) -> Entry | None:
    """Return what is known about a network's name, or None if it is no name but a text.

    Raises:
        ArgumentError: If it is neither a name nor looks like a text.
    """
    if not isinstance(name, str):
        raise ArgumentError(
            f"a network's name is a text, not {type(name).__name__}.", hint=TEXT_HINT
        )
    for known, entry in MODELS.items():
        if _letters(known) == _letters(name):
            return entry
    if _looks_like_text(name):
        return None
    close = [
        known
        for known in list_models()
        if _letters(known)
        in difflib.get_close_matches(_letters(name), list(map(_letters, MODELS)), n=1)
    ]
    guess = f"did you mean {close[0]!r}? Take a name from the list, " if close else "take a name, "
    raise ArgumentError(
        f"there is no network {name!r}.",
        [(known, MODELS[known].line, "") for known in list_models()],
        guess + TEXT_HINT,
    )


def _build(name: str, input_shape: Sequence[int] | None, num_classes: int | None) -> Module:
    entry = find(name)
    if entry is None:
        return text_network(name, input_shape or (1, 28, 28), num_classes)
    classes = entry.num_classes if num_classes is None else num_classes
    return entry.build(input_shape or entry.input_shape, classes)


def _letters(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).lower()


def _looks_like_text(name: str) -> bool:
    """Return whether a part of the name is a layer letter, alone or before a digit."""
    layer = re.compile(rf"[{''.join(LETTERS)}](\d.*)?", re.IGNORECASE)
    first, *others = (part.strip() for part in name.split("-"))
    begins = re.fullmatch(r"[A-Za-z](\d.*)?", first) is not None
    return begins or any(layer.fullmatch(part) for part in others)
