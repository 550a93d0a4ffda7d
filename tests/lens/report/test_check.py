from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from convolens import nn
from convolens.backends.choose import changing
from convolens.lens.report import CheckError, check_steps, record_steps, write_report

from .makers import digits_inputs, pixels, small_net

IMAGE = pixels(1, (1, 8, 8), 16)[0]


def test_every_number_of_every_step() -> None:
    steps = record_steps(small_net(), IMAGE)
    checked = check_steps(steps)
    assert checked.numbers == sum(step.output.size for step in steps)
    assert checked.not_finite == 0
    assert 0 < checked.worst <= 1


@pytest.mark.parametrize("number", range(8))
def test_one_wrong_number_in_any_step_is_found(number: int) -> None:
    steps = record_steps(small_net(), IMAGE)
    output = steps[number].output.copy()
    output.flat[-1] += 0.001
    steps[number] = replace(steps[number], output=output)
    with pytest.raises(CheckError, match=rf"\({steps[number].kind}\): 1 of {output.size} numbers"):
        check_steps(steps)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_number_that_should_be_finite(value: float) -> None:
    steps = record_steps(nn.Conv2d(1, 1, 3), IMAGE)
    output = steps[0].output.copy()
    output[0, 0, 2, 2] = value
    with pytest.raises(CheckError, match=r"1 of 36 numbers"):
        check_steps([replace(steps[0], output=output)])


@pytest.mark.parametrize("value", [np.nan, np.inf, 3e38])
def test_weights_that_are_not_finite_or_too_large(value: float) -> None:
    layer = nn.Conv2d(1, 2, 1)
    layer.weight.data.copy_(np.array([value, 1], np.float32).reshape(2, 1, 1, 1))
    checked = check_steps(record_steps(layer, np.full((1, 2, 2), 2, np.float32)))
    assert (checked.numbers, checked.not_finite) == (4, 4)


def test_a_wrong_kernel_stops_the_report(tmp_path: Path) -> None:
    def off_by_a_little(right):
        def run(*arrays):
            result = right(*arrays)
            result[0, 1, 2, 3] += 0.001
            return result

        return run

    def change(op, specs, choice):
        return choice.wrapped(off_by_a_little) if op.name == "conv" else choice

    inputs = digits_inputs()
    path = tmp_path / "report.html"
    path.write_text("the old report")
    wrong = pytest.raises(CheckError, match=r"conv1 \(Conv2d\): 1 of 256 numbers are not what")
    with changing(change), wrong:
        write_report(inputs, path)
    assert path.read_text() == "the old report"
    assert list(tmp_path.iterdir()) == [path]
