"""Networks built from their text: sizes first, layers when all of them fit."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

from convolens import nn
from convolens.errors import ArgumentError, ConvolensError
from convolens.models.sizes import at_layer, checked_classes, checked_image
from convolens.models.text import SAME, Item
from convolens.models.text_reader import parse, pointer
from convolens.nn.functional._arguments import Padding
from convolens.nn.functional.conv import conv_operator
from convolens.spec import TensorSpec, checked, float32

#: A billion: 4 GB of float32, and as much again for the gradients.
MOST_PARAMETERS = 10**9
_NAMES = {
    "C": "conv",
    "P": "pool",
    "A": "pool",
    "R": "relu",
    "S": "sigmoid",
    "T": "tanh",
    "L": "norm",
    "D": "drop",
    "F": "fc",
}


class Planned(NamedTuple):
    """A layer that is not built yet: its name, and the shapes before and after it."""

    name: str
    item: Item
    before: tuple[int, ...]
    after: tuple[int, ...]
    parameters: int


def text_network(
    text: str, input_shape: Sequence[int] = (1, 28, 28), num_classes: int | None = None
) -> nn.Sequential:
    """Return the network that a text describes; ``convolens.models.text`` has the grammar.

    Layers are called by their kind and number: conv1, relu1, pool1, fc1, and so on. All sizes are
    worked out and checked before the first weight is drawn.

    Args:
        text: The layers, such as ``C30k5-R-P2-F100-R-F10``.
        input_shape: One image's channels, height and width.
        num_classes: How many outputs the network must have; None accepts whatever the text says.

    Raises:
        ArgumentError: If the text is not in the grammar, a layer cannot follow the one before, or
            the outputs are not ``num_classes``.
        ShapeError: If the image is too small for a layer, which is named.

    Example:
        >>> net = text_network("C30k5-R-P2-F100-R-F10")
        >>> [name for name, _ in net.named_children()]
        ['conv1', 'relu1', 'pool1', 'flatten', 'fc1', 'relu2', 'fc2']
        >>> sum(p.numel() for p in net.parameters())
        433890
    """
    planned = plan(text, input_shape)
    if num_classes is not None:
        _require_classes(text, planned, checked_classes(num_classes))
    layers: dict[str, nn.Module] = {}
    for layer in planned:
        if layer.item.letter == "F" and len(layer.before) > 1:
            layers["flatten"] = nn.Flatten()
        layers[layer.name] = _layer(layer)
    return nn.Sequential(layers)


def plan(text: str, input_shape: Sequence[int]) -> list[Planned]:
    """Return the layers of a text with the shapes between them, for one image.

    Raises:
        ArgumentError: If the text is not in the grammar, or a layer cannot follow the one before.
        ShapeError: If the image is too small for a layer, which is named.

    Example:
        >>> [layer.after for layer in plan("C30k5-R-P2-F10", (1, 28, 28))]
        [(30, 24, 24), (30, 24, 24), (30, 12, 12), (10,)]
    """
    shape: tuple[int, ...] = checked_image(input_shape)
    counts: dict[str, int] = {}
    planned = []
    for item in parse(text):
        kind = _NAMES[item.letter]
        counts[kind] = counts.get(kind, 0) + 1
        name = f"{kind}{counts[kind]}"
        try:
            with at_layer(name, input_shape):
                after, parameters = _after(item, shape)
        except ConvolensError as error:
            error.facts.extend(pointer(text, item.at))
            raise
        planned.append(Planned(name, item, shape, after, parameters))
        shape = after
    total = sum(layer.parameters for layer in planned)
    if total > MOST_PARAMETERS:
        largest = max(planned, key=lambda layer: layer.parameters)
        raise ArgumentError(
            f"the network would have {total:,} parameters, but {MOST_PARAMETERS:,} are the most.",
            [
                (largest.name, f"{largest.parameters:,}", "parameters, the most of all"),
                *pointer(text, largest.item.at),
            ],
            "use smaller layers, or pool before the first F.",
        )
    return planned


def _after(item: Item, shape: tuple[int, ...]) -> tuple[tuple[int, ...], int]:
    """Return the shape after a layer, and how many parameters the layer has."""
    spec = TensorSpec((1, *shape))
    if item.letter in "CPAL" and len(shape) == 1:
        raise ArgumentError(
            f"{item} needs feature maps, but after a fully connected layer there are none.",
            [("before", shape[0], "numbers")],
            "put it before the first F.",
        )
    if item.letter == "C":
        channels, groups = shape[0], item.number("g", 1)
        for count, what in ((channels, "input"), (int(item.value), "output")):
            if count % groups:
                raise ArgumentError(
                    f"{count} {what} channels cannot be divided into {groups} groups.",
                    hint="g must divide the channels before the layer and its own.",
                )
        side = item.number("k", 1)
        weight = checked((int(item.value), channels // groups, side, side), float32)
        operator = conv_operator(
            (side, side), item.number("s", 1), _padding(item), item.number("d", 1), groups
        )
        return operator.infer(spec, weight).shape[1:], weight.size + weight.shape[0]
    if item.letter in "PA":
        return _pool(item).operator.infer(spec).shape[1:], 0
    if item.letter == "F":
        weight = checked((int(item.value), prod(shape)), float32)
        return (weight.shape[0],), weight.size + weight.shape[0]
    return shape, 0


def _layer(layer: Planned) -> nn.Module:
    item = layer.item
    match item.letter:
        case "C":
            return nn.Conv2d(
                layer.before[0],
                int(item.value),
                item.number("k", 1),
                item.number("s", 1),
                _padding(item),
                item.number("d", 1),
                item.number("g", 1),
            )
        case "P" | "A":
            return _pool(item)
        case "F":
            return nn.Linear(prod(layer.before), int(item.value))
        case "L":
            return nn.LocalResponseNorm(int(item.value))
        case "D":
            return nn.Dropout(item.value)
        case "S":
            return nn.Sigmoid()
        case "T":
            return nn.Tanh()
        case _:
            return nn.ReLU()


def _padding(item: Item) -> Padding:
    return SAME if item.options.get("p") == SAME else item.number("p", 0)


def _pool(item: Item) -> nn.MaxPool2d | nn.AvgPool2d:
    side = int(item.value)
    kind = nn.MaxPool2d if item.letter == "P" else nn.AvgPool2d
    return kind(side, item.number("s", side), item.number("p", 0))


def _require_classes(text: str, planned: Sequence[Planned], classes: int) -> None:
    last = planned[-1]
    if last.after == (classes,):
        return
    if len(last.after) > 1:
        raise ArgumentError(
            f"the network ends in maps of {'x'.join(map(str, last.after))}, but {classes} classes "
            "need as many outputs.",
            pointer(text, len(text)),
            f"end it with -F{classes}.",
        )
    ends = [layer for layer in planned if layer.item.letter == "F"][-1]
    raise ArgumentError(
        f"the network ends in {last.after[0]} outputs, but there are {classes} classes.",
        pointer(text, ends.item.at),
        f"write F{classes} there.",
    )
