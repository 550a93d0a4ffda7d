"""Plans: a network's calls on inputs of one size, decided once and run many times."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from threading import Lock
from typing import Any, NamedTuple, final

from convolens.backends.call import Parts
from convolens.backends.candidate import Packed, Run
from convolens.backends.choose import choose
from convolens.backends.layout import are_dense, dense, empty, is_dense
from convolens.backends.recording import Recording, write
from convolens.errors import ShapeError
from convolens.ops import Array
from convolens.planner.graph import Graph, Step
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
    """What a network computes of inputs of one size: kernels, weights laid out, and memory.

    Inputs are copied to where the kernels read them, and what they return to where nobody writes.

    Args:
        graph: The calls.
        inputs: Some inputs of that size: it is run once while it is made.
    """

    def __init__(self, graph: Graph, inputs: Sequence[Tensor]) -> None:
        self.steps: tuple[PlannedStep, ...] = ()
        self._lock = Lock()  # held while the memory is in use
        self._recording = Recording()
        self._specs = [tensor.spec for tensor in inputs]
        self._inputs = [empty(spec) for spec in self._specs]
        self._fill(inputs)
        values: dict[int, Any] = dict(enumerate(self._inputs))
        values |= {value: dense(array) for value, array in graph.constants.items()}
        last = {value: step for step in graph.steps for value in step.args}
        kept = {*values, *leaves(graph.outputs, int)}
        for step in graph.steps:
            run, arrays = self._decided(graph, step, [values[value] for value in step.args])
            values[step.output] = self._recording.add(run, arrays)
            del arrays
            for value in {*step.args} - kept:
                if last[value] is step:
                    del values[value]  # its memory is free
        number = count()
        self._structure = mapped(graph.outputs, int, lambda value: next(number))
        self._returned = [
            _Returned(values[value], graph.specs[value]) for value in leaves(graph.outputs, int)
        ]
        self._whole = self._recording.between(
            self._inputs,
            [each.array for each in self._returned],
            [each.spec for each in self._returned],
        )

    def __call__(self, *inputs: Tensor) -> Any:
        """Return what the network returns for inputs of the plan's size.

        Raises:
            ShapeError: If inputs are of another number or size.
        """
        specs = [tensor.spec for tensor in inputs]
        if specs != self._specs:
            raise ShapeError(
                "the inputs are not of the size that the plan was made for.",
                [
                    ("inputs", ", ".join(map(str, specs)) or "none", ""),
                    ("the plan's", ", ".join(map(str, self._specs)) or "none", ""),
                ],
                "call the compiled network itself: it makes a plan for each size.",
            )
        if self._whole is not None:
            return self._structured(self._whole.call(tuple(map(_dense, inputs)), None))
        with self._lock:
            self._fill(inputs)
            self._recording.replay()
            return self._structured([each.copied() for each in self._returned])

    def at_once(self, inputs: tuple[Tensor, ...], parts: Parts) -> Any:
        """Return the same by one native call, which asks first whether it still holds.

        Returns:
            None if the inputs are not dense ones of the plan's size, if the parts of the network
            have changed or are in training mode, or if the plan needs more than one call.
        """
        results = None if self._whole is None else self._whole.call(inputs, parts)
        return None if results is None else self._structured(results)

    def _structured(self, results: Any) -> Any:
        return mapped(self._structure, int, results.__getitem__)

    def __str__(self) -> str:
        rows = [("", "operator", "algorithm", "output"), *map(_cells, enumerate(self.steps, 1))]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        )

    def _fill(self, inputs: Sequence[Tensor]) -> None:
        for own, tensor in zip(self._inputs, inputs, strict=True):
            write(tensor.array, own)

    def _decided(self, graph: Graph, step: Step, arrays: list[Any]) -> tuple[Run, list[Any]]:
        """Return how a step is computed, and of what: its weights are laid out."""
        specs = graph.specs_of(step)
        choice = choose(step.op, specs)
        run = choice.run
        self.steps += (PlannedStep(step.op.name, choice.name, specs, choice.output),)
        if isinstance(run, Packed) and all(step.args[i] in graph.constants for i in run.indices):
            for index in run.indices:
                arrays[index] = run.pack(arrays[index])
            return run.run, arrays
        if choice.any_order or are_dense(arrays):
            return run, arrays
        return _of_dense(run), arrays


class _Returned(NamedTuple):
    """What the network returns, in the plan's memory."""

    array: Array
    spec: TensorSpec

    def copied(self) -> Tensor:
        copy = empty(self.spec)
        write(self.array, copy)
        return Tensor.made(copy, self.spec, Version(), None)


def _dense(tensor: Tensor) -> Tensor:
    return tensor if is_dense(tensor.array) else Tensor.leaf(dense(tensor.array))


def _of_dense(run: Run) -> Run:
    return lambda *arrays: run(*map(dense, arrays))


def _cells(numbered: tuple[int, PlannedStep]) -> tuple[str, ...]:
    number, step = numbered
    return str(number), step.operator, step.algorithm, str(step.output)
