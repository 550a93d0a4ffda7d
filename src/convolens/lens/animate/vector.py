"""Shapes as SVG elements, and the colours of a theme as CSS."""

from __future__ import annotations

from collections.abc import Iterable

from convolens.lens.animate.layout import length
from convolens.lens.animate.shapes import Beam, Outline, Shape, Squares, Text, baseline
from convolens.lens.animate.theme import Theme
from convolens.lens.fonts import FAMILY, font_face
from convolens.lens.report.html import Html, element, join

#: The class of everything, so that a picture inside a page keeps to itself.
PREFIX = "cl-"


def elements(shapes: Iterable[Shape]) -> Html:
    """Return shapes as SVG."""
    return join(_element(shape) for shape in shapes)


def _element(shape: Shape) -> Html:
    match shape:
        case Squares():
            side = shape.size - 1
            path = "".join(f"M{x}.5 {y}.5h{side}v{side}h-{side}z" for x, y in shape.corners)
            return element("path", class_=PREFIX + shape.paint, d=path)
        case Outline():
            x, y, right, down = shape.left, shape.top, shape.width - 1, shape.height - 1
            path = f"M{x}.5 {y}.5h{right}v{down}h-{right}z"
            return element("path", class_=PREFIX + shape.paint, d=path)
        case Beam():
            path = "M" + "L".join(f"{x} {y}" for x, y in shape.points) + "z"
            return element("path", class_=f"{PREFIX}beam", d=path)
        case Text():
            return _text(shape)


def _text(text: Text) -> Html:
    # A number fits its cell in any font. A line is as long as its place, whatever the font.
    fitted = None if text.ink not in ("ink", "dim") or len(text.text) < 4 else length(
        text.text, text.size)  # fmt: skip
    return element(
        "text",
        text.text,
        class_=f"{PREFIX}t-{text.ink}",
        x=text.x,
        y=baseline(text),
        font_size=text.size,
        text_anchor=None if text.anchor == "start" else text.anchor,
        textLength=fitted,
        lengthAdjust=None if fitted is None else "spacingAndGlyphs",
    )


def colours(theme: Theme, within: str = "") -> str:
    """Return the rules that paint the elements.

    Args:
        theme: The colours.
        within: A selector before each of them, such as ``.dark ``.
    """
    dot = f"{within}.{PREFIX}"
    rules = [
        f"{dot}page{{fill:{theme.page}}}",
        f"{dot}beam{{fill:{theme.beam[0]};fill-opacity:{theme.beam[1]}}}",
        f"{dot}t-ink{{fill:{theme.ink}}}",
        f"{dot}t-dim{{fill:{theme.dim}}}",
    ]
    for name, paint in theme.paints.items():
        parts = [f"fill:{paint.fill or 'none'}", f"stroke:{paint.stroke}"]
        if paint.width > 1:
            parts.append(f"stroke-width:{paint.width}")
        if paint.dash != (0, 0):
            parts.append(f"stroke-dasharray:{paint.dash[0]} {paint.dash[1]}")
        rules.append(f"{dot}{name}{{{';'.join(parts)}}}")
        if paint.ink:
            rules.append(f"{dot}t-{name}{{fill:{paint.ink}}}")
    return "".join(rules)


def letters(lang: str) -> str:
    """Return the rules for letters; for Chinese with the font itself."""
    family = f".{PREFIX}picture text{{font-family:{FAMILY}}}"
    return (font_face() if lang == "zh" else "") + family
