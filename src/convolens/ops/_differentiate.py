"""The gradient of an expression of operator calls, as operator calls again.

Most operators write their gradient down. One that can also be written with simpler operators, such
as the gradient of an activation, need not: its gradient follows from that expression, to any order.
"""

from __future__ import annotations

from collections.abc import Sequence

from convolens.ops._op import Call, Value
from convolens.ops.add import Add


def differentiate(
    expression: Value, upstream: Value, inputs: Sequence[Value]
) -> tuple[Value | None, ...]:
    """Return the gradients of sum(upstream * expression) with respect to ``inputs``.

    None stands for an input that the expression does not depend on.

    Example:
        >>> from convolens.ops.mul import Mul
        >>> from convolens.spec import TensorSpec
        >>> x, one = Value(TensorSpec((3,))), Value(TensorSpec((3,)))
        >>> (slope,) = differentiate(Mul()(x, x), one, [x])
        >>> slope.op.name, [part.op.name for part in slope.args]
        ('add', ['mul', 'mul'])
    """
    found: dict[int, Value] = {id(expression): upstream}
    for call in _in_order(expression):
        arriving = found.get(id(call))
        if arriving is None or any(call is value for value in inputs):
            continue
        for arg, part in zip(call.args, call.op.gradient(call.args, call, arriving), strict=True):
            if part is not None:
                have = found.get(id(arg))
                found[id(arg)] = part if have is None else Add()(have, part)
    return tuple(found.get(id(value)) for value in inputs)


def _in_order(expression: Value) -> list[Call]:
    """Return the calls of an expression, each before those that it uses."""
    done: dict[int, Call] = {}

    def visit(value: Value) -> None:
        if isinstance(value, Call) and id(value) not in done:
            for arg in value.args:
                visit(arg)
            done[id(value)] = value

    visit(expression)
    return list(reversed(done.values()))
