"""An epoch of LeNet-5 on MNIST as a problem: the folder, and the weights to begin with."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import final

import numpy as np

from benchmarks.exact import Expected
from benchmarks.nets import Array, Net

BATCH = 100


@final
@dataclass(frozen=True)
class EpochProblem:
    """Train once on all training images, then count how many test images are right."""

    net: Net
    folder: Path
    weights: list[Array]


def same_accuracy(accuracy: float, images: int = 10_000) -> dict[str, Expected]:
    """Return what another's accuracy may be, whose images came in another order.

    Both are counts of right answers among ``images``; six standard deviations of their difference.
    """
    deviation = sqrt(2 * accuracy * (1 - accuracy) / images)
    return {"test accuracy": Expected(np.asarray(accuracy), 6 * deviation)}
