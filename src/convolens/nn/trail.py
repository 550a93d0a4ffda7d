"""How a flattened image came by its number of features: a hint for a layer that expects another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from convolens.ops import ConvNormalize, ConvRelu, Op, Reshape
from convolens.tensor import Tensor
from convolens.tensor.record import Node

if TYPE_CHECKING:
    from convolens.nn.linear import LinearBase

#: Operators that are told by the name of what a user called.
_CALLED: dict[type[Op], str] = {Reshape: "flatten", ConvRelu: "conv", ConvNormalize: "conv"}
#: How many of the last steps are told.
_TOLD = 2
#: How far back the record is read.
_FAR = 100


class Step(NamedTuple):
    """Something that was computed, and the shape that it had. The input has no name."""

    name: str
    shape: tuple[int, ...]


def feature_hint(layer: LinearBase, input: Tensor, named: Sequence[Step] = ()) -> str:
    """Return which numbers the layer should have, and why. Empty if no image was flattened.

    Args:
        layer: A layer that expects another number of features than the input has.
        input: The input.
        named: The steps before the layer by the names of layers, if these are known. Otherwise the
            operators that the input's record names are told.

    Example:
        >>> import convolens as cl
        >>> steps = [Step("conv1", (1, 30, 24, 24)), Step("pool1", (1, 30, 12, 12))]
        >>> steps += [Step("flatten", (1, 4320))]
        >>> print(feature_hint(cl.nn.Linear(4000, 100), cl.zeros(1, 4320), steps))
        make it Linear(4320, 100): after conv1 [30, 24, 24] and pool1 [30, 12, 12], flatten gives
        30 x 12 x 12 = 4320.
    """
    if input.ndim == 0 or input.shape[-1] == layer.in_features:
        return ""
    known = [_hint(layer, input.shape[-1], steps) for steps in (named, _recorded(input))]
    telling = [hint for hint, tells in known if tells] or [hint for hint, _ in known if hint]
    return telling[0] if telling else ""


def _hint(layer: LinearBase, features: int, steps: Sequence[Step]) -> tuple[str, bool]:
    """Return the hint, and whether it tells the steps before the image was flattened."""
    flattened = [
        place
        for place in range(1, len(steps))
        if len(steps[place].shape) < len(steps[place - 1].shape)
    ]
    if not flattened or steps[flattened[-1]].shape[-1] != features:
        return "", False
    before = steps[: flattened[-1]]
    image = before[-1].shape
    if prod(image) == features and prod(image[1:]) == layer.in_features:
        return (
            f"flatten from axis 1: the {image[0]} images of the batch were joined too, "
            f"{_times(image)} = {features}."
        ), True
    batch = 1 if prod(image[1:]) == features else 0
    if prod(image[batch:]) != features:
        return "", False
    shapers = [step for step in _shapers(before) if step.name and len(step.shape) == len(image)]
    after = " and ".join(f"{name} {list(shape[batch:])}" for name, shape in shapers[-_TOLD:])
    return (
        f"make it Linear({features}, {layer.out_features}): "
        f"{f'after {after}, ' if after else ''}flatten gives {_times(image[batch:])} = {features}."
    ), bool(after)


def _times(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))


def _shapers(steps: Sequence[Step]) -> Iterator[Step]:
    """Yield the steps that changed the shape of what came before."""
    before: tuple[int, ...] = ()
    for step in steps:
        if step.shape != before:
            yield step
        before = step.shape


def _recorded(input: Tensor) -> list[Step]:
    """Return the steps that made a tensor, as far as they were recorded, by their operators."""
    steps: list[Step] = []
    node = input.node
    while node is not None and len(steps) < _FAR:
        name = _CALLED.get(type(node.op), node.op.name)
        steps.append(Step(name, node.output.shape))
        before = node.edges[0]
        if not isinstance(before, Node):
            steps.append(Step("", node.specs[0].shape))
            break
        node = before
    return steps[::-1]
