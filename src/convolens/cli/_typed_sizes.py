"""Sizes that somebody typed and that no memory can hold: bad input, not a failure of a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from convolens.errors import ArgumentError, MemoryLimitError


@contextmanager
def typed_sizes() -> Iterator[None]:
    """Say that there is no memory for the sizes of a command as what is wrong with its arguments.

    Raises:
        ArgumentError: If there is no memory for something inside the with block.
    """
    try:
        yield
    except MemoryLimitError as error:
        refused = ArgumentError(error.headline, error.facts, error.hint)
        refused.layer, refused.lang = error.layer, error.lang
        raise refused from None
