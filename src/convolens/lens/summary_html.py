"""The summary as an HTML table, as notebooks show it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from convolens.lens.summary_text import HEADINGS, LEGEND, cells_of, times, totals

if TYPE_CHECKING:
    from convolens.lens.summary import Summary

#: Colours are the page's own, so that it is readable in light and in dark.
_LEFT = ' style="text-align:left"'
_RIGHT = ' style="text-align:right"'
_NOTE = ' style="text-align:left;font-style:italic;opacity:.8"'


def html(summary: Summary) -> str:
    """Return the table as HTML, complete with its caption, notes and error.

    Example:
        >>> from convolens import nn
        >>> from convolens.lens import summary
        >>> html(summary(nn.ReLU(), (1, 2, 2))).splitlines()[1]
        '<caption>ReLU on 1x2x2</caption>'
    """
    lines = [
        '<table class="convolens-summary" style="border-collapse:collapse">',
        f"<caption>{escape(summary.model)} on {times(summary.input_shape)}</caption>",
        f"<thead>{_row(HEADINGS, 'th')}</thead>",
        "<tbody>",
    ]
    for row in summary.rows:
        lines.append(_row(cells_of(row), "td"))
        lines += [_wide(note, _NOTE) for note in row.notes]
    lines += ["</tbody>", f"<tfoot>{_wide(totals(summary), _LEFT)}", _wide(LEGEND, _NOTE)]
    lines += [_wide(note, _NOTE) for note in summary.notes]
    lines += ["</tfoot>", "</table>"]
    if summary.error is not None:
        lines.append(f"<pre>The model stopped here. {escape(str(summary.error))}</pre>")
    return "\n".join(lines)


def _row(texts: tuple[str, ...], tag: str) -> str:
    cells = [
        f"<{tag}{_LEFT if place < 2 else _RIGHT}>{escape(text)}</{tag}>"
        for place, text in enumerate(texts)
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _wide(text: str, style: str) -> str:
    return f'<tr><td colspan="{len(HEADINGS)}"{style}>{escape(text)}</td></tr>'
