"""The benchmarks' arithmetic: statistics, agreement, tables, options. Nothing is timed here."""

from __future__ import annotations

import doctest
import importlib

import numpy as np
import pytest
from benchmarks.__main__ import COMMANDS, parser
from benchmarks.agreement import DisagreementError, between, check
from benchmarks.cases import CONVOLUTIONS, NetCase
from benchmarks.epoch import same_accuracy
from benchmarks.exact import EPSILON, Expected, exact_forward, exact_step, make_problem
from benchmarks.foreign import Watch
from benchmarks.measure import Measurement
from benchmarks.nets import NETS
from benchmarks.training_step import best_peer, describe

from benchmarks import measure, outcome, rounds, suite_row, sweep, table
from convolens import ops
from convolens.models import create_model
from convolens.spec import TensorSpec


@pytest.mark.parametrize("module", [measure, outcome, rounds, suite_row, sweep, table])
def test_examples_run(module: object) -> None:
    tried = doctest.testmod(module)
    assert tried.attempted > 0
    assert tried.failed == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_parses_its_defaults(command: str) -> None:
    options = parser().parse_args([command])
    assert options.command == command
    assert callable(importlib.import_module(f"benchmarks.{command}").run)


def test_unknown_commands_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["speed"])
    assert "training_step" in capsys.readouterr().err


def test_ratios_are_taken_round_by_round() -> None:
    # The clock halves in the second round; the ratio of each round is 2.
    found = Measurement({"convolens": [1.0, 2.0], "torch": [2.0, 4.0]})
    assert found.ratio("torch") == rounds.Spread(2.0, 2.0, 2.0)


def test_the_best_peer_is_the_one_with_the_smallest_ratio() -> None:
    found = Measurement({"convolens": [1.0], "torch": [3.0], "torch.compile": [2.0]})
    assert best_peer(found, ["torch", "torch.compile", "missing"]) == ("torch.compile", 2.0)
    assert best_peer(found, ["missing"]) is None


def test_the_table_says_who_is_left_out_and_how_quiet_it_was() -> None:
    found = Measurement({"convolens": [1.0]}, {"torch": "pip install torch"}, {"convolens": 0.5})
    found.disturbed = 0.9
    text = describe(found)
    assert "Left out: torch: pip install torch" in text
    assert "90% of the cores: too much" in text


def test_agreement_is_within_the_tolerance() -> None:
    expected = {"y": Expected(np.array([1.0, 2.0]), 0.5)}
    assert check("a", {"y": np.array([1.25, 2.0])}, expected) == 0.5
    for wrong in ([1.0, 2.6], [1.0, np.nan], [1.0]):
        with pytest.raises(DisagreementError, match="y"):
            check("a", {"y": np.array(wrong)}, expected)
    with pytest.raises(DisagreementError, match="returned no y"):
        check("a", {}, expected)


def test_the_tolerance_between_two_float32_results_follows_from_the_sum() -> None:
    assert between(np.array([3.0, -4.0]), length=10).tolerance == 2 * 10 * EPSILON * 4


def test_two_accuracies_may_differ_by_chance() -> None:
    # Six deviations of the difference of two counts among 10,000.
    assert same_accuracy(0.97)["test accuracy"].tolerance == pytest.approx(0.01447, abs=1e-5)


@pytest.mark.parametrize("name", NETS)
def test_the_networks_are_those_of_the_package(name: str) -> None:
    own = [weight.shape for weight in NETS[name].initial_weights()]
    assert own == [parameter.shape for parameter in create_model(name).parameters()]


@pytest.mark.parametrize("name", NETS)
def test_a_changed_step_is_noticed(name: str) -> None:
    problem = make_problem(NetCase("step", name, 4, 1))
    expected = exact_step(problem)
    result = {key: np.asarray(value.value, np.float32) for key, value in expected.items()}
    assert check("itself", result, expected) < 1
    for key, value in expected.items():
        with pytest.raises(DisagreementError, match=key):
            check("changed", {**result, key: np.asarray(value.value) * 1.2}, expected)


def test_logits_are_those_of_the_step() -> None:
    problem = make_problem(NetCase("forward", "lenet5", 3, 1))
    forward = exact_forward(problem)["logits"]
    np.testing.assert_array_equal(forward.value, exact_step(problem)["logits"].value)


@pytest.mark.parametrize("case", CONVOLUTIONS, ids=lambda case: case.source)
def test_shapes_and_costs_are_those_of_the_operator(case: object) -> None:
    x, weight, y = (TensorSpec(shape) for shape in case.shapes)
    op = ops.Conv((case.stride,) * 2, ((case.padding,) * 2,) * 2, (1, 1), case.groups)
    assert op.infer(x, weight) == y
    # The operator counts no products with padding.
    assert op.cost(x, weight).multiply_adds <= case.multiply_adds


def test_what_others_used_is_never_negative() -> None:
    assert Watch().foreign_share(own_seconds=1e9) == 0.0


@pytest.mark.parametrize("net", NETS)
def test_our_step_is_the_exact_one_and_the_same_after_a_reset(net: str) -> None:
    problem = make_problem(NetCase("step", net, 4, 1))
    session = importlib.import_module("benchmarks.peers.convolens").load(problem, 1)
    first = session.result()
    assert check("convolens", first, exact_step(problem)) <= 1
    session.step()
    for name, value in session.result().items():
        np.testing.assert_array_equal(value, first[name])
