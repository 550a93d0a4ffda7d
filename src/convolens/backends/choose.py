"""The choice between the ways to compute an operator, and the reasons for it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from convolens.backends.candidate import Candidate, Chosen, Packed, Run, RunBoth, Specs
from convolens.backends.exact import is_exact
from convolens.backends.isa import isa
from convolens.backends.native import KERNELS, PAIRS
from convolens.backends.reference import REFERENCE
from convolens.backends.setting import Decided, Setting, change_choices, change_setting, present
from convolens.backends.threads import get_num_threads
from convolens.errors import ArgumentError
from convolens.ops import Op
from convolens.spec import TensorSpec

#: How many choices are remembered under one setting.
_MOST = 8192
_INEXACT = "with set_exact(True), only what adds up the definition's own products"


class Choice(NamedTuple):
    """How a call is computed.

    Attributes:
        name: The algorithm.
        output: What it makes.
        run: Computes it.
        any_order: Whether it takes arrays of any strides as they are.
        packed: Which inputs it lays out, in which layout, and what computes it from those; None if
            it takes all as they are.
    """

    name: str
    output: TensorSpec
    run: Run
    any_order: bool
    packed: tuple[tuple[int, ...], Hashable, Run] | None

    @staticmethod
    def of(candidate: Candidate, output: TensorSpec, run: Run) -> Choice:
        """Return the choice of a candidate that has prepared a run."""
        packed = (run.indices, run.layout, run.run) if isinstance(run, Packed) else None
        return Choice(candidate.name, output, run, candidate.any_order, packed)

    def wrapped(self, wrap: Callable[[Run], Run]) -> Choice:
        """Return the choice with what computes it from arrays laid out, wrapped."""
        if not isinstance(self.run, Packed):
            return self._replace(run=wrap(self.run))
        run = replace(self.run, run=wrap(self.run.run))
        return self._replace(run=run, packed=(run.indices, run.layout, run.run))


class Verdict(NamedTuple):
    """A candidate for a call: its estimated time, or why it is refused."""

    candidate: Candidate
    nanoseconds: float
    reason: str


def candidates(op: Op, specs: Specs) -> list[Verdict]:
    """Return every candidate for a call, the reference last.

    Example:
        >>> from convolens.ops import Relu
        >>> [verdict.candidate.name for verdict in candidates(Relu(), (TensorSpec((2, 3)),))]
        ['native', 'reference']
    """
    return _verdicts(op, specs, is_exact())


def _verdicts(op: Op, specs: Specs, exact: bool) -> list[Verdict]:
    verdicts = []
    for candidate in (*KERNELS.get(type(op), ()), REFERENCE):
        reason = candidate.refuse(op, specs)
        if exact and not candidate.exact:
            reason = reason or _INEXACT
        nanoseconds = float("inf") if reason else candidate.nanoseconds(op, specs)
        verdicts.append(Verdict(candidate, nanoseconds, reason))
    return verdicts


def _decide(op: Op, specs: Specs, setting: Setting) -> Choice:
    isa()  # a set that cannot run here is refused before the first call
    get_num_threads()  # and so is a number of threads that the environment has wrong
    output = op.infer(*specs)
    if type(op) not in KERNELS:  # nothing to choose; parts of tensors are mostly new calls
        return Choice.of(REFERENCE, output, REFERENCE.prepare(op, specs, output))
    verdicts = _verdicts(op, specs, setting.exact)
    named = [verdict for verdict in verdicts if verdict.candidate.name == setting.forced]
    if named and named[0].reason:
        raise ArgumentError(
            f"{op.name}: the algorithm {setting.forced!r} cannot compute this call: "
            f"{named[0].reason}.",
            [(f"input {i}", spec, "") for i, spec in enumerate(specs)],
        )
    # The reference computes what no kernel can: for small calls its estimate is too low.
    able = [verdict for verdict in verdicts if not verdict.reason]
    kernels = [verdict for verdict in able if verdict.candidate is not REFERENCE]
    best = named[0] if named else min(kernels or able, key=lambda verdict: verdict.nanoseconds)
    run = best.candidate.prepare(op, specs, output)
    return Choice.of(best.candidate, output, run)


def choose(op: Op, specs: Specs) -> Choice:
    """Return how a call is computed: by the kernel with the smallest estimated time.

    Raises:
        ConvolensError: If the operator refuses the specs, or a forced algorithm cannot compute it.
    """
    return _choice(op, specs, present.decided)


def _choice(op: Op, specs: Specs, decided: Decided) -> Choice:
    # Not by functools.lru_cache: it would compare operators by a function of theirs.
    call = op.key, specs
    choice = decided.choices.get(call)
    if choice is None:
        choice = _decide(op, specs, decided.setting)
        if decided.change is not None:
            choice = decided.change(op, specs, choice)
        if len(decided.choices) >= _MOST:
            decided.choices.clear()
        decided.choices[call] = choice
    return choice


def is_pair(first: Op, second: Op) -> bool:
    """Return whether some calls of these operators are computed in one pass."""
    return (type(first), type(second)) in PAIRS


@lru_cache(maxsize=8192)
def _choose_both(
    calls: tuple[tuple[Op, Specs], tuple[Op, Specs]], decided: Decided
) -> RunBoth | None:
    (first, _), (second, _) = calls
    chosen = [(call, _choice(*call, decided)) for call in calls]
    prepare = PAIRS[type(first), type(second)]
    return prepare(*(Chosen(*call, choice.output, choice.name) for call, choice in chosen))


def choose_both(first: tuple[Op, Specs], second: tuple[Op, Specs]) -> RunBoth | None:
    """Return how two calls of a pair are computed in one pass, or None if each by itself.

    Raises:
        ConvolensError: If an operator refuses its specs, or a forced algorithm cannot compute it.
    """
    return _choose_both((first, second), present.decided)


@contextmanager
def algorithm(name: str) -> Iterator[None]:
    """Compute every operator that has an algorithm of this name by it, inside a with block.

    Operators without one choose as always. The setting is the process's, not the thread's.

    Args:
        name: Such as ``"reference"``, which every operator has, or ``"gather"``.

    Raises:
        ArgumentError: If no operator has an algorithm of this name; later, when an operator has it
            but it cannot compute the call at hand.

    Example:
        >>> import convolens as cl
        >>> x = cl.randn(1, 1, 5, 5)
        >>> with cl.algorithm("reference"):
        ...     y = cl.nn.functional.relu(x)
    """
    known = {c.name for row in KERNELS.values() for c in row} | {REFERENCE.name}
    if name not in known:
        raise ArgumentError(
            f"there is no algorithm {name!r}.", hint=f"use one of {', '.join(sorted(known))}."
        )
    before = present.decided.setting.forced
    _force(name)
    try:
        yield
    finally:
        _force(before)


@contextmanager
def changing(change: Callable[[Op, Specs, Choice], Choice]) -> Iterator[None]:
    """Compute every operator as ``change(op, specs, choice)`` says, inside a with block.

    It is for those who measure or test.

    Example:
        >>> import convolens as cl
        >>> names = []
        >>> def note(op, specs, choice):
        ...     names.append(op.name)
        ...     return choice
        >>> with changing(note):
        ...     y = cl.nn.functional.relu(cl.zeros(2)).sum()
        >>> names
        ['relu', 'sum']
    """
    change_choices(change)
    try:
        yield
    finally:
        change_choices(None)


def _force(name: str | None) -> None:
    change_setting(present.decided.setting._replace(forced=name))
