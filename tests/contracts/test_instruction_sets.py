"""Every check of the kernels, on every instruction set that was compiled.

The set is chosen once a process, so checks run in processes of their own, some at a time: to begin
one takes longer than many a check. A crash there is a failure here.

The kernels are one source for all sets, and few processors have the baseline alone: it tries a part
of the calls, as `make sanitize-quick` does, and not what refuses bad arguments: that is compiled
once.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from convolens import _native

CHECKS = sorted(Path(__file__).with_name("each_isa").glob("check_*.py"))
PARTS = 4
#: Of so many calls one is tried (``contracts.calls.EVERY``); of other sets all are.
EVERY = {"baseline": 4}
LEFT_OUT = {"baseline": ["check_boundary"]}
SETS = _native.instruction_sets()


def in_process(checks: list[Path], isa: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", *map(str, checks)],
        env={
            **os.environ,
            "CONVOLENS_ISA": isa,
            "CONVOLENS_TEST_EVERY": str(EVERY.get(isa, 1)),
        },
        capture_output=True,
        text=True,
        timeout=600,
    )


@pytest.mark.slow
@pytest.mark.parametrize("isa", SETS)
@pytest.mark.parametrize("part", range(PARTS))
def test_kernels(part: int, isa: str) -> None:
    if not SETS[isa]:
        pytest.skip(f"this processor does not have {isa}")
    checks = [check for check in CHECKS if check.stem not in LEFT_OUT.get(isa, [])]
    result = in_process(checks[part::PARTS], isa)
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-3000:]


def test_the_set_is_the_one_asked_for() -> None:
    for isa in [name for name, available in SETS.items() if available]:
        printed = subprocess.run(
            [sys.executable, "-c", "from convolens import _native; print(_native.isa())"],
            env={**os.environ, "CONVOLENS_ISA": isa},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert printed.stdout.strip() == isa


def test_an_unknown_set_is_refused_in_words() -> None:
    """Importing works, so that a program can say it in its own way; the first call does not."""
    result = subprocess.run(
        [sys.executable, "-c", "import convolens; print('imported'); convolens.zeros(1).relu()"],
        env={**os.environ, "CONVOLENS_ISA": "sse9"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (result.returncode, result.stdout) == (1, "imported\n")
    assert "CONVOLENS_ISA is sse9, but must be one of" in result.stderr
