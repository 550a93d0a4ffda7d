"""The command ``convolens draw``: a network as a picture."""

from __future__ import annotations

from pathlib import Path

import click

from convolens.cli._described import described, is_folder
from convolens.cli._language import lang_option
from convolens.cli._typed_sizes import typed_sizes
from convolens.cli.summary import parse_shape

_EPILOG = """\b
Examples:
  convolens draw lenet5 -o lenet5.svg
  convolens draw alexnet -o alexnet.html
  convolens draw C16k3p1-R-P2-C32k3p1-R-P2-F10 --input 3x32x32 -o mine.svg
  convolens draw lenet5 -o lenet5.json            the graph alone

An SVG file opens in a browser and in every program for drawings; a pointer on a block shows its
layer, its parameters and its costs.
"""


@click.command(epilog=_EPILOG)
@click.argument("model")
@click.option(
    "--input",
    "input_shape",
    callback=parse_shape,
    metavar="CxHxW",
    help="The shape of one image: channels x height x width.  [default: what the network was "
    "designed for; 1x28x28 for a text]",
)
@click.option(
    "--classes",
    type=click.IntRange(min=1),
    metavar="N",
    help="The number of outputs.  [default: what the network was designed for]",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    default=Path("network.svg"),
    show_default=True,
    help="The file to write: .svg, .html, or the graph as .json.",
)
@lang_option
@typed_sizes()
def draw(
    model: str, input_shape: tuple[int, int, int] | None, classes: int | None, out: Path
) -> None:
    """Draw a network: blocks to scale, branches, and where they join.

    MODEL is a name, the folder of a run, or one line of text, as 'convolens summary' takes it.
    """
    from convolens.lens.draw import draw as drawn

    network, shape = described(model, input_shape, classes)
    picture = drawn(network, shape, Path(model).name if is_folder(model) else model)
    picture.save(out)
    click.echo(out)
    if picture.error is not None:
        raise picture.error
