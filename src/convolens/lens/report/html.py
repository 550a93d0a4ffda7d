"""HTML and SVG elements whose text is escaped unless it is itself an element."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import final

_ALONE = frozenset({"br", "img", "input", "link", "meta"})
# Characters that HTML does not allow: controls but tab and newline, lone surrogates.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

Attribute = str | int | float | bool | None


@final
class Html(str):
    """Text that is HTML already. Only :func:`element`, :func:`join` and :func:`raw` make it."""

    __slots__ = ()


Content = Html | str | int


def escape(text: str) -> str:
    """Return ``text`` as HTML shows it, in an element or in a quoted attribute.

    Example:
        >>> escape('<b title="x">')
        '&lt;b title=&quot;x&quot;&gt;'
    """
    return html.escape(_FORBIDDEN.sub("\ufffd", text))


def element(tag: str, *content: Content, **attributes: Attribute) -> Html:
    """Return an element.

    Args:
        tag: Its name.
        content: What is inside; all but :class:`Html` is escaped.
        attributes: ``class_`` means class, ``data_row`` data-row. True stands for an attribute
            without value; None and False leave it out.

    Example:
        >>> element("td", "a < b", class_="wide", data_row=3, hidden=False)
        '<td class="wide" data-row="3">a &lt; b</td>'
        >>> element("p", element("br"))
        '<p><br></p>'
    """
    shown = [_attribute(name, value) for name, value in attributes.items()]
    opening = tag + "".join(text for text in shown if text)
    if tag in _ALONE:
        return Html(f"<{opening}>")
    inside = join(content)
    return Html(f"<{opening}>{inside}</{tag}>")


def join(content: Iterable[Content]) -> Html:
    """Return everything one after the other; all but :class:`Html` is escaped."""
    return Html(
        "".join([part if isinstance(part, Html) else escape(str(part)) for part in content])
    )


def raw(text: str) -> Html:
    """Return text of our own, such as the style sheet, as it is."""
    return Html(text)


def _attribute(name: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    spelled = name.rstrip("_").replace("_", "-")
    return f" {spelled}" if value is True else f' {spelled}="{escape(str(value))}"'
