"""The command line: ``convolens train`` and its siblings."""

from __future__ import annotations

import contextlib
import io
import sys

import click

from convolens import __version__
from convolens.backends.isa import isa
from convolens.backends.threads import get_num_threads
from convolens.cli._group import LazyGroup

# The first sentence of each command's own help, so that it need not be imported to be named.
COMMANDS = {
    "train": "Train a network on images, and write a report of what it learned.",
    "evaluate": "Judge a trained network: accuracy, confusion matrix, classes, worst mistakes.",
    "predict": "Say what is on images: the likeliest classes, each with its share.",
    "see": "Write a report that shows a trained network, number by number.",
    "explain": "Explain a layer: sizes, taps, costs, and what to beware of.",
    "animate": "Show a layer at work, frame by frame.",
    "summary": "Show a network layer by layer.",
    "race": "Race all algorithms on a layer.",
    "draw": "Draw a network: blocks to scale, branches, and where they join.",
    "filter": "Put a photograph through hand-made kernels.",
    "ops": "List the operators, and what each of them has.",
}

EPILOG = """
\b
A first hour:
  convolens train                          train on the digits inside the package
  convolens evaluate runs/digits-digits_convnet
  convolens see runs/digits-digits_convnet -o report.html
  convolens train --model C30k5-R-P2-F100-R-F10 mnist
Each command has its own help: convolens train --help
"""


@click.group(
    cls=LazyGroup,
    package="convolens.cli",
    table=COMMANDS,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="convolens")
def cli() -> None:
    """Convolutional networks you can see through.

    Train a network on images with one command, then look at every number in it.
    """
    isa()  # a wrong CONVOLENS_ISA is refused before a command does anything
    get_num_threads()  # and a wrong CONVOLENS_NUM_THREADS


def main() -> None:
    """Run the command that the command line names, and exit with its status.

    0 is success, 1 a run that failed or was stopped, 2 bad input.
    """
    # Names of classes and files may hold letters that a terminal's encoding has not.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(io.UnsupportedOperation):
                stream.reconfigure(errors="replace")
    try:
        cli(prog_name="convolens")
    except OSError as error:
        # The commands say theirs; this one is from the group's own help or version.
        click.echo(f"Error: {error.strerror or error}.", err=True)
        sys.exit(1)
