"""Single convolutions beside torch: forward, input gradient and weight gradient, worst first."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from dataclasses import dataclass
from math import exp, log
from typing import final, get_args

import numpy as np

from benchmarks.agreement import between
from benchmarks.cases import CONVOLUTIONS, ConvCase, ConvProblem, ConvTask
from benchmarks.exact import Expected
from benchmarks.measure import Measurement, Results, measure, start, tell, why_left_out
from benchmarks.options import named, seconds, whole
from benchmarks.outcome import Outcome
from benchmarks.peers import CONVOLENS, TORCH, TORCH_CHANNELS_LAST, keeping_memory
from benchmarks.process import Worker
from benchmarks.rounds import spread
from benchmarks.table import table

TASKS: tuple[ConvTask, ...] = get_args(ConvTask)
PEERS = (CONVOLENS, TORCH, TORCH_CHANNELS_LAST, keeping_memory(TORCH_CHANNELS_LAST))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--threads", type=whole, default=2)
    parser.add_argument("--rounds", type=whole, default=7)
    parser.add_argument("--seconds", type=seconds, default=0.2, help="of a turn")
    parser.add_argument("--layers", nargs="+", metavar="NAME", help="part of a layer's name")
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=TASKS)


@final
@dataclass(frozen=True)
class _Row:
    case: ConvCase
    task: ConvTask
    found: Measurement

    def rate(self, peer: str) -> float:
        """Return floating point operations a nanosecond."""
        return 2 * self.case.multiply_adds / spread(self.found.seconds[peer]).median * 1e-9

    @property
    def best(self) -> str | None:
        """The fastest of the others."""
        others = [peer for peer in self.found.seconds if peer != CONVOLENS.name]
        return min(others, key=lambda peer: self.found.ratio(peer).median, default=None)

    @property
    def ratio(self) -> float:
        return self.found.ratio(self.best).median if self.best else float("nan")

    def cells(self, peak: float) -> list[str]:
        own = self.rate(CONVOLENS.name)
        best = [f"{self.rate(self.best):.0f}", self.best] if self.best else ["", ""]
        name = f"{self.case.source}: {self.case.title}"
        rates = [f"{own:.0f}", f"{own / peak:.0%}", *best]
        ratio = f"{self.ratio:.2f}" if self.best else ""
        return [name, self.task, *rates, ratio, f"{self.found.disturbed:.0%}"]


def run(options: argparse.Namespace) -> Outcome:
    cases = named(CONVOLUTIONS, options.layers, lambda case: case.source, "layer")
    rows, peak = [], 0.0
    with ExitStack() as stack:
        workers, left_out = start(PEERS, options.threads, stack)
        own = workers[0]
        for case in cases:
            for task in options.tasks:
                tell(f"{case.source}, {task} ...")
                rows.append(_measure(workers, case, task, options))
                # The clock moves, so the peak is the best of the whole run.
                peak = max(peak, own.ask("peak"), rows[-1].rate(CONVOLENS.name))
    rows.sort(key=lambda row: row.ratio)
    header = [
        "layer",
        "product",
        "GFLOP/s",
        "of peak",
        "best peer's",
        "which",
        "ratio",
        "others busy",
    ]
    compared = [row for row in rows if row.best]
    sections = [
        f"{options.threads} threads. The peak, which is the best that our inner kernel reached in "
        f"this run, is {peak:.0f} GFLOP/s.",
        *why_left_out(left_out),
        *([] if compared else ["No peer runs here, so nothing is compared and nothing checked."]),
        table(header, [row.cells(peak) for row in rows]),
        *(_mean(task, compared) for task in options.tasks if compared),
    ]
    return Outcome("Single convolutions", sections, [])


def _mean(task: ConvTask, rows: list[_Row]) -> str:
    """Return the geometric mean of the ratios of one product."""
    ratios = [row.ratio for row in rows if row.task == task]
    mean = exp(sum(map(log, ratios)) / len(ratios))
    return f"{task}: geometric mean {mean:.2f}, lowest {min(ratios):.2f}."


def _measure(
    workers: list[Worker], case: ConvCase, task: ConvTask, options: argparse.Namespace
) -> _Row:
    random = np.random.default_rng(0)
    arrays = [random.standard_normal(shape).astype(np.float32) for shape in case.shapes]
    problem = ConvProblem(case, task, options.threads, *arrays)
    length = {
        "forward": case.C // case.groups * case.R**2,
        "input grad": case.K // case.groups * case.R**2,
        "weight grad": case.N * case.output**2,
    }[task]

    def expected(results: Results) -> dict[str, Expected]:
        # The first of the peers is the judge of ours; ours alone has none.
        judge = next((r for name, r in results.items() if name != CONVOLENS.name), None)
        return {} if judge is None else {task: between(judge[task], length)}

    found = measure(workers, problem, expected, options.rounds, options.seconds)
    return _Row(case, task, found)
