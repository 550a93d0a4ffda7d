"""Convolutions, what normalises them, is added to them and cuts them off, in one call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import inf
from typing import Any, NamedTuple, final

import numpy as np

from convolens.errors import ConvolensError
from convolens.ops import (
    Add,
    Conv,
    ConvNormalize,
    ConvRelu,
    Hardtanh,
    Normalize,
    NormalizeRelu,
    Op,
    Relu,
)
from convolens.ops._conv_geometry import ConvGeometry
from convolens.ops._op import shared
from convolens.ops.normalize import ChannelNorm
from convolens.planner.graph import Graph, Step
from convolens.planner.structure import leaves
from convolens.spec import TensorSpec

#: A convolution's inputs with its bias, and those of a normalised one before the addend.
_CONV, _OWN = 3, 6


@final
class Pair(NamedTuple):
    """A call, and one that alone reads what it makes.

    Attributes:
        first: The call.
        second: Its reader.
        specs: What each value is.
        zeros: Makes a constant of zeros, and returns its value.
    """

    first: Step
    second: Step
    specs: list[TensorSpec]
    zeros: Callable[[TensorSpec], int]

    @property
    def others(self) -> tuple[int, ...]:
        """What the reader reads besides."""
        return tuple(value for value in self.second.args if value != self.first.output)


Joined = tuple[Op, tuple[int, ...]]


def join(graph: Graph) -> Graph:
    """Return the graph with pairs of calls joined where one kernel computes both, bit by bit."""
    specs, constants = list(graph.specs), dict(graph.constants)

    def zeros(spec: TensorSpec) -> int:
        specs.append(spec)
        constants[len(specs) - 1] = np.zeros(spec.shape, spec.dtype)
        return len(specs) - 1

    # What is returned is read by those outside, too.
    readers: dict[int, int] = dict.fromkeys(leaves(graph.outputs, int), 1)
    for step in graph.steps:
        for value in step.args:
            readers[value] = readers.get(value, 0) + 1
    steps: dict[int, Step] = {}  # by what they make, in order
    for step in graph.steps:
        current = step
        for value in step.args:
            first = steps.get(value)
            if first is None or readers[value] != 1:
                continue
            joined = _joined(Pair(first, current, specs, zeros))
            if joined is not None:
                del steps[value]
                current = Step(*joined, current.output)
                break
        steps[current.output] = current
    return replace(graph, specs=tuple(specs), constants=constants, steps=tuple(steps.values()))


def _joined(pair: Pair) -> Joined | None:
    """Return the call that computes both, or None if there is none."""
    rule = _RULES.get((type(pair.first.op), type(pair.second.op)))
    found = rule(pair) if rule else None
    if found is None:
        return None
    op, args = found
    try:
        output = op.infer(*(pair.specs[value] for value in args))
    except ConvolensError:
        return None
    return found if output == pair.specs[pair.second.output] else None


def _most(op: Any) -> float | None:
    """Return where a rectifier cuts off large numbers, or None if it is none."""
    if isinstance(op, Relu):
        return inf
    return op.max_val if op.min_val == 0 and op.max_val > 0 else None


def _conv_relu(pair: Pair) -> Joined:
    op: Any = pair.first.op
    return ConvRelu(**shared(op, ConvGeometry)), pair.first.args


def _conv_normalize(pair: Pair) -> Joined | None:
    """Join a convolution of one or two axes and a normalisation by constants."""
    conv: Any = pair.first.op
    norm: Any = pair.second.op
    values = pair.first.args
    spec = pair.specs[values[0]]
    moments, *parameters = pair.others
    if not norm.fixed or norm.groups or spec.rank > 4 or len(parameters) < 2:
        return None
    if len(values) < _CONV:
        values = *values, pair.zeros(TensorSpec(pair.specs[values[1]].shape[:1], spec.dtype))
    most = norm.max_val if isinstance(norm, NormalizeRelu) else None
    op = ConvNormalize(**shared(conv, ConvGeometry), eps=norm.eps, max_val=most)
    return op, (*values, moments, *parameters)


def _with_addend(pair: Pair) -> Joined | None:
    """Join a normalised convolution and what is added to it."""
    op: Any = pair.first.op
    if op.max_val is not None or len(pair.first.args) > _OWN or len(pair.others) != 1:
        return None
    return op, (*pair.first.args, *pair.others)


def _cut_off(pair: Pair) -> Joined | None:
    """Join a normalised convolution and a rectifier."""
    op: Any = pair.first.op
    most = _most(pair.second.op)
    if op.max_val is not None or most is None:
        return None
    return replace(op, max_val=most), pair.first.args


def _normalize_relu(pair: Pair) -> Joined | None:
    op: Any = pair.first.op
    most = _most(pair.second.op)
    if most is None:
        return None
    return NormalizeRelu(**shared(op, ChannelNorm), max_val=most), pair.first.args


_RULES: dict[tuple[type[Op], type[Op]], Callable[[Pair], Joined | None]] = {
    (Conv, Relu): _conv_relu,
    (Conv, Normalize): _conv_normalize,
    (Conv, NormalizeRelu): _conv_normalize,
    (ConvNormalize, Add): _with_addend,
    (ConvNormalize, Relu): _cut_off,
    (ConvNormalize, Hardtanh): _cut_off,
    (Normalize, Relu): _normalize_relu,
    (Normalize, Hardtanh): _normalize_relu,
}
