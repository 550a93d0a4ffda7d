from __future__ import annotations

import pytest

from convolens.lens.report.html import Html, element, escape, join


def test_text_is_escaped_and_elements_are_not() -> None:
    inner = element("b", "<script>alert(1)</script>")
    assert inner == "<b>&lt;script&gt;alert(1)&lt;/script&gt;</b>"
    assert element("p", inner, 3) == f"<p>{inner}3</p>"


def test_attributes_are_escaped() -> None:
    assert element("a", title='" onclick="x') == '<a title="&quot; onclick=&quot;x"></a>'


@pytest.mark.parametrize("value", [None, False])
def test_attributes_that_are_left_out(value: bool | None) -> None:
    assert element("input", checked=value) == "<input>"


def test_characters_that_html_does_not_allow() -> None:
    assert escape("a\x00b\x1b\ud800c\n") == "a\ufffdb\ufffd\ufffdc\n"
    escape("\ud800").encode("utf-8")


def test_join_escapes_too() -> None:
    assert join(["<", Html("<br>")]) == "&lt;<br>"
