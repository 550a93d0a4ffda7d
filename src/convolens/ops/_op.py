"""What every operator answers."""

from __future__ import annotations

import abc
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import Field, FrozenInstanceError, dataclass, fields
from operator import attrgetter
from typing import Any, ClassVar, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from convolens.errors import ShapeError
from convolens.spec import FLOATS, DType, TensorSpec, float32

Array = NDArray[Any]


class Value:
    """Something with a spec that operators can be called on: a graph's input or a call's result."""

    __slots__ = ("spec",)

    def __init__(self, spec: TensorSpec) -> None:
        self.spec = spec

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape that the value will have."""
        return self.spec.shape


@final
class Call(Value):
    """An operator applied to values. It says what is to be computed, and computes nothing."""

    __slots__ = ("args", "op")

    def __init__(self, op: Op, args: tuple[Value, ...]) -> None:
        super().__init__(op.infer(*(arg.spec for arg in args)))
        self.op = op
        self.args = args


class Cost(NamedTuple):
    """What a call costs. The length of the sums bounds its rounding error."""

    multiply_adds: int
    elements_moved: int
    sum_length: int


@final
@dataclass(frozen=True)
class Sample:
    """A call to try: the operator, the specs of its inputs, and what to fill them with.

    Float inputs are standard normal. Integer inputs are drawn below ``below``. ``prepare`` may
    replace the drawn arrays, for operators that need particular ones.
    """

    op: Op
    specs: tuple[TensorSpec, ...]
    below: int = 2
    prepare: Callable[[list[Array]], list[Array]] | None = None

    def arrays(self, random: np.random.Generator, dtype: DType = float32) -> list[Array]:
        """Draw inputs; float ones have type ``dtype``."""
        drawn = [
            np.asarray(random.standard_normal(spec.shape), dtype)
            if spec.dtype in FLOATS
            else np.asarray(random.integers(0, self.below, spec.shape), spec.dtype)
            for spec in self.specs
        ]
        prepared = [np.asarray(a) for a in self.prepare(drawn)] if self.prepare else drawn
        return with_dependent(self.op, prepared)


class Mistake(NamedTuple):
    """A call that must be refused, and words that the refusal must contain."""

    call: Callable[[], object]
    words: tuple[str, ...]


@final
class Key:
    """The key of an operator, made when it is first asked for."""

    def __get__(self, op: Op | None, owner: type[Op]) -> tuple[Hashable, ...] | None:
        if op is None:
            return None  # a class has none
        # From now on it is found before this: ``functools.cached_property`` would lock it besides.
        key = op.__dict__["key"] = type(op), op.values(op)
        return key


class Op(abc.ABC):
    """An operator: its fields are its attributes, and two equal operators compute the same.

    Its classes are frozen dataclasses, by ``@operator``.
    """

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    name: ClassVar[str]
    #: Inputs and output with their dimension letters, such as ``"x[N,C,*I] -> y[N,C,*P]"``.
    signature: ClassVar[str]
    #: Whether ``reference`` may return a view of its input.
    is_view: ClassVar[bool] = False
    #: The attributes of an operator of this class, for comparing them.
    values: ClassVar[attrgetter[Any]]
    #: What tells the operator from others: each call looks up how to compute it.
    key: ClassVar[Key] = Key()

    @abc.abstractmethod
    def infer(self, *specs: TensorSpec) -> TensorSpec:
        """Return the spec of the output, or raise an error with facts and a hint."""

    @abc.abstractmethod
    def reference(self, *arrays: Array) -> Array:
        """Compute the definition with NumPy, in the inputs' float type."""

    @abc.abstractmethod
    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        """Return, for each input, the gradient of sum(upstream * output) as operator calls.

        None stands for an input without gradient, such as class labels.
        """

    @abc.abstractmethod
    def cost(self, *specs: TensorSpec) -> Cost:
        """Return what a call on inputs of these specs costs."""

    @abc.abstractmethod
    def explain(self, *specs: TensorSpec) -> str:
        """Say in one or two sentences what this call does, with its numbers."""

    def dependent(self, inputs: Sequence[Value]) -> dict[int, Call]:
        """Return the inputs that must be functions of the others: number -> what computes it.

        Such an input saves the operator from computing it anew. It has no gradient of its own: what
        it owes to the other inputs is counted in theirs.
        """
        return {}

    @classmethod
    @abc.abstractmethod
    def samples(cls) -> Iterable[Sample]:
        """Return calls to try: typical ones and edges."""

    @classmethod
    @abc.abstractmethod
    def mistakes(cls) -> Iterable[Mistake]:
        """Return typical mistakes."""

    def __call__(self, *args: Value) -> Call:
        """Return the call of this operator on ``args``."""
        return Call(self, args)

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Op) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __getstate__(self) -> dict[str, Any]:
        """Return the attributes."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __repr__(self) -> str:
        attributes = [f"{field.name}={getattr(self, field.name)!r}" for field in fields(self)]
        return f"{type(self).__name__}({', '.join(attributes)})"


def with_dependent(op: Op, arrays: Sequence[Array]) -> list[Array]:
    """Return the inputs of an operator, those that depend on others computed from these."""
    result = list(arrays)
    values = [Value(TensorSpec(array.shape, array.dtype)) for array in arrays]
    places = {id(value): number for number, value in enumerate(values)}
    for number, call in op.dependent(values).items():
        result[number] = call.op.reference(*(result[places[id(arg)]] for arg in call.args))
    return result


def counted(number: int, what: str) -> str:
    """Write a number of things.

    Example:
        >>> counted(1, "channel"), counted(2, "channel")
        ('1 channel', '2 channels')
    """
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def size_of(*specs: TensorSpec) -> int:
    """Return the number of elements of all specs together."""
    return sum(spec.size for spec in specs)


def require_rank(operator: str, name: str, spec: TensorSpec, rank: int, letters: str) -> None:
    """Refuse an input with another number of dimensions.

    Raises:
        ShapeError: If ``spec`` does not have ``rank`` dimensions.
    """
    if spec.rank != rank:
        raise ShapeError(
            f"{operator}: {name} has {spec.rank} dimensions, but {rank} are needed.",
            [(name, spec, letters)],
            f"reshape {name} to [{letters}].",
        )


def shared(op: Op, base: type[Any]) -> dict[str, Any]:
    """Return those attributes of ``op`` that ``base`` declares, to build a sibling with them."""
    return {field.name: getattr(op, field.name) for field in fields(base)}
