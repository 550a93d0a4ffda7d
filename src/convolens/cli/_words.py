"""The words in which commands say figures."""

from __future__ import annotations

from convolens.train import Evaluation


def accuracy_line(evaluation: Evaluation) -> str:
    """Return an accuracy with what is known about it.

    Example:
        >>> import numpy as np
        >>> labels = np.array([0, 1, 1, 0])
        >>> rest = np.zeros(4, np.float32)
        >>> accuracy_line(Evaluation(("cat", "dog"), labels, labels, rest, rest, 0.0))
        'accuracy 100.00% (4 of 4 right; 95% interval 51.01% to 100.00%)'
    """
    low, high = evaluation.interval
    return (
        f"accuracy {evaluation.accuracy:.2%} ({evaluation.correct:,} of {evaluation.images:,} "
        f"right; 95% interval {low:.2%} to {high:.2%})"
    )


def share(value: float | None) -> str:
    """Return a share as percent, or a dash where there is none."""
    return "-" if value is None else f"{value:.2%}"
