"""Tables that read well in a terminal and are Markdown too."""

from __future__ import annotations

from collections.abc import Sequence


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return an aligned table: the first column to the left, numbers to the right.

    Example:
        >>> print(table(["peer", "ms"], [["torch", "17.2"], ["convolens", "5.1"]]))
        | peer      |   ms |
        |:----------|-----:|
        | torch     | 17.2 |
        | convolens |  5.1 |
    """
    lines = [header, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]

    def written(line: Sequence[str]) -> str:
        first, *rest = zip(line, widths, strict=True)
        cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]
        return "| " + " | ".join(cells) + " |"

    rule = [":" + "-" * (widths[0] + 1), *("-" * (width + 1) + ":" for width in widths[1:])]
    return "\n".join([written(header), "|" + "|".join(rule) + "|", *map(written, rows)])
