"""The command ``convolens race``: every algorithm on one layer, checked and timed in turn."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from convolens.cli._language import lang_option
from convolens.cli._typed_sizes import typed_sizes

if TYPE_CHECKING:
    from convolens.lens.race.calls import LayerCall

_HELP = """\
Race all algorithms on a layer.

LAYER is the size of an image and then the layer's items, in any order:

\b
  28  28x20  64x56x56      1 channel of 28x28; 28 high, 20 wide; 64 channels
  k3  k3x5                 the kernel, one number or one an axis
  s2  d2  g4  out64        stride, dilation, groups, output channels
  p1  p0,1  psame  pfull   padding; before and after; by name
  T  op1                   transposed convolution, output padding
  dw  sep  max  avg        depthwise, separable, poolings
  nobias  1d  3d           without biases; along one axis or three

docs/notation.md has all of them.
Every algorithm that can compute the layer runs, forward and for each gradient. It is compared with
the definition in float64, then timed, taking turns with the others. The engine's choice is marked.
"""
_EPILOG = """\b
Examples:
  convolens race 64x56x56 k3 p1 out64
  convolens race 3x224x224 k7 s2 p3 out64 --threads 1
  convolens race 128x28x28 k3 p1 dw --batch 8
  convolens race 32x32x32 k3 p1 out32 --json | jq .peak
"""


@click.command(help=_HELP, epilog=_EPILOG)
@click.argument("layer", metavar="LAYER...", nargs=-1, required=True)
@click.option("--batch", type=click.IntRange(min=1), default=1, show_default=True)
@click.option("--threads", type=click.IntRange(1, 1024), help="[default: all cores]")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True, max=3600),
    default=0.25,
    show_default=True,
    help="About how long each algorithm runs.",
)
@click.option(
    "--exact", "only_exact", is_flag=True, help="Only what adds up the definition's products."
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON instead of tables.")
@lang_option
@typed_sizes()
def race(
    layer: tuple[str, ...],
    batch: int,
    threads: int | None,
    seconds: float,
    only_exact: bool,
    as_json: bool,
) -> None:
    """Race all algorithms on a layer."""
    from convolens.backends.exact import exact, is_exact
    from convolens.backends.threads import set_num_threads
    from convolens.lens.race import race as run

    def notify(call: LayerCall, number: int, count: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"{number}/{count} {call.op.name}", err=True)

    if threads is not None:
        set_num_threads(threads)
    with exact(only_exact or is_exact()):
        found = run(" ".join(layer), batch=batch, seconds=seconds, notify=notify)
    click.echo(json.dumps(found.to_dict(), indent=2) if as_json else found.text())
