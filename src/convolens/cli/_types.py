"""Types of options that click does not have."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any, final

import click

#: The most digits of a size or a position, so that no number is too long to be looked at.
MOST_DIGITS = 9
_MOST_DIGITS_OF_A_SIDE = 6


def require_digits(value: str, parts: Sequence[str], most: int) -> None:
    """Refuse numbers with too many digits.

    Args:
        value: What was typed.
        parts: The numbers in it, digits only.
        most: How many digits each may have.

    Raises:
        click.BadParameter: If one has more.
    """
    longest = max(parts, key=len)
    if len(longest) > most:
        raise click.BadParameter(
            f"{value!r} is too large: {longest} has {len(longest)} digits, and {most} are the most."
        )


@final
class Finite(click.FloatRange):
    """A number within a range, but not nan or inf, which every comparison lets through."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number.

        Raises:
            click.BadParameter: If it is none, not finite, or outside the range.
        """
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


@final
class Size(click.ParamType[tuple[int, ...]]):
    """Whole numbers joined by ``x``, such as 64x48.

    Args:
        names: What each of them is, for the help.
    """

    def __init__(self, *names: str) -> None:
        self.name = "x".join(names)
        self._count = len(names)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the numbers.

        Raises:
            click.BadParameter: If they are not as many, or one is 0 or has too many digits.
        """
        if isinstance(value, tuple):
            return value
        parts = value.lower().split("x")
        if len(parts) != self._count or not all(re.fullmatch("[0-9]+", p) for p in parts):
            self.fail(f"{value!r} is not {self.name}, such as {self._sample()}.", param, ctx)
        require_digits(value, parts, _MOST_DIGITS_OF_A_SIDE)
        numbers = tuple(map(int, parts))
        if 0 in numbers:
            self.fail(f"{value!r} has a side of 0.", param, ctx)
        return numbers

    def _sample(self) -> str:
        return "x".join(("3", "64", "64")[-self._count :])


@final
class Numbers(click.ParamType[tuple[int, ...]]):
    """Whole numbers, however many, with one sign between them: 112, 3x224x224, or 0,1,2,2.

    Args:
        sign: What stands between them.
    """

    name = "numbers"

    def __init__(self, sign: str) -> None:
        self._sign = sign

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the numbers.

        Raises:
            click.BadParameter: If they are none, or one has too many digits.
        """
        if isinstance(value, tuple):
            return value
        parts = value.lower().replace("×", "x").split(self._sign)
        if not all(re.fullmatch(r"\s*[0-9]+\s*", part) for part in parts):
            sample = self._sign.join(("1", "2", "3"))
            self.fail(
                f"{value!r} is not made of whole numbers with {self._sign!r} between them, such as "
                f"{sample}.",
                param,
                ctx,
            )
        require_digits(value, [part.strip() for part in parts], MOST_DIGITS)
        return tuple(map(int, parts))
