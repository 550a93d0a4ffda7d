"""Opens the images of a run, with a bar while they are downloaded."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from convolens.cli._advice import advice_in_options
from convolens.data import NAMES, Splits, Subset, open_dataset
from convolens.data.randomness import shuffled
from convolens.errors import ArgumentError, CheckpointError
from convolens.train import Task, fingerprint


def open_images(
    source: str,
    *,
    offline: bool = False,
    size: tuple[int, int] | None = None,
    channels: int | None = None,
    limit: int | None = None,
    seed: int = 0,
) -> Splits:
    """Return the images that a source names, see ``open_dataset``.

    An error's advice is in options of the command.

    Args:
        source: A name or a path.
        offline: Never use the network.
        size: For a folder of images: (H, W) to which all are stretched.
        channels: For a folder of images: 1 or 3.
        limit: Use that many of the training images, drawn by ``seed``.
        seed: Fixes which.
    """
    with advice_in_options(), _download_bar() as show:
        splits = open_dataset(source, offline=offline, size=size, channels=channels, progress=show)
    if limit is None:
        return splits
    if limit > len(splits.train):
        raise ArgumentError(
            f"limit is {limit:,}, but there are {len(splits.train):,} training images."
        )
    chosen = np.sort(shuffled(len(splits.train), seed, 0)[:limit])
    return replace(splits, train=Subset(splits.train, chosen))


def open_task(task: Task, source: str | None = None, *, offline: bool = False) -> Splits:
    """Return the images of a run, found where they were or at another place.

    Raises:
        CheckpointError: If they are not the same images.
    """
    splits = open_images(
        task.data if source is None else absolute(source),
        offline=offline,
        size=task.size,
        channels=task.channels,
        limit=task.limit,
        seed=task.settings.seed,
    )
    for part, expected in ((splits.train, task.train), (splits.test, task.test)):
        if fingerprint(part) != expected:
            raise CheckpointError(
                "these are not the images that the run was begun with: their number, labels, "
                "size or classes differ.",
                [
                    ("data", splits.source, ""),
                    ("run", expected, ""),
                    ("now", fingerprint(part), ""),
                ],
                "name the images of the run, or begin a new one.",
            )
    return splits


def require_readable(splits: Splits) -> None:
    """Decode every image once, so that a damaged one is found before anything is written.

    Raises:
        DataError: With the first file that cannot be decoded.
    """
    for part in (splits.train, splits.test):
        if not part.in_memory:
            for index in range(len(part)):
                part.raw(index)


def absolute(source: str) -> str:
    """Return what finds a source from any folder: a known name as it is, a path in full."""
    return source if source in NAMES else str(Path(source).absolute())


@contextmanager
def _download_bar() -> Iterator[Callable[[str, int, int], None] | None]:
    """Yield what shows a download on a terminal, or None elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        tasks = {}

        def show(name: str, here: int, size: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=size)
            bar.update(tasks[name], completed=here)

        yield show
