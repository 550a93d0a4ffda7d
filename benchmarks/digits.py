"""The default run, ``convolens train`` on the bundled digits: time, accuracy, memory."""

from __future__ import annotations

import argparse
from statistics import median

from benchmarks.options import whole
from benchmarks.outcome import Outcome, at_least, below
from benchmarks.table import table
from benchmarks.train_command import train


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--runs", type=whole, default=3)


def run(options: argparse.Namespace) -> Outcome:
    runs = [train([]) for _ in range(options.runs)]
    rows = [
        [str(i), f"{r.seconds:.1f}", f"{100 * r.accuracies[-1]:.2f}", f"{r.megabytes:.0f}"]
        for i, r in enumerate(runs, 1)
    ]
    verdicts = [
        at_least("test accuracy", 100 * min(r.accuracies[-1] for r in runs), 97.5, " %"),
        below("wall time, report included", median(r.seconds for r in runs), 20, " s", 1),
        below("peak memory", max(r.megabytes for r in runs), 500, " MB", 0),
    ]
    text = table(["run", "seconds", "test accuracy, %", "peak MB"], rows)
    return Outcome("The default run on the bundled digits", [text], verdicts)
