"""Every operator beside torch eager, forward and backward, the slowest in comparison first.

The cases are the files of ``benchmarks/operator_cases``. torch is measured in contiguous and in
channels-last memory; the better counts.
"""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from dataclasses import dataclass, replace
from math import exp, log, nan
from typing import final

import numpy as np

from benchmarks.agreement import DisagreementError
from benchmarks.exact import EPSILON, Expected
from benchmarks.measure import Measurement, Results, measure, start, tell, why_left_out
from benchmarks.operator_problems import TASKS, OperatorProblem, problems
from benchmarks.options import named, seconds, whole
from benchmarks.outcome import Outcome, Verdict
from benchmarks.peers import CONVOLENS, TORCH, TORCH_CHANNELS_LAST
from benchmarks.peers.base import UnavailableError
from benchmarks.process import Worker
from benchmarks.table import table

PEERS = (CONVOLENS, TORCH, TORCH_CHANNELS_LAST)
#: An operator may take this many times as long as torch's.
SLOWEST = 1.5
#: From here on, on either side of the limit, a case is in doubt: it is measured again, in so many
#: times as many rounds, and that counts.
DOUBTFUL, AGAIN = 1.25, 4
#: How long each runs a case before the clock counts. There are hundreds of cases.
WARM_SECONDS = 0.1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--threads", type=whole, default=2)
    parser.add_argument("--rounds", type=whole, default=5)
    parser.add_argument("--seconds", type=seconds, default=0.1, help="of a turn")
    parser.add_argument("--names", nargs="+", metavar="NAME", help="part of 'family: name'")
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=TASKS)


@final
@dataclass(frozen=True)
class Row:
    """What was measured of a case, or why it was not."""

    problem: OperatorProblem
    found: Measurement | None
    reason: str = ""

    @property
    def best(self) -> str | None:
        """The fastest of the others."""
        if self.found is None:
            return None
        others = [peer for peer in self.found.seconds if peer != CONVOLENS.name]
        return min(others, key=lambda peer: self.found.ratio(peer).median, default=None)  # type: ignore[union-attr]

    @property
    def slower(self) -> float:
        """How many times as long ours takes; NaN where nothing is compared."""
        return 1 / self.found.ratio(self.best).median if self.found and self.best else nan

    @property
    def met(self) -> bool:
        return self.slower <= SLOWEST

    @property
    def verdict(self) -> str:
        if self.found is not None and self.best is None:
            return ""
        return "PASS" if self.met else "MISS"

    def cells(self) -> list[str]:
        name = f"{self.problem.family}: {self.problem.name}"
        if self.found is None:
            return [name, self.problem.task, "", "", "", "", self.verdict]
        times = [f"{self.found.milliseconds(CONVOLENS.name).median:.3f}"]
        if self.best:
            times += [f"{self.found.milliseconds(self.best).median:.3f}", self.best]
            times.append(f"{self.slower:.2f}")
        else:
            times += ["", "", ""]
        return [name, self.problem.task, *times, self.verdict]


def run(options: argparse.Namespace) -> Outcome:
    rows: list[Row] = []
    chosen = named(problems(), options.names, lambda p: f"{p[0]}: {p[1]}", "operator")
    with ExitStack() as stack:
        workers, left_out = start(PEERS, options.threads, stack)
        for family, name, first in chosen:
            for task in options.tasks:
                row = _measure(workers, replace(first, task=task), options, options.rounds)
                if row is not None:
                    rows.append(row)
                    tell(f"{family}: {name}, {task}: {row.reason or f'{row.slower:.2f}'}")
        for place, row in enumerate(rows):
            if row.slower >= DOUBTFUL:
                again = _measure(workers, row.problem, options, AGAIN * options.rounds) or row
                rows[place] = again
                problem = row.problem
                tell(
                    f"{problem.family}: {problem.name}, {problem.task}: {row.slower:.2f}, "
                    f"and again {again.slower:.2f}"
                )
    # What could not be measured is worst of all.
    rows.sort(key=lambda row: (row.found is not None, -row.slower))
    header = ["operator", "task", "ms", "torch's", "which", "times as long", "verdict"]
    compared = [row for row in rows if row.best]
    sections = [
        f"{options.threads} threads. Times as long: convolens over the better of torch's two. From "
        f"{DOUBTFUL} on they were measured again, in {AGAIN} times as many rounds.",
        *why_left_out(left_out),
        *([] if compared else ["No peer runs here, so nothing is compared and nothing checked."]),
        table(header, [row.cells() for row in rows]),
        *(f"{row.problem.family}: {row.problem.name}: {row.reason}" for row in rows if row.reason),
        *([_mean(compared)] if compared else []),
    ]
    return Outcome("Operators", sections, [_verdict(rows)] if compared else [])


def _verdict(rows: list[Row]) -> Verdict:
    missed = sum(not row.met for row in rows)
    target = f"no operator takes more than {SLOWEST:g}x as long as torch eager"
    return Verdict(target, f"{len(rows) - missed} of {len(rows)}", missed == 0)


def _mean(rows: list[Row]) -> str:
    """Return the geometric mean of the ratios."""
    mean = exp(sum(log(row.slower) for row in rows) / len(rows))
    return f"Geometric mean: {mean:.2f} times as long, worst {max(r.slower for r in rows):.2f}."


def _measure(
    workers: list[Worker], problem: OperatorProblem, options: argparse.Namespace, rounds: int
) -> Row | None:
    """Return the row of a case; None for the gradient of what has none."""
    try:
        found = measure(workers, problem, expected, rounds, options.seconds, WARM_SECONDS)
        return Row(problem, found)
    except DisagreementError as error:
        reason = str(error)
    except UnavailableError as error:
        reason = str(error)
    if problem.task != TASKS[0] and "does not require a gradient" in reason:
        return None
    return Row(problem, None, reason.splitlines()[0])


def expected(results: Results) -> dict[str, Expected]:
    """Return torch's results in float64, and how far ours may be from them.

    Ours may be off by the rounding of all sums behind a result: as many roundings as these have
    terms, of numbers as large as the largest, or as the inputs, whose magnitude is 1.
    """
    judge = next((r for name, r in results.items() if name != CONVOLENS.name), None)
    if judge is None:
        return {}
    roundings = 2 * int(results[CONVOLENS.name]["length"])
    found = {}
    if "share dropped" in judge:  # of 512 channels or more: six deviations of two such shares
        return {"share dropped": Expected(np.asarray(0.5), 6 * 0.5 * (2 / 512) ** 0.5)}
    for name, value in judge.items():
        exact = np.asarray(value, np.float64)
        magnitude = max(1.0, float(np.max(np.abs(exact), initial=0.0)))
        found[name] = Expected(exact, roundings * EPSILON * magnitude)
    return found
