"""What a peer's module offers: ``load(problem, threads, **options)``, which returns a session."""

from __future__ import annotations

import abc
from typing import Any

from benchmarks.nets import Array


class UnavailableError(Exception):
    """A peer cannot run here; the text says why and what would help."""


class Session(abc.ABC):
    """A problem, loaded by a peer."""

    @abc.abstractmethod
    def result(self) -> dict[str, Array]:
        """Compute from the initial state what is compared with the expected values."""

    @abc.abstractmethod
    def step(self) -> object:
        """Do once what is timed."""

    def reset(self) -> None:
        """Return to the initial state."""
        return

    def profile(self, steps: int) -> list[dict[str, Any]]:
        """Return one row for each operator call of a step, where the peer can tell."""
        raise UnavailableError("this peer has no table of operators")
