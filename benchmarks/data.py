"""Where the real MNIST is: named by the user, or beside the repository; never part of it."""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks.peers.base import UnavailableError
from benchmarks.process import ROOT

VARIABLE = "CONVOLENS_TEST_DATA"
BOOK_WEIGHTS = Path("models", "dlfs_simple_convnet", "params.npz")


def data_folder() -> Path:
    """Return the folder of real data: that of the variable, or the one beside the repository."""
    chosen = os.environ.get(VARIABLE)
    return Path(chosen) if chosen else ROOT.parent / "shared" / "data"


def mnist_folder(given: str | None) -> Path:
    """Return a folder with the four IDX files of MNIST.

    Raises:
        UnavailableError: If there is none.
    """
    folder = Path(given).resolve() if given else data_folder() / "mnist"
    if not folder.is_dir():
        raise UnavailableError(
            f"MNIST is needed: name a folder of its four IDX files, or set {VARIABLE} to a folder "
            "that holds mnist/."
        )
    return folder
