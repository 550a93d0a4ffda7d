"""Plans: a network's calls on inputs of one size, decided once and run many times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, final

import numpy as np

from convolens.backends.candidate import Packed, Run
from convolens.backends.choose import choose
from convolens.backends.layout import are_dense, dense
from convolens.ops import Array
from convolens.planner.graph import Graph, Step
from convolens.planner.memory import places
from convolens.planner.structure import leaves, mapped
from convolens.spec import TensorSpec
from convolens.tensor import Tensor
from convolens.tensor.record import Version


@final
class PlannedStep(NamedTuple):
    """One step of a plan.

    Attributes:
        operator: What it computes.
        algorithm: By which algorithm.
        inputs: The specs of what it reads.
        output: The spec of what it makes.
    """

    operator: str
    algorithm: str
    inputs: tuple[TensorSpec, ...]
    output: TensorSpec


@final
class Plan:
    """What a network computes of inputs of one size: kernels, weights laid out, and places.

    Args:
        graph: The calls.
        inputs: Some inputs of that size: it is run once while it is made.
    """

    def __init__(self, graph: Graph, inputs: Sequence[Tensor]) -> None:
        self.steps: tuple[PlannedStep, ...] = ()
        self._graph = graph
        self._places = places(graph)
        self._values: list[Any] = [None] * (1 + max(self._places.values(), default=-1))
        for value, array in graph.constants.items():
            self._values[self._places[value]] = dense(array)
        self._calls: list[tuple[Run, tuple[int, ...], int]] = []
        values = self._filled(inputs)
        for step in graph.steps:
            run, args, output = self._decided(step, values)
            self._calls.append((run, args, output))
            values[output] = run(*[values[place] for place in args])
        self._returned = mapped(graph.outputs, int, self._places.__getitem__)
        # What lies in others' memory is copied before it is handed out.
        self._copied: set[int] = set()
        taken = [array for array in self._filled(inputs) if isinstance(array, np.ndarray)]
        for place in leaves(self._returned, int):
            if any(np.may_share_memory(values[place], other) for other in taken):
                self._copied.add(place)
            taken.append(values[place])

    def __call__(self, *inputs: Tensor) -> Any:
        """Return what the network returns for inputs of the plan's size."""
        values = self._filled(inputs)
        for run, args, output in self._calls:
            values[output] = run(*[values[place] for place in args])
        return mapped(self._returned, int, lambda place: self._tensor(values[place], place))

    def __str__(self) -> str:
        rows = [("", "operator", "algorithm", "output"), *map(_cells, enumerate(self.steps, 1))]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        )

    def _filled(self, inputs: Sequence[Tensor]) -> list[Any]:
        """Return the places, with the inputs and the constants in theirs."""
        values = self._values.copy()
        for place, tensor in enumerate(inputs):
            values[place] = dense(tensor.array)
        return values

    def _decided(self, step: Step, values: list[Any]) -> tuple[Run, tuple[int, ...], int]:
        """Return how a step is computed, with its weights laid out, and between which places."""
        specs = self._graph.specs_of(step)
        choice = choose(step.op, specs)
        run, args = choice.run, [self._places[value] for value in step.args]
        self.steps += (PlannedStep(step.op.name, choice.name, specs, choice.output),)
        constants = self._graph.constants
        if isinstance(run, Packed) and all(step.args[i] in constants for i in run.indices):
            for index in run.indices:
                laid_out = run.pack(values[args[index]])
                args[index] = len(self._values)
                self._values.append(laid_out)
                values.append(laid_out)
            run = run.run
        elif not (choice.any_order or are_dense([values[place] for place in args])):
            run = _of_dense(run)
        return run, tuple(args), self._places[step.output]

    def _tensor(self, array: Array, place: int) -> Tensor:
        if place in self._copied:
            array = array.copy(order="K")
        return Tensor.made(array, TensorSpec(array.shape, array.dtype), Version(), None)


def _of_dense(run: Run) -> Run:
    return lambda *arrays: run(*map(dense, arrays))


def _cells(numbered: tuple[int, PlannedStep]) -> tuple[str, ...]:
    number, step = numbered
    return str(number), step.operator, step.algorithm, str(step.output)
