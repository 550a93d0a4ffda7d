from __future__ import annotations

import math
import re

import pytest

from convolens.lens.report import render_report
from convolens.lens.report.chart import Line, line_chart

from .makers import digits_inputs
from .page_reader import PageReader

DRAWN = re.compile(r"(\d+\.\d) (\d+\.\d)")


def chart(*values: list[float], is_share: bool = False) -> str:
    lines = [Line(name, name, row) for name, row in zip(("train", "test"), values, strict=False)]
    epochs = list(range(1, len(values[0]) + 1))
    return line_chart("Loss", "epoch", epochs, lines, lambda i: f"epoch {i + 1}", is_share=is_share)


def test_values_lie_where_the_axes_say() -> None:
    page = PageReader(chart([2.0, 1.0, 0.0]))
    paths = [a["d"] for a in page.all("path") if a.get("d")]
    (line,) = [d for d in paths if d.count("L") == 2]
    points = [(float(x), float(y)) for x, y in DRAWN.findall(line)]
    # 2 is the highest tick, 0 the lowest; the epochs are evenly apart.
    assert [y for _, y in points] == [16.0, 135.0, 254.0]
    assert points[1][0] - points[0][0] == pytest.approx(points[2][0] - points[1][0], abs=0.2)


def test_what_is_not_finite_leaves_a_gap() -> None:
    page = PageReader(chart([1.0, math.nan, 2.0, math.inf, 1.0]))
    (line,) = [a["d"] for a in page.all("path") if (a.get("d") or "").count("M") == 3]
    assert "L" not in line
    assert len(page.all("circle")) == 3


def test_names_at_the_ends_do_not_touch() -> None:
    page = PageReader(chart([1.0, 0.01], [1.0, 0.0]))
    names = [a for a in page.all("text") if (a.get("class") or "").startswith("name")]
    heights = sorted(float(a["y"] or 0) for a in names)
    assert heights[1] - heights[0] >= 19
    assert heights[1] <= 300 - 40


@pytest.mark.parametrize("values", [[1.0], [0.0, 0.0], [1e6, 2e6], [-1.0, 1.0], [math.nan, 1.0]])
def test_charts_of_any_values(values: list[float]) -> None:
    page = PageReader(chart(values))
    assert page.problems == []
    for attributes in page.all("circle"):
        assert 0 <= float(attributes["cy"] or -1) <= 254


def test_shares_are_per_cent() -> None:
    text = PageReader(chart([0.5, 0.9725], is_share=True)).text
    assert "97.2\xa0%" in text
    assert "100\xa0%" in text


def test_the_table_holds_every_value() -> None:
    page = PageReader(render_report(digits_inputs()))
    for word in ("2.3000", "40.0\xa0%", "0.001", "12,346", "0.50"):
        assert word in page.texts


def test_a_long_history_has_a_shorter_table() -> None:
    rows = [{"epoch": n, "train_loss": 1 / n} for n in range(1, 1002)]
    page = PageReader(render_report(digits_inputs(history=rows)))
    assert "every 6 epochs" in page.text
    assert "1001" in page.texts
