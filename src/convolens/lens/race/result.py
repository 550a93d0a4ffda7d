"""The result of a race: a heat for the forward pass and for each gradient."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, final

from convolens.lens.race.heat import Entry, Heat

HEADINGS = ("algorithm", "ms", "GFLOP/s", "of peak", "packed", "scratch", "error", "")


@final
@dataclass(frozen=True)
class Race:
    """How all algorithms did on a layer.

    Attributes:
        layer: The layer, as text.
        shape: The shape of the images, (N, C, *I).
        threads: How many threads they ran on.
        instructions: The instruction set in use, such as ``avx512``.
        heats: One for each operator call: forward, then the gradients.
    """

    layer: str
    shape: tuple[int, ...]
    threads: int
    instructions: str
    heats: tuple[Heat, ...]

    @property
    def peak(self) -> float:
        """The floating point operations a second that this machine was seen to do."""
        return max((heat.peak for heat in self.heats), default=0.0)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as numbers, texts, lists and dicts, as JSON has them."""
        return {
            "layer": self.layer,
            "shape": list(self.shape),
            "threads": self.threads,
            "instructions": self.instructions,
            "peak": self.peak,
            "heats": [
                {
                    "operator": heat.call.op.name,
                    "inputs": [list(spec.shape) for spec in heat.call.specs],
                    "algorithms": [_plain(entry) for entry in heat.entries],
                }
                for heat in self.heats
            ],
        }

    def text(self) -> str:
        """Return the race as tables in plain text."""
        plural = "" if self.threads == 1 else "s"
        shape = "x".join(map(str, self.shape))
        lines = [
            f"{self.layer} on {shape}: {self.threads} thread{plural}, {self.instructions}, "
            f"peak {self.peak / 1e9:.0f} GFLOP/s"
        ]
        for heat in self.heats:
            rows = [HEADINGS, *(_cells(entry) for entry in heat.entries if not entry.reason)]
            widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
            lines += ["", heat.call.op.explain(*heat.call.specs)]
            lines += [_line(row, widths) for row in rows]
            lines += [f"{e.name}: refused, {e.reason}" for e in heat.entries if e.reason]
        return "\n".join([*lines, "", _LEGEND])

    def __str__(self) -> str:
        return self.text()


_LEGEND = """\
<- is what the engine takes. GFLOP/s count the products of the definition. packed: the weights in
the algorithm's own order, kept while they stay the same; scratch: what else a call takes; error:
the largest difference from float64, as a share of the largest output."""


def _cells(entry: Entry) -> tuple[str, ...]:
    packed, scratch = map(_bytes, entry.memory or ("", ""))
    return (
        entry.name,
        f"{entry.seconds * 1e3:,.3f}",
        f"{entry.rate / 1e9:,.1f}",
        f"{entry.share:.0%}",
        packed,
        scratch,
        f"{entry.error:.0e}",
        "<-" if entry.chosen else "",
    )


def _bytes(count: int | str) -> str:
    """Return a size in words.

    Example:
        >>> _bytes(0), _bytes(900), _bytes(38_000_000)
        ('0', '0.9 kB', '38.0 MB')
    """
    if not count:
        return str(count)
    kilobytes = int(count) / 1000
    return f"{kilobytes:.1f} kB" if kilobytes < 1000 else f"{kilobytes / 1000:.1f} MB"


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    first, *rest = zip(cells, widths, strict=True)
    texts = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]
    return "  ".join(texts).rstrip()


def _plain(entry: Entry) -> dict[str, Any]:
    plain = asdict(entry)
    plain["memory"] = entry.memory._asdict() if entry.memory else None
    return plain
