"""Makes the folder of a new run, or says why there can be none."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from convolens.atomic import remove_unfinished
from convolens.errors import ArgumentError
from convolens.train.run import RUN
from convolens.train.store import CHECKPOINT, INITIAL


def fresh_folder(wanted: Path, *, numbered: bool) -> Path:
    """Make the folder of a new run and return it, after checking that files can be written there.

    A folder that is wanted by name may be there already if it is empty, or holds no more than what
    a run leaves that ended before its first checkpoint.

    Args:
        wanted: Its path.
        numbered: Whether to append -2, -3 and so on to a name that is taken.

    Raises:
        ArgumentError: If the name is taken and not to be numbered, or the folder cannot be made or
            written to.
    """
    with _reachable(wanted):
        _require_no_file_above(wanted)
        wanted.parent.mkdir(parents=True, exist_ok=True)
        if not (wanted.is_dir() and _is_unused(wanted, numbered)):
            return _made(wanted, numbered)
        _require_writable(wanted)
        remove_unfinished(wanted)
        return wanted


def _require_no_file_above(folder: Path) -> None:
    above = next((path for path in folder.absolute().parents if path.exists()), folder)
    if not above.is_dir():
        raise ArgumentError(
            f"the run's folder {folder} cannot be made: {above} is a file.",
            hint="choose another folder.",
        )


def _is_unused(folder: Path, numbered: bool) -> bool:
    """Return whether there is nothing in a folder that a new run would overwrite."""
    # Another process may just have begun in a numbered one.
    left = () if numbered else (RUN, INITIAL, ".*.unfinished")
    return all(any(path.match(name) for name in left) for path in folder.iterdir())


def _made(wanted: Path, numbered: bool) -> Path:
    number = 1
    while True:
        folder = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        try:
            folder.mkdir()
        except FileExistsError as error:
            if not numbered:
                raise _taken(wanted) from error
            number += 1
        else:
            _require_writable(folder)
            return folder


def _taken(folder: Path) -> ArgumentError:
    if not folder.is_dir():
        kind = "a file" if folder.is_file() else "no folder"
        return ArgumentError(
            f"{folder} is {kind}, but a run needs a folder.", hint="choose another name."
        )
    go_on = f", or go on with --resume {folder}" if (folder / CHECKPOINT).is_file() else ""
    return ArgumentError(
        f"{folder} exists already, and a run is never overwritten.",
        hint=f"choose another folder{go_on}.",
    )


def _require_writable(folder: Path) -> None:
    """Raise an OSError if no file can be made in a folder."""
    with tempfile.TemporaryFile(dir=folder):
        pass


@contextmanager
def _reachable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ArgumentError(
            f"the run's folder {folder} cannot be written: {error.strerror or error}.",
            [("folder", folder.absolute(), "")],
            "choose another folder.",
        ) from error
