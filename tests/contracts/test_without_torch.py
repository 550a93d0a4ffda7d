"""Tests that need torch are skipped in words where it is missing, and nothing else needs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

COLLECT = """
import sys, pytest
sys.modules["torch"] = None  # importing it fails
sys.exit(pytest.main(["--collect-only", "-q", "-n0", "-p", "no:cacheprovider", sys.argv[1]]))
"""


@pytest.mark.slow
def test_all_tests_are_collected_without_it() -> None:
    tests = Path(__file__).parents[1]
    result = subprocess.run(
        [sys.executable, "-c", COLLECT, str(tests)],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=tests.parent,
    )
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    assert "torch is not installed; `make oracle` installs it" in result.stdout
    collected = result.stdout.splitlines()
    assert any(line.startswith("tests/nn/") for line in collected)
    assert not any(line.startswith("tests/oracle/") for line in collected)
