"""The process of one peer: it runs when asked, and only waits on its pipe in between."""

from __future__ import annotations

import gc
import importlib
import math
import os
import pickle
import sys
from time import perf_counter_ns, process_time_ns
from types import ModuleType
from typing import Any, BinaryIO

from benchmarks.peers.base import Session, UnavailableError

#: Steps before the clock starts: they bring back what the others' turns have driven from caches.
WARM_STEPS = 3
#: Seconds of steps before the clock starts in a turn among peers: processors that had nothing to do
#: in between take so long to run at full speed again.
TURN_WARM_SECONDS = 0.04
#: Compilers, allocators and clocks settle within this time.
WARM_SECONDS = 0.5


def calibrate(session: Session, seconds: float, warm: float = WARM_SECONDS) -> int:
    """Return how many steps take ``seconds``, after a warm-up."""
    count, elapsed, total = 1, 0.0, 0.0
    while total < warm * 1e9:
        elapsed, _ = turn(session, count)
        total += elapsed * count
        count = max(1, math.ceil(seconds / 4 * 1e9 / max(elapsed, 1)))
    return max(1, math.ceil(seconds * 1e9 / max(elapsed, 1)))


def turn(session: Session, count: int, warm: float = 0.0) -> tuple[float, int]:
    """Return the nanoseconds of a step, and the processor time of the whole turn.

    Before the clock starts, steps run for ``warm`` seconds, and WARM_STEPS at least; none if the
    turn is a single long one.
    """
    cpu = process_time_ns()
    session.reset()
    step = session.step
    gc.collect()
    gc.disable()
    try:
        end = perf_counter_ns() + warm * 1e9
        steps = 0
        while count > 1 and (steps < WARM_STEPS or perf_counter_ns() < end):
            step()
            steps += 1
        start = perf_counter_ns()
        for _ in range(count):
            step()
        elapsed = perf_counter_ns() - start
        return elapsed / count, process_time_ns() - cpu
    finally:
        gc.enable()


class _Server:
    """Answers requests: each is a verb with arguments."""

    def __init__(self, module: str, threads: int, options: dict[str, Any]) -> None:
        self.peer: ModuleType = importlib.import_module(f"benchmarks.peers.{module}")
        self.threads = threads
        self.options = options
        self.session: Session

    def load(self, problem: Any) -> Any:
        gc.unfreeze()
        self.session = self.peer.load(problem, self.threads, **self.options)
        result = self.session.result()
        # What is there now need not be searched again before each turn, which takes longer than
        # a short turn itself.
        gc.collect()
        gc.freeze()
        return result

    def calibrate(self, seconds: float, warm: float) -> int:
        return calibrate(self.session, seconds, warm)

    def turn(self, count: int, warm: float = 0.0) -> tuple[float, int]:
        return turn(self.session, count, warm)

    def result(self) -> Any:
        return self.session.result()

    def profile(self, steps: int) -> Any:
        return self.session.profile(steps)

    def peak(self) -> Any:
        return self.peer.peak(self.threads)

    def bandwidth(self) -> Any:
        return self.peer.bandwidth(self.threads)

    def isa(self) -> Any:
        return self.peer.isa()


def _serve(requests: BinaryIO, replies: BinaryIO) -> None:
    server: _Server | None = None
    while True:
        try:
            verb, arguments = pickle.load(requests)
        except EOFError:
            return
        try:
            if verb == "start":
                server, value = _Server(*arguments), None
            else:
                value = getattr(server, verb)(*arguments)
            reply = (True, value)
        except UnavailableError as error:
            reply = (False, str(error))
        except Exception as error:  # told to the parent, which names the peer and goes on
            reply = (False, f"{type(error).__name__}: {error}")
        pickle.dump(reply, replies)
        replies.flush()


if __name__ == "__main__":
    # Whatever a library prints must not mix with the replies.
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _serve(sys.stdin.buffer, replies)
