"""The file that a command is told to write."""

from __future__ import annotations

import errno
import os
from typing import Any

import click


def require_short_name(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Return a file to write, unless the system takes its name or its path for too long.

    Raises:
        ArgumentError: If it does.
    """
    try:
        if value is not None:
            os.stat(value)
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            from convolens.errors import ArgumentError
            from convolens.lens.words import lens_words

            reason = f"{error.strerror} ({len(os.fsencode(value)):,} bytes)"
            raise lens_words().problem(
                ArgumentError, "save.failed", path=f"{str(value)[:40]}...", reason=reason
            ) from None
    return value
