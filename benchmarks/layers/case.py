"""A layer of a published network, and the groups of layers that share a target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, final

import numpy as np

from benchmarks.layers.operation import Operation, Shape, Work, times
from benchmarks.nets import Array

LayerTask = Literal["forward", "forward+backward"]
#: Arrays that no gradient is taken of.
CONSTANTS = ("labels", "running mean", "running var")
#: How many images of a batch differ, where it does not matter.
DISTINCT = 2


@final
@dataclass(frozen=True)
class LayerCase:
    """One layer.

    Args:
        name: The network and the layer.
        source: Who published it, and where it stands there.
        x: The shape of the input.
        operation: What is computed.
        first: Whether x is the image itself, whose gradient nobody asks for.
    """

    name: str
    source: str
    x: Shape
    operation: Operation
    first: bool = False

    @property
    def title(self) -> str:
        return f"{self.name}: {times(self.x)} {self.operation.text}"

    def gradients(self, task: LayerTask) -> list[str]:
        """Return the names of the arrays whose gradients are wanted."""
        if task == "forward":
            return []
        left_out = (*CONSTANTS, "x") if self.first else CONSTANTS
        return [name for name in self.operation.arrays(self.x) if name not in left_out]

    def work(self, task: LayerTask) -> Work:
        """Return the least work of the task."""
        return self.operation.work(self.x, self.gradients(task))


@final
@dataclass(frozen=True)
class LayerProblem:
    """A layer with its numbers: everything it reads, and the gradient of its result."""

    case: LayerCase
    task: LayerTask
    arrays: list[Array]
    upstream: Array


def make_problem(case: LayerCase, task: LayerTask, seed: int = 0) -> LayerProblem:
    """Draw the numbers of a case, standard normal; images repeat if they need not all differ."""
    few = distinct(case)
    random = np.random.default_rng(seed)
    arrays = few.operation.draw(few.x, random)
    upstream = np.asarray(random.standard_normal(few.operation.output(few.x), np.float32))
    times = case.x[0] // few.x[0]
    if times > 1:
        for i in range(case.operation.activations):
            arrays[i] = repeated(arrays[i], times)
        upstream = repeated(upstream, times)
    return LayerProblem(case, task, arrays, upstream)


def distinct(case: LayerCase) -> LayerCase:
    """Return the layer with only those images that differ.

    Where what one image becomes does not depend on the others, a few images tell everything about
    a batch that repeats them; the definition in float64 would take minutes for large batches.
    """
    N, *others = case.x
    if not case.operation.independent or N % DISTINCT:
        return case
    return replace(case, x=(min(N, DISTINCT), *others))


def repeated(array: Array, times: int) -> Array:
    """Return the images one after the other, several times."""
    return np.tile(array, (times, *(1,) * (array.ndim - 1)))


@final
@dataclass(frozen=True)
class Target:
    """What the ratios to the best peer must reach: their geometric mean, and each of them."""

    mean: float
    lowest: float = 0.0


@final
@dataclass(frozen=True)
class Group:
    """Layers that share a target.

    Args:
        name: As given on the command line.
        title: As printed.
        targets: For each task that is measured.
        cases: The layers.
    """

    name: str
    title: str
    targets: dict[LayerTask, Target]
    cases: Sequence[LayerCase]
