"""Operators to compare with torch: what the files of operator_cases list."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, final, get_args

import numpy as np

from benchmarks import operator_cases
from benchmarks.nets import Array

#: Takes the library, its functions and the inputs.
Call = Callable[[Any, Any, Any], Any]
Task = Literal["forward", "forward and backward"]
TASKS: tuple[Task, ...] = get_args(Task)


@final
@dataclass(frozen=True)
class OperatorProblem:
    """A call of an operator, named by its file and its name there, on standard normal inputs."""

    family: str
    name: str
    shapes: tuple[tuple[int, ...], ...]
    task: Task

    @property
    def call(self) -> Call:
        """The call, from its file: functions do not travel between processes."""
        return next(call for name, call, _ in listed(self.family) if name == self.name)

    @property
    def random(self) -> bool:
        """Whether the output depends on random numbers, of which each library has its own."""
        return getattr(_module(self.family), "RANDOM", False)

    def results(self, output: Array, gradients: list[Array | None]) -> dict[str, Array]:
        """Return what can be compared of a call's output and the gradients of its inputs."""
        if self.random:  # what is dropped all has one value
            _, counts = np.unique(output, return_counts=True)
            return {"share dropped": np.asarray(counts.max() / output.size)}
        named = {f"gradient {i}": g for i, g in enumerate(gradients) if g is not None}
        return {"output": output, **named}

    def inputs(self) -> list[Array]:
        """Draw the inputs, the same ones in every process."""
        random = np.random.default_rng(0)
        return [random.standard_normal(shape).astype(np.float32) for shape in self.shapes]

    def upstream(self, shape: tuple[int, ...]) -> Array:
        """Draw the gradient of the output."""
        return np.asarray(np.random.default_rng(1).standard_normal(shape), np.float32)


def families() -> list[str]:
    """Return the files of cases."""
    return sorted(module.name for module in pkgutil.iter_modules(operator_cases.__path__))


def listed(family: str) -> Iterator[tuple[str, Call, list[tuple[int, ...]]]]:
    """Yield (name, call, shapes) of a file, which has them as a list, or by their names."""
    cases = _module(family).CASES
    if isinstance(cases, dict):
        cases = [(name, *case) for name, case in cases.items()]
    yield from cases


def _module(family: str) -> Any:
    return importlib.import_module(f"{operator_cases.__name__}.{family}")


def problems() -> Iterator[tuple[str, str, OperatorProblem]]:
    """Yield (family, name, problem of the first task) of all cases."""
    for family in families():
        for name, _, shapes in listed(family):
            yield family, name, OperatorProblem(family, name, tuple(shapes), TASKS[0])


def first_of(result: Any) -> Any:
    """Return a call's result, the first of several: values and indices."""
    return result[0] if isinstance(result, tuple) else result
