"""The command ``convolens race``."""

from __future__ import annotations

import json

from click.testing import CliRunner

import convolens as cl
from convolens.cli import cli


def run(*arguments: str) -> tuple[int, str]:
    before = cl.get_num_threads()
    try:
        result = CliRunner().invoke(cli, ["race", "--seconds", "0.001", *arguments])
    finally:
        cl.set_num_threads(before)
    return result.exit_code, result.output


def test_a_table_for_each_call() -> None:
    status, text = run("4x8x8", "k3", "out4", "--threads", "1", "--batch", "2")
    assert status == 0
    assert text.startswith("4x8x8 k3 out4 on 2x4x8x8: 1 thread, ")
    for name in ("direct", "gather", "winograd4", "reference", "<-", "scratch"):
        assert name in text


def test_json() -> None:
    status, text = run("4x8x8 k3 out4", "--json")
    assert status == 0
    assert json.loads(text)["shape"] == [1, 4, 8, 8]


def test_a_size_too_large_is_bad_input() -> None:
    status, text = run("999999x999999", "k3")
    assert status == 2
    assert "there is no memory for float32[1, 1, 999999, 999999]" in text
    status, text = run("999999x999999", "k3", "--lang", "zh")
    assert status == 2
    assert "请缩小它。" in text


def test_a_bad_layer_is_bad_input() -> None:
    status, text = run("4x8x8", "k3", "wide")
    assert status == 2
    assert "'wide' is no part of a layer" in text
