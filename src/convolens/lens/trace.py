"""Trace: the calls that a model makes on one image, and the layer that each belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, final

import numpy as np

from convolens.errors import ConvolensError
from convolens.lens.still import still
from convolens.nn import Module
from convolens.ops import Array, Op
from convolens.planner.structure import mapped
from convolens.tensor import Tensor
from convolens.tensor.observe import observe, observe_changes
from convolens.tensor.record import Version


@final
@dataclass(frozen=True, eq=False)
class Called:
    """An operator call, with its tensors as they were: a change in place makes another one."""

    op: Op
    inputs: tuple[Tensor, ...]
    output: Tensor


@final
@dataclass(eq=False)
class Step:
    """What a layer did, or one call outside of any layer.

    Attributes:
        output: What came out.
        calls: The operator calls, in order; none for a layer that hands its input on.
        layer: The layer, a module without parts. None for a call that a larger module, or none,
            made by itself.
        owner: The innermost module that made the call.
    """

    output: Any
    calls: list[Called] = field(default_factory=list)
    layer: Module | None = None
    owner: Module | None = None


@final
@dataclass(eq=False)
class Trace:
    """What a model did with an image.

    Attributes:
        image: The input.
        steps: What was done, in order.
        calls: All operator calls, in order.
        output: What the model returned; None if it failed.
        error: The error that stopped the model, if one did.
    """

    image: Tensor
    steps: list[Step] = field(default_factory=list)
    calls: list[Called] = field(default_factory=list)
    output: Any = None
    error: ConvolensError | None = None


def trace(model: Module, image: Tensor) -> Trace:
    """Run a model on an image, in evaluation and without a record, and watch it.

    A refusal by an operator ends the trace, and is kept in it. Any other error passes through: it
    is one in the model's own program.

    Example:
        >>> import convolens as cl
        >>> net = cl.nn.Sequential(cl.nn.Conv2d(1, 4, 3), cl.nn.ReLU())
        >>> [type(step.layer).__name__ for step in trace(net, cl.zeros(1, 1, 8, 8)).steps]
        ['Conv2d', 'ReLU']
    """
    watched = Trace(image)
    recorder = _Recorder(watched)
    with ExitStack() as stack:
        stack.enter_context(still(model))
        for module in {id(module): module for module in model.modules()}.values():
            stack.enter_context(module.register_forward_pre_hook(recorder.enter))
            stack.enter_context(module.register_forward_hook(recorder.leave))
        stack.enter_context(observe(recorder.call))
        stack.enter_context(observe_changes(recorder.change))
        own = recorder.own_of(image)
        try:
            watched.output = recorder.values(model(own))
        except ConvolensError as error:
            watched.error = error
    return watched


@final
class _Recorder:
    """Writes a trace.

    What belongs to a module is found by going back from its output to its inputs. Tensors are told
    apart by the numbers they hold: one that is changed in place holds what another call has made.
    """

    def __init__(self, watched: Trace) -> None:
        self.watched = watched
        self._makers: dict[int, Called] = {}
        self._entered: list[list[Tensor]] = []
        self._holds: dict[int, Tensor] = {}  # by the array's id
        self._changed: list[Array] = []  # kept, so that no other array can get their ids

    def own_of(self, image: Tensor) -> Tensor:
        """Return a copy for the model, whose numbers are known as the image."""
        own = Tensor.leaf(np.array(image.array, order="K"))
        self._holds[id(own.array)] = image
        self._changed.append(own.array)
        return own

    def values(self, value: Any) -> Any:
        """Return a value with its tensors as they are now, whatever happens to them later."""
        return mapped(value, Tensor, lambda t: self._holds.get(id(t.array), t), lambda other: other)

    def call(self, op: Op, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        """Note an operator call."""
        made = Tensor.made(output.array, output.spec, Version(), None)
        called = Called(op, self.values(inputs), made)
        self._holds[id(output.array)] = made
        self._makers[id(made)] = called
        self.watched.calls.append(called)
        self.watched.steps.append(Step(made, [called]))

    def change(self, target: Array, source: Array) -> None:
        """Note that an array will take another's numbers: what it held until now is kept."""
        for held in self._holds.values():
            if np.may_share_memory(held.array, target):
                held.array = held.array.copy(order="K")
        made = self._holds.get(id(source))
        self._holds[id(target)] = Tensor.leaf(source.copy(order="K")) if made is None else made
        self._changed.append(target)

    def enter(self, module: Module, inputs: tuple[Any, ...]) -> None:
        """Note what a module reads."""
        self._entered.append(list(tensors(self.values(inputs))))

    def leave(self, module: Module, inputs: tuple[Any, ...], output: Any) -> None:
        """Note that a module is done."""
        output = self.values(output)
        made = self._made_between(self._entered.pop(), output)
        mine = [
            step
            for step in self.watched.steps
            if step.layer is None and step.owner is None and id(step.calls[0]) in made
        ]
        for step in mine:
            step.owner = module
        if not module._modules:
            calls = [step.calls[0] for step in mine]
            self.watched.steps = [step for step in self.watched.steps if step not in mine]
            self.watched.steps.append(Step(output, calls, module, module))

    def _made_between(self, inputs: list[Tensor], output: Any) -> set[int]:
        """Return the ids of the calls on the way from the inputs to the output."""
        seen = {id(tensor) for tensor in inputs}
        waiting = list(tensors(output))
        made: set[int] = set()
        while waiting:
            tensor = waiting.pop()
            called = self._makers.get(id(tensor))
            if id(tensor) in seen or called is None:
                continue
            seen.add(id(tensor))
            made.add(id(called))
            waiting.extend(called.inputs)
        return made


def tensors(value: Any) -> Iterator[Tensor]:
    """Yield the tensors in a value: in tuples, lists and dicts, too."""
    found: list[Tensor] = []
    mapped(value, Tensor, found.append, lambda other: other)
    yield from found
