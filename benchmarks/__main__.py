"""``python -m benchmarks COMMAND``: prints a table, and PASS or MISS for each target.

The exit status is 0 whether targets are met or not, and 1 if results disagree.
"""

from __future__ import annotations

import argparse
import importlib
import sys

from benchmarks.agreement import Disagreement
from benchmarks.machine import machine_line
from benchmarks.peers.base import Unavailable

COMMANDS = {
    "training_step": "training steps of SimpleConvNet and LeNet-5 beside torch and the chapter",
    "inference": "their forward passes, one image and a batch",
    "conv": "single convolutions and their gradients beside torch",
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
    except (Disagreement, Unavailable) as error:
        print(f"{type(error).__name__}: {error} No time is printed.", file=sys.stderr)
        return 1
    print(f"{machine_line()}\n\n{outcome}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
