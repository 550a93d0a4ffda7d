"""Turns an error's advice about arguments of Python into options of the command that is run."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import click

from convolens.errors import ConvolensError

#: (option, the argument of Python, the same on the command line).
_OPTIONS = (
    ("fit", r"\bfit=True\b", "--fit"),
    ("size", r"\bsize=\((\d+), (\d+)\)", r"--size \1x\2"),
)


@contextmanager
def advice_in_options() -> Iterator[None]:
    """Say the hints of errors that leave the block in options of the present command.

    A hint about an option that the command does not have is left out.
    """
    try:
        yield
    except ConvolensError as error:
        context = click.get_current_context(silent=True)
        if context is not None:
            known = {parameter.name for parameter in context.command.params}
            error.hint = _in_options(error.hint, known)
        raise


def _in_options(hint: str, known: Collection[str | None]) -> str:
    for name, argument, option in _OPTIONS:
        if name not in known and re.search(argument, hint):
            return ""
        hint = re.sub(argument, option, hint)
    return hint
