"""One line of the suite: a job, how it went, and how near it is to the limit of the machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from benchmarks.jobs import Job
from benchmarks.layers.case import Group
from benchmarks.layers.operation import Work
from benchmarks.measure import Measurement
from benchmarks.peers import CONVOLENS

_BYTES = 4


@final
@dataclass
class Limit:
    """What the machine can do with some threads; the best that was seen counts.

    Attributes:
        peak: Floating point operations a nanosecond.
        bandwidth: Bytes a nanosecond.
    """

    peak: float = 0.0
    bandwidth: float = 0.0

    def raise_to(self, peak: float, bandwidth: float) -> None:
        """Take note of another measurement."""
        self.peak, self.bandwidth = max(self.peak, peak), max(self.bandwidth, bandwidth)

    def seconds(self, work: Work) -> float:
        """Return max(FLOPs / peak, bytes / bandwidth).

        Example:
            >>> Limit(peak=100, bandwidth=10).seconds(Work(multiply_adds=500, elements=10))
            1e-08
        """
        nanoseconds = max(
            2 * work.multiply_adds / self.peak, _BYTES * work.elements / self.bandwidth
        )
        return nanoseconds * 1e-9


@final
@dataclass(frozen=True)
class Row:
    """A job that was measured, or the reason why it was not."""

    group: Group
    job: Job
    threads: int
    found: Measurement | None
    reason: str = ""

    @property
    def best(self) -> str | None:
        """The fastest of the others."""
        if self.found is None:
            return None
        others = [peer for peer in self.found.seconds if peer != CONVOLENS.name]
        return min(others, key=lambda peer: self.found.ratio(peer).median, default=None)

    @property
    def ratio(self) -> float | None:
        """How many times as long as we the fastest of the others takes."""
        return self.found.ratio(self.best).median if self.found and self.best else None

    def cells(self, limit: Limit) -> list[str]:
        """Return the line of the table."""
        if self.found is None:
            return [self.job.title, self.job.task, *[""] * 6, self.reason]
        own = self.found.milliseconds(CONVOLENS.name).median
        share = 1e3 * limit.seconds(self.job.work) / own
        cells = [self.job.title, self.job.task, f"{own:.3f}"]
        if self.best is None:
            cells += ["", "", ""]
        else:
            theirs = self.found.milliseconds(self.best).median
            cells += [self.best, f"{theirs:.3f}", self.found.ratio(self.best).text()]
        return [*cells, f"{share:.0%}", f"{self.found.disturbed:.0%}", self.reason]


HEADER = [
    "layer",
    "task",
    "ours, ms",
    "best peer",
    "its ms",
    "its time / ours",
    "of the limit",
    "others busy",
    "remark",
]
