"""What ``_native.pyi`` says: the names of the extension module and their parameters."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import convolens


@cache
def declared() -> ast.Module:
    path = Path(convolens.__file__).with_name("_native.pyi")
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def functions() -> dict[str, list[str]]:
    """Return the parameters of each function."""
    return {
        node.name: [argument.arg for argument in node.args.args]
        for node in declared().body
        if isinstance(node, ast.FunctionDef)
    }


@cache
def classes() -> dict[str, dict[str, list[str]]]:
    """Return the methods of each class with their parameters; an attribute has none."""
    result: dict[str, dict[str, list[str]]] = {}
    for node in declared().body:
        if isinstance(node, ast.ClassDef):
            members = result[node.name] = {}
            for item in node.body:
                if isinstance(item, ast.FunctionDef):
                    members[item.name] = [argument.arg for argument in item.args.args[1:]]
                elif isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                    members[item.target.id] = []
    return result
