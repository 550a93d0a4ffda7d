"""A heat: every algorithm is checked, timed, and the engine's choice marked."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

import convolens as cl
from convolens import nn, ops
from convolens.backends import choose
from convolens.backends.candidate import Candidate
from convolens.backends.native import KERNELS
from convolens.lens.race.calls import calls_of
from convolens.lens.race.heat import WrongResultError, run_heat

LAYER = nn.Conv2d(8, 16, 3, padding=1)


def test_the_calls_of_a_layer() -> None:
    calls = calls_of(LAYER, (2, 8, 9, 9))
    assert [call.op.name for call in calls] == [
        "conv",
        "conv_input_grad",
        "conv_weight_grad",
        "sum",
    ]
    assert [spec.shape for spec in calls[1].specs] == [(16, 8, 3, 3), (2, 16, 9, 9)]
    names = [call.op.name for call in calls_of(nn.MaxPool2d(2), (2, 3, 8, 8))]
    assert names == ["max_pool", "max_pool_grad"]


def test_a_heat_runs_all_that_can() -> None:
    call = calls_of(LAYER, (2, 8, 9, 9))[0]
    heat = run_heat(call, 0.001)
    assert {e.name for e in heat.entries} == {c.name for c in KERNELS[ops.Conv]} | {"reference"}
    running = [entry for entry in heat.entries if not entry.reason]
    assert {"direct", "gather", "winograd2", "winograd4", "fourier", "reference"} == {
        e.name for e in running
    }
    for entry in running:
        assert 0 < entry.seconds < math.inf
        assert entry.rate == pytest.approx(
            2 * call.op.cost(*call.specs).multiply_adds / entry.seconds
        )
        assert entry.share == pytest.approx(entry.rate / heat.peak)
        assert 0 < entry.error < 1e-4
        assert (entry.memory is None) == (entry.name == "reference")
    assert [e.seconds for e in running] == sorted(e.seconds for e in running)
    assert heat.fastest is heat.entries[0]
    assert heat.chosen.name == choose.choose(call.op, call.specs).name
    assert sum(entry.chosen for entry in heat.entries) == 1


def test_in_exact_mode_winograd_does_not_run() -> None:
    with cl.exact():
        heat = run_heat(calls_of(LAYER, (1, 8, 9, 9))[0], 0.001)
    reasons = {entry.name: entry.reason for entry in heat.entries}
    assert "set_exact(True)" in reasons["winograd4"]


@pytest.mark.parametrize("wrong", [0.01, float("nan")])
def test_a_wrong_result_is_no_race(wrong: float, monkeypatch: pytest.MonkeyPatch) -> None:
    right = choose.REFERENCE

    def prepare(*arguments: object) -> object:
        run = right.prepare(*arguments)  # type: ignore[arg-type]
        return lambda *arrays: run(*arrays) + np.float32(wrong) * np.abs(run(*arrays)).max()

    broken: Candidate = replace(right, name="broken", prepare=prepare)  # type: ignore[arg-type]
    monkeypatch.setitem(KERNELS, ops.Conv, (broken,))
    with pytest.raises(WrongResultError, match="conv by 'broken' is off by"):
        run_heat(calls_of(LAYER, (1, 8, 9, 9))[0], 0.001)
