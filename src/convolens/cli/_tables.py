"""Prints tables: with lines and colours on a terminal, plain columns elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click


def print_table(headers: Sequence[str], rows: Sequence[Sequence[str]], *, title: str = "") -> None:
    """Print a table; columns that hold numbers only are put to the right.

    Example:
        >>> print_table(("class", "images"), [("cat", "3"), ("dog", "12")])
        class  images
        cat         3
        dog        12
    """
    right = [all(_is_number(row[place]) for row in rows) for place in range(len(headers))]
    if sys.stdout.isatty():
        _print_rich(headers, rows, right, title)
        return
    if title:
        click.echo(title)
    _print_plain((headers, *rows), right)


def _print_plain(rows: Sequence[Sequence[str]], right: Sequence[bool]) -> None:
    # Chinese characters are two columns wide.
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = []
        for cell, width, to_right in zip(row, widths, right, strict=True):
            gap = " " * (width - cell_len(cell))
            cells.append(gap + cell if to_right else cell + gap)
        click.echo("  ".join(cells).rstrip())


def _print_rich(
    headers: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool], title: str
) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, title=title or None, title_justify="left")
    for header, to_right in zip(headers, right, strict=True):
        table.add_column(Text(header), justify="right" if to_right else "left")
    for row in rows:
        # Text, since names may hold what rich takes for markup.
        table.add_row(*map(Text, row))
    Console().print(table)


def _is_number(cell: str) -> bool:
    return cell.replace(",", "").replace(".", "").strip("%- ").isdigit() or cell in ("", "-")
