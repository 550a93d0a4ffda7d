"""The index of the operators' pages."""

from __future__ import annotations

from tools.operator_pages.docstring import markdown, parse
from tools.operator_pages.kernels import kernels
from tools.operator_pages.page import linked, torch_names

from convolens.ops import OPERATORS

HEAD = """\
# Operators

A page for each of the {count} operators, written by `make docs` from the operators themselves:
shapes, attributes, which inputs each output reads, cost, gradient, kernels, and what is different
from torch. The letters are those of [words](../words.md); `convolens ops` prints what each has.

| operator | what it computes | torch | kernels |
|---|---|---|---|
"""


def index() -> str:
    """Return the index as Markdown."""
    lines = []
    for operator in OPERATORS:
        names = ", ".join(kernel.name for kernel in kernels(operator)) or "none"
        formula = markdown(parse(operator).formula)
        lines.append(
            f"| {linked([operator.name])} | {formula} | {torch_names(operator.name)} | {names} |\n"
        )
    return HEAD.format(count=len(OPERATORS)) + "".join(lines)
