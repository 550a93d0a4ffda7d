"""What a command found: text in Markdown, and whether each target is met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True)
class Verdict:
    """A target, and what was measured."""

    target: str
    measured: str
    met: bool

    def __str__(self) -> str:
        return f"{'PASS' if self.met else 'MISS'}  {self.target}: {self.measured}"


def at_least(target: str, value: float, wanted: float, unit: str, digits: int = 2) -> Verdict:
    """Return the verdict on a number that should be large.

    Example:
        >>> print(at_least("speed", 2.5, wanted=2, unit="x"))
        PASS  speed, at least 2x: 2.50x
    """
    measured = f"{value:.{digits}f}{unit}"
    return Verdict(f"{target}, at least {wanted:g}{unit}", measured, value >= wanted)


def below(target: str, value: float, wanted: float, unit: str, digits: int = 2) -> Verdict:
    """Return the verdict on a number that should be small.

    Example:
        >>> print(below("import", 0.41, wanted=0.3, unit=" s"))
        MISS  import, below 0.3 s: 0.41 s
    """
    measured = f"{value:.{digits}f}{unit}"
    return Verdict(f"{target}, below {wanted:g}{unit}", measured, value < wanted)


@final
@dataclass(frozen=True)
class Outcome:
    """The findings of one command."""

    title: str
    sections: Sequence[str]
    verdicts: Sequence[Verdict]
    #: Whether a result of ours was wrong.
    wrong: bool = False

    def __str__(self) -> str:
        verdicts = "\n".join(f"- {verdict}" for verdict in self.verdicts)
        return "\n\n".join([f"## {self.title}", *self.sections, *([verdicts] if verdicts else [])])
