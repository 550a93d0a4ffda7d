"""A disk that is full while a run is saved: the old files stay, and the run fails in words."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from convolens.errors import TrainingError

from .makers import fit, trainer
from .test_resume import finish, state_of

TESTS = Path(__file__).parents[1]

PROGRAM = """
import resource, sys
from pathlib import Path
from train.makers import fit, trainer

folder = Path(sys.argv[1])
made = trainer(folder)
fit(made, 1)
size = (folder / "checkpoint.safetensors").stat().st_size
# From now on no file may be so large: a real write that really fails.
resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, size // 2))
fit(made, 3)
"""


def test_a_real_limit(tmp_path) -> None:
    pytest.importorskip("resource")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "parts")],
        cwd=TESTS,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "TrainingError: the run cannot be saved: File too large." in done.stderr
    assert not list((tmp_path / "parts").glob(".*"))
    fit(trainer(tmp_path / "whole"), 3)
    finish(tmp_path / "parts", "adam", [])
    assert state_of(tmp_path / "parts") == state_of(tmp_path / "whole")


@pytest.mark.parametrize("after", range(12))
def test_full_at_any_write(tmp_path, monkeypatch, after) -> None:
    left = [after]
    real = os.fsync

    def full(descriptor: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    made = trainer(tmp_path / "parts")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TrainingError, match="No space left on device") as caught:
        fit(made, 3)
    assert "Make room" in str(caught.value)
    kept = (tmp_path / "parts" / "checkpoint.safetensors").exists()
    assert ("go on with --resume" in str(caught.value)) == kept
    monkeypatch.undo()
    assert not list((tmp_path / "parts").glob(".*"))
    if (tmp_path / "parts" / "checkpoint.safetensors").exists():
        fit(trainer(tmp_path / "whole"), 3)
        finish(tmp_path / "parts", "adam", [])
        assert state_of(tmp_path / "parts") == state_of(tmp_path / "whole")


def test_a_folder_that_cannot_be_made(tmp_path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(TrainingError, match="cannot be saved"):
        fit(trainer(tmp_path / "file" / "run"), 1)
