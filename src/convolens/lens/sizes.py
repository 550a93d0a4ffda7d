"""Numbers of bytes, times and widths of texts as people read them."""

from __future__ import annotations


def in_bytes(number: int) -> str:
    """Return a number of bytes with its unit, 1024 of one being the next.

    Example:
        >>> in_bytes(100), in_bytes(602_112), in_bytes(2**30)
        ('100 B', '588 KiB', '1 GiB')
    """
    value, units = float(number), ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    while value >= 1024 and len(units) > 1:
        value /= 1024
        units.pop(0)
    return f"{value:.4g} {units[0]}"


def duration(nanoseconds: float) -> str:
    """Return a time with its unit, with two digits: an estimate is no more exact.

    Example:
        >>> duration(830.0), duration(41_700_000.0)
        ('830 ns', '42 ms')
    """
    for unit, length in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= length:
            return f"{float(f'{nanoseconds / length:.2g}'):g} {unit}"
    return f"{float(f'{nanoseconds:.2g}'):g} ns"


def text_width(text: str) -> int:
    """Return how many letters wide a text is: Chinese characters are two.

    Example:
        >>> text_width("conv"), text_width("卷积")
        (4, 4)
    """
    return sum(1 + (character > "\u2e7f") for character in text)
