"""The command ``convolens explain``: what a layer does with an image, in numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from convolens.cli._language import lang_option
from convolens.cli._typed_sizes import typed_sizes
from convolens.cli._types import Numbers

if TYPE_CHECKING:
    from convolens.lens.explain import Explanation, Ways
    from convolens.lens.notation import LayerSpec

_HELP = """\
Explain a layer: sizes, taps, costs, and what to beware of.

LAYER is the size of the image and then the layer's items, in any order:

\b
  28  28x20  3x224x224     1 channel of 28x28; 28 high and 20 wide; 3 channels
  16x100 1d  3x16x64x64    16 channels along one axis; 3 channels of depth 16
  k3  k3x5                 the kernel, one number or one an axis
  s2  d2  g4  out64        stride, dilation, groups, output channels
  p1  p0,1  psame  pfull   padding; before and after; by name
  reflect replicate circular    what the padding holds, if not zeros
  T  op1                   transposed convolution, output padding
  dw  sep  max  avg  ceil  depthwise, separable, poolings, round up
  nobias                   without biases

It may also be a line of torch, with the image's shape as --input.
"""
_EPILOG = """\b
Examples:
  convolens explain 5x5 k3 s2 p1
  convolens explain 3x300x300 k3 p1 out2           54 weights, not 48,600,000,000
  convolens explain 2 T k3 s2                      a transposed layer's checkerboard
  convolens explain 3x224x224 --want 112           which layers give 112x112?
  convolens explain 2x5x5 k3 out2 --at 0,1,0,0     one output number taken apart
  convolens explain 28 k5 -o taps.svg              or .html, .json, .txt
  convolens explain "nn.Conv2d(3, 64, 7, stride=2, padding=3)" --input 3x224x224
"""


@click.command(help=_HELP, epilog=_EPILOG)
@click.argument("layer", metavar="LAYER...", nargs=-1, required=True)
@click.option(
    "--want",
    type=Numbers("x"),
    metavar="SIZE",
    help="List the layers that give this size, such as 112; items of LAYER are fixed.",
)
@click.option(
    "--at",
    type=Numbers(","),
    metavar="N,K,P,Q",
    help="Take one output number apart: image, output channel, position, counted from 0.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="For the random image and weights that --at is computed with.",
)
@click.option(
    "--input",
    "input_shape",
    type=Numbers("x"),
    metavar="CxHxW",
    help="The shape of one image, where LAYER is a line of torch.",
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON instead of text.")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write a file: .txt, .html, .json, or the picture of the taps as .svg.",
)
@lang_option
@typed_sizes()
def explain(
    layer: tuple[str, ...],
    want: tuple[int, ...] | None,
    at: tuple[int, ...] | None,
    seed: int,
    input_shape: tuple[int, ...] | None,
    as_json: bool,
    out: Path | None,
) -> None:
    """Explain a layer: sizes, taps, costs, and what to beware of."""
    text = " ".join(layer)
    if as_json and out is not None and out.suffix.lower() != ".json":
        raise click.UsageError(
            f"--json and -o {out} are two forms: leave out --json, or name a .json file."
        )
    if want is not None and at is not None:
        raise click.UsageError("--want and --at are two questions: ask one.")
    if want is not None:
        from convolens.lens.explain import find_layers

        _show(find_layers(text, want[0] if len(want) == 1 else want), as_json, out)
    else:
        _show(_explained(_spec(text, input_shape), at, seed), as_json, out)


def _spec(text: str, input_shape: tuple[int, ...] | None) -> LayerSpec:
    from convolens.lens.notation import parse_layer, parse_torch

    if "(" not in text:
        if input_shape is not None:
            raise click.UsageError("--input is for a line of torch: LAYER says its input itself.")
        return parse_layer(text)
    if input_shape is None:
        raise click.UsageError("a line of torch needs --input, such as --input 3x224x224.")
    return parse_torch(text, input_shape)


def _explained(spec: LayerSpec, at: tuple[int, ...] | None, seed: int) -> Explanation:
    from convolens.lens.explain import explain as explained

    if at is None:
        return explained(spec)
    from convolens import manual_seed, randn

    manual_seed(seed)
    return explained(spec, randn(1, *spec.input_shape), at)


def _show(found: Explanation | Ways, as_json: bool, out: Path | None) -> None:
    if out is not None:
        found.save(out)
        click.echo(out)
    else:
        click.echo(found.json() if as_json else found.text())
