"""Saving a view by its file's suffix: made wholly first, then written beside, then renamed."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from convolens.atomic import write_atomically
from convolens.errors import ArgumentError
from convolens.lens.words import lens_words


def save(path: str | Path, makers: Mapping[str, Callable[[], str | bytes]]) -> None:
    """Write what the maker of the file's suffix makes. If that fails, an old file stays as it was.

    Args:
        path: The file, in a folder that exists.
        makers: What makes the content, by suffix.

    Raises:
        ArgumentError: If no maker has the suffix, or the file cannot be written.

    Example:
        >>> save("notes.doc", {".txt": lambda: "text", ".svg": lambda: "<svg/>"})
        Traceback (most recent call last):
            ...
        convolens.errors.ArgumentError: notes.doc: nothing is written with the suffix '.doc'.
        Hint: use one of .txt, .svg.
    """
    target = writable(path, makers)
    content = makers[target.suffix.lower()]()
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        write_atomically(target, data)
    except OSError as error:
        raise lens_words().problem(
            ArgumentError, "save.failed", path=target, reason=error.strerror or error
        ) from None


def writable(path: str | Path, suffixes: Mapping[str, object]) -> Path:
    """Return the file to write, after checking that it can be one, before any work is done.

    Raises:
        ArgumentError: If the suffix is not known, there is no such folder, or the system takes the
            name for too long.
    """
    target, say = Path(path), lens_words()
    if _is_folder(target):
        raise say.problem(ArgumentError, "save.is_folder", path=target)
    if target.suffix.lower() not in suffixes:
        raise say.problem(
            ArgumentError,
            "save.suffix",
            path=target,
            suffix=target.suffix,
            known=", ".join(suffixes),
        )
    if not target.parent.is_dir():
        raise say.problem(ArgumentError, "save.no_folder", path=target, folder=target.parent)
    return target


def _is_folder(target: Path) -> bool:
    try:
        return target.is_dir()
    except OSError as error:
        path, reason = str(target), error.strerror or str(error)
        if error.errno == errno.ENAMETOOLONG:
            path, reason = f"{path[:40]}...", f"{reason} ({len(os.fsencode(path)):,} bytes)"
        raise lens_words().problem(ArgumentError, "save.failed", path=path, reason=reason) from None
