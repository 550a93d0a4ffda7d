"""Every notebook runs from its first cell to its last, and what its cells show can be shown."""

from __future__ import annotations

import ast
import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text("utf-8"))


def run_cell(source: str, name: str, namespace: dict[str, object]) -> object:
    """Run a cell, and return the value of an expression in its last line, as Jupyter does."""
    tree = ast.parse(source, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), namespace)
    if not isinstance(last, ast.Expr):
        return None
    return eval(compile(ast.Expression(last.value), name, "eval"), namespace)


def test_there_are_four() -> None:
    assert [path.stem for path in NOTEBOOKS] == [
        "depthwise_separable",
        "edges_on_a_photograph",
        "the_twelve_animations",
        "transposed_against_deconvolution",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "__main__"}
    shown = 0
    for number, cell in enumerate(read(path)["cells"]):
        if cell["cell_type"] != "code":
            continue
        value = run_cell("".join(cell["source"]), f"{path.name}, cell {number}", namespace)
        if value is None:
            continue
        shown += 1
        if hasattr(value, "_repr_html_"):
            # What is kept in the file must stand alone: no file beside it and no network.
            page = html.unescape(value._repr_html_())
            assert not re.findall(r"(?:src|href)=[\"'](?!data:)", page)
            assert value.check()
        else:
            assert value._repr_png_()
    assert shown >= 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_its_form(path: Path) -> None:
    notebook = read(path)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    names = [cell["id"] for cell in notebook["cells"]]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name) for name in names)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
        else:
            # Every text is in both languages.
            assert re.search(r"[\u4e00-\u9fff]", "".join(cell["source"])), cell["id"]
