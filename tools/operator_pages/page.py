"""The page of an operator."""

from __future__ import annotations

from collections.abc import Iterator

from tools.operator_pages import attributes
from tools.operator_pages.beside_torch import ROWS
from tools.operator_pages.docstring import Docstring, markdown, one_line, parse
from tools.operator_pages.example import printed, program
from tools.operator_pages.gradient import all_called, input_names, output_name, written
from tools.operator_pages.kernels import kernels
from tools.operator_pages.picture import spoken
from tools.operator_pages.taps import Panel

from convolens.ops import OPERATORS, Op, Sample

SOURCE = "../../src/convolens/ops"


def page(operator: type[Op], drawn: tuple[Panel, ...]) -> str:
    """Return the page as Markdown."""
    words = parse(operator)
    sample = typical(operator)
    parts = (
        _head(operator, words),
        _attributes(operator),
        _taps(operator, drawn),
        _call(sample),
        _gradient(operator, sample),
        _example(operator, words),
        _torch(operator),
        _kernels(operator),
    )
    return "\n".join(line for part in parts for line in part)


def typical(operator: type[Op]) -> Sample:
    """Return the operator's first sample that computes something."""
    samples = list(operator.samples())
    return next(
        (s for s in samples if all(0 not in spec.shape for spec in s.specs)),
        samples[0],
    )


def _head(operator: type[Op], words: Docstring) -> Iterator[str]:
    module = operator.__module__.rsplit(".", 1)[-1]
    yield f"# {operator.name}"
    yield ""
    yield _code(words.formula.replace("``", ""), words.sections.get("Shapes", operator.signature))
    for paragraph in filter(None, words.text.split("\n\n")):
        yield markdown(one_line(paragraph)) + "\n"
    if "Raises" in words.sections:
        yield f"Raises {markdown(one_line(words.sections['Raises']))}\n"
    yield f"Defined in [ops/{module}.py]({SOURCE}/{module}.py) as `{operator.__name__}`;"
    yield "the letters are those of [words](../words.md)."
    yield from _source(operator, words)
    yield ""


def _source(operator: type[Op], words: Docstring) -> Iterator[str]:
    """Name the source of an operator, or the operator of the same file whose source is its own."""
    if "Source" in words.sections:
        yield f"Source: {markdown(one_line(words.sections['Source']))}"
        return
    for other in OPERATORS:
        if other.__module__ == operator.__module__ and "Source" in parse(other).sections:
            yield f"Source: that of {linked([other.name])}."
            return


def _attributes(operator: type[Op]) -> Iterator[str]:
    rows = attributes.rows(operator)
    if not rows:
        return
    yield "| attribute | type | default | meaning |"
    yield "|---|---|---|---|"
    for name, kind, default, meaning in rows:
        shown = f"`{default}`" if default else ""
        yield f"| `{name}` | `{kind.replace('|', 'or')}` | {shown} | {markdown(meaning)} |"
    yield ""


def _taps(operator: type[Op], drawn: tuple[Panel, ...]) -> Iterator[str]:
    if not drawn:
        return
    yield "## Taps"
    yield ""
    yield f"![{spoken(drawn)}]({operator.name}.svg)"
    yield ""
    weighted = any(cell.weight is not None for panel in drawn for cell in panel.cells)
    shown = "its weight" if weighted else "its number"
    yield "Along the last axis, a row is an output and a column an input;"
    yield f"in a cell is the tap that reads it, by {shown}."
    yield ""
    for letter, panel in zip("abc", drawn, strict=False):
        specs = ", ".join(map(str, panel.sample.specs))
        yield f"- {letter}: `{panel.sample.op}` on {markdown(specs)}"
    yield ""


def _call(sample: Sample) -> Iterator[str]:
    cost = sample.op.cost(*sample.specs)
    operator = type(sample.op)
    named = zip(input_names(operator, len(sample.specs)), sample.specs, strict=True)
    inputs = ", ".join(f"{name} {spec}" for name, spec in named)
    yield "## A call"
    yield ""
    yield _code(
        str(sample.op), f"{inputs} -> {output_name(operator)} {sample.op.infer(*sample.specs)}"
    )
    yield markdown(sample.op.explain(*sample.specs))
    yield (
        f"It takes {_count(cost.multiply_adds, 'multiply-add')}, and moves "
        f"{_count(cost.elements_moved, 'element')}; the longest sum has "
        f"{_count(cost.sum_length, 'term')}."
    )
    yield ""


def _gradient(operator: type[Op], sample: Sample) -> Iterator[str]:
    yield "## Gradient"
    yield ""
    lines = written(sample)
    if lines:
        upstream = "u" if "g" in input_names(operator, len(sample.specs)) else "g"
        yield f"Where {upstream} is the gradient of {output_name(operator)}:"
        yield ""
        yield _code(*lines)
        used = sorted(all_called(operator))
        yield f"Calls {linked(used) or 'no operator'}.\n"
    else:
        yield "None: the output is whole numbers.\n"
    users = [
        other.name
        for other in OPERATORS
        if other is not operator and operator.name in all_called(other)
    ]
    if users:
        noun = "gradient" if len(users) == 1 else "gradients"
        yield f"Called by the {noun} of {linked(users)}.\n"


def _example(operator: type[Op], words: Docstring) -> Iterator[str]:
    if operator.name not in ROWS:
        return
    code = program(ROWS[operator.name].example)
    yield "## Example"
    yield ""
    yield f"```python\n{code}```\n```text\n{printed(code)}```\n"


def _torch(operator: type[Op]) -> Iterator[str]:
    if operator.name not in ROWS:
        return
    row = ROWS[operator.name]
    yield "## Beside torch"
    yield ""
    names = torch_names(operator.name)
    yield f"torch's name: {names}." if names else "torch has no name for it."
    if row.differences:
        yield "Differences:\n"
        yield from (f"- {difference}" for difference in row.differences)
    elif row.torch:
        yield "Differences: none."
    yield ""


def _kernels(operator: type[Op]) -> Iterator[str]:
    yield "## Kernels"
    yield ""
    found = kernels(operator)
    if not found:
        yield "None: the reference in NumPy computes it.\n"
        return
    everywhere = set.intersection(*(set(kernel.reasons) for kernel in found))
    yield "| kernel | computes, of the samples | refuses |"
    yield "|---|---|---|"
    for kernel in found:
        own = [markdown(reason) for reason in kernel.reasons if reason not in everywhere]
        yield f"| {kernel.name} | {kernel.computes} of {kernel.of} | {'; '.join(own)} |"
    yield ""
    if everywhere:
        reasons = "; ".join(markdown(reason) for reason in sorted(everywhere))
        yield f"The reference in NumPy computes what all of them refuse: {reasons}.\n"


def _code(*lines: str) -> str:
    return "\n".join(("```text", *lines, "```", ""))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def linked(names: list[str]) -> str:
    """Return links to the pages of operators."""
    return ", ".join(f"[{name}]({name}.md)" for name in names)


def torch_names(name: str) -> str:
    """Return torch's names for an operator as code, and words between them as they are."""
    listed = ROWS[name].torch.split(", ") if name in ROWS and ROWS[name].torch else []
    return ", ".join(markdown(one) if " " in one else f"`{one}`" for one in listed)
