"""Runs commands in this process and makes small runs for the tests of the command line."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from convolens.cli import cli

SMALL = ("--model", "C4k3-R-P2-F10", "--limit", "100", "--epochs", "2")


def call(*arguments: str | Path) -> Result:
    """Run a command; an error that is not said in words fails the test with its traceback."""
    return CliRunner().invoke(cli, list(map(str, arguments)), catch_exceptions=False)


def refused(*arguments: str | Path, words: str, status: int = 2) -> str:
    """Run a command that must be refused; return what it said on stderr."""
    result = call(*arguments)
    assert result.exit_code == status, result.output
    assert words in result.stderr, result.stderr
    assert "Traceback" not in result.output
    return result.stderr


def trained(folder: Path, *options: str) -> Path:
    """Train a small run in a folder and return it."""
    result = call("train", *SMALL, "--out", folder, *options)
    assert result.exit_code == 0, result.output
    return folder
