from __future__ import annotations

import re

import pytest

from convolens.cli._tables import print_table

ROWS = [("cat [bold]", "3", "9.50%"), ("狗", "12", "-")]


def test_plain_columns(capsys) -> None:
    print_table(("class", "images", "share"), ROWS, title="Title")
    assert capsys.readouterr().out.splitlines() == [
        "Title",
        "class       images  share",
        "cat [bold]       3  9.50%",
        "狗              12      -",
    ]


def test_a_table_without_rows(capsys) -> None:
    print_table(("a", "b"), [])
    assert capsys.readouterr().out == "a  b\n"


def test_lines_on_a_terminal(capsys, monkeypatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    print_table(("class", "images", "share"), ROWS, title="Title")
    shown = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert "Title" in shown
    # What rich takes for markup is shown as it is.
    assert "cat [bold]" in shown
    assert re.search("狗 +12 +-", shown)


@pytest.mark.parametrize("cells", [["1,234", "5"], ["1.5", "-"], ["", "7%"]])
def test_numbers_are_put_to_the_right(cells, capsys) -> None:
    print_table(("a long header",), [(cell,) for cell in cells])
    assert capsys.readouterr().out.splitlines()[1] == cells[0].rjust(13).rstrip()
