"""A network's calls as data: numbered values, and steps that compute them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, final

from convolens.ops import Array, Op
from convolens.spec import TensorSpec


@final
class Step(NamedTuple):
    """One call.

    Attributes:
        op: The operator.
        args: The values that it reads.
        output: The value that it makes.
    """

    op: Op
    args: tuple[int, ...]
    output: int


@final
@dataclass(frozen=True)
class Graph:
    """The calls of a network on inputs of one size, in the order of their computation.

    Attributes:
        specs: What each value is, inputs first.
        inputs: How many inputs there are.
        constants: The values that are the same in each run.
        steps: The calls. Each value that is neither input nor constant is made by one.
        outputs: What the network returns, with the values' numbers in the tensors' places.
    """

    specs: tuple[TensorSpec, ...]
    inputs: int
    constants: dict[int, Array]
    steps: tuple[Step, ...]
    outputs: Any

    def specs_of(self, step: Step) -> tuple[TensorSpec, ...]:
        """Return what a step reads."""
        return tuple(self.specs[value] for value in step.args)
