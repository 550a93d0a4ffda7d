"""The folder of the pages: which files it should hold, and what is different."""

from __future__ import annotations

from pathlib import Path

from tools.operator_pages.index import index
from tools.operator_pages.page import page
from tools.operator_pages.picture import picture
from tools.operator_pages.taps import panels

from convolens.ops import OPERATORS


def files() -> dict[str, str]:
    """Return the name and text of every file that the folder should hold."""
    result = {"README.md": index()}
    for operator in OPERATORS:
        drawn = panels(operator)
        result[f"{operator.name}.md"] = page(operator, drawn)
        if drawn:
            result[f"{operator.name}.svg"] = picture(drawn)
    return result


def differences(folder: Path) -> list[str]:
    """Return a line for each file that is missing, out of date or of no operator."""
    wanted = files()
    found = {path.name: path.read_text("utf-8") for path in folder.glob("*") if path.is_file()}
    return [
        *(f"{name} is missing" for name in wanted if name not in found),
        *(
            f"{name} is out of date"
            for name in wanted
            if found.get(name, wanted[name]) != wanted[name]
        ),
        *(f"{name} belongs to no operator" for name in sorted(found) if name not in wanted),
    ]


def update(folder: Path) -> int:
    """Write the files that are different, remove those of no operator; return how many changed."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = files()
    changed = 0
    for path in folder.glob("*"):
        if path.name not in wanted:
            path.unlink()
            changed += 1
    for name, text in wanted.items():
        path = folder / name
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            changed += 1
    return changed
