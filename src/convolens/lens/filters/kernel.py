"""A filter's kernel: named or typed in, one grid for all channels or one for each."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from typing import Any, NoReturn, final

import numpy as np

from convolens.errors import ArgumentError
from convolens.lens.filters.bank import BANK, Setting
from convolens.lens.filters.grid import Grid, as_grids, parse_grids
from convolens.lens.filters.words import filter_words

_NAME = re.compile(r"\s*([A-Za-z][\w-]*)\s*(?::(.*))?\s*", re.DOTALL)


@final
@dataclass(frozen=True, eq=False)
class Kernel:
    """A filter's kernel.

    Attributes:
        name: How it was asked for.
        grids: float64 [R, S] each: one for all channels, or one for each channel.
        across: The second direction, where the result is the length of a gradient, else None.
    """

    name: str
    grids: tuple[Grid, ...]
    across: Grid | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.grids[0].shape
        return rows, columns

    @property
    def directions(self) -> tuple[tuple[Grid, ...], ...]:
        """The grids, and, for the length of a gradient, those of its second direction."""
        return (self.grids,) if self.across is None else (self.grids, (self.across,))

    @property
    def balanced(self) -> bool:
        """Whether the numbers sum to 0, so that even areas become 0: it shows differences."""
        return all(
            bool(grid.any()) and abs(grid.sum()) <= 1e-9 * np.abs(grid).sum() for grid in self.grids
        )

    def flipped(self) -> Kernel:
        """Return the kernel that makes cross-correlation a convolution: turned by 180 degrees."""
        across = None if self.across is None else self.across[::-1, ::-1]
        return replace(self, grids=tuple(g[::-1, ::-1] for g in self.grids), across=across)


def as_kernel(kernel: Any) -> Kernel:
    """Return the kernel of a text, an array or a tensor.

    Args:
        kernel: A name of the bank, with its numbers behind a colon: ``"sobel"``, ``"gaussian:2"``,
            ``"motion:length=15,angle=45"``; a grid of numbers, ``"1 0 -1; 2 0 -2; 1 0 -1"``; or an
            array [R, S], or [C, R, S] with a grid for each channel.

    Raises:
        ArgumentError: If there is no such kernel, or the numbers are no grid.

    Example:
        >>> as_kernel("edge:3").grids[0].tolist()
        [[-1.0, -1.0, -1.0], [-1.0, 8.0, -1.0], [-1.0, -1.0, -1.0]]
        >>> as_kernel("sobl")
        Traceback (most recent call last):
            ...
        convolens.errors.ArgumentError: there is no kernel 'sobl'.
        Hint: did you mean sobel? Kernels: identity, box, gaussian, sobel_x, sobel_y, sobel, \
prewitt_x, prewitt_y, prewitt, scharr_x, scharr_y, scharr, laplacian, edge, emboss, sharpen, \
unsharp, motion, diagonal, random; or numbers such as "1 0 -1; 2 0 -2; 1 0 -1".
    """
    if isinstance(kernel, Kernel):
        return kernel
    if not isinstance(kernel, str):
        grids = as_grids(kernel)
        return Kernel("x".join(map(str, grids[0].shape)), grids)
    if found := _NAME.fullmatch(kernel):
        return _named(found[1].lower().replace("-", "_"), found[2] or "", " ".join(kernel.split()))
    return Kernel(" ".join(kernel.split()), parse_grids(kernel))


def _named(name: str, numbers: str, text: str) -> Kernel:
    if name not in BANK:
        close = difflib.get_close_matches(name, BANK, 1)
        key = "kernel.close" if close else "kernel.unknown"
        _refuse(key, name=name, known=", ".join(BANK), close=close[0] if close else "")
    entry = BANK[name]
    values = _settings(name, entry.settings, numbers)
    grids = entry.make(*values)
    return Kernel(text, grids[:1], grids[1] if len(grids) > 1 else None)


def _settings(name: str, settings: tuple[Setting, ...], text: str) -> list[float]:
    values = [setting.default for setting in settings]
    names = [setting.name for setting in settings]
    words = [word.strip() for word in text.split(",")] if text.strip() else []
    if len(words) > len(settings):
        _refuse("kernel.count", name=name, count=len(words), most=_listed(settings))
    for place, word in enumerate(words):
        key, separator, number = word.partition("=")
        if separator and key.strip() not in names:
            _refuse("kernel.setting", name=name, setting=key.strip(), known=_listed(settings))
        at = names.index(key.strip()) if separator else place
        values[at] = _value(name, settings[at], number if separator else word)
    return values


def _listed(settings: tuple[Setting, ...]) -> str:
    return ", ".join(setting.name for setting in settings) or "-"


def _value(name: str, setting: Setting, word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = float("nan")
    if setting.only and value not in setting.only:
        known = filter_words()("kernel.or").join(f"{number:g}" for number in setting.only)
        _refuse("kernel.only", name=name, setting=setting.name, word=word.strip(), known=known)
    whole = value.is_integer() if setting.whole else True
    # Written so that NaN is refused.
    if not (setting.low <= value <= setting.high and whole):
        _refuse(
            "kernel.whole" if setting.whole else "kernel.number",
            name=name,
            setting=setting.name,
            word=word.strip(),
            low=f"{setting.low:,g}",
            high=f"{setting.high:,g}" if setting.high < 1e6 else f"{setting.high:,.0f}",
        )
    return int(value) if setting.whole else value


def _refuse(key: str, **values: object) -> NoReturn:
    raise filter_words().problem(ArgumentError, key, **values)
