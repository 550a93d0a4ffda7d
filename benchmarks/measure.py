"""Measures peers in turn, A B A B, each in its own process; the others wait on their pipes.

Absolute times swing by 40 % with clocks and neighbours. What counts is the ratio of two turns of
one round, and the median of these ratios.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, final

from benchmarks.agreement import DisagreementError, check
from benchmarks.exact import Expected
from benchmarks.foreign import Watch
from benchmarks.nets import Array
from benchmarks.peers import CONVOLENS, Peer
from benchmarks.peers.base import UnavailableError
from benchmarks.process import Worker
from benchmarks.rounds import Spread, ratio, spread
from benchmarks.worker import TURN_WARM_SECONDS, WARM_SECONDS

ROUNDS = 9
TURN_SECONDS = 0.25
#: A turn during which others used more than this share of the cores counts as disturbed.
DISTURBED = 0.1
#: At most this many times as many rounds as asked for are run to replace disturbed ones.
PATIENCE = 2

Results = Mapping[str, Mapping[str, Array]]
Expectation = Mapping[str, Expected] | Callable[[Results], Mapping[str, Expected]]


@final
@dataclass
class Measurement:
    """The times of the peers, round by round.

    Attributes:
        seconds: For each peer, the seconds of a step in each round.
        left_out: Why a peer does not appear.
        errors: The largest error of each peer's result, as a share of what rounding explains.
        disturbed: The share of the cores that others used, in the worst of the rounds kept.
    """

    seconds: dict[str, list[float]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    errors: dict[str, float] = field(default_factory=dict)
    disturbed: float = 0.0

    @property
    def remark(self) -> str:
        """How quiet the machine was."""
        text = f"others used at most {self.disturbed:.0%} of the cores"
        return text if self.disturbed <= 2 * DISTURBED else f"{text}: too much, take it again"

    def milliseconds(self, peer: str) -> Spread:
        return spread([1e3 * s for s in self.seconds[peer]])

    def ratio(self, peer: str, own: str = CONVOLENS.name) -> Spread:
        """Return how many times as long ``peer`` takes as ``own``."""
        return ratio(self.seconds[peer], self.seconds[own])


def measure(
    workers: Sequence[Worker],
    problem: Any,
    expected: Expectation,
    rounds: int = ROUNDS,
    seconds: float = TURN_SECONDS,
    warm: float = WARM_SECONDS,
    strict: bool = True,
) -> Measurement:
    """Load the problem everywhere, compare the results, then measure in turn.

    Args:
        workers: The processes, ours first.
        problem: What they load.
        expected: What they must compute.
        rounds: How often each has its turn.
        seconds: How long a turn is.
        warm: How long each runs before the clock counts.
        strict: Whether another's wrong result is an error, or keeps out just that peer.

    Raises:
        DisagreementError: If a result is not the expected one; nothing was timed then.
    """
    found = Measurement()
    results: dict[str, Mapping[str, Array]] = {}
    running = []
    for worker in workers:
        try:
            results[worker.peer.name] = worker.ask("load", problem)
            running.append(worker)
        except UnavailableError as reason:
            found.left_out[worker.peer.name] = str(reason)
    if CONVOLENS.name in found.left_out:
        raise UnavailableError(f"convolens: {found.left_out[CONVOLENS.name]}")
    wanted = expected(results) if callable(expected) else expected
    for name, result in results.items():
        try:
            found.errors[name] = check(name, result, wanted)
        except DisagreementError as error:
            if strict or name == CONVOLENS.name:
                raise
            found.left_out[name] = f"a wrong result: {error}"
    running = [worker for worker in running if worker.peer.name not in found.left_out]
    counts = [worker.ask("calibrate", seconds, warm) for worker in running]
    kept = _rounds(running, counts, rounds)
    for i, worker in enumerate(running):
        found.seconds[worker.peer.name] = [times[i] for times, _ in kept]
    found.disturbed = max((disturbed for _, disturbed in kept), default=0.0)
    return found


def _rounds(
    workers: Sequence[Worker], counts: Sequence[int], rounds: int
) -> list[tuple[list[float], float]]:
    """Return the least disturbed rounds: seconds a step of each worker, and the disturbance."""
    taken: list[tuple[list[float], float]] = []
    quiet = 0
    while quiet < rounds and len(taken) < PATIENCE * rounds:
        times, worst = [], 0.0
        for worker, count in zip(workers, counts, strict=True):
            watch = Watch()
            nanoseconds, cpu = worker.ask("turn", count, TURN_WARM_SECONDS)
            worst = max(worst, watch.foreign_share(cpu * 1e-9))
            times.append(nanoseconds * 1e-9)
        taken.append((times, worst))
        quiet += worst <= DISTURBED
    best = sorted(range(len(taken)), key=lambda i: taken[i][1])[:rounds]
    return [taken[i] for i in sorted(best)]


def start(
    peers: Iterable[Peer], threads: int, stack: ExitStack
) -> tuple[list[Worker], dict[str, str]]:
    """Start a process for each peer; return those that run, and why the others do not."""
    workers, left_out = [], {}
    for peer in peers:
        try:
            worker = Worker(peer, threads)
        except UnavailableError as reason:
            if peer.name == CONVOLENS.name:
                raise
            left_out[peer.name] = str(reason)
            continue
        stack.callback(worker.close)
        workers.append(worker)
    return workers, left_out


def why_left_out(left_out: Mapping[str, str]) -> list[str]:
    """Return one line for each reason, with all whom it kept out.

    Example:
        >>> why_left_out({"torch": "not installed", "torch.compile": "not installed"})
        ['Left out: torch, torch.compile: not installed']
    """
    reasons = dict.fromkeys(left_out.values())
    return [
        f"Left out: {', '.join(peer for peer, why in left_out.items() if why == reason)}: {reason}"
        for reason in reasons
    ]


def tell(text: str) -> None:
    """Say on the error stream what is going on; never while a clock runs."""
    print(text, file=sys.stderr, flush=True)
