"""Whole networks as users write them, training and inference, beside all peers."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

import numpy as np

from benchmarks.exact import SECOND_STEP, Expected
from benchmarks.measure import Measurement, Results, measure, start, tell, why_left_out
from benchmarks.options import named_peers, whole
from benchmarks.outcome import Outcome, Verdict, at_least
from benchmarks.peers import (
    CONVOLENS,
    CONVOLENS_COMPILED,
    ONNX_RUNTIME,
    OPENVINO,
    TORCH,
    TORCH_CHANNELS_LAST,
    TORCH_COMPILE,
    TORCH_COMPILE_CHANNELS_LAST,
    Peer,
)
from benchmarks.process import Worker
from benchmarks.suite import counted
from benchmarks.table import table
from benchmarks.training_step import best_peer
from benchmarks.whole_nets import WHOLE_NETS, NetworkCase, NetworkTask, make_problem

#: Rounds, and seconds of a turn.
THOROUGH = (5, 1.0)
QUICK = (3, 0.5)
_EAGER = (TORCH, TORCH_CHANNELS_LAST)
_COMPILED = (TORCH_COMPILE, TORCH_COMPILE_CHANNELS_LAST)
_RUNTIMES = (ONNX_RUNTIME, OPENVINO)
_INFERENCE_ONLY = (CONVOLENS_COMPILED, *_RUNTIMES)
_OURS = (CONVOLENS.name, CONVOLENS_COMPILED.name)
_TASKS: tuple[NetworkTask, ...] = ("training", "inference")
#: By how much float32 sums of a deep network may differ, as a share of the largest.
_ROUNDING = 1e-3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--nets", nargs="+", choices=list(WHOLE_NETS), default=list(WHOLE_NETS))
    parser.add_argument("--tasks", nargs="+", choices=_TASKS, default=_TASKS)
    parser.add_argument("--threads", type=whole, nargs="+", default=[2])
    parser.add_argument("--batch", type=whole, help="instead of each network's own")
    parser.add_argument("--peers", nargs="+", metavar="NAME", help="part of a peer's name; or none")
    parser.add_argument("--compile", action="store_true", help="torch.compile too: minutes a case")
    parser.add_argument("--quick", action="store_true", help="short turns")


def run(options: argparse.Namespace) -> Outcome:
    sections, verdicts = [], []
    for threads in options.threads:
        with ExitStack() as stack:
            workers, left_out = start(_peers(options), threads, stack)
            found = [
                (case, _measured(case, threads, workers, options.quick)) for case in _cases(options)
            ]
        sections += [
            f"**{counted(threads)}**",
            describe([w.peer for w in workers], found),
            *why_left_out(left_out),
        ]
        for case, measurement in found:
            verdicts += judge(case, threads, measurement)
    return Outcome("Whole networks", sections, verdicts)


def _peers(options: argparse.Namespace) -> list[Peer]:
    others = [*_EAGER, *(_COMPILED if options.compile else ())]
    ours = [CONVOLENS]
    if "inference" in options.tasks:
        ours.append(CONVOLENS_COMPILED)
        others += _RUNTIMES
    return [*ours, *named_peers(others, options.peers)]


def _cases(options: argparse.Namespace) -> list[NetworkCase]:
    return [
        NetworkCase(name, task, options.batch or WHOLE_NETS[name].batch)
        for name in options.nets
        for task in options.tasks
    ]


def _measured(
    case: NetworkCase, threads: int, workers: Sequence[Worker], quick: bool
) -> Measurement:
    tell(f"{counted(threads)}: {case.title}, {case.task} ...")
    able = [w for w in workers if case.task == "inference" or w.peer not in _INFERENCE_ONLY]
    rounds, seconds = QUICK if quick else THOROUGH
    return measure(able, make_problem(case), expected, rounds, seconds, strict=False)


def expected(results: Results) -> Mapping[str, Expected]:
    """Return what the first of the others has computed, or we if there is none.

    Rounding switches a few of the many ReLUs, which moves sums behind them by less than
    ``SECOND_STEP``; the gradient of what a normalisation takes away again is rounding alone.
    """
    others = [result for peer, result in results.items() if peer not in _OURS]
    result = others[0] if others else results[CONVOLENS.name]
    lengths = [float(value) for name, value in result.items() if name.startswith("length")]
    wanted = {}
    for name, value in result.items():
        largest = float(np.abs(value).max())
        tolerance = SECOND_STEP * largest if "gradient" in name else _ROUNDING * largest
        if name.startswith("length"):
            tolerance += _ROUNDING * max(lengths)
        wanted[name] = Expected(value, tolerance)
    return wanted


def describe(peers: Sequence[Peer], found: Sequence[tuple[NetworkCase, Measurement]]) -> str:
    """Return the table: for each peer how many times as long as we it takes, round by round."""
    others = [peer.name for peer in peers if peer.name != CONVOLENS.name]
    rows = []
    for case, measurement in found:
        own = measurement.milliseconds(CONVOLENS.name)
        cells = [case.title, case.task, own.text(1)]
        for peer in others:
            there = peer in measurement.seconds
            cells.append(measurement.ratio(peer).text() if there else "")
        remarks = [f"{peer}: {why}" for peer, why in measurement.left_out.items()]
        rows.append([*cells, f"{measurement.disturbed:.0%}", "; ".join(remarks)])
    header = ["network", "task", "ours, ms", *(f"{name} / ours" for name in others)]
    return table([*header, "others busy", "remark"], rows)


def judge(case: NetworkCase, threads: int, found: Measurement) -> list[Verdict]:
    """Return whether we are as fast as the best of torch, and compiled as the best runtime."""
    text = f"{case.net.title}, {case.task}, {counted(threads)}"
    verdicts = []
    for whom, peers, own in (
        ("torch", (*_EAGER, *_COMPILED), CONVOLENS.name),
        ("runtimes", _RUNTIMES, CONVOLENS_COMPILED.name),
    ):
        best = best_peer(found, [peer.name for peer in peers], own)
        if best:
            title = f"{text}: best of {whom} ({best[0]}) / {own}"
            verdicts.append(at_least(title, best[1], 1.0, "x"))
    return verdicts
