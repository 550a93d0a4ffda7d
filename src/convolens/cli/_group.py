"""The group of commands: imports a command when it is run, and says errors in words."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from importlib import import_module
from typing import Any, final

import click

from convolens.errors import ConvolensError

FAILED = 1
BAD_INPUT = 2
_ERROR = {"en": "Error: ", "zh": "错误："}
# What a person typed or a file holds; the others say that the run or the program went wrong.
_INPUT_ERRORS = (ValueError, TypeError, IndexError, ImportError)


@final
class LazyGroup(click.Group):
    """Commands that are imported when they are run, so that help takes no time.

    Args:
        package: The package in which the command ``train`` is ``train.train``, and so on.
        table: One line of help for each command, in the order of the help.
        options: Those of ``click.Group``.
    """

    def __init__(self, *, package: str, table: Mapping[str, str], **options: Any) -> None:
        super().__init__(**options)
        self.package = package
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command and return it, or None if there is none of that name."""
        if cmd_name not in self.table:
            return None
        command: click.Command = getattr(import_module(f"{self.package}.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.table.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; say what went wrong on stderr, and exit with 1 or 2."""
        try:
            return super().invoke(ctx)
        except ConvolensError as error:
            status = BAD_INPUT if isinstance(error, _INPUT_ERRORS) else FAILED
            _say(ctx, str(error), status, _ERROR[error.lang])
        except MemoryError as error:
            _say(ctx, f"there is not enough memory: {error or 'no size is known'}.", FAILED)
        except OSError as error:
            # A reader that went away, such as head: click ends quietly.
            if error.errno == errno.EPIPE:
                raise
            place = f"{error.filename}: " if error.filename else ""
            _say(ctx, f"{place}{error.strerror or error}.", FAILED)


def _say(ctx: click.Context, text: str, status: int, label: str = _ERROR["en"]) -> None:
    click.echo(f"{label}{text}", err=True)
    ctx.exit(status)
