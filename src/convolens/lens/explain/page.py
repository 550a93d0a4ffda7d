"""An explanation as HTML: as a page of its own, and as a part of a notebook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from convolens.lens.explain.number_html import number_section
from convolens.lens.explain.sections import Section, headline, sections
from convolens.lens.explain.tap_picture import tap_picture
from convolens.lens.explain.words import explain_words
from convolens.lens.fonts import FAMILY, font_face
from convolens.lens.language import Words
from convolens.lens.report.html import Content, Html, element, join, raw

if TYPE_CHECKING:
    from convolens.lens.explain.backwards import Ways
    from convolens.lens.explain.explanation import Explanation

#: Colours follow the reader's choice of light or dark; tables scroll and never the page.
STYLE = """
.lens { --paper:#fff; --ink:#1a1d23; --quiet:#555b66; --line:#d5d8de; --neg:25 121 199;
  --pos:192 86 0; --good:#14683a; --bad:#b3122d; background:var(--paper); color:var(--ink);
  font:16px/1.5 @FAMILY@; padding:1rem 1.4rem; font-variant-numeric:tabular-nums }
@media (prefers-color-scheme:dark) {
  .lens { --paper:#0b0c10; --ink:#e9ebef; --quiet:#a9afbb; --line:#343943; --good:#6cd39a;
    --bad:#ff8a99 } }
.lens h1 { font-size:1.6rem; margin:.2rem 0; overflow-wrap:anywhere; font-family:monospace }
.lens h2 { font-size:1.1rem; margin:1.4rem 0 .3rem }
.lens p { margin:.2rem 0; max-width:75ch }
.lens .lead { font-size:1.1rem }
.lens .wide { overflow-x:auto }
.lens table { border-collapse:collapse; background:none }
.lens td, .lens th { padding:.15rem .8rem .15rem 0; border-bottom:1px solid var(--line);
  text-align:left; font-weight:400; background:none; color:inherit }
.lens thead th { color:var(--quiet) }
.lens .n { text-align:right; white-space:nowrap }
.lens code { font-size:1rem }
.lens svg { max-width:100%; height:auto }
.lens .window { display:inline-block; vertical-align:top; margin:0 1.2rem .8rem 0 }
.lens .window td { border:1px solid var(--line); padding:.1rem .45rem; text-align:right;
  font-size:.85rem }
.lens .window small { display:block; color:var(--quiet) }
.lens .pad { color:var(--quiet); background:repeating-linear-gradient(45deg,var(--line) 0 1.5px,
  transparent 1.5px 6px) }
.lens .good { color:var(--good) } .lens .bad { color:var(--bad); font-weight:700 }
"""


def page(found: Explanation, lang: str | None = None) -> str:
    """Return the explanation as one HTML document that needs nothing else."""
    say = explain_words(lang)
    return document(found.spec.text, _body(found, say), say.lang)


def fragment(found: Explanation, lang: str | None = None) -> str:
    """Return the explanation as a part of a page, with its style."""
    say = explain_words(lang)
    return part(_body(found, say), say.lang)


def ways_page(ways: Ways, lang: str | None = None) -> str:
    """Return the ways to a wanted size as one HTML document."""
    title, _, _ = ways.rows(lang)
    return document(title, _ways(ways, lang), explain_words(lang).lang)


def ways_fragment(ways: Ways, lang: str | None = None) -> str:
    """Return the ways to a wanted size as a part of a page, with its style."""
    return part(_ways(ways, lang), explain_words(lang).lang)


def document(title: str, body: Html, lang: str) -> str:
    """Return an HTML document."""
    head = [
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element(
            "style", raw("body { margin:0 } .lens { min-height:100vh; box-sizing:border-box }")
        ),
    ]
    inside = [element("head", *head), element("body", raw(part(body, lang)))]
    return "<!DOCTYPE html>\n" + element("html", *inside, lang={"en": "en", "zh": "zh-CN"}[lang])


def part(body: Html, lang: str) -> str:
    """Return a part of a page, with its style and, for Chinese, its font."""
    face, family = (font_face(), FAMILY) if lang == "zh" else ("", f"system-ui, {FAMILY}")
    style = element("style", raw(face + STYLE.replace("@FAMILY@", family)))
    return element("div", style, body, class_="lens")


def _body(found: Explanation, say: Words) -> Html:
    parts: list[Html] = [
        element("h1", found.spec.text),
        element("p", headline(found, say), class_="lead"),
    ]
    if found.number is not None:
        parts.append(number_section(found.number, say))
    for section in sections(found, say):
        parts += _section(section)
        if section.name == "size":
            parts.append(element("h2", say("taps")))
            parts.append(
                element("div", raw(tap_picture(found, say.lang, with_font=False)), class_="wide")
            )
            if found.spec.padding_mode != "zeros":
                parts.append(element("p", say("taps.copies", mode=found.spec.padding_mode)))
    return join(parts)


def _ways(ways: Ways, lang: str | None) -> Html:
    title, rows, below = ways.rows(lang)
    parts = [element("h2", title)]
    if rows:
        parts.append(table(rows[0], rows[1:]))
    return join([*parts, *(element("p", line) for line in below)])


def _section(section: Section) -> Iterator[Html]:
    yield element("h2", section.title)
    if section.rows:
        yield table(section.header, section.rows)
    for line in section.lines:
        content: Content = element("code", line) if section.code else line
        yield element("p", content)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Html:
    """Return a table: names to the left, numbers to the right."""
    from convolens.lens.explain.text import is_number

    right = [all(map(is_number, column)) for column in zip(*rows, strict=True)]

    def line(cells: Sequence[str], tag: str) -> Html:
        return element(
            "tr",
            *(
                element(tag, cell, class_="n" if number else None)
                for cell, number in zip(cells, right, strict=True)
            ),
        )

    body = element("tbody", *(line(row, "td") for row in rows))
    head = [element("thead", line(header, "th"))] if any(header) else []
    return element("div", element("table", *head, body), class_="wide")
