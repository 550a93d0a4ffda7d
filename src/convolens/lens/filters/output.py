"""Whether a file can be written, asked before anything is computed."""

from __future__ import annotations

from pathlib import Path

from convolens.lens.filters.photo import SUFFIXES
from convolens.lens.saving import writable


def check_target(path: str | Path, *, as_figure: bool) -> Path:
    """Return the file to write for a result or a figure.

    Raises:
        ArgumentError: If the suffix is not known, or there is no such folder.
    """
    known = {**SUFFIXES, ".html": ()}
    return writable(path, known if as_figure else {**known, ".npy": ()})
