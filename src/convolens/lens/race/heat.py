"""A heat: every way to compute one operator call, checked, then timed in turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any, final

import numpy as np

from convolens.backends.candidate import Candidate, Packed
from convolens.backends.choose import candidates, choose
from convolens.backends.layout import dense
from convolens.backends.memory import Memory, memory
from convolens.backends.peak import measured_peak
from convolens.backends.reference import REFERENCE
from convolens.errors import ConvolensError
from convolens.lens.race.calls import LayerCall
from convolens.ops import Array, Sample
from convolens.spec import FLOATS

_ROUNDS = 5
#: A result must be right to half of its digits, or its time means nothing.
_HALF_THE_DIGITS = float(np.sqrt(np.finfo(np.float32).eps))


@final
class WrongResultError(ConvolensError, RuntimeError):
    """An algorithm computed something else than the definition in float64."""


@final
@dataclass(frozen=True)
class Entry:
    """A way to compute a call, and how it did.

    Attributes:
        name: The algorithm.
        reason: Why it does not run; empty if it does. Then the rest is known.
        seconds: The time of a call, the best of some rounds; of the definition in NumPy, that of
            one. Weights are in its order already.
        rate: Floating point operations of the definition a second, a multiply-add being two.
        share: The rate as a share of the machine's peak, which an algorithm with fewer products may
            exceed.
        memory: What it takes besides inputs and output; None for the definition in NumPy.
        error: The largest difference from float64, as a share of the largest output.
        chosen: Whether the engine takes it.
    """

    name: str
    reason: str
    seconds: float = 0.0
    rate: float = 0.0
    share: float = 0.0
    memory: Memory | None = None
    error: float = 0.0
    chosen: bool = False


@final
@dataclass(frozen=True)
class Heat:
    """All ways to compute one call, the fastest first, then those that do not run.

    Attributes:
        call: The operator and the specs of its inputs.
        peak: The floating point operations a second that this machine was seen to do.
        entries: The algorithms.
    """

    call: LayerCall
    peak: float
    entries: tuple[Entry, ...]

    def at_peak(self, peak: float) -> Heat:
        """Return the same heat with the rates as shares of another peak."""
        entries = tuple(replace(entry, share=entry.rate / peak) for entry in self.entries)
        return replace(self, peak=peak, entries=entries)

    @property
    def fastest(self) -> Entry:
        """The fastest algorithm."""
        return self.entries[0]

    @property
    def chosen(self) -> Entry:
        """The algorithm that the engine takes."""
        return next(entry for entry in self.entries if entry.chosen)


def run_heat(call: LayerCall, seconds: float, definition: bool = True) -> Heat:
    """Run all algorithms that can compute a call, for some seconds each.

    Args:
        call: The call.
        seconds: About how long each algorithm runs; the definition in NumPy is timed once, behind
            a call to compare it, and takes as many threads as NumPy does.
        definition: Whether the definition takes part even if there are others.

    Raises:
        WrongResultError: If the result of one is not right to half of its digits.
    """
    op, specs = call
    arrays = _drawn(call)
    exact = op.reference(*(a.astype(np.float64) if a.dtype in FLOATS else a for a in arrays))
    verdicts = candidates(op, specs)
    running = [verdict.candidate for verdict in verdicts if not verdict.reason]
    if not definition and len(running) > 1:
        running.remove(REFERENCE)
    runs, errors = {}, {}
    for candidate in running:
        runs[candidate.name] = run = _prepared(candidate, call, arrays)
        errors[candidate.name] = _checked(candidate, call, run(), exact)
    slow = runs.pop(REFERENCE.name, None)
    times, peak = _timed(runs, seconds)
    if slow is not None:
        times[REFERENCE.name] = _time(slow, 0.0)
    operations = 2 * op.cost(*specs).multiply_adds
    chosen = choose(op, specs).name
    entries = [
        Entry(
            candidate.name,
            "",
            times[candidate.name],
            operations / times[candidate.name],
            operations / times[candidate.name] / peak,
            memory(candidate, op, specs),
            errors[candidate.name],
            candidate.name == chosen,
        )
        for candidate in running
    ]
    entries.sort(key=lambda entry: entry.seconds)
    refused = [Entry(v.candidate.name, v.reason) for v in verdicts if v.reason]
    return Heat(call, peak, (*entries, *refused))


def _drawn(call: LayerCall) -> list[Array]:
    """Return inputs such as the operator's samples have: normal, with positive variances."""
    op, specs = call
    alike = (sample for sample in type(op).samples() if len(sample.specs) == len(specs))
    sample = next(alike, Sample(op, specs))
    drawn = replace(sample, op=op, specs=specs).arrays(np.random.default_rng(0))
    return [dense(np.asarray(a, spec.dtype)) for a, spec in zip(drawn, specs, strict=True)]


def _prepared(candidate: Candidate, call: LayerCall, arrays: list[Array]) -> Callable[[], Array]:
    run = candidate.prepare(call.op, call.specs, call.op.infer(*call.specs))
    if not isinstance(run, Packed):
        return lambda: run(*arrays)
    inputs: list[Any] = list(arrays)
    for index in run.indices:
        inputs[index] = run.pack(arrays[index])
    return lambda: run.run(*inputs)


def _checked(candidate: Candidate, call: LayerCall, found: Array, exact: Array) -> float:
    """Return the largest error as a share of the largest output."""
    largest = float(np.abs(exact).max(initial=0.0)) or 1.0
    error = float(np.abs(found - exact).max(initial=0.0)) / largest
    if not error <= _HALF_THE_DIGITS:  # so that NaN fails
        raise WrongResultError(
            f"{call.op.name} by {candidate.name!r} is off by {error:.1e} of the largest output.",
            [(f"input {i}", spec, "") for i, spec in enumerate(call.specs)],
            "this is a fault of convolens: please report it with these lines.",
        )
    return error


def _timed(runs: dict[str, Callable[[], Array]], seconds: float) -> tuple[dict[str, float], float]:
    """Return the time of a call by each, and the machine's peak, the best of some rounds."""
    best = dict.fromkeys(runs, float("inf"))
    peak = 0.0
    for _ in range(_ROUNDS):
        peak = max(peak, measured_peak())
        for name, run in runs.items():
            best[name] = min(best[name], _time(run, seconds / _ROUNDS))
    return best, peak


def _time(run: Callable[[], Array], seconds: float) -> float:
    """Return the mean time of as many calls as fit."""
    count, start = 0, perf_counter()
    while True:
        run()
        count += 1
        elapsed = perf_counter() - start
        if elapsed >= seconds:
            return elapsed / count
