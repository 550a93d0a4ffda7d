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

#: Commands with their options. Memory comes first: a process begins with the peak of its parent.
PARTS = (
    "digits",
    "footprint",
    "training_step",
    "suite",
    "networks",
    "suite --isa avx2 --quick",
    "sweep",
)
_HEAD = """\
# What was measured

Written by `python -m benchmarks report` on {date}. Do not edit.

{machine}.

Every peer lives in its own process and runs only when it is its turn, A B A B. Results are compared
before any time is taken, within what rounding explains: small networks with a float64 computation
by the textbook chapter, layers and the residual network with the operators' definitions in float64,
whole networks with torch's results.
Absolute times depend on the clock and the neighbours of this machine; the ratios are taken round by
round, and their median counts.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--quick", action="store_true", help="short turns in the suite")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "REPORT.md")


def run(options: argparse.Namespace) -> Outcome:
    outcomes: list[Outcome] = []
    head = _HEAD.format(date=datetime.now(UTC).strftime("%Y-%m-%d"), machine=machine_line())
    for part in options.parts:
        tell(f"== {part}")
        outcomes.append(_outcome(part, options.quick))
        # After each part, so that a run that is stopped loses only what it was at.
        options.out.write_text("\n\n".join([head.strip(), *map(str, outcomes)]) + "\n")
    verdicts = [verdict for outcome in outcomes for verdict in outcome.verdicts]
    wrong = any(outcome.wrong for outcome in outcomes)
    return Outcome("Report", [f"Written: {options.out.name}"], verdicts, wrong)


def _outcome(part: str, quick: bool) -> Outcome:
    """Run a command with its options, and with short turns where it knows them."""
    name, *arguments = part.split()
    module = importlib.import_module(f"benchmarks.{name}")
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    if quick and "--quick" not in arguments and "--quick" in parser.format_help():
        arguments.append("--quick")
    outcome: Outcome = module.run(parser.parse_args(arguments))
    return outcome
