"""How much a report shows: limits that keep it small, each of which is said on the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

from convolens.lens.report.steps import Step

#: Pixels of feature maps in all; each takes about one byte of the page.
_MAP_PIXELS = 300_000
#: Steps of a network whose maps are drawn.
STEPS = 24
#: A side of a drawn map; of larger ones every second, third, ... row and column is drawn.
SIDE = 64
#: Cells of a picture in which each number is printed: sides and, for filters, all together.
NUMBERED_SIDE = 16
NUMBERED_FILTER = 7
NUMBERED_CELLS = 4_000
#: Taps of a window whose numbers are printed.
NUMBERED_TAPS = 121
#: Filters that are drawn.
FILTERS = 128
#: Characters of the numbers that the page's script recomputes pixels from.
PAYLOAD = 900_000
#: Classes of a confusion matrix that is drawn whole.
CLASSES = 25
#: Epochs in the table.
EPOCHS = 200

#: Images, and channels of each of their maps: the first pair that fits is taken.
_CHOICES = (
    *((images, 64) for images in (10, 8, 6, 5, 4, 3, 2, 1)),
    *((1, channels) for channels in (32, 16, 8, 4)),
)


@final
@dataclass(frozen=True)
class Limits:
    """How many images are shown, and how many channels of each of their feature maps."""

    images: int
    channels: int


def choose_limits(steps: Iterable[Step]) -> Limits:
    """Return as many images, and then channels, as fit; ``steps`` are those of one image.

    Example:
        >>> choose_limits([])
        Limits(images=10, channels=64)
    """
    shapes = [step.output.shape[1:] for step in steps if step.output.ndim == 4]
    for images, channels in _CHOICES:
        pixels = sum(
            min(c, channels) * drawn(height) * drawn(width) for c, height, width in shapes[:STEPS]
        )
        if images * pixels <= _MAP_PIXELS:
            return Limits(images, channels)
    return Limits(*_CHOICES[-1])


def step_of(side: int) -> int:
    """Return that every n-th row or column of a map with such a side is drawn.

    Example:
        >>> step_of(64), step_of(65), step_of(224)
        (1, 2, 4)
    """
    return -(-side // SIDE)


def drawn(side: int) -> int:
    """Return how many rows or columns of a map with such a side are drawn."""
    return len(range(0, side, step_of(side)))
