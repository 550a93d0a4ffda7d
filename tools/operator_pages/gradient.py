"""An operator's gradient, written as calls of operators."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from functools import cache

from convolens.ops import Call, Op, Sample, Value
from convolens.spec import FLOATS

#: A longer line is cut into steps.
LONGEST = 84


def input_names(operator: type[Op], count: int) -> list[str]:
    """Return the names of ``count`` inputs, from the signature."""
    parts = operator.signature.split(" -> ")[0].split(", ")
    names: list[str] = []
    for part in parts:
        if part == "...":
            room = count - len(names) - (len(parts) - parts.index(part) - 1)
            names += [f"input{len(names) + i}" for i in range(room)]
        else:
            names.append(part.split("[")[0])
    return names[:count]


def output_name(operator: type[Op]) -> str:
    """Return the name of the output, from the signature."""
    return operator.signature.split(" -> ")[1].split("[")[0]


def calls(sample: Sample) -> list[Value | None] | None:
    """Return the gradient of each input as calls; None where the output has no gradient."""
    inputs, output, upstream = _values(sample)
    if output.spec.dtype not in FLOATS:
        return None
    return list(sample.op.gradient(inputs, output, upstream))


def called(sample: Sample) -> set[str]:
    """Return the names of the operators that the gradient calls, at any depth."""
    found: dict[int, Call] = {}
    waiting = [value for value in calls(sample) or () if isinstance(value, Call)]
    while waiting:
        call = waiting.pop()
        if id(call) not in found:  # a result may be used by several, and its calls by all of them
            found[id(call)] = call
            waiting += [arg for arg in call.args if isinstance(arg, Call)]
    return {call.op.name for call in found.values()}


@cache
def all_called(operator: type[Op]) -> frozenset[str]:
    """Return the names of the operators that the gradients of an operator's samples call."""
    return frozenset().union(*map(called, operator.samples()))


def written(sample: Sample) -> list[str]:
    """Return a line for each input, after lines for what is long or used more than once."""
    inputs, output, upstream = _values(sample)
    if output.spec.dtype not in FLOATS:
        return []
    operator = type(sample.op)
    names = {id(v): n for v, n in zip(inputs, input_names(operator, len(inputs)), strict=True)}
    targets = {name: f"d{name}" for name in names.values()}
    names[id(output)] = output_name(operator)
    names[id(upstream)] = "u" if "g" in targets else "g"
    gradients = sample.op.gradient(inputs, output, upstream)
    uses: Counter[int] = Counter()
    for value in gradients:
        _count(value, uses)
    lines: list[str] = []

    def text(value: Value) -> str:
        if id(value) in names:
            return names[id(value)]
        assert isinstance(value, Call)
        line = _call(value.op, sample.op, [text(arg) for arg in value.args])
        if uses[id(value)] == 1 and len(line) <= LONGEST:
            return line
        names[id(value)] = f"t{len(lines) + 1}"
        lines.append(f"{names[id(value)]} = {line}")
        return names[id(value)]

    results = [
        f"{target} = {'none' if value is None else text(value)}"
        for target, value in zip(targets.values(), gradients, strict=True)
    ]
    return [*lines, *results]


def _values(sample: Sample) -> tuple[list[Value], Value, Value]:
    inputs = [Value(spec) for spec in sample.specs]
    spec = sample.op.infer(*sample.specs)
    return inputs, Value(spec), Value(spec)


def _count(value: Value | None, uses: Counter[int]) -> None:
    if isinstance(value, Call):
        uses[id(value)] += 1
        if uses[id(value)] == 1:
            for arg in value.args:
                _count(arg, uses)


def _call(op: Op, outer: Op, arguments: list[str]) -> str:
    """Write a call, with those attributes that the differentiated operator does not have."""
    own = [
        f"{field.name}={_number(getattr(op, field.name))}"
        for field in fields(op)
        if getattr(op, field.name) != getattr(outer, field.name, None)
        and getattr(op, field.name) != field.default
    ]
    attributes = f"; {', '.join(own)}" if own else ""
    return f"{op.name}({', '.join(arguments)}{attributes})"


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else repr(value)
