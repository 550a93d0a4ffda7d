"""The suite and the sweep: verdicts, limits, peers; one tiny run with a real process."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from benchmarks.__main__ import parser
from benchmarks.jobs import Job, layer_job
from benchmarks.layers.case import Group, LayerCase, Target
from benchmarks.layers.convolution import Conv
from benchmarks.layers.operation import Work
from benchmarks.layers.pointwise import Activation
from benchmarks.measure import Measurement
from benchmarks.outcome import Outcome, Verdict
from benchmarks.peers import CONVOLENS, ONNX_RUNTIME, TORCH, convolens, limited
from benchmarks.suite_row import HEADER, Limit, Row

import convolens as cl
from benchmarks import jobs, report, suite, sweep

TINY = Group(
    "tiny",
    "tiny layers",
    {"forward": Target(2.0, 1.5), "forward+backward": Target(1.0, 0.5)},
    (LayerCase("tiny conv", "nowhere", (2, 2, 6, 6), Conv(3, (3, 3), padding=1)),),
)


def row(group: Group, ratio: float | None, title: str = "a", task: Any = "forward") -> Row:
    job = Job(title, "nowhere", task, Work(100, 10), lambda: (None, {}))
    seconds = {"convolens": [1.0, 2.0]}
    if ratio is not None:
        seconds |= {"torch": [2 * ratio, 4 * ratio], "OpenVINO": [ratio, 2 * ratio]}
    return Row(group, job, 2, Measurement(seconds))


def words(verdicts: list[Verdict]) -> list[str]:
    return [str(verdict) for verdict in verdicts]


def test_a_group_is_judged_by_its_mean_and_its_lowest_ratio() -> None:
    group = Group("g", "some layers", {"forward": Target(2.0, 1.5)}, ())
    assert row(group, 4.0).best == "OpenVINO"
    found = words(suite.judge(group, 2, [row(group, 4.0), row(group, 1.0, "slow")]))
    assert found == [
        "PASS  some layers, forward, 2 threads: geometric mean, at least 2x: 2.00x",
        "MISS  some layers, forward, 2 threads: lowest, at least 1.5x: 1.00x (slow)",
    ]


def test_what_was_not_compared_is_a_miss() -> None:
    group = Group("g", "some layers", {"forward": Target(2.0)}, ())
    alone, absent = row(group, None, "alone"), Row(group, row(group, 1).job, 2, None, "no kernel")
    found = words(suite.judge(group, 1, [row(group, 3.0), alone, absent]))
    assert found[0] == "MISS  some layers, forward, 1 thread: not compared: alone; a"
    assert found[1].startswith("PASS")
    assert words(suite.judge(group, 1, []))[0].startswith("MISS")


def test_a_peer_that_takes_no_part_is_named() -> None:
    """As without the package with which a peer's models are written."""
    group = Group("g", "some layers", {"forward": Target(2.0)}, ())
    rows = [row(group, 1.0), row(group, 2.0)]
    for each in rows:
        assert each.found
        each.found.left_out |= {"ONNX Runtime": "onnx is not installed"}
    assert rows[1].found
    rows[1].found.left_out |= {"OpenVINO": "it has no such layer"}
    assert suite.never_measured(rows) == {"ONNX Runtime": "onnx is not installed"}


def test_another_target_may_stand_in() -> None:
    group = Group("g", "some layers", {"forward": Target(2.0, 1.5)}, ())
    found = words(suite.judge(group, 2, [row(group, 1.1)], suite.LIMITED_TARGET))
    assert found == ["PASS  some layers, forward, 2 threads: geometric mean, at least 1x: 1.10x"]


def test_a_row_says_how_near_it_is_to_the_limit() -> None:
    limit = Limit()
    limit.raise_to(1e-9, 1.0)
    limit.raise_to(1e-10, 0.5)
    assert limit == Limit(1e-9, 1.0)
    # 200 operations at 1 a second, 1.5 s being the median of ours.
    cells = row(TINY, 2.0).cells(Limit(1e-6, 1.0))
    assert cells == ["a", "forward", "1500.000", "OpenVINO", "3000.000", "2.00 (2.00 to 2.00)",
                     "13%", "0%", ""]  # fmt: skip
    assert len(cells) == len(HEADER)
    reason = Row(TINY, row(TINY, 1).job, 2, None, "not measured: why").cells(limit)
    assert len(reason) == len(HEADER)
    assert reason[-1] == "not measured: why"
    assert len(row(TINY, None).cells(limit)) == len(HEADER)


@pytest.mark.parametrize("measured", [convolens.peak, convolens.bandwidth])
def test_the_limit_is_that_of_the_threads_that_compute(measured: Callable[[int], float]) -> None:
    before = cl.get_num_threads()
    try:
        cl.set_num_threads(2)
        assert measured(1) > 0
        assert cl.get_num_threads() == 1
    finally:
        cl.set_num_threads(before)


def test_everyone_is_kept_to_the_instruction_set() -> None:
    options = parser().parse_args(["suite", "--isa", "avx2"])
    everyone = suite.peers(options)
    assert everyone[0].name == CONVOLENS.name
    assert ONNX_RUNTIME.name not in {peer.name for peer in everyone}
    for peer in everyone:
        assert peer.environment["CONVOLENS_ISA"] == "avx2"
        assert peer.environment["ONEDNN_MAX_CPU_ISA"] == "AVX2"
        assert peer.environment["ATEN_CPU_CAPABILITY"] == "avx2"
    assert limited(TORCH, "avx2").options == TORCH.options


def test_peers_are_chosen_by_a_part_of_their_name() -> None:
    names = [p.name for p in suite.peers(parser().parse_args(["suite", "--peers", "compile"]))]
    assert names == ["convolens", "torch.compile"]
    quick = [p.name for p in suite.peers(parser().parse_args(["suite", "--quick"]))]
    assert "torch.compile" not in quick
    assert "torch channels_last" in quick


def run_tiny(monkeypatch: pytest.MonkeyPatch, group: Group) -> Outcome:
    monkeypatch.setattr(suite, "ALL_GROUPS", (group,))
    monkeypatch.setattr(suite, "QUICK", (1, 0.001, 0.001))
    options = argparse.Namespace(
        group=[group.name], threads=[1], cases=None, peers=["none"], isa=None, quick=True
    )
    return suite.run(options)


def test_a_tiny_suite_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = run_tiny(monkeypatch, TINY)
    assert not outcome.wrong
    assert "tiny conv: 2x2x6x6 to 3, 3x3 p1" in str(outcome)
    # Ours alone was measured, so nothing is compared.
    assert [verdict.met for verdict in outcome.verdicts] == [False, False]


def test_a_wrong_result_has_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    real = jobs.layer_exact.expected

    def doubled(problem: Any) -> Any:
        return {k: type(e)(2 * e.value, e.tolerance) for k, e in real(problem).items()}

    monkeypatch.setattr(jobs.layer_exact, "expected", doubled)
    outcome = run_tiny(monkeypatch, TINY)
    assert outcome.wrong
    assert "wrong, so no time: convolens: y is off" in str(outcome)


def test_what_cannot_be_computed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    unknown: Any = Activation("frobnicate")  # type: ignore[arg-type]
    case = LayerCase("tiny", "nowhere", (1, 2, 3, 3), unknown)
    outcome = run_tiny(monkeypatch, Group("t", "t", {"forward": Target(1.0)}, (case,)))
    assert "not measured: convolens cannot compute it" in str(outcome)
    assert "frobnicate" in str(outcome)


def test_neighbours_are_two_on_each_side() -> None:
    places = sweep.compared({n: (5.0 if n == 33 else 10.0) for n in range(30, 37)})
    shares = {place.at: place.share for place in places}
    assert shares[33] == 0.5
    assert all(share == 1 for at, share in shares.items() if at != 33)


@pytest.mark.parametrize("kind", sweep.KINDS)
def test_the_sweep_goes_over_all_channels_and_sizes(kind: str) -> None:
    swept = dict(sweep.lines(kind))
    assert [*swept["channels"]] == [*range(1, 131)]
    assert [*swept["size"]] == [*range(5, 71)]
    assert swept["channels"][77].x == (1, 77, 28, 28)
    assert swept["size"][9].x == (1, 32, 9, 9)


def test_a_tiny_sweep_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "CHANNELS", range(1, 7))
    monkeypatch.setattr(sweep, "SIZES", range(5, 11))
    monkeypatch.setattr(sweep, "TURN_SECONDS", 1e-4)
    arguments = ["sweep", "--kinds", "3x3", "--tasks", "forward", "--passes", "1"]
    outcome = sweep.run(parser().parse_args(arguments))
    assert len(outcome.verdicts) == 2
    assert "3x3, forward, channels" in str(outcome)


def test_the_report_runs_commands_with_their_options(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen = []

    def run(options: argparse.Namespace) -> Outcome:
        seen.append((options.isa, options.quick))
        return Outcome(f"isa {options.isa}", ["text"], [Verdict("fast", "yes", True)])

    monkeypatch.setattr(suite, "run", run)
    out = tmp_path / "REPORT.md"
    parts = ["suite", "suite --isa avx2 --quick"]
    options = parser().parse_args(["report", "--out", str(out), "--parts", *parts])
    outcome = report.run(options)
    assert seen == [(None, False), ("avx2", True)]
    assert len(outcome.verdicts) == 2
    text = out.read_text()
    assert text.index("## isa None") < text.index("## isa avx2")
    assert "PASS  fast: yes" in text
    seen.clear()
    report.run(parser().parse_args(["report", "--quick", "--out", str(out), "--parts", "suite"]))
    assert seen == [(None, True)]


@pytest.mark.parametrize("part", report.PARTS)
def test_every_part_of_the_report_is_a_command(part: str) -> None:
    assert parser().parse_args(part.split()).command == part.split()[0]


def test_a_job_makes_problem_and_expectation() -> None:
    job = layer_job(TINY.cases[0], "forward")
    problem, expected = job.make()
    assert problem.task == "forward"
    assert [*expected] == ["y"]
