from __future__ import annotations

import errno
import re
import subprocess
import sys
import types
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import convolens
from convolens.cli import COMMANDS, cli
from convolens.cli._group import LazyGroup
from convolens.errors import (
    ArgumentError,
    CheckpointError,
    DataError,
    DependencyError,
    MemoryLimitError,
    ShapeError,
    TrainingError,
)

from .runs import call


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_help_names_every_command() -> None:
    result = call("--help")
    assert result.exit_code == 0
    for name, line in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(line[:40])}", result.output, re.MULTILINE)


def test_help_imports_no_command() -> None:
    code = (
        "import sys; sys.argv[1:] = ['--help']\n"
        "from convolens.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = ('convolens.train', 'convolens.models', 'convolens.lens', 'convolens.data', "
        "'rich', 'PIL', 'safetensors')\n"
        "print([name for name in sys.modules if name in heavy], file=sys.stderr)\n"
    )
    assert python("-c", code).stderr == "[]\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_teaches(name) -> None:
    result = call(name, "--help")
    assert result.exit_code == 0
    assert "Examples" in result.output
    assert f"convolens {name}" in result.output
    # Commands to be copied may be longer.
    lines = [line for line in result.output.splitlines() if "convolens" not in line]
    assert max(map(len, lines)) <= 80
    # The group says the same without importing the command.
    assert " ".join(result.output.split("\n\n")[1].split()) == COMMANDS[name]


def test_version() -> None:
    assert call("--version").output == f"convolens, version {convolens.__version__}\n"
    assert python("-m", "convolens", "--version").stdout.strip().endswith(convolens.__version__)


@pytest.mark.parametrize("arguments", [("trian",), ("--bad",), ("train", "--bad")])
def test_what_is_not_known_is_refused(arguments) -> None:
    result = call(*arguments)
    assert result.exit_code == 2
    assert "No such" in result.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("ops", "--help")])
def test_a_full_standard_output_is_said_in_words(arguments) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "convolens", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == "Error: No space left on device.\n"


def test_exit_statuses_of_a_process() -> None:
    bad = python("-m", "convolens", "train", "--epochs", "0")
    assert bad.returncode == 2
    assert "Traceback" not in bad.stderr
    bad = python("-m", "convolens", "predict", "missing", "image.png")
    assert bad.returncode == 2
    assert bad.stderr.startswith("Error: there is no run folder")
    assert "Traceback" not in bad.stderr
    assert bad.stdout == ""


def group_that_raises(error: BaseException, monkeypatch) -> click.Group:
    @click.command()
    def broken() -> None:
        raise error

    module = types.ModuleType("a_package.broken")
    module.broken = broken
    monkeypatch.setitem(sys.modules, "a_package.broken", module)
    return LazyGroup(package="a_package", table={"broken": "Fails."}, name="group")


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (ArgumentError("bad.", hint="good."), 2, "Error: bad.\nHint: good.\n"),
        (DataError("bad file."), 2, "Error: bad file.\n"),
        (CheckpointError("damaged."), 2, "Error: damaged.\n"),
        (ShapeError("too small."), 2, "Error: too small.\n"),
        (DependencyError("not installed."), 2, "Error: not installed.\n"),
        (TrainingError("diverged."), 1, "Error: diverged.\n"),
        (MemoryLimitError("too large."), 1, "Error: too large.\n"),
        (OSError(errno.ENOSPC, "No space left", "a.html"), 1, "Error: a.html: No space left.\n"),
        (OSError("odd"), 1, "Error: odd.\n"),
        (MemoryError("4 GiB"), 1, "Error: there is not enough memory: 4 GiB.\n"),
        (KeyboardInterrupt(), 1, "Aborted!\n"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 1, ""),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_errors_are_said_in_words(error, status, words, monkeypatch) -> None:
    result = CliRunner().invoke(group_that_raises(error, monkeypatch), ["broken"])
    assert result.exit_code == status
    assert result.stderr.lstrip() == words


def test_a_mistake_of_the_program_shows_its_traceback(monkeypatch) -> None:
    result = CliRunner().invoke(group_that_raises(ZeroDivisionError(), monkeypatch), ["broken"])
    assert isinstance(result.exception, ZeroDivisionError)


def test_a_reader_that_goes_away_is_no_error() -> None:
    program = (
        "import subprocess, sys\n"
        "p = subprocess.Popen([sys.executable, '-m', 'convolens', 'train', '--help'],"
        " stdout=subprocess.PIPE, stderr=subprocess.PIPE)\n"
        "p.stdout.close()\n"
        "print(p.stderr.read())\n"
    )
    assert python("-c", program).stdout == "b''\n"


def test_is_a_group() -> None:
    assert list(cli.commands or COMMANDS) == list(COMMANDS)
