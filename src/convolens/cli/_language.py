"""The option ``--lang``, the same for every command whose texts are in two languages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])


def lang_option(command: _Command) -> _Command:
    """Give a command the option ``--lang``; within it ``language()`` is what was chosen."""

    @wraps(command)
    def spoken(*arguments: Any, **options: Any) -> Any:
        from convolens.lens.language import speaking

        with speaking(None):  # so that errors from below the lens are said in the language too
            return command(*arguments, **options)

    return click.option(
        "--lang",
        type=click.Choice(["en", "zh"]),
        envvar="CONVOLENS_LANG",
        show_envvar=True,
        is_eager=True,  # what is wrong with the other options is said in this language
        expose_value=False,
        callback=_speak,
        help="The language of the texts: English or Chinese.  [default: en]",
    )(cast(_Command, spoken))


def _speak(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    from convolens.lens.language import speaking

    # The root is closed even if another option ends the command while options are read.
    context.find_root().with_resource(speaking(value))
