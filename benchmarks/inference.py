"""The forward pass of small networks without gradients, one image and a batch."""

from __future__ import annotations

import argparse

from benchmarks.nets import NETS
from benchmarks.options import whole
from benchmarks.outcome import Outcome
from benchmarks.training_step import add_measuring, describe, measure_cases


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--nets", nargs="+", choices=list(NETS), default=list(NETS))
    parser.add_argument("--threads", type=whole, nargs="+", default=[2, 1])
    parser.add_argument("--batches", type=whole, nargs="+", default=[1, 100])
    add_measuring(parser)


def run(options: argparse.Namespace) -> Outcome:
    sections = [
        f"**{case.title}**\n\n" + describe(found)
        for threads in options.threads
        for case, found in measure_cases("forward", options.batches, threads, options)
    ]
    return Outcome("Forward pass", sections, [])
