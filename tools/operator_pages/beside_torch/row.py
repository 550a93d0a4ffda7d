"""A row of the table of torch's names."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """What a page says beyond what its operator knows.

    Args:
        torch: torch's names for it, with commas; empty where torch has no such name.
        example: Lines of Python, of which the last is an expression to print.
        differences: How it differs from torch, one sentence each.
    """

    torch: str
    example: str
    differences: tuple[str, ...] = ()
