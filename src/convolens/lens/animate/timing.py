"""How long frames last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from convolens.errors import ArgumentError
from convolens.lens.animate.words import words

#: How many frames the last one of a loop lasts.
HOLD = 4
_SHORTEST, _LONGEST = 0.02, 60.0


@final
@dataclass(frozen=True)
class Timing:
    """The rhythm of an animation.

    Args:
        frames: How many there are.
        seconds: How long each lasts; the last one ``HOLD`` times as long.

    Raises:
        ArgumentError: If a frame would be too short to be seen, or longer than a minute.
    """

    frames: int
    seconds: float

    def __post_init__(self) -> None:
        if not _SHORTEST <= self.seconds <= _LONGEST:
            raise words().problem(
                ArgumentError,
                "wrong.seconds",
                seconds=self.seconds,
                least=_SHORTEST,
                most=f"{_LONGEST:g}",
            )

    @property
    def total(self) -> float:
        """How long a loop lasts, in seconds."""
        return (self.frames - 1 + HOLD) * self.seconds

    def milliseconds(self) -> list[int]:
        """Return how long each frame lasts, in whole hundredths of a second as GIF has them."""
        each = round(self.seconds * 100) * 10
        return [each] * (self.frames - 1) + [each * HOLD]
