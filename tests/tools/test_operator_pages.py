"""The pages of the operators are what their generator writes, and their pictures are true."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from tools.operator_pages.beside_torch import ROWS
from tools.operator_pages.docstring import markdown, parse
from tools.operator_pages.folder import differences, update
from tools.operator_pages.gradient import written
from tools.operator_pages.page import typical
from tools.operator_pages.picture import picture, short
from tools.operator_pages.taps import Panel, measured, panels, place_of

import convolens as cl
from convolens.backends.native import KERNELS as KERNELS_OF
from convolens.ops import OPERATORS, Op
from convolens.tensor.apply import apply

FOLDER = Path(__file__).parents[2] / "docs" / "operators"
OPS = pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
DRAWN = [operator for operator in OPERATORS if panels(operator)]
EACH_DRAWN = pytest.mark.parametrize("operator", DRAWN, ids=lambda operator: operator.name)


def test_the_pages_are_what_the_generator_writes() -> None:
    assert differences(FOLDER) == [], "run `make docs`"


def test_what_is_wrong_with_a_folder_is_named(tmp_path: Path) -> None:
    update(tmp_path)
    assert differences(tmp_path) == []
    (tmp_path / "relu.md").unlink()
    (tmp_path / "conv.svg").write_text("", "utf-8")
    (tmp_path / "convolve.md").write_text("gone", "utf-8")
    assert differences(tmp_path) == [
        "relu.md is missing",
        "conv.svg is out of date",
        "convolve.md belongs to no operator",
    ]
    assert update(tmp_path) == 3
    assert differences(tmp_path) == []


@OPS
def test_every_operator_has_a_row_beside_torch(operator: type[Op]) -> None:
    assert operator.name in ROWS, "add a row in tools/operator_pages/beside_torch"


@OPS
def test_a_docstring_begins_with_a_formula(operator: type[Op]) -> None:
    words = parse(operator)
    assert words.formula.endswith(".")
    assert "->" in words.sections["Shapes"]


@OPS
def test_every_input_has_a_line_of_the_gradient(operator: type[Op]) -> None:
    sample = typical(operator)
    lines = written(sample)
    results = [line for line in lines if line.startswith("d")]
    assert len(results) == (len(sample.specs) if lines else 0)


def test_operators_with_windows_are_drawn() -> None:
    names = {operator.name for operator in DRAWN}
    assert {"conv", "conv_transpose", "max_pool", "avg_pool_grad", "pad", "resample"} <= names
    assert "conv_weight_grad" not in names


@EACH_DRAWN
def test_a_picture_shows_what_the_reference_reads(operator: type[Op]) -> None:
    """An input that is not a number spoils exactly the outputs in whose rows it is drawn."""
    for panel in panels(operator):
        assert panel.reads() == measured(panel.sample)


KERNELS = [
    pytest.param(panel, kernel.name, id=f"{operator.name}-{number}-{kernel.name}")
    for operator in DRAWN
    for number, panel in enumerate(panels(operator))
    for kernel in KERNELS_OF.get(operator, ())
    if not kernel.refuse(panel.sample.op, panel.sample.specs)
]


@pytest.mark.parametrize(("panel", "kernel"), KERNELS)
def test_a_picture_shows_what_each_kernel_reads(panel: Panel, kernel: str) -> None:
    """An input that grows by 1,000 changes exactly the outputs in whose rows it is drawn.

    By a hundredth of that and more; the others by rounding at most, which is below 0.1 for numbers
    of this size in float32, also where Winograd's algorithm computes a tile of outputs together.
    """
    op, place = panel.sample.op, place_of(panel.sample)
    arrays = panel.sample.arrays(np.random.default_rng(0))

    def outputs() -> np.ndarray:
        with cl.algorithm(kernel):
            return apply(op, *map(cl.tensor, arrays)).numpy()

    before, found = outputs(), set()
    for column in range(panel.inputs):
        kept = arrays[place].copy()
        arrays[place][..., column] += 1000
        change = np.abs(outputs() - before).reshape(-1, panel.outputs).max(axis=0)
        arrays[place] = kept
        assert not ((change > 0.1) & (change < 10)).any()
        found |= {(int(row), column) for row in np.flatnonzero(change > 1)}
    assert found == panel.reads()


@EACH_DRAWN
def test_an_svg_holds_the_cells_of_its_panels(operator: type[Op]) -> None:
    drawn = panels(operator)
    root = ElementTree.fromstring(picture(drawn))
    cells = [
        (int(item.get("data-row", "")), int(item.get("data-column", "")))
        for item in root.iter("{http://www.w3.org/2000/svg}rect")
        if item.get("data-row")
    ]
    assert cells == [(cell.row, cell.column) for panel in drawn for cell in panel.cells]
    width, height = int(root.get("width", "")), int(root.get("height", ""))
    for item in root.iter("{http://www.w3.org/2000/svg}rect"):
        assert 0 <= int(item.get("x", "")) <= width - int(item.get("width", ""))
        assert 0 <= int(item.get("y", "")) <= height - int(item.get("height", ""))


def contrast(first: str, second: str) -> float:
    """The contrast of two colours, as the Web Content Accessibility Guidelines 2.1 define it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_pictures_are_readable_in_light_and_dark() -> None:
    from tools.operator_pages.picture import COLOURS

    text = picture(panels(DRAWN[0]))
    light, _, dark = text.partition("prefers-color-scheme: dark")
    for name, half, paper in (("text", light, "#ffffff"), ("text", dark, "#0d1117")):
        (ink,) = re.findall(rf"{name} {{[^}}]*fill: (#[0-9a-f]{{3}})[ ;]", half)
        assert contrast("#" + "".join(c + c for c in ink[1:]), paper) >= 4.5
    for colour in COLOURS:
        assert contrast(colour, "#ffffff") >= 4.5  # the digits
        assert contrast(colour, "#0d1117") >= 3  # the cell


def test_text_is_escaped() -> None:
    assert markdown("``a*`` b_c [*I]") == "`a*` b\\_c \\[\\*I\\]"
    assert [short(w) for w in (1.0, 0.25, -0.105, 0.0, -1.0)] == ["1", ".25", "-.1", "0", "-1"]
