"""The runner of the sanitizers: what it says, and which native part its processes load."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tools.sanitize import to_try

from convolens import _native

ROOT = Path(__file__).parents[2]


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_missing_library_is_named_with_what_installs_it(tmp_path: Path) -> None:
    compiler = tmp_path / "c++"
    compiler.write_text('#!/bin/sh\necho "${1#*=}"\n')  # as g++ answers where it has none
    compiler.chmod(0o755)
    result = run("-m", "tools.sanitize", "threads", CXX=str(compiler))
    assert result.returncode == 1
    assert f"{compiler} has no libtsan.so, which sanitizers need" in result.stderr
    assert "apt install g++" in result.stderr


def test_an_unknown_word_is_answered_with_the_usage() -> None:
    result = run("-m", "tools.sanitize", "everything")
    assert result.returncode == 2
    assert "Usage: python -m tools.sanitize" in result.stderr


def test_the_native_part_is_the_one_that_is_named(tmp_path: Path) -> None:
    copy = Path(shutil.copy(_native.__file__, tmp_path))
    program = "import convolens; print(convolens.zeros(1).relu(), convolens._native.__file__)"
    result = run(
        "-c", program, PYTHONPATH=str(ROOT / "tools" / "sanitized"), CONVOLENS_NATIVE=str(copy)
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip().endswith(str(copy))


@pytest.mark.parametrize(
    ("here", "quick", "all_of_them"),
    [
        ("avx512 avx2 baseline", "avx2", "avx512 avx2 baseline"),
        ("avx2 baseline", "avx2", "avx2 baseline portable16"),
        ("baseline", "baseline", "baseline"),
        ("neon", "neon", "neon"),
    ],
)
def test_registers_that_a_processor_lacks_are_tried_too(
    here: str, quick: str, all_of_them: str
) -> None:
    assert to_try(here.split(), quick=True) == quick.split()
    assert to_try(here.split(), quick=False) == all_of_them.split()
