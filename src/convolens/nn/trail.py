"""How a flattened image came by its number of features: a hint for a layer that expects another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from convolens.ops import Reshape
from convolens.tensor import Tensor
from convolens.tensor.record import Node

if TYPE_CHECKING:
    from convolens.nn.linear import LinearBase

#: How many of the last steps are told.
_TOLD = 2
#: How far back the record is read.
_FAR = 100


class Step(NamedTuple):
    """Something that was computed, and the shape that it had. The input has no name."""

    name: str
    shape: tuple[int, ...]


def hint_after(layer: LinearBase, input: Tensor, steps: Sequence[Step]) -> str:
    """Return which numbers the layer should have, and why: from the steps before it.

    The empty string if the last steps did not flatten an image.

    Example:
        >>> import convolens as cl
        >>> steps = [Step("conv1", (1, 30, 24, 24)), Step("pool1", (1, 30, 12, 12))]
        >>> steps += [Step("flatten", (1, 4320))]
        >>> print(hint_after(cl.nn.Linear(4000, 100), cl.zeros(1, 4320), steps))
        make it Linear(4320, 100): after conv1 [30, 24, 24] and pool1 [30, 12, 12], flatten gives
        30 x 12 x 12 = 4320.
    """
    features = input.shape[-1] if input.ndim else 0
    wanted, outputs = layer.in_features, layer.out_features
    if features == wanted:
        return ""
    for place in reversed(range(1, len(steps))):
        image, flat = steps[place - 1].shape, steps[place].shape
        if len(flat) < len(image):
            break
    else:
        return ""
    if flat[-1] != features:
        return ""
    if prod(image) == features and prod(image[1:]) == wanted:
        return (
            f"flatten from axis 1: the {image[0]} images of the batch were joined too, "
            f"{' x '.join(map(str, image))} = {features}."
        )
    own = image[1:] if prod(image[1:]) == features else image
    if prod(own) != features:
        return ""
    batch = len(image) - len(own)
    told = [
        step for step in _shapers(steps[:place]) if step.name and len(step.shape) == len(image)
    ][-_TOLD:]
    after = " and ".join(f"{step.name} {list(step.shape[batch:])}" for step in told)
    return (
        f"make it Linear({features}, {outputs}): {f'after {after}, ' if after else ''}flatten "
        f"gives {' x '.join(map(str, own))} = {features}."
    )


def _shapers(steps: Sequence[Step]) -> Iterator[Step]:
    """Yield the steps that changed the shape of what came before."""
    before: tuple[int, ...] = ()
    for step in steps:
        if step.shape != before:
            yield step
        before = step.shape


def recorded(input: Tensor) -> list[Step]:
    """Return the steps that made a tensor, as far as they were recorded, by their operators."""
    steps: list[Step] = []
    node = input.node
    while node is not None and len(steps) < _FAR:
        name = "flatten" if isinstance(node.op, Reshape) else node.op.name
        steps.append(Step(name, node.output.shape))
        before = node.edges[0]
        if not isinstance(before, Node):
            steps.append(Step("", node.specs[0].shape))
            break
        node = before
    return steps[::-1]
