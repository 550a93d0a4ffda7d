"""One epoch of LeNet-5 on MNIST: our Trainer from the IDX folder, torch from tensors in memory."""

from __future__ import annotations

import argparse
from contextlib import ExitStack

from benchmarks.data import mnist_folder
from benchmarks.epoch import EpochProblem, same_accuracy
from benchmarks.exact import Expected
from benchmarks.measure import Results, measure, start, tell
from benchmarks.nets import LENET5
from benchmarks.options import whole
from benchmarks.outcome import Outcome, Verdict, at_least
from benchmarks.peers import CONVOLENS, PLAIN_TORCH, TORCH_CHANNELS_LAST, keeping_memory
from benchmarks.training_step import best_peer, describe

TARGET = 2.0
#: Epochs are long, so of the tuned ones only the one that was the best in training steps.
TUNED = (keeping_memory(TORCH_CHANNELS_LAST),)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", help="the four IDX files of MNIST")
    parser.add_argument("--threads", type=whole, default=2)
    parser.add_argument("--rounds", type=whole, default=5)


def run(options: argparse.Namespace) -> Outcome:
    folder = mnist_folder(options.folder)
    problem = EpochProblem(LENET5, folder, LENET5.initial_weights())
    with ExitStack() as stack:
        workers, left_out = start([CONVOLENS, *PLAIN_TORCH, *TUNED], options.threads, stack)
        tell("LeNet-5 on MNIST, an epoch ...")
        # A turn is one epoch, however long it takes.
        found = measure(workers, problem, _expected, options.rounds, seconds=0.0)
    found.left_out.update(left_out)
    title = f"LeNet-5, an epoch of MNIST with its test, {options.threads} threads"
    verdicts = []
    for text, peers in (
        ("best of torch", PLAIN_TORCH),
        ("best of torch with tuned malloc too", (*PLAIN_TORCH, *TUNED)),
    ):
        best = best_peer(found, [peer.name for peer in peers])
        if best is None:
            verdicts.append(Verdict(text, "not measured, torch does not run here", False))
        else:
            verdicts.append(at_least(f"{text} ({best[0]}) / ours", best[1], TARGET, "x"))
    return Outcome(title, [describe(found)], verdicts)


def _expected(results: Results) -> dict[str, Expected]:
    return same_accuracy(float(results[CONVOLENS.name]["test accuracy"]))
