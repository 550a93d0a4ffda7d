"""The tap tables of padded axes: which input each cell of a padded axis reads, in one column.

Negative padding crops. Where a cell reads no input, the entry is ``PAD``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from convolens.errors import ArgumentError, ShapeError
from convolens.ops._taps import PAD, Table

Mode = Literal["constant", "reflect", "replicate", "circular"]
_LARGEST = 2**63 - 1


def constant(size: int, before: int = 0, after: int = 0) -> Table:
    """Return the table of an axis that is padded with a constant.

    Shapes:
        ``[before + size + after, 1]``

    Raises:
        ShapeError: If more is cropped than there is.

    Example:
        >>> constant(3, 2, -1)[:, 0].tolist()
        [-1, -1, 0, 1]
    """
    place = _places(size, before, after, "constant")
    return np.where((place < 0) | (place >= size), PAD, place)


def reflect(size: int, before: int = 0, after: int = 0) -> Table:
    """Return the table of an axis that is mirrored at its first and its last input.

    Raises:
        ShapeError: If a padding is not smaller than ``size``, or nothing is left.

    Example:
        >>> reflect(3, 2, 1)[:, 0].tolist()
        [2, 1, 0, 1, 2, 1]
    """
    return continued(_places(size, before, after, "reflect"), size, "reflect")


def replicate(size: int, before: int = 0, after: int = 0) -> Table:
    """Return the table of an axis whose first and last input are repeated.

    Raises:
        ShapeError: If there is nothing to repeat, or nothing is left.

    Example:
        >>> replicate(3, 2, 1)[:, 0].tolist()
        [0, 0, 0, 1, 2, 2]
    """
    return continued(_places(size, before, after, "replicate"), size, "replicate")


def circular(size: int, before: int = 0, after: int = 0) -> Table:
    """Return the table of an axis whose inputs come round again; those that are cropped do not.

    Raises:
        ShapeError: If a padding is larger than what is left after cropping.

    Example:
        >>> circular(3, 2, 1)[:, 0].tolist()
        [1, 2, 0, 1, 2, 0]
    """
    place = _places(size, before, after, "circular")
    first, left = max(-before, 0), _left(size, before, after)
    return first + continued(place - first, max(left, 1), "circular")


def continued(places: Table, size: int, mode: str) -> Table:
    """Return the inputs that stand for places, some of which lie beyond the border.

    Args:
        places: Places along an axis, 0 being its first input.
        size: The inputs of the axis.
        mode: ``'reflect'``, ``'replicate'`` or ``'circular'``.

    Example:
        >>> for mode in ("reflect", "replicate", "circular"):
        ...     print(continued(np.array([-2, -1, 0, 1, 2, 3]), 3, mode).tolist())
        [2, 1, 0, 1, 2, 1]
        [0, 0, 0, 1, 2, 2]
        [1, 2, 0, 1, 2, 0]
    """
    if mode == "reflect":
        folded = np.abs(places)
        return np.where(folded >= size, 2 * (size - 1) - folded, folded)
    return np.clip(places, 0, size - 1) if mode == "replicate" else places % size


def _places(size: int, before: int, after: int, mode: Mode) -> Table:
    length = padded_size(size, before, after, mode)
    return np.arange(-before, length - before, dtype=np.int64)[:, None]


def _left(size: int, before: int, after: int) -> int:
    """Return how many inputs are left after cropping."""
    return size + min(before, 0) + min(after, 0)


#: The table of each mode.
PADDINGS: dict[str, Callable[[int, int, int], Table]] = {
    "constant": constant,
    "reflect": reflect,
    "replicate": replicate,
    "circular": circular,
}


def padded_size(size: int, before: int, after: int, mode: Mode = "constant") -> int:
    """Return before + size + after.

    Raises:
        ArgumentError: If the mode is not known, or the sum does not fit 64 bits.
        ShapeError: If more is cropped than there is, or the mode has no inputs for so much padding.
    """
    facts = [("size", size, ""), ("padding", f"{before}, {after}", "before, after")]
    if mode not in PADDINGS:
        raise ArgumentError(
            f"mode is {mode!r}, but must be one of {', '.join(map(repr, PADDINGS))}."
        )
    result, left = size + before + after, _left(size, before, after)
    if result > _LARGEST:
        raise ArgumentError("the padded axis does not fit 64 bits.", facts, "pad less.")
    if mode in ("constant", "circular"):
        if left < 0:
            raise ShapeError(
                f"{size - left} cells are cropped, but there are only {size}.", facts, "crop less."
            )
    elif result < 1:
        raise ShapeError(f"{result} cells are left after cropping.", facts, "crop less.")
    most = max(before, after)
    if mode == "replicate" and size == 0:
        raise ShapeError("there is no cell that could be replicated.", facts)
    if mode == "reflect" and most >= size:
        raise ShapeError(
            f"a reflection of {most} cells needs more than {most}, but there are {size}.",
            facts,
            f"pad by less than {size}, or use mode='replicate'.",
        )
    if mode == "circular" and most > left:
        raise ShapeError(
            f"a padding of {most} cells goes round {left} cells more than once.",
            facts,
            f"pad by at most {left}.",
        )
    return result


class Run(NamedTuple):
    """Outputs from ``start`` to before ``stop``, which read ``first``, ``first + step``, ...

    Outputs that read nothing have ``first = PAD`` and ``step = 0``.
    """

    start: int
    stop: int
    first: int
    step: int

    @property
    def inputs(self) -> slice:
        """The inputs of the run; only one where all its outputs read the same."""
        step = self.step or 1
        end = self.first + step * (self.stop - self.start if self.step else 1)
        return slice(self.first, end if end >= 0 else None, step)


def runs(column: Table) -> tuple[Run, ...]:
    """Return the column of one tap as runs of equal steps.

    Example:
        >>> runs(reflect(4, 2, 0)[:, 0])
        (Run(start=0, stop=3, first=2, step=-1), Run(start=3, stop=6, first=1, step=1))
    """
    result: list[Run] = []
    for output, entry in enumerate(np.maximum(column, PAD).tolist()):
        if result:
            start, _, first, step = result[-1]
            length = output - start
            if length == 1:
                step = entry - first
            goes_on = entry == first + length * step and step >= -1
            if goes_on and (entry == PAD) == (first == PAD):
                result[-1] = Run(start, output + 1, first, step)
                continue
        result.append(Run(output, output + 1, entry, 0))
    return tuple(result)
