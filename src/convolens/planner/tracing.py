"""A network's calls on some inputs, written down while it runs."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock, get_ident
from typing import Any, final

import numpy as np

from convolens.backends.candidate import Specs
from convolens.backends.choose import Choice, changing
from convolens.backends.layout import dense
from convolens.errors import ArgumentError
from convolens.nn import Module
from convolens.ops import Array, Op
from convolens.planner.graph import Graph, Step
from convolens.planner.structure import mapped
from convolens.spec import TensorSpec
from convolens.tensor import Tensor, no_grad
from convolens.tensor.observe import observe_changes

# Which way calls are computed is the process's, not the thread's: one network at a time.
_lock = Lock()


def traced(network: Module, inputs: Sequence[Tensor]) -> Graph:
    """Return the calls of ``network(*inputs)``.

    Raises:
        ArgumentError: If the network changes in place what it has not computed.
        DTypeError: If it returns anything but tensors.
    """
    own = [Tensor.leaf(dense(np.array(each.array, order="K"))) for each in inputs]
    with _lock, no_grad():
        trace = _Trace(own, network)
        with changing(trace.noted), observe_changes(trace.changed):
            result = network(*own)
        return trace.graph(result)


@final
class _Trace:
    """The calls so far. Arrays are told apart by what they are, and all of them are kept."""

    def __init__(self, inputs: Sequence[Tensor], network: Module) -> None:
        self._thread = get_ident()
        held = (*inputs, *network.parameters(), *network.buffers())
        self._fixed = {id(each.array) for each in held}
        self._specs: list[TensorSpec] = []
        self._values: dict[int, int] = {}
        self._kept: list[Any] = []
        self._constants: dict[int, Array] = {}
        self._steps: list[Step] = []
        for each in inputs:
            self._new(each.array)
        self._inputs = len(inputs)

    def noted(self, op: Op, specs: Specs, choice: Choice) -> Choice:
        """Return a choice that computes the same, and notes the call."""

        def run(*arrays: Array) -> Array:
            result = choice.run(*(arrays if choice.any_order else map(dense, arrays)))
            if get_ident() == self._thread:
                args = tuple(map(self._value, arrays))
                self._steps.append(Step(op, args, self._new(result)))
            return result

        return Choice(choice.name, choice.output, run, any_order=True, packed=None)

    def changed(self, target: Array, source: Array) -> None:
        """Note that an array will take the numbers of another one, and be that value."""
        if get_ident() != self._thread:
            return
        if id(target) in self._fixed:
            raise ArgumentError(
                "the network changes an input, a parameter or a buffer in place, which a compiled "
                "network does not.",
                hint="compute a new tensor: x = x + y.",
            )
        before = self._value(target)
        if before in self._constants:
            self._constants[before] = target.copy(order="K")
        self._values[id(target)] = self._value(source)

    def graph(self, result: Any) -> Graph:
        """Return what was noted of a network that has returned ``result``."""
        outputs = mapped(result, Tensor, lambda tensor: self._value(tensor.array))
        steps = tuple(self._steps)
        return Graph(tuple(self._specs), self._inputs, self._constants, steps, outputs)

    def _new(self, array: Array) -> int:
        value = len(self._specs)
        self._specs.append(TensorSpec(array.shape, array.dtype))
        self._kept.append(array)
        self._values[id(array)] = value
        return value

    def _value(self, array: Array) -> int:
        """Return an array's value: a constant, if no call has made it."""
        value = self._values.get(id(array))
        if value is None:
            value = self._new(array)
            self._constants[value] = array
        return value
