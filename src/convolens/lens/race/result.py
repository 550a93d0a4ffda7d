"""The result of a race: a heat for the forward pass and for each gradient."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, final

from convolens.lens.explain.sections import in_language
from convolens.lens.explain.words import explain_words
from convolens.lens.race.heat import Entry, Heat
from convolens.lens.race.words import race_words
from convolens.lens.sizes import in_bytes, text_width

_COLUMNS = ("share", "packed", "scratch", "error")


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
        """Return everything as numbers, texts, lists and dicts, as JSON has them.

        What did not run has None for numbers.
        """
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

    def text(self, lang: str | None = None) -> str:
        """Return the race as tables in plain text, in a language; None for what ``language`` says.

        In Chinese the operators stand by their names.
        """
        say = race_words(lang)
        lines = [
            say(
                "headline" if self.heats else "nothing",
                layer=self.layer,
                shape="x".join(map(str, self.shape)),
                count=self.threads,
                instructions=self.instructions,
                peak=f"{self.peak / 1e9:.0f}",
            )
        ]
        headings = (say("algorithm"), "ms", "GFLOP/s", *map(say, _COLUMNS), "")
        for heat in self.heats:
            op, specs = heat.call
            rows = [headings, *(_cells(entry) for entry in heat.entries if not entry.reason)]
            widths = [max(map(text_width, column)) for column in zip(*rows, strict=True)]
            lines += ["", op.explain(*specs) if say.lang == "en" else op.name]
            lines += [_line(row, widths) for row in rows]
            lines += [
                say("refused", name=e.name, reason=in_language(e.reason, explain_words(say.lang)))
                for e in heat.entries
                if e.reason
            ]
        return "\n".join([*lines, "", say("legend")] if self.heats else lines)

    def __str__(self) -> str:
        return self.text()


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
    """Return a size in words, or the bare 0 or blank of none.

    Example:
        >>> _bytes(0), _bytes(900), _bytes(38_000_000)
        ('0', '900 B', '36.24 MiB')
    """
    return in_bytes(int(count)) if count else str(count)


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    first, *rest = zip(cells, widths, strict=True)
    texts = [_spaces(*first, before=False), *(_spaces(*cell, before=True) for cell in rest)]
    return "  ".join(texts).rstrip()


def _spaces(text: str, width: int, before: bool) -> str:
    spaces = " " * (width - text_width(text))
    return spaces + text if before else text + spaces


def _plain(entry: Entry) -> dict[str, Any]:
    plain = asdict(entry)
    plain["memory"] = entry.memory._asdict() if entry.memory else None
    if entry.reason:
        plain.update(dict.fromkeys(("seconds", "rate", "share", "error")))
    return plain
