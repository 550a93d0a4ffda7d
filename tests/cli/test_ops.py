"""The command ``convolens ops``."""

from __future__ import annotations

import json
import re

from click.testing import CliRunner

from convolens.cli import cli
from convolens.ops import OPERATORS


def run(*arguments: str):
    return CliRunner().invoke(cli, ["ops", *arguments])


def test_every_operator_has_a_line() -> None:
    result = run()
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert [line.split()[0] for line in lines[1 : len(OPERATORS) + 1]] == [
        operator.name for operator in OPERATORS
    ]
    assert lines[-1].startswith(f"{len(OPERATORS)} operators; kernels for ")


def test_one_operator() -> None:
    result = run("conv")
    assert result.exit_code == 0
    assert "x[N,C,*I], weight[K,C/groups,*R], bias[K]? -> y[N,K,*P]" in result.output
    assert (
        "algorithms: product, direct, gather, planes, depthwise, groups, winograd2, winograd3, "
        "winograd4, line_winograd, fourier, phases_winograd2, phases_winograd3, "
        "phases_winograd4, phases_line_winograd, phases_fourier, slices, slices_winograd2, "
        "slices_winograd3, slices_winograd4, reference" in result.output
    )
    assert re.search(r"a sample takes besides inputs and output: product [\d,]+, ", result.output)
    assert "reference only where: an input is empty" in result.output
    pooling = run("max_pool")
    assert "reference only where: an input is empty" in pooling.output


def test_json() -> None:
    rows = json.loads(run("--json").output)
    assert [row["name"] for row in rows] == [operator.name for operator in OPERATORS]
    assert next(row for row in rows if row["name"] == "relu")["gradient"] == ["relu_grad"]


def test_an_unknown_operator() -> None:
    result = run("convolution")
    assert result.exit_code == 2
    assert "there is no operator 'convolution'" in result.output
    assert "conv_input_grad" in result.output
