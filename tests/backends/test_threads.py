"""The number of threads: set, kept, and refused in words."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens.errors import ArgumentError


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = cl.get_num_threads()
    yield
    cl.set_num_threads(before)


def test_what_is_set_is_there() -> None:
    for count in (1, 2, 3, 16, 1):
        cl.set_num_threads(count)
        assert cl.get_num_threads() == count
    cl.set_num_threads(np.int64(2))
    assert cl.get_num_threads() == 2


@pytest.mark.parametrize("count", [0, -1, 1025, 2**31, 2**40, 10**30])
def test_out_of_range(count: int) -> None:
    before = cl.get_num_threads()
    with pytest.raises(ArgumentError, match="must be from 1 to 1024"):
        cl.set_num_threads(count)
    assert cl.get_num_threads() == before


@pytest.mark.parametrize("count", ["2", None, 2.5, [2]])
def test_no_whole_number(count: Any) -> None:
    with pytest.raises(TypeError):
        cl.set_num_threads(count)


def test_many_more_threads_than_cores() -> None:
    x = cl.ones(500, 700)
    expected = (x @ x.reshape(700, 500)).numpy()
    cl.set_num_threads(64)
    np.testing.assert_array_equal((x @ x.reshape(700, 500)).numpy(), expected)


def in_environment(value: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "CONVOLENS_NUM_THREADS": value},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_environment_says_how_many_at_first() -> None:
    program = "import convolens as cl; print(cl.get_num_threads(), cl.ones(9).relu().sum().item())"
    result = in_environment("3", "-c", program)
    assert (result.stdout, result.stderr) == ("3 9.0\n", "")
    program = "import convolens as cl; cl.set_num_threads(2); print(cl.get_num_threads())"
    assert in_environment("3", "-c", program).stdout == "2\n"


def test_an_empty_variable_is_none() -> None:
    program = "from convolens import _native; print(_native.thread_count())"
    before = in_environment("", "-c", program)
    program = "import convolens as cl; print(cl.get_num_threads())"
    assert in_environment("", "-c", program).stdout == before.stdout


@pytest.mark.parametrize("value", ["0", "-1", "1025", "two", "2.5", "9" * 5000, " "])
def test_a_wrong_variable_is_refused_in_words(value: str) -> None:
    """Importing works, so that a program can say it in its own way; the first call does not."""
    program = (
        "import convolens as cl; print('imported')\n"
        "for call in (cl.get_num_threads, cl.zeros(1).relu):\n"
        "    try:\n"
        "        call()\n"
        "    except ValueError as error:\n"
        "        print(error.headline)\n"
        "cl.set_num_threads(1); print(cl.get_num_threads(), cl.zeros(1).relu().item())"
    )
    words = f"CONVOLENS_NUM_THREADS is {value}, but must be a whole number from 1 to 1024.\n"
    result = in_environment(value, "-c", program)
    assert (result.stdout, result.stderr) == (f"imported\n{words * 2}1 0.0\n", "")


def test_the_command_line_refuses_a_wrong_variable() -> None:
    result = in_environment("many", "-m", "convolens", "ops")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.lstrip().startswith("Error: CONVOLENS_NUM_THREADS is many, but must be")
    assert "Traceback" not in result.stderr
