"""An example and what it prints."""

from __future__ import annotations

from typing import Any

_IMPORTS = {
    "cl.": "import convolens as cl",
    "ops.": "from convolens import ops",
    "F.": "from convolens.nn import functional as F",
    "apply(": "from convolens.tensor.apply import apply",
}


def program(lines: str) -> str:
    """Return a program that prints the expression in the last line."""
    imports = [line for mark, line in _IMPORTS.items() if mark in lines]
    *before, last = lines.split("\n")
    return "\n".join((*imports, "", *before, f"print({last})")) + "\n"


def printed(code: str) -> str:
    """Return what a program prints."""
    parts: list[str] = []
    namespace: dict[str, Any] = {
        "print": lambda value: parts.append(f"{value!s}\n"),
        "__name__": "__page__",
    }
    exec(compile(code, "<example>", "exec"), namespace)
    return "".join(parts)
