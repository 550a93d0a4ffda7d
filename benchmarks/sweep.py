"""Every number of channels and every size, convolens alone: is any much slower than its neighbours?

A cliff is a place where one channel or one pixel more costs half of the speed. Each place is
compared with the median of its neighbours, two on each side.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from typing import final, get_args

from benchmarks.layers.case import LayerCase, LayerTask, make_problem
from benchmarks.layers.convolution import Conv
from benchmarks.measure import start, tell
from benchmarks.options import whole
from benchmarks.outcome import Outcome, Verdict, at_least
from benchmarks.peers import CONVOLENS, ISA_VARIABLES, limited
from benchmarks.process import Worker
from benchmarks.table import table

CHANNELS = range(1, 131)
SIZES = range(5, 71)
#: What stays the same while the other is swept.
SIZE, WIDTH, BATCH = 28, 32, 1
#: Neighbours on each side.
REACH = 2
#: Below this share of its neighbours' speed a place is a cliff.
CLIFF = 0.5
PASSES = 5
TURN_SECONDS = 0.004
WARM_SECONDS = 0.004
#: How many of the lowest places are shown.
SHOWN = 5

KINDS: dict[str, Callable[[int], Conv]] = {
    "3x3": lambda C: Conv(C, (3, 3), padding=1),
    "1x1": lambda C: Conv(C, (1, 1)),
    "3x3 s2": lambda C: Conv(C, (3, 3), stride=2, padding=1),
    "5x5": lambda C: Conv(C, (5, 5), padding=2),
    "depthwise": lambda C: Conv(C, (3, 3), padding=1, groups=C),
}


@final
@dataclass(frozen=True)
class Place:
    """A number of channels, or a size, and what was reached there."""

    at: int
    rate: float
    #: The share of the median of its neighbours.
    share: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    tasks = get_args(LayerTask)
    parser.add_argument("--kinds", nargs="+", choices=[*KINDS], default=[*KINDS])
    parser.add_argument("--tasks", nargs="+", choices=tasks, default=tasks)
    parser.add_argument("--threads", type=whole, default=1)
    parser.add_argument("--passes", type=whole, default=PASSES, help="the fastest of each counts")
    parser.add_argument("--isa", choices=[*ISA_VARIABLES], help="an instruction set")


def run(options: argparse.Namespace) -> Outcome:
    rows, verdicts = [], []
    with ExitStack() as stack:
        peer = limited(CONVOLENS, options.isa) if options.isa else CONVOLENS
        (worker,), _ = start([peer], options.threads, stack)
        isa = worker.ask("isa")
        for kind in options.kinds:
            for task in options.tasks:
                for axis, cases in lines(kind):
                    text = f"{kind}, {task}, {axis}"
                    tell(f"{text} ...")
                    places = compared(_rates(worker, cases, task, options.passes))
                    rows.append(_cells(text, places))
                    verdicts.append(_verdict(text, places))
    header = ["layer", "GFLOP/s, median", *(f"lowest {i + 1}" for i in range(SHOWN))]
    plural = "" if options.threads == 1 else "s"
    section = (
        f"{isa}, {options.threads} thread{plural}, batch {BATCH}: channels {CHANNELS[0]} to "
        f"{CHANNELS[-1]} at {SIZE}x{SIZE}, sizes {SIZES[0]} to {SIZES[-1]} with {WIDTH} channels. "
        f"Shown is where the speed is lowest, as a share of the median of the {2 * REACH} "
        "neighbours."
    )
    return Outcome("Every width and size", [section, table(header, rows)], verdicts)


def lines(kind: str) -> Iterator[tuple[str, dict[int, LayerCase]]]:
    """Yield the name of what is swept, and the layer at each place."""
    make = KINDS[kind]
    yield (
        "channels",
        {C: LayerCase(kind, "", (BATCH, C, SIZE, SIZE), make(C)) for C in CHANNELS},
    )
    yield (
        "size",
        {s: LayerCase(kind, "", (BATCH, WIDTH, s, s), make(WIDTH)) for s in SIZES},
    )


def compared(rates: dict[int, float]) -> list[Place]:
    """Return each place that has neighbours on both sides, with its share of their median.

    The first and the last places are neighbours only: speed rises with the number of channels, so
    one channel is always slower than two.

    Example:
        >>> compared({1: 10.0, 2: 10.0, 3: 4.0, 4: 10.0, 5: 10.0})
        [Place(at=3, rate=4.0, share=0.4)]
    """
    found = []
    for at, rate in rates.items():
        beside = [rates.get(n) for n in range(at - REACH, at + REACH + 1) if n != at]
        known = [each for each in beside if each is not None]
        if len(known) == len(beside):
            found.append(Place(at, rate, rate / median(known)))
    return found


def _rates(
    worker: Worker, cases: dict[int, LayerCase], task: LayerTask, passes: int
) -> dict[int, float]:
    """Return operations a nanosecond: the best of some passes, each over all places in turn."""
    best = dict.fromkeys(cases, 0.0)
    counts: dict[int, int] = {}
    for _ in range(passes):
        for at, case in cases.items():
            worker.ask("load", make_problem(case, task))
            if at not in counts:
                counts[at] = worker.ask("calibrate", TURN_SECONDS, WARM_SECONDS)
            nanoseconds, _cpu = worker.ask("turn", counts[at])
            best[at] = max(best[at], 2 * case.work(task).multiply_adds / nanoseconds)
    return best


def _lowest(places: Sequence[Place]) -> list[Place]:
    return sorted(places, key=lambda place: place.share)[:SHOWN]


def _cells(text: str, places: Sequence[Place]) -> list[str]:
    lowest = [f"{place.at}: {place.share:.0%}, {place.rate:.1f}" for place in _lowest(places)]
    missing = [""] * (SHOWN - len(lowest))
    return [text, f"{median(place.rate for place in places):.1f}", *lowest, *missing]


def _verdict(text: str, places: Sequence[Place]) -> Verdict:
    worst = _lowest(places)[0]
    verdict = at_least(f"{text}: lowest share of the neighbours", worst.share, CLIFF, "")
    return Verdict(verdict.target, f"{verdict.measured} at {worst.at}", verdict.met)
