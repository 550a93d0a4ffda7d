"""Writes a report: wholly in memory first, then beside the file, then renamed."""

from __future__ import annotations

from pathlib import Path

from convolens.atomic import write_atomically
from convolens.lens.report.inputs import ReportInputs
from convolens.lens.report.page import page
from convolens.lens.report.scene import compute
from convolens.lens.report.words import report_words


def render_report(inputs: ReportInputs, lang: str | None = None) -> str:
    """Return the report as one HTML document that needs nothing else.

    The same inputs give the same text. The model's training flags, its weights and the random
    numbers are afterwards as they were.

    Args:
        inputs: What it is made from.
        lang: The language of its sentences, ``'en'`` or ``'zh'``; None for what ``language`` says.

    Raises:
        CheckError: If a number to be shown is not what its definition says.
        ConvolensError: If the model refuses an image.
        ArgumentError: If the language is not known.

    Example:
        >>> from convolens import nn
        >>> inputs = ReportInputs("an untrained layer", nn.Conv2d(1, 2, 3), (1, 8, 8))
        >>> render_report(inputs).splitlines()[0]
        '<!DOCTYPE html>'
    """
    return page(compute(inputs), report_words(lang))


def write_report(inputs: ReportInputs, path: str | Path, lang: str | None = None) -> None:
    """Write the report to ``path``. If that fails, an old file there stays as it was.

    Args:
        inputs: What it is made from.
        path: The file, in a folder that exists.
        lang: The language of its sentences, ``'en'`` or ``'zh'``; None for what ``language`` says.

    Raises:
        CheckError: If a number to be shown is not what its definition says.
        ConvolensError: If the model refuses an image.
        ArgumentError: If the language is not known.
        OSError: If the file cannot be written, for instance because the disk is full.
    """
    write_atomically(Path(path), render_report(inputs, lang).encode("utf-8"))
