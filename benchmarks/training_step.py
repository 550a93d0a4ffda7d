"""The training step of small networks, beside torch in all its forms and the textbook chapter."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from benchmarks.cases import NetCase, Task
from benchmarks.exact import exact_forward, exact_step, make_problem
from benchmarks.measure import ROUNDS, TURN_SECONDS, Measurement, measure, start, tell, why_left_out
from benchmarks.nets import NETS, SIMPLE_CONVNET
from benchmarks.options import named_peers, seconds, whole
from benchmarks.outcome import Outcome, Verdict, at_least
from benchmarks.peers import CONVOLENS, PLAIN_TORCH, SCRATCH, SCRATCH_FLOAT32, TUNED_TORCH, Peer
from benchmarks.process import Worker
from benchmarks.table import table

TORCH_TARGET = 2.0
SCRATCH_TARGET = 20.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--nets", nargs="+", choices=list(NETS), default=list(NETS))
    parser.add_argument("--threads", type=whole, nargs="+", default=[2, 1])
    parser.add_argument("--batch", type=whole, default=100)
    add_measuring(parser)
    parser.add_argument("--profile", action="store_true", help="show our operators' times instead")


def add_measuring(parser: argparse.ArgumentParser) -> None:
    """Add the options of all commands that measure in rounds."""
    parser.add_argument("--rounds", type=whole, default=ROUNDS)
    parser.add_argument("--seconds", type=seconds, default=TURN_SECONDS, help="of a turn")
    parser.add_argument("--peers", nargs="+", metavar="NAME", help="part of a peer's name; or none")


def run(options: argparse.Namespace) -> Outcome:
    if options.profile:
        return _profile(options)
    sections, verdicts = [], []
    for threads in options.threads:
        for case, found in measure_cases("step", [options.batch], threads, options):
            sections.append(f"**{case.title}**\n\n" + describe(found))
            # The targets are stated for two threads.
            if threads == 2:
                verdicts += judge(case, found)
    return Outcome("Training step", sections, verdicts)


def measure_cases(
    task: Task, batches: Sequence[int], threads: int, options: argparse.Namespace
) -> list[tuple[NetCase, Measurement]]:
    """Measure networks and batch sizes with the same processes."""
    others = [*PLAIN_TORCH, *TUNED_TORCH, SCRATCH, SCRATCH_FLOAT32]
    peers = [CONVOLENS, *named_peers(others, options.peers)]
    with ExitStack() as stack:
        workers, left_out = start(peers, threads, stack)
        measured = []
        for net in options.nets:
            for batch in batches:
                case = NetCase(task, net, batch, threads)
                tell(f"{case.title} ...")
                problem = make_problem(case)
                expected = (exact_step if task == "step" else exact_forward)(problem)
                found = measure(workers, problem, expected, options.rounds, options.seconds)
                found.left_out.update(left_out)
                measured.append((case, found))
    return measured


def describe(found: Measurement) -> str:
    """Return the table of a measurement, fastest first."""
    order = sorted(found.seconds, key=lambda peer: found.milliseconds(peer).median)
    rows = [
        [
            peer,
            found.milliseconds(peer).text(3),
            "" if peer == "convolens" else found.ratio(peer).text(),
            f"{found.errors[peer]:.1%}",
        ]
        for peer in order
    ]
    header = ["peer", "ms, median (min to max)", "time / ours, round by round", "error / bound"]
    rounds = len(found.seconds["convolens"])
    lines = [
        table(header, rows),
        f"{rounds} rounds in turn; {found.remark}.",
        *why_left_out(found.left_out),
    ]
    return "\n\n".join(lines)


def best_peer(
    found: Measurement, peers: Sequence[str], own: str = CONVOLENS.name
) -> tuple[str, float] | None:
    """Return the best of some peers and how many times as long as ``own`` it takes, if that ran."""
    there = [peer for peer in peers if peer in found.seconds and own in found.seconds]
    best = min(there, key=lambda peer: found.ratio(peer, own).median, default=None)
    return (best, found.ratio(best, own).median) if best else None


def judge(case: NetCase, found: Measurement) -> list[Verdict]:
    """Return the verdicts on one network."""
    title = case.net.title
    verdicts = []
    targets: list[tuple[str, tuple[Peer, ...], float]] = [
        ("best of torch", PLAIN_TORCH, TORCH_TARGET),
        ("best of torch with tuned malloc too", (*PLAIN_TORCH, *TUNED_TORCH), TORCH_TARGET),
    ]
    # The chapter has one network; the other is built from its layers for the table alone.
    if case.net is SIMPLE_CONVNET:
        targets.append(("the textbook chapter", (SCRATCH,), SCRATCH_TARGET))
    for text, peers, wanted in targets:
        best = best_peer(found, [peer.name for peer in peers])
        if best is None:
            verdicts.append(Verdict(f"{title}: {text}", "not measured, no peer runs here", False))
        else:
            verdicts.append(at_least(f"{title}: {text} ({best[0]}) / ours", best[1], wanted, "x"))
    return verdicts


def _profile(options: argparse.Namespace) -> Outcome:
    sections = []
    for threads in options.threads:
        worker = Worker(CONVOLENS, threads)
        try:
            for net in options.nets:
                case = NetCase("step", net, options.batch, threads)
                tell(f"{case.title} ...")
                worker.ask("load", make_problem(case))
                sections.append(f"**{case.title}**\n\n" + _operators(worker.ask("profile", 200)))
        finally:
            worker.close()
    return Outcome("Where our training step spends its time", sections, [])


def _operators(rows: list[dict[str, Any]]) -> str:
    whole = rows[-1]["ns"]
    return table(
        ["operator", "inputs", "algorithm", "calls", "µs", "share", "limit µs"],
        [
            [
                row["operator"],
                row["inputs"],
                row["algorithm"],
                str(row["calls"] or ""),
                f"{row['ns'] / 1e3:.1f}",
                f"{row['ns'] / whole:.1%}",
                f"{row['limit'] / 1e3:.1f}" if row["limit"] else "",
            ]
            for row in rows
        ],
    )
