"""Writes a file so that a kill at any moment leaves the old content or the new, never a part."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

_SUFFIX = ".unfinished"


def write_atomically(path: Path, content: bytes) -> None:
    """Replace the content of ``path``.

    The bytes are written beside it under another name and synced; then the file is renamed, and
    the folder is synced, so that the new name survives a power cut too.

    Args:
        path: The file, in a folder that exists.
        content: All its bytes.

    Raises:
        OSError: If it cannot be written, for instance because the disk is full. The old file is
            as it was, and what was written beside it is removed.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_atomically(Path(folder, "a"), b"new")
        ...     Path(folder, "a").read_bytes()
        b'new'
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}{_SUFFIX}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(beside, flags, 0o666), "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    # A second Ctrl-C too must leave nothing behind.
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def remove_unfinished(folder: Path) -> None:
    """Remove what a killed process left beside the files of ``folder``."""
    for left in folder.glob(f".*{_SUFFIX}"):
        left.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    # Windows has no such call, and needs none.
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
