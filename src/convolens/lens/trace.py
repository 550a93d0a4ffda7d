"""Trace: the calls that a model makes on one image, and the layer that each belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, final

from convolens.errors import ConvolensError
from convolens.lens.still import still
from convolens.nn import Module
from convolens.ops import Op
from convolens.tensor import Tensor
from convolens.tensor.observe import observe


@final
@dataclass(frozen=True, eq=False)
class Called:
    """An operator call, with its tensors."""

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
            stack.enter_context(module.register_forward_hook(recorder.leave))
        stack.enter_context(observe(recorder.call))
        try:
            watched.output = model(image)
        except ConvolensError as error:
            watched.error = error
    return watched


@final
class _Recorder:
    """Writes a trace.

    Modules tell when they are done, not when they begin. So what belongs to a module is found by
    going back from its output to its inputs.
    """

    def __init__(self, watched: Trace) -> None:
        self.watched = watched
        self.makers: dict[int, Called] = {}

    def call(self, op: Op, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        """Note an operator call."""
        called = Called(op, inputs, output)
        self.makers[id(output)] = called
        self.watched.calls.append(called)
        self.watched.steps.append(Step(output, [called]))

    def leave(self, module: Module, inputs: tuple[Any, ...], output: Any) -> None:
        """Note that a module is done."""
        made = self._made_between(inputs, output)
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

    def _made_between(self, inputs: tuple[Any, ...], output: Any) -> set[int]:
        """Return the ids of the calls on the way from the inputs to the output."""
        seen = {id(tensor) for tensor in tensors(inputs)}
        waiting = list(tensors(output))
        made: set[int] = set()
        while waiting:
            tensor = waiting.pop()
            called = self.makers.get(id(tensor))
            if id(tensor) in seen or called is None:
                continue
            seen.add(id(tensor))
            made.add(id(called))
            waiting.extend(called.inputs)
        return made


def tensors(value: Any) -> Iterator[Tensor]:
    """Yield the tensors in a value: in tuples, lists and dicts, too."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from tensors(item)
    elif isinstance(value, dict):
        yield from tensors(list(value.values()))
