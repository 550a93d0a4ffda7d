"""The command ``convolens see``: writes a report that shows a trained network, number by number."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from convolens.cli._language import lang_option
from convolens.errors import ArgumentError, ConvolensError

if TYPE_CHECKING:
    from convolens.data import Dataset
    from convolens.lens.report import ReportInputs
    from convolens.nn import Module
    from convolens.train import Evaluation, Run

_EPILOG = """\b
Examples:
  convolens see runs/digits-digits_convnet
  convolens see runs/digits-digits_convnet -o report.html
  convolens see runs/mnist-lenet5 seven.png --fit
      what the network makes of an image of your own
  convolens see runs/mnist-lenet5 --lang zh

The report is one HTML file that needs no network: open it in a browser, send it, print it.
"""
_LARGEST_PIXEL = 255


@click.command(epilog=_EPILOG)
@click.argument("run", metavar="RUN")
@click.argument("image", metavar="[IMAGE]", required=False)
@click.option(
    "-o",
    "--out",
    metavar="FILE",
    help="Where to write the report.  [default: report.html in RUN; report-NAME.html for an image]",
)
@click.option(
    "--fit", is_flag=True, help="Turn colour into grey and stretch to the network's size."
)
@lang_option
@click.option("--offline", is_flag=True, help="Never use the network.")
@click.pass_context
def see(
    ctx: click.Context,
    run: str,
    image: str | None,
    out: str | None,
    fit: bool,
    offline: bool,
) -> None:
    """Write a report that shows a trained network, number by number.

    RUN is a folder that 'convolens train' wrote. IMAGE is a PNG, JPEG, BMP or WebP file of the size
    and the channels that the network takes; without it, test images of the run are shown.

    The report has the learning curves, the confusion matrix, the network's table, the first
    layer's filters before and after training, the feature maps of an image at each layer, and any
    output number taken apart: its window, its weights, every product and their sum. Before it is
    written, every number in it is computed a second time and compared.
    """
    from convolens.cli._network import load_network
    from convolens.lens.report import CheckError, write_report
    from convolens.lens.words import lens_words

    known, model = load_network(run)
    target = _target(known.folder, image, out)
    inputs = _inputs(known, model, image, fit, offline)
    try:
        write_report(inputs, target)
    except CheckError as error:
        # Not the user's input is at fault here, so the status is that of a failure.
        click.echo(f"Error: {error}", err=True)
        ctx.exit(1)
    except OSError as error:
        raise lens_words().problem(
            ArgumentError, "save.failed_option", path=target, reason=error.strerror or error
        ) from None
    click.echo(f"report: {target}")


def _target(folder: Path, image: str | None, out: str | None) -> Path:
    """Return the file to write, after checking that it can be one."""
    from convolens.lens.saving import writable

    name = "report.html" if image is None else f"report-{Path(image).stem}.html"
    return writable(folder / name if out is None else out, {".html": None})


def _inputs(run: Run, model: Module, image: str | None, fit: bool, offline: bool) -> ReportInputs:
    """Return what the report is made from: the run's test images, or an image of the user's."""
    import numpy as np

    from convolens.cli._advice import advice_in_options
    from convolens.cli._report import report_inputs
    from convolens.data import ArrayDataset, load_image

    if image is None:
        test, judged = _judged(run, model, offline)
        return report_inputs(run, model, test, judged)
    channels, height, width = run.task.input_shape
    with advice_in_options():
        pixels = load_image(image, channels, (height, width), fit=fit)
    own = ArrayDataset(pixels.transpose(0, 2, 3, 1), np.zeros(1, np.int64), run.task.classes)
    try:
        _, known = _judged(run, model, offline)
    except (ConvolensError, OSError) as error:
        reason = str(error).splitlines()[0]
        click.echo(f"Without the test images there is no confusion matrix: {reason}", err=True)
        known = None
    inputs = report_inputs(run, model, own, known)
    return replace(inputs, images=pixels, labels=None, scale=_LARGEST_PIXEL)


def _judged(run: Run, model: Module, offline: bool) -> tuple[Dataset, Evaluation]:
    """Return the run's test images, and what the network says about them."""
    from convolens.cli._data import open_task
    from convolens.train import evaluate

    test = open_task(run.task, offline=offline).test
    return test, evaluate(model, test, batch_size=run.task.settings.batch_size)
