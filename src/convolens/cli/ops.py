"""The command ``convolens ops``: lists the operators, and what each of them has."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from convolens.backends.coverage import Coverage, coverage
from convolens.backends.isa import isa
from convolens.backends.threads import get_num_threads
from convolens.cli._tables import print_table
from convolens.errors import ArgumentError

_EPILOG = """\b
Examples:
  convolens ops             every operator, one a line
  convolens ops conv        one operator: signature, gradient, when it has no kernel
  convolens ops --json | jq -r '.[] | select(.kernels == []) | .name'
"""


@click.command(epilog=_EPILOG)
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Write JSON instead of a table.")
def ops(names: tuple[str, ...], as_json: bool) -> None:
    """List the operators, and what each of them has.

    Every operator has a reference: its definition in NumPy, which computes any shape and float
    type. Kernels compute float32; where one refuses a call, the reference does it instead, and the
    reason is listed under the operator's name.
    """
    rows = _selected(coverage(), names)
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], indent=2))
    elif names:
        for row in rows:
            _print_one(row)
    else:
        print_table(
            ("operator", "reference", "gradient", "kernels", "samples with a kernel"),
            [
                (
                    row.name,
                    "yes",
                    "yes" if row.gradient else "none",
                    ", ".join(row.kernels) or "none",
                    f"{row.samples[0]} of {row.samples[1]}",
                )
                for row in rows
            ],
        )
        click.echo(f"\n{len(rows)} operators; kernels for {isa()}, {get_num_threads()} threads")


def _selected(rows: list[Coverage], names: tuple[str, ...]) -> list[Coverage]:
    by_name = {row.name: row for row in rows}
    for name in names:
        if name not in by_name:
            raise ArgumentError(
                f"there is no operator {name!r}.", hint=f"the operators are {', '.join(by_name)}."
            )
    return [by_name[name] for name in names] or rows


def _print_one(row: Coverage) -> None:
    click.echo(f"{row.name}: {row.signature}")
    click.echo(f"  gradient calls: {', '.join(row.gradient) or 'none'}")
    click.echo(f"  algorithms: {', '.join((*row.kernels, 'reference'))}")
    if row.scratch:
        taken = ", ".join(f"{name} {count:,}" for name, count in row.scratch.items())
        click.echo(f"  most bytes that a sample takes besides inputs and output: {taken}")
    for reason in row.reasons:
        click.echo(f"  reference only where: {reason}")
