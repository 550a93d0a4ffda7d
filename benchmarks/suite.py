"""Layers of published networks beside torch, ONNX Runtime and OpenVINO, in groups with targets."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import groupby
from math import exp, log
from time import perf_counter

from benchmarks.agreement import DisagreementError
from benchmarks.jobs import ALL_GROUPS, Job, jobs
from benchmarks.layers.case import Group, Target
from benchmarks.layers.groups import BEYOND
from benchmarks.measure import measure, start, tell, why_left_out
from benchmarks.options import named, named_peers, whole
from benchmarks.outcome import Outcome, Verdict, at_least
from benchmarks.peers import (
    CONVOLENS,
    ISA_VARIABLES,
    ONNX_RUNTIME,
    OPENVINO,
    TORCH,
    TORCH_CHANNELS_LAST,
    TORCH_COMPILE,
    Peer,
    limited,
)
from benchmarks.peers.base import UnavailableError
from benchmarks.process import Worker
from benchmarks.suite_row import HEADER, Limit, Row
from benchmarks.table import table

#: Rounds, seconds of a turn, seconds of warming up.
THOROUGH = (5, 0.1, 0.2)
QUICK = (3, 0.02, 0.03)
#: On an instruction set below the machine's, each group's mean must reach this.
LIMITED_TARGET = Target(1.0)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    names = [group.name for group in ALL_GROUPS]
    parser.add_argument(
        "--group",
        nargs="+",
        choices=[*names, BEYOND.name],
        default=names,
        metavar="NAME",
        help=f"default: all but {BEYOND.name!r}",
    )
    parser.add_argument("--threads", type=whole, nargs="+", help="default: 2 1, or 2 if quick")
    parser.add_argument("--cases", nargs="+", metavar="NAME", help="part of a layer's name")
    parser.add_argument("--peers", nargs="+", metavar="NAME", help="part of a peer's name; or none")
    parser.add_argument("--isa", choices=[*ISA_VARIABLES], help="keep all to an instruction set")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="short turns, two threads, without the largest layers and torch.compile",
    )


def run(options: argparse.Namespace) -> Outcome:
    began = perf_counter()
    chosen = [group for group in (*ALL_GROUPS, BEYOND) if group.name in options.group]
    sections, verdicts, wrong = [], [], False
    for threads in options.threads or ([2] if options.quick else [2, 1]):
        rows, limit, text = _measured(chosen, threads, options)
        sections.append(text)
        for group in chosen:
            own = [row for row in rows if row.group is group]
            if options.cases and not own:
                continue
            sections.append(_section(group, threads, own, limit))
            verdicts += judge(group, threads, own, LIMITED_TARGET if options.isa else None)
        wrong = wrong or any(row.reason.startswith("wrong") for row in rows)
    isa = f", {options.isa}" if options.isa else ""
    sections.append(f"Taken in {(perf_counter() - began) / 60:.0f} minutes.")
    return Outcome(f"Layers of published networks{isa}", sections, verdicts, wrong)


def counted(threads: int) -> str:
    """Return ``1 thread`` or ``2 threads``."""
    return f"{threads} thread{'' if threads == 1 else 's'}"


def peers(options: argparse.Namespace) -> list[Peer]:
    """Return who is measured, ours first."""
    others = [TORCH, TORCH_CHANNELS_LAST, OPENVINO]
    if not options.quick:
        others.append(TORCH_COMPILE)
    if not options.isa:
        others.append(ONNX_RUNTIME)
    everyone = [CONVOLENS, *named_peers(others, options.peers)]
    return [limited(peer, options.isa) for peer in everyone] if options.isa else everyone


def judge(
    group: Group, threads: int, rows: Sequence[Row], instead: Target | None = None
) -> list[Verdict]:
    """Return the verdicts on a group: the mean, the lowest ratio, and whether all was measured."""
    verdicts = []
    for task, own_target in group.targets.items():
        target = instead or own_target
        text = f"{group.title}, {task}, {counted(threads)}"
        of_task = [row for row in rows if row.job.task == task]
        missing = [row.job.title for row in of_task if row.ratio is None]
        ratios = {row.job.title: row.ratio for row in of_task if row.ratio is not None}
        if missing or not ratios:
            what = "; ".join(missing) or "nothing"
            verdicts.append(Verdict(text, f"not compared: {what}", False))
        if ratios:
            mean = exp(sum(map(log, ratios.values())) / len(ratios))
            where, lowest = min(ratios.items(), key=lambda item: item[1])
            verdicts.append(at_least(f"{text}: geometric mean", mean, target.mean, "x"))
            if target.lowest:
                verdict = at_least(f"{text}: lowest", lowest, target.lowest, "x")
                verdicts.append(
                    Verdict(verdict.target, f"{verdict.measured} ({where})", verdict.met)
                )
    return verdicts


def never_measured(rows: Sequence[Row]) -> dict[str, str]:
    """Return which peers took part in no row, and why: a ratio is to those that did."""
    found = [row.found for row in rows if row.found]
    present = {peer for each in found for peer in each.seconds}
    return {
        peer: why for each in found for peer, why in each.left_out.items() if peer not in present
    }


def _section(group: Group, threads: int, rows: Sequence[Row], limit: Limit) -> str:
    title = f"**{group.title}, {counted(threads)}**"
    return f"{title}\n\n{table(HEADER, [row.cells(limit) for row in rows])}"


def _measured(
    groups: Sequence[Group], threads: int, options: argparse.Namespace
) -> tuple[list[Row], Limit, str]:
    """Return all rows of some threads, what the machine can do, and a text about both."""
    rows, limit = [], Limit()
    all_jobs = [(group, job) for group in groups for job in jobs(group, threads, options.quick)]
    chosen = named(all_jobs, options.cases, lambda each: each[1].title, "layer")
    with ExitStack() as stack:
        workers, left_out = start(peers(options), threads, stack)
        isa = workers[0].ask("isa")
        for group, own in groupby(chosen, key=lambda each: each[0]):
            limit.raise_to(workers[0].ask("peak"), workers[0].ask("bandwidth"))
            for _, job in own:
                tell(f"{counted(threads)}, {group.name}: {job.title}, {job.task} ...")
                rows.append(_row(group, job, threads, workers, options.quick))
    left_out |= never_measured(rows)
    if options.isa:
        left_out[ONNX_RUNTIME.name] = "it cannot be kept to an instruction set"
    lines = [
        f"{counted(threads)}, convolens on {isa}. The limit is the larger of FLOPs over "
        f"{limit.peak:.0f} GFLOP/s and bytes over {limit.bandwidth:.0f} GB/s, the best that our "
        "own kernels reached in this run; Winograd's algorithm needs fewer operations than are "
        "counted, so it may pass 100 %.",
        *why_left_out(left_out),
    ]
    return rows, limit, "\n\n".join(lines)


def _row(group: Group, job: Job, threads: int, workers: Sequence[Worker], quick: bool) -> Row:
    rounds, seconds, warm = QUICK if quick else THOROUGH
    inference_only = {ONNX_RUNTIME.name, OPENVINO.name}
    able = [w for w in workers if job.task == "forward" or w.peer.name not in inference_only]
    try:
        problem, expected = job.make()
        found = measure(able, problem, expected, rounds, seconds, warm, strict=False)
    except DisagreementError as error:
        return Row(group, job, threads, None, f"wrong, so no time: {error}")
    except UnavailableError as error:
        return Row(group, job, threads, None, f"not measured: {error}")
    wrong = [f"{peer}: {why}" for peer, why in found.left_out.items() if "wrong" in why]
    return Row(group, job, threads, found, "; ".join(wrong))
