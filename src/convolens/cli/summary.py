"""The command ``convolens summary``: a network's layers, sizes, costs and receptive fields."""

from __future__ import annotations

import re
from pathlib import Path

import click

from convolens.cli._described import described
from convolens.cli._language import lang_option
from convolens.cli._typed_sizes import typed_sizes
from convolens.cli._types import MOST_DIGITS, require_digits

_HELP = """\
Show a network layer by layer.

MODEL is a name (alexnet, digits_convnet, lenet5, simple_convnet), the folder of a run, or one
line of text, its layers with a '-' between them:

\b
  C30k5    convolution: 30 output channels, kernel 5; then, where wanted,
           s stride, p padding (or psame), d dilation, g groups
  P2  A2   maximum or average pooling over 2x2; then s stride, p padding
  R  S  T  ReLU, sigmoid, tanh
  L5       local response normalisation over 5 channels
  D50      dropout of 50 percent
  F10      fully connected, 10 outputs

The columns of the table:

\b
  output         the shape for one image
  parameters     the numbers to learn
  multiply-adds  the multiplications, each with an addition, for one image;
                 products with padding are not counted
  sees           the receptive field: how many pixels one output depends on,
                 padding counted, as published; so it may exceed the image.
                 'all' where every output depends on every pixel
  step           how many pixels neighbouring outputs are apart
  memory         of the output for one image

Below a layer stands what is worth knowing of it, such as pixels that no window reads.
"""
_EXAMPLES = """\b
Examples:
  convolens summary alexnet
  convolens summary lenet5 --input 3x32x32 --classes 100
  convolens summary C30k5-R-P2-F100-R-F10 --input 1x28x28
  convolens summary C96k11s4 --input 3x224x224    what the floor drops
  convolens summary alexnet --json | jq .parameters
  convolens summary alexnet -o alexnet.html       or .txt, .json
  convolens summary runs/digits-digits_convnet
"""


def parse_shape(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> tuple[int, int, int] | None:
    """Return the three numbers of a shape such as 3x224x224: channels, height, width.

    Raises:
        click.BadParameter: If there are not three whole numbers of at least 1, or one is too large.
    """
    if value is None:
        return None
    parts = re.split(r"\s*[x×,]\s*", value.strip().lower())
    whole = len(parts) == 3 and all(re.fullmatch(r"[0-9]+", part) for part in parts)
    if whole:
        require_digits(value, parts, MOST_DIGITS)
    if not whole or min(map(int, parts)) < 1:
        raise click.BadParameter(
            f"{value!r} is not a shape; write channels x height x width, such as 3x224x224."
        )
    channels, height, width = map(int, parts)
    return channels, height, width


@click.command(help=_HELP, epilog=_EXAMPLES)
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
@click.option("--json", "as_json", is_flag=True, help="Write JSON instead of a table.")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write a file: .txt, .html or .json.",
)
@lang_option
@typed_sizes()
def summary(
    model: str,
    input_shape: tuple[int, int, int] | None,
    classes: int | None,
    as_json: bool,
    out: Path | None,
) -> None:
    """Show a network layer by layer."""
    from dataclasses import replace

    from convolens.lens.summary import summary as summarise

    network, shape = described(model, input_shape, classes)
    result = replace(summarise(network, shape), model=model)
    if out is not None:
        result.save(out)
        click.echo(out)
    else:
        click.echo(result.json() if as_json else result.table())
    if result.error is not None:
        raise result.error
