"""Judges the book's published SimpleConvNet weights on the test images of MNIST.

Usage: python examples/book_weights.py PARAMS MNIST

PARAMS is ``params.pkl`` from the book's repository (chapter 7), or an ``.npz`` file with the same
arrays W1, b1, W2, b2, W3, b3. The pickle is read without running anything in it. MNIST is a folder
with the four IDX files.
"""

from __future__ import annotations

import sys
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from convolens.data import open_dataset
from convolens.data.pickles import read_pickle
from convolens.errors import ConvolensError
from convolens.models import from_book_params
from convolens.train import evaluate


def main(params: Path, mnist: Path) -> float:
    """Print the accuracy with its interval, and return it."""
    weights = read_pickle(params) if params.suffix == ".pkl" else dict(np.load(params))
    result = evaluate(from_book_params(weights), open_dataset(mnist).test)
    low, high = result.interval
    print(
        f"{result.correct} of {result.images} right: {result.accuracy:.2%} "
        f"(95 % interval {low:.2%} to {high:.2%})"
    )
    return result.accuracy


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
    except (ConvolensError, OSError, ValueError, BadZipFile) as error:
        sys.exit(f"Error: {error}")
