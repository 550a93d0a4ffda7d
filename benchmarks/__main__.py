"""``python -m benchmarks COMMAND``: prints a table, and PASS or MISS for each target.

The exit status is 0 whether targets are met or not, 1 if results disagree, and 2 if something is
missing without which nothing can be measured.
"""

from __future__ import annotations

import argparse
import importlib
import sys

from benchmarks.agreement import DisagreementError
from benchmarks.machine import machine_line
from benchmarks.peers.base import UnavailableError

COMMANDS = {
    "training_step": "training steps of SimpleConvNet and LeNet-5 beside torch and the chapter",
    "inference": "their forward passes, one image and a batch",
    "conv": "single convolutions and their gradients beside torch",
    "choice": "whether the engine's choice between its algorithms is the fastest",
    "suite": "layers of published networks, in groups with targets, beside all peers",
    "networks": "whole networks, training and inference, beside all peers",
    "sweep": "all numbers of channels and sizes, convolens alone: no cliffs",
    "operators_torch": "every operator and its gradients beside torch, the worst first",
    "filter": "kernels on a photograph beside OpenCV",
    "mnist": "the accuracy of SimpleConvNet on MNIST, and of the book's weights",
    "mnist_epoch": "an epoch of LeNet-5 on MNIST beside torch",
    "digits": "the default training run: time, accuracy, memory",
    "footprint": "the time of the import, and the size of the package",
    "report": "most of these, written to benchmarks/REPORT.md",
}


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in COMMANDS.items():
        module = importlib.import_module(f"benchmarks.{name}")
        module.add_arguments(commands.add_parser(name, help=text, description=module.__doc__))
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return the exit status."""
    options = parser().parse_args(arguments)
    module = importlib.import_module(f"benchmarks.{options.command}")
    try:
        outcome = module.run(options)
    except DisagreementError as error:
        print(f"The results disagree, so no time is printed: {error}", file=sys.stderr)
        return 1
    except UnavailableError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{machine_line()}\n\n{outcome}")
    return int(outcome.wrong)


if __name__ == "__main__":
    sys.exit(main())
