"""Tap tables as SVG: a row an output, a column an input, in each cell the tap that reads it."""

from __future__ import annotations

from html import escape

from tools.operator_pages.taps import Cell, Panel

CELL = 22
GAP = 44
MARGIN = 34
TOP = 46

#: Colours of taps that white digits can be read on, and that can be told from black and white.
COLOURS = ("#3867c8", "#b1521a", "#2c7d55", "#9c3f90", "#80650c", "#a83a4c")

STYLE = """\
text { font: 11px system-ui, sans-serif; fill: #444; text-anchor: middle }
.title { font-size: 12px; text-anchor: start; fill: #222 }
.small { font-size: 9px }
.tap { fill: #fff }
.grid { fill: none; stroke: #8886 }
.pad { fill: none; stroke: #888; stroke-dasharray: 3 2 }
@media (prefers-color-scheme: dark) {
  text { fill: #bbb }
  .title { fill: #ddd }
  .tap { fill: #fff }
}"""


def picture(panels: tuple[Panel, ...]) -> str:
    """Return an SVG with the panels side by side, lettered a, b, c."""
    parts, left = [], 0
    for letter, panel in zip("abc", panels, strict=False):
        columns = _columns(panel)
        parts += _panel(letter, panel, columns, left + MARGIN)
        left += MARGIN + max(len(columns) * CELL, 150) + (GAP if panel is not panels[-1] else 8)
    height = TOP + max(panel.outputs for panel in panels) * CELL + 8
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{left}" height="{height}" '
            f'viewBox="0 0 {left} {height}" role="img">',
            f"<title>{escape(spoken(panels))}</title>",
            f"<style>\n{STYLE}\n</style>",
            *parts,
            "</svg>\n",
        )
    )


def spoken(panels: tuple[Panel, ...]) -> str:
    """Return the picture in words."""
    each = [
        f"{letter}: {panel.inputs} inputs, {panel.outputs} outputs"
        for letter, panel in zip("abc", panels, strict=False)
    ]
    return f"Which inputs each output reads, and by which tap. {'; '.join(each)}."


def _columns(panel: Panel) -> range:
    places = [cell.column for cell in panel.cells]
    return range(min(0, *places, 0), max(panel.inputs - 1, *places) + 1)


def _panel(letter: str, panel: Panel, columns: range, left: int) -> list[str]:
    def x(column: int) -> int:
        return left + (column - columns.start) * CELL

    def y(row: int) -> int:
        return TOP + row * CELL

    parts = [
        f'<text class="title" x="{left}" y="14"><tspan font-weight="bold">{letter}</tspan>  '
        f"{panel.inputs} inputs, {panel.outputs} outputs</text>"
    ]
    for column in columns:
        real = 0 <= column < panel.inputs
        name, kind = (str(column), "") if real else ("pad", ' class="small"')
        parts.append(f'<text{kind} x="{x(column) + CELL // 2}" y="{TOP - 8}">{name}</text>')
    for row in range(panel.outputs):
        parts.append(f'<text x="{left - 12}" y="{y(row) + 15}">{row}</text>')
        parts += [
            f'<rect class="grid" x="{x(column)}" y="{y(row)}" width="{CELL}" height="{CELL}"/>'
            for column in range(panel.inputs)
        ]
    for cell in panel.cells:
        parts += _cell(cell, x(cell.column), y(cell.row), 0 <= cell.column < panel.inputs)
    return parts


def _cell(cell: Cell, x: int, y: int, real: bool) -> list[str]:
    middle = f'x="{x + CELL // 2}" y="{y + 15}"'
    box = f'x="{x + 1}" y="{y + 1}" width="{CELL - 2}" height="{CELL - 2}" rx="3"'
    where = f'data-row="{cell.row}" data-column="{cell.column}"'
    if not real:
        return [f'<rect class="pad" {box} {where}/>', f"<text {middle}>{cell.tap}</text>"]
    if cell.weight is not None:
        opacity = round(0.15 + 0.6 * min(abs(cell.weight), 1.0), 2)
        return [
            f'<rect fill="{COLOURS[0]}" fill-opacity="{opacity}" {box} {where}/>',
            f'<text class="small" {middle}>{short(cell.weight)}</text>',
        ]
    colour = COLOURS[cell.tap % len(COLOURS)]
    return [
        f'<rect fill="{colour}" {box} {where}/>',
        f'<text class="tap" {middle}>{cell.tap}</text>',
    ]


def short(weight: float) -> str:
    """Write a weight in few letters: ``.25``, ``-.1``, ``1``.

    Example:
        >>> short(0.25), short(-0.10546875), short(1.0)
        ('.25', '-.11', '1')
    """
    text = f"{weight:.2f}".rstrip("0").rstrip(".")
    return text.replace("0.", ".", 1) if text not in ("0", "-0") else "0"
