"""Runs what has targets or guides us, and writes benchmarks/REPORT.md."""

from __future__ import annotations

import argparse
import importlib
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.machine import machine_line
from benchmarks.measure import tell
from benchmarks.outcome import Outcome
from benchmarks.process import ROOT

PARTS = ("training_step", "conv", "digits", "footprint")
_HEAD = """\
# What was measured

Written by `python -m benchmarks report` on {date}. Do not edit.

{machine}.

Every peer lives in its own process and runs only when it is its turn, A B A B. Results are compared
before any time is taken: networks with a float64 computation by the textbook chapter, within what
rounding explains, single convolutions with torch's. Absolute times depend on the clock and the
neighbours of this machine; the ratios are taken round by round, and their median counts.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "REPORT.md")


def run(options: argparse.Namespace) -> Outcome:
    outcomes = []
    for name in options.parts:
        tell(f"== {name}")
        module = importlib.import_module(f"benchmarks.{name}")
        parser = argparse.ArgumentParser()
        module.add_arguments(parser)
        outcomes.append(module.run(parser.parse_args([])))
    head = _HEAD.format(date=datetime.now(UTC).strftime("%Y-%m-%d"), machine=machine_line())
    options.out.write_text("\n\n".join([head.strip(), *map(str, outcomes)]) + "\n")
    verdicts = [verdict for outcome in outcomes for verdict in outcome.verdicts]
    return Outcome("Report", [f"Written: {options.out.name}"], verdicts)
