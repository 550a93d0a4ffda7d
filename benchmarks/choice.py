"""Whether the engine's choice between its algorithms is the fastest one, case by case."""

from __future__ import annotations

import argparse
from math import exp, log
from typing import NamedTuple

from benchmarks.cases import CONVOLUTIONS, ConvCase
from benchmarks.measure import tell
from benchmarks.options import seconds, whole
from benchmarks.outcome import Outcome, at_least, below
from benchmarks.table import table
from convolens.backends.threads import set_num_threads
from convolens.lens.race.calls import calls_of
from convolens.lens.race.heat import Heat, run_heat
from convolens.nn import Conv2d

#: The choice may take this much longer than the fastest.
ALLOWED = 1.05


class Row(NamedTuple):
    """A heat of a case."""

    case: ConvCase
    heat: Heat

    @property
    def loss(self) -> float:
        """The time of the choice as a multiple of the fastest's."""
        return self.heat.chosen.seconds / self.heat.fastest.seconds

    def cells(self) -> list[str]:
        chosen, fastest = self.heat.chosen, self.heat.fastest
        name = f"{self.case.source}: {self.case.title}"
        rates = [f"{chosen.rate / 1e9:.0f}", fastest.name, f"{fastest.rate / 1e9:.0f}"]
        return [name, self.heat.call.op.name, chosen.name, *rates, f"{self.loss:.2f}"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--threads", type=whole, default=2)
    parser.add_argument("--seconds", type=seconds, default=0.2, help="of each algorithm")
    parser.add_argument("--images", type=whole, default=2, help="at most")


def run(options: argparse.Namespace) -> Outcome:
    set_num_threads(options.threads)
    rows = [row for case in CONVOLUTIONS for row in heats(case, options.images, options.seconds)]
    rows.sort(key=lambda row: -row.loss)
    header = ["layer", "operator", "choice", "GFLOP/s", "fastest", "GFLOP/s", "loss"]
    mean = exp(sum(log(row.loss) for row in rows) / len(rows))
    within = sum(row.loss <= ALLOWED for row in rows) / len(rows)
    return Outcome(
        "The choice between algorithms",
        [
            "Each algorithm computes each case, in turn with the others. loss: the time of the "
            "choice as a multiple of the fastest's.",
            table(header, [row.cells() for row in rows]),
        ],
        [
            below("the choice's time over the fastest's, geometric mean", mean, ALLOWED, "", 3),
            at_least("heats with the choice within 5 % of the fastest", 100 * within, 90, " %", 0),
        ],
    )


def heats(case: ConvCase, images: int, seconds: float) -> list[Row]:
    """Race the algorithms on a case: forward, input gradient, weight gradient."""
    tell(f"{case.source} ...")
    layer = Conv2d(
        case.C, case.K, case.R, case.stride, case.padding, groups=case.groups, bias=False
    )
    calls = calls_of(layer, (min(case.N, images), case.C, case.H, case.H))
    return [Row(case, run_heat(call, seconds, definition=False)) for call in calls]
