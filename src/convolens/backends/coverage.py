"""What each operator has: a definition, a gradient, kernels, and why a kernel is refused."""

from __future__ import annotations

from dataclasses import dataclass

from convolens.backends.choose import candidates
from convolens.backends.memory import memory
from convolens.backends.native import KERNELS
from convolens.ops import OPERATORS, Call, Op, Value
from convolens.spec import FLOATS


@dataclass(frozen=True)
class Coverage:
    """What an operator has.

    Args:
        name: The operator.
        signature: Its inputs and output, with their dimensions.
        gradient: The operators that its gradient calls.
        kernels: The native algorithms that compute it in float32.
        samples: How many of its sample calls a kernel computes, and how many there are.
        reasons: Why kernels refuse the others.
        scratch: For each algorithm, the most bytes that one of its samples takes besides inputs and
            output.
    """

    name: str
    signature: str
    gradient: tuple[str, ...]
    kernels: tuple[str, ...]
    samples: tuple[int, int]
    reasons: tuple[str, ...]
    scratch: dict[str, int]


def coverage() -> list[Coverage]:
    """Return what each operator has, in the order of the list of operators.

    Example:
        >>> next(row for row in coverage() if row.name == "conv").gradient
        ('conv_input_grad', 'conv_weight_grad', 'sum')
    """
    return [_coverage(operator) for operator in OPERATORS]


def _coverage(operator: type[Op]) -> Coverage:
    samples = list(operator.samples())
    computed = 0
    reasons: set[str] = set()
    called: set[str] = set()
    scratch = {candidate.name: 0 for candidate in KERNELS.get(operator, ())}
    for sample in samples:
        verdicts = candidates(sample.op, sample.specs)[:-1]
        if any(not verdict.reason for verdict in verdicts):
            computed += 1
        else:
            reasons.update(verdict.reason for verdict in verdicts)
        for verdict in verdicts:
            name = verdict.candidate.name
            if not verdict.reason and (taken := memory(verdict.candidate, sample.op, sample.specs)):
                scratch[name] = max(scratch[name], sum(taken))
        called.update(_gradient_calls(sample.op, [Value(spec) for spec in sample.specs]))
    return Coverage(
        operator.name,
        operator.signature,
        tuple(sorted(called)),
        tuple(candidate.name for candidate in KERNELS.get(operator, ())),
        (computed, len(samples)),
        tuple(sorted(reasons)),
        scratch,
    )


def _gradient_calls(op: Op, inputs: list[Value]) -> set[str]:
    output = op.infer(*(value.spec for value in inputs))
    if output.dtype not in FLOATS:
        return set()
    calls = op.gradient(inputs, Value(output), Value(output))
    return {call.op.name for call in calls if isinstance(call, Call)}
