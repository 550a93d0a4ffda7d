"""The summary as an HTML table, as notebooks show it and as a page of its own."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from convolens.lens.fonts import FAMILY, font_face
from convolens.lens.summary_text import COLUMNS, below, cells_of, headings, title, totals
from convolens.lens.words import lens_words

if TYPE_CHECKING:
    from convolens.lens.summary import Summary

#: Colours are the page's own, so that it is readable in light and in dark.
_LEFT = ' style="text-align:left"'
_RIGHT = ' style="text-align:right"'
_NOTE = ' style="text-align:left;font-style:italic;opacity:.8"'
_PAGE = """
:root { color-scheme:light dark }
body { margin:1.5rem; font:16px/1.5 @FAMILY@;
  font-variant-numeric:tabular-nums }
td, th { padding:.2rem .8rem; border-bottom:1px solid #8886; white-space:nowrap }
td[colspan] { white-space:normal }
caption { font-size:1.3rem; font-weight:600; text-align:left; padding:.3rem .8rem }
pre { white-space:pre-wrap }
"""


def html(summary: Summary) -> str:
    """Return the table as HTML, complete with its caption, notes and error.

    Example:
        >>> from convolens import nn
        >>> from convolens.lens import summary
        >>> html(summary(nn.ReLU(), (1, 2, 2))).splitlines()[1]
        '<caption>ReLU on 1x2x2</caption>'
    """
    say = lens_words(summary.lang)
    lines = [
        '<table class="convolens-summary" style="border-collapse:collapse">',
        f"<caption>{escape(title(summary, say))}</caption>",
        f"<thead>{_row(headings(say), 'th')}</thead>",
        "<tbody>",
    ]
    for row in summary.rows:
        lines.append(_row(cells_of(row, say), "td"))
        lines += [_wide(note, _NOTE) for note in row.notes]
    lines += ["</tbody>", f"<tfoot>{_wide(totals(summary, say), _LEFT)}"]
    lines += [_wide(text, _NOTE) for text in (*below(summary, say), *summary.notes)]
    lines += ["</tfoot>", "</table>"]
    if summary.error is not None:
        lines.append(f"<pre>{escape(say('summary.stopped', error=summary.error))}</pre>")
    return "\n".join(lines)


def document(summary: Summary) -> str:
    """Return the summary as one HTML document that needs nothing else."""
    lang = {"en": "en", "zh": "zh-CN"}[summary.lang]
    face, family = "", f"system-ui, {FAMILY}"
    if summary.lang == "zh":
        face, family = font_face(), FAMILY
    style = f"<style>{face}{_PAGE.replace('@FAMILY@', family)}</style>"
    name = escape(title(summary, lens_words(summary.lang)))
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        f"<title>{name}</title>{style}</head><body>\n{html(summary)}\n</body></html>\n"
    )


def _row(texts: tuple[str, ...], tag: str) -> str:
    cells = [
        f"<{tag}{_LEFT if place < 2 else _RIGHT}>{escape(text)}</{tag}>"
        for place, text in enumerate(texts)
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _wide(text: str, style: str) -> str:
    return f'<tr><td colspan="{len(COLUMNS)}"{style}>{escape(text)}</td></tr>'
