"""Whether a peer's result is the expected one; no time is printed before this is known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmarks.exact import EPSILON, Expected
from benchmarks.nets import Array


class DisagreementError(Exception):
    """A peer computed something else than expected."""


def check(peer: str, result: Mapping[str, Array], expected: Mapping[str, Expected]) -> float:
    """Return the largest error as a share of its tolerance.

    Raises:
        DisagreementError: If a value is missing, has another shape, or is outside its tolerance.
    """
    worst = 0.0
    for name, (value, tolerance) in ((n, (e.value, e.tolerance)) for n, e in expected.items()):
        if name not in result:
            raise DisagreementError(f"{peer} returned no {name}.")
        got = np.asarray(result[name], np.float64)
        if got.shape != np.shape(value):
            raise DisagreementError(f"{peer}: {name} has shape {got.shape}, not {np.shape(value)}.")
        error = float(np.max(np.abs(got - value), initial=0.0))
        # Written so that NaN fails.
        if not error <= tolerance:
            raise DisagreementError(
                f"{peer}: {name} is off by {error:.2e}, but rounding explains at most "
                f"{tolerance:.2e}."
            )
        worst = max(worst, error / tolerance if tolerance else 0.0)
    return worst


def between(first: Array, length: int) -> Expected:
    """Return what another float32 computation of ``first`` may be: both may be off."""
    exact = np.asarray(first, np.float64)
    return Expected(exact, 2 * length * EPSILON * float(np.max(np.abs(exact), initial=0.0)))
