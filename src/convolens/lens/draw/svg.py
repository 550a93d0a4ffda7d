"""A drawing of a network as SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from convolens.lens.draw.arrange import Arrangement
from convolens.lens.draw.graph import JOINS, Node
from convolens.lens.draw.place import LEFT, Box, Layout
from convolens.lens.fonts import FAMILY, font_face
from convolens.lens.language import Words
from convolens.lens.report.html import Html, element, join, raw
from convolens.lens.sizes import text_width

if TYPE_CHECKING:
    from convolens.lens.draw.drawing import Drawing

#: Colours by Okabe and Ito, told apart by people who do not see red or green; the kind is written
#: below each block, too.
COLOURS = {
    "image": "#7f8794",
    "conv": "#0072b2",
    "transposed": "#56b4e9",
    "pool": "#d55e00",
    "linear": "#009e73",
    "concat": "#cc79a7",
    "add": "#cc79a7",
    "multiply": "#cc79a7",
    "mean": "#d55e00",
    "activation": "#e69f00",
    "other": "#7f8794",
}
_BAND = COLOURS["activation"]
_SIGNS = {"add": "+", "multiply": "×", "concat": "‖"}
_STYLE = """
.network { --paper:#fff; --ink:#1a1d23; --quiet:#555b66; background:var(--paper);
  font-family:@FAMILY@; font-variant-numeric:tabular-nums }
@media (prefers-color-scheme:dark) {
  .network { --paper:#0b0c10; --ink:#e9ebef; --quiet:#a9afbb } }
.network text { fill:var(--quiet); font-size:12px }
.network .title { fill:var(--ink); font-size:18px; font-weight:600 }
.network .what { fill:var(--ink) }
.network .mid { text-anchor:middle }
.network .sign { fill:#000; font-size:17px; text-anchor:middle }
.network .back { fill:var(--paper) }
.network .face { stroke:var(--ink); stroke-width:1; stroke-linejoin:round }
.network .edge { fill:none; stroke:var(--quiet); stroke-width:1.6 }
.network .head { fill:var(--quiet) }
.network .wrong { fill:#d55e00; font-size:14px; font-weight:600 }
"""
_LINE = 16


def svg(drawing: Drawing, say: Words) -> str:
    """Return the drawing as one SVG document that needs nothing else."""
    nodes, found, layout = drawing.nodes, drawing.arrangement, drawing.layout
    title = say("title", model=drawing.model, shape="x".join(map(str, nodes[0].shape)))
    below = list(_below(drawing, say, layout.height + 6))
    width = round(max([layout.width, 640.0, *(end for _, end, _ in below)]))
    height = round(max(y for _, _, y in below) + 16)
    style = _STYLE.replace("@FAMILY@", FAMILY) + (font_face() if say.lang == "zh" else "")
    edges = [_edge(a, b, found, layout) for b in range(len(nodes)) for a in nodes[b].inputs]
    return element(
        "svg",
        element("title", title),
        element("style", raw(style)),
        element("rect", class_="back", x=0, y=0, width=width, height=height),
        element("text", title, class_="title", x=LEFT, y=32),
        *edges,
        *(_node(node, box, say) for node, box in zip(nodes, layout.boxes, strict=True)),
        *_labels(nodes, layout, say),
        *(part for part, _, _ in below),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        class_="network",
        role="img",
    )


def _node(node: Node, box: Box, say: Words) -> Html:
    colour = COLOURS[node.kind]
    tip = element("title", tip_of(node, say))
    if node.kind in JOINS:
        radius = box.width / 2
        x, y = box.x + radius, box.y
        circle = element("circle", class_="face", cx=_n(x), cy=_n(y), r=_n(radius), fill=colour)
        sign = element("text", _SIGNS[node.kind], class_="sign", x=_n(x), y=_n(y + 6))
        return element("g", tip, circle, sign)
    x, top, wide, high, back = box.x, box.y - box.height / 2, box.width, box.height, box.slant
    faces = []
    if back:
        faces.append(
            _face([(x, top), (back, -back), (wide, 0), (-back, back)], _pale(colour, 0.45))
        )
        faces.append(
            _face([(x + wide, top), (back, -back), (0, high), (-back, back)], _pale(colour, 0.2))
        )
    faces.append(_face([(x, top), (wide, 0), (0, high), (-wide, 0)], colour))
    if node.bands:
        band = min(4.0, wide / 2)
        side = [(x + wide - band, top), (band, 0), (0, high), (-band, 0)]
        faces.append(_face(side, _BAND))
    return element("g", tip, *faces)


def _pale(colour: str, share: float) -> str:
    """Return a colour with a share of white in it."""
    parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * share):02x}" for part in parts)


def _face(points: Sequence[tuple[float, float]], colour: str) -> Html:
    (x, y), *steps = points
    path = f"M{_n(x)} {_n(y)}" + "".join(f"l{_n(dx)} {_n(dy)}" for dx, dy in steps) + "z"
    return element("path", class_="face", d=path, fill=colour)


def _edge(a: int, b: int, found: Arrangement, layout: Layout) -> Html:
    start, end = layout.boxes[a], layout.boxes[b]
    x, y = start.right - start.slant / 2, start.y - start.slant / 2
    u, v = end.x, end.y
    height = found.arcs.get((a, b))
    if height is not None:
        lane = [
            box
            for box, place, column in zip(layout.boxes, found.lane, found.column, strict=True)
            if place == found.lane[a] and found.column[a] <= column <= found.column[b]
        ]
        over = min(box.top for box in lane) - layout.arc * height + 4
        top = (start.middle, start.top), (end.middle, end.top)
        (x, y), (u, v) = top
        path = (
            f"M{_n(x)} {_n(y)}L{_n(x)} {_n(over + 8)}Q{_n(x)} {_n(over)} {_n(x + 8)} {_n(over)}"
            f"L{_n(u - 8)} {_n(over)}Q{_n(u)} {_n(over)} {_n(u)} {_n(over + 8)}L{_n(u)} {_n(v - 6)}"
        )
        return join([element("path", class_="edge", d=path), _head(u, v, down=True)])
    if abs(y - v) < start.slant + 1:
        y = v = end.y
        path = f"M{_n(start.x + start.width)} {_n(y)}L{_n(u - 6)} {_n(v)}"
    else:
        # Ways that part or join share a line: down behind the block, up before the join.
        up = found.lane[a] > found.lane[b] and not found.is_u
        bend = u - 18 if up else start.right + 10
        path = f"M{_n(x)} {_n(y)}L{_n(bend)} {_n(y)}L{_n(bend)} {_n(v)}L{_n(u - 6)} {_n(v)}"
    return join([element("path", class_="edge", d=path), _head(u, v, down=False)])


def _head(x: float, y: float, *, down: bool) -> Html:
    """Return the head of an arrow that ends at a point, from above or from the left."""
    sides = "l-4 -8h8z" if down else "l-8 -4v8z"
    return element("path", class_="head", d=f"M{_n(x)} {_n(y)}{sides}")


def _labels(nodes: Sequence[Node], layout: Layout, say: Words) -> Iterator[Html]:
    for node, box in zip(nodes, layout.boxes, strict=True):
        x = _n(box.middle)
        if node.kind in JOINS:
            continue
        for line, text in enumerate(label_of(node, say)):
            y = _n(box.bottom + _LINE * (line + 1))
            yield element("text", text, class_="mid what" if not line else "mid", x=x, y=y)


def label_of(node: Node, say: Words) -> list[str]:
    """Return what stands below a block: what it is, its window, and the shape of its output."""
    name = say(node.kind)
    if node.kind == "conv" and 1 < node.groups == node.shape[0]:
        name = say("depthwise")
    if node.kind in ("other", "activation"):
        name = node.name
    lines = [name, "x".join(map(str, node.shape))]
    if node.kernel:
        window = "x".join(map(str, node.kernel))
        if any(step != 1 for step in node.stride):
            steps = sorted(set(node.stride))
            window += f" /{steps[0] if len(steps) == 1 else 'x'.join(map(str, node.stride))}"
        lines.insert(1, window)
    return lines


def tip_of(node: Node, say: Words) -> str:
    """Return what a pointer on a block shows."""
    lines = [" ".join(filter(None, [node.path, node.name or say("image")]))]
    lines.append("x".join(map(str, node.shape)))
    parameters = sum(row.parameters for row in node.rows)
    cost = sum(row.multiply_adds for row in node.rows)
    if parameters:
        lines.append(say("tip.parameters", count=f"{parameters:,}"))
    if cost:
        lines.append(say("tip.multiply_adds", count=f"{cost:,}"))
    if node.rows and all(node.rows[0].receptive_field):
        pixels = "x".join(map(str, node.rows[0].receptive_field))
        lines.append(say("tip.sees", pixels=pixels))
    return "\n".join([*lines, *(f"+ {band}" for band in node.bands)])


def _below(drawing: Drawing, say: Words, y: float) -> Iterator[tuple[Html, float, float]]:
    """Yield the lines below the drawing: where it stopped, and what the picture means."""
    if drawing.error is not None:
        text = say("stopped", error=str(drawing.error).splitlines()[0])
        yield (
            element("text", text, class_="wrong", x=LEFT, y=_n(y)),
            LEFT + 8.0 * text_width(text),
            y,
        )
        y += 22
    x = LEFT
    for kind in dict.fromkeys(node.kind for node in drawing.nodes):
        parts = [
            _face([(x, y - 10), (12, 0), (0, 12), (-12, 0)], COLOURS[kind]),
            element("text", say(kind), x=_n(x + 17), y=_n(y)),
        ]
        x += 34 + 7 * text_width(say(kind))
        yield join(parts), x, y
    if any(node.bands for node in drawing.nodes):
        band = _face([(x, y - 10), (4, 0), (0, 12), (-4, 0)], _BAND)
        yield join([band, element("text", say("band"), x=_n(x + 9), y=_n(y))]), x + 240, y
    y += 22
    text = say("scale")
    for line in _folded(text, 110):
        yield element("text", line, x=LEFT, y=_n(y)), LEFT + 6.2 * text_width(line), y
        y += _LINE


def _folded(text: str, width: int) -> list[str]:
    if text_width(text) <= width:
        return [text]
    if " " not in text[10:40]:
        cut = next(n for n in range(len(text)) if text_width(text[:n]) >= width)
        return [text[:cut], *_folded(text[cut:], width)]
    cut = text.rindex(" ", 0, width)
    return [text[:cut], *_folded(text[cut + 1 :], width)]


def _n(value: float) -> str:
    """Write a coordinate, with as many digits as are seen."""
    return f"{value:.1f}".rstrip("0").rstrip(".")
