"""Arguments that layers share: one number, or one an axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from math import copysign
from operator import index
from typing import ParamSpec, TypeVar

from convolens.errors import ArgumentError, ArgumentTypeError
from convolens.ops import Op
from convolens.ops._taps import Pair
from convolens.tensor import Tensor, apply
from convolens.tensor.given import given
from convolens.tensor.in_place import in_place
from convolens.tensor.program import gradient_program

Ints = int | Sequence[int]
Arguments = ParamSpec("Arguments")
Operator = TypeVar("Operator")
Padding = int | Sequence[int | Pair] | str


def each_axis(name: str, value: Ints, rank: int) -> tuple[int, ...]:
    """Return one number an axis.

    Raises:
        ArgumentError: If there are not as many numbers as axes.
        ArgumentTypeError: If they are no whole numbers.

    Example:
        >>> each_axis("stride", 2, rank=3)
        (2, 2, 2)
    """
    kind: type[ArgumentError] = ArgumentError
    try:
        if not isinstance(value, Sequence):
            return (index(value),) * rank
        values = tuple(index(number) for number in value)
    except TypeError:
        values, kind = (), ArgumentTypeError
    if len(values) != rank:
        raise kind(
            f"{name} is {value!r}, but must be one whole number, or {rank} of them.",
            hint=f"write {name}={(3,) * rank}.",
        )
    return values


def kept(make: Callable[Arguments, Operator]) -> Callable[Arguments, Operator]:
    """Keep the operators that a function makes: loops call with equal arguments again and again.

    Example:
        >>> make = kept(lambda stride: [stride])
        >>> make((2, 2)) is make((2, 2)), make(2) is make(2.0), make([2]) is make([2])
        (True, False, False)
    """
    made = lru_cache(maxsize=1024, typed=True)(make)

    @wraps(make)
    def operator(*args: Arguments.args, **named: Arguments.kwargs) -> Operator:
        for argument in (*args, *named.values()) if named else args:
            if type(argument) not in _PLAIN and not _is_plain(argument):
                return make(*args, **named)
        return made(*args, **named)  # type: ignore[arg-type]

    return operator


def activated(op: Op, input: Tensor, inplace: bool) -> Tensor:
    """Return what an operator makes of a tensor, in the tensor itself if ``inplace``.

    Raises:
        DTypeError: If ``input`` is no tensor.
        GradientError: If it is a leaf that requires a gradient, and calls are recorded.

    Example:
        >>> import convolens as cl
        >>> x = cl.tensor([-2.0, 3.0])
        >>> activated(cl.ops.Relu(), x, inplace=True) is x, x
        (True, tensor([0., 3.]))
    """
    if not inplace:
        return apply(op, input)
    specs = (given(op.name, input).spec,)
    needed = gradient_program(op, specs, (True,)).needs[0]
    return in_place(f"{op.name}_", input, lambda old: apply(op, old), needed)


#: Types of which equal arguments mean the same.
_PLAIN = frozenset({int, bool, str, type(None)})
_INTEGERS = frozenset({int})


def _is_plain(argument: object) -> bool:
    """Return whether a number or tuple means the same as each that is equal, and of its type.

    Types are compared at the top, but not inside of a tuple; -0.0 is equal to 0.0, and is not kept.
    """
    if type(argument) is float:
        return argument != 0 or copysign(1.0, argument) > 0
    return type(argument) is tuple and {*map(type, argument)} <= _INTEGERS
