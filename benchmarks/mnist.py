"""SimpleConvNet on the whole MNIST, 20 epochs of Adam, and the book's own weights."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from benchmarks.data import BOOK_WEIGHTS, data_folder, mnist_folder
from benchmarks.measure import tell
from benchmarks.options import whole
from benchmarks.outcome import Outcome, Verdict, at_least
from benchmarks.table import table
from benchmarks.train_command import train

SETTINGS = {"model": "simple_convnet", "optimizer": "adam", "lr": "1e-3", "batch-size": "100"}
TARGET = 98.9
#: What the book's repository states for its weights, of 10,000 images.
BOOK_CORRECT = 9890


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", help="the four IDX files of MNIST")
    parser.add_argument("--epochs", type=whole, default=20)
    parser.add_argument("--book", type=Path, help="the book's params.npz")


def run(options: argparse.Namespace) -> Outcome:
    folder = mnist_folder(options.folder)
    tell(f"SimpleConvNet on MNIST, {options.epochs} epochs ...")
    settings = [part for name, value in SETTINGS.items() for part in (f"--{name}", value)]
    done = train([str(folder), *settings, "--epochs", str(options.epochs)])
    percents = [100 * accuracy for accuracy in done.accuracies]
    best = max(percents)
    sections = [
        table(
            ["epoch", "test accuracy, %"],
            [[str(epoch), f"{percent:.2f}"] for epoch, percent in enumerate(percents, 1)],
        ),
        f"{done.seconds:.0f} seconds in all, {done.megabytes:.0f} MB at most; the last epoch has "
        f"{percents[-1]:.2f} %.",
    ]
    text = f"SimpleConvNet, Adam 1e-3, batch 100, within {len(percents)} epochs"
    verdicts = [at_least(text, best, TARGET, " %"), _book(folder, options.book)]
    return Outcome("SimpleConvNet on MNIST", sections, verdicts)


def _book(folder: Path, given: Path | None) -> Verdict:
    """Return the verdict on the book's published weights."""
    from convolens.data import open_dataset
    from convolens.models.simple_convnet import from_book_params
    from convolens.train import evaluate

    target = f"the book's weights, {BOOK_CORRECT / 100:.2f} %"
    path = given or data_folder() / BOOK_WEIGHTS
    if not path.is_file():
        return Verdict(target, "not measured, its params.npz is not here (--book)", False)
    with np.load(path, allow_pickle=False) as params:
        model = from_book_params(dict(params))
    correct = evaluate(model, open_dataset(folder).test).correct
    return Verdict(target, f"{correct / 100:.2f} %", correct == BOOK_CORRECT)
