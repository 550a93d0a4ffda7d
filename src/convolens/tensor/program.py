"""Gradient programs: what an operator's gradient calls, in the order to run it."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from convolens.backends.candidate import Specs
from convolens.backends.choose import is_pair
from convolens.ops import Call, Op, Value


class Step(NamedTuple):
    """One call: the operator, the slots of its arguments, and their specs."""

    op: Op
    args: tuple[int, ...]
    specs: Specs


class Program(NamedTuple):
    """The calls of a gradient.

    Slots 0 .. n-1 are the inputs, n is the output, n+1 the upstream gradient; each step fills the
    next one. ``results`` names, for each input, the slot of its gradient, and ``owned`` says
    whether nothing else shares its memory; None if only the upstream gradient does. ``needs`` says
    which of the inputs and, last, the output are used: only these have to be kept. ``last`` names,
    for each step, the slots that nothing reads after it, of those that it or the upstream fills.
    ``pair`` is the number of a step that may be computed in one pass with the next one.
    """

    steps: tuple[Step, ...]
    results: tuple[int | None, ...]
    owned: tuple[bool | None, ...]
    needs: tuple[bool, ...]
    last: tuple[tuple[int, ...], ...]
    pair: int | None


@lru_cache(maxsize=8192)
def gradient_program(op: Op, specs: Specs, wanted: tuple[bool, ...]) -> Program:
    """Return the calls that compute the gradients of the ``wanted`` inputs."""
    inputs = tuple(Value(spec) for spec in specs)
    output, upstream = Value(op.infer(*specs)), Value(op.infer(*specs))
    slots = {id(value): slot for slot, value in enumerate((*inputs, output, upstream))}
    steps: list[Step] = []
    used: set[int] = set()

    def slot_of(value: Value) -> int:
        if id(value) not in slots:
            assert isinstance(value, Call)
            args = tuple(slot_of(arg) for arg in value.args)
            slots[id(value)] = len(inputs) + 2 + len(steps)
            steps.append(Step(value.op, args, tuple(arg.spec for arg in value.args)))
        used.add(slots[id(value)])
        return slots[id(value)]

    gradients = op.gradient(inputs, output, upstream)
    results = tuple(
        slot_of(gradient) if want and gradient is not None else None
        for want, gradient in zip(wanted, gradients, strict=True)
    )
    first = len(inputs) + 2

    def memory_of(slot: int | None) -> int | None:
        """Return the slot whose memory a result shares: its own, unless it is a view."""
        while slot is not None and slot >= first and steps[slot - first].op.is_view:
            (slot,) = steps[slot - first].args
        return slot

    memories = tuple(map(memory_of, results))

    def is_owned(memory: int | None) -> bool | None:
        if memory is None or memory < first - 1 or memories.count(memory) > 1:
            return False
        return None if memory == first - 1 else True

    owned = tuple(map(is_owned, memories))
    needs = tuple(slot in used for slot in range(len(inputs) + 1))
    read = set(results)
    last: list[tuple[int, ...]] = []
    for step in reversed(steps):
        last.append(tuple(slot for slot in {*step.args} - read if slot >= first - 1))
        read.update(step.args)
    pairs = (
        number
        for number, (step, following) in enumerate(pairwise(steps))
        if is_pair(step.op, following.op) and first + number not in following.args
    )
    return Program(tuple(steps), results, owned, needs, tuple(reversed(last)), next(pairs, None))
