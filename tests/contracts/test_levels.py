"""What the import linter cannot see: who imports the extension or the package itself."""

from __future__ import annotations

import ast
from pathlib import Path

import convolens

ROOT = Path(convolens.__file__).parent
MODULES = {path.stem for path in ROOT.iterdir() if path.suffix in ("", ".py")}


def names_from_package(path: Path) -> set[str]:
    """Return the names that a file imports from ``convolens`` itself and that are no modules."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "convolens":
            found |= {alias.name for alias in node.names} - MODULES
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name == "convolens"}
    return found


def test_only_backends_import_the_extension() -> None:
    users = {
        path.relative_to(ROOT).parts[0]
        for path in ROOT.glob("**/*.py")
        if "_native" in names_from_package(path)
    }
    assert users == {"backends"}


def test_nothing_below_the_top_imports_the_package() -> None:
    for path in ROOT.glob("**/*.py"):
        top = path.relative_to(ROOT).parts[0]
        if top not in ("__init__.py", "__main__.py", "cli"):
            assert names_from_package(path) <= {"_native"}, path
