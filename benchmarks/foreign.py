"""How much of the machine others used meanwhile; a round that was disturbed is taken again."""

from __future__ import annotations

import os
from pathlib import Path
from time import perf_counter
from typing import final

_STAT = Path("/proc/stat")
#: user, nice, system, irq, softirq and steal; idle and waiting for disks leave the cores free.
_BUSY_FIELDS = (0, 1, 2, 5, 6, 7)


def busy_seconds() -> float | None:
    """Return the seconds that all cores have been busy since boot; None where no one tells."""
    try:
        fields = _STAT.read_text().split("\n", 1)[0].split()[1:]
        return sum(int(fields[i]) for i in _BUSY_FIELDS) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return None


@final
class Watch:
    """Measures from its making on."""

    def __init__(self) -> None:
        self._busy, self._clock = busy_seconds(), perf_counter()

    def foreign_share(self, own_seconds: float) -> float:
        """Return the share of all cores' time that was used, but not by the ``own_seconds``."""
        now = busy_seconds()
        if now is None or self._busy is None:
            return 0.0
        cores = os.cpu_count() or 1
        elapsed = max(perf_counter() - self._clock, 1e-9)
        return max(0.0, now - self._busy - own_seconds) / (elapsed * cores)
