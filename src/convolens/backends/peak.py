"""What the machine can do: multiply-adds in registers, and nothing else."""

from __future__ import annotations

from time import perf_counter

from convolens import _native

_SECONDS = 0.02


def measured_peak() -> float:
    """Return the floating point operations a second of all threads, by a short measurement.

    A multiply-add is two operations.

    Example:
        >>> measured_peak() > 1e8
        True
    """
    steps, elapsed, products = 1000, 0.0, 0
    while elapsed < _SECONDS:
        start = perf_counter()
        products = _native.multiply_adds(steps)
        elapsed = perf_counter() - start
        steps *= 2
    return 2 * products / elapsed
