from __future__ import annotations

import errno
import tempfile
from pathlib import Path

import pytest

from convolens.errors import ArgumentError
from convolens.train import fresh_folder


def test_fresh_folders_are_numbered(tmp_path) -> None:
    wanted = tmp_path / "runs" / "a"
    (fresh_folder(wanted, numbered=True) / "x").write_bytes(b"")
    assert fresh_folder(wanted, numbered=True).name == "a-2"
    assert fresh_folder(wanted, numbered=True).name == "a-3"


def test_a_named_folder_is_never_overwritten(tmp_path) -> None:
    assert fresh_folder(tmp_path / "a", numbered=False) == tmp_path / "a"
    # An empty folder may be used.
    assert fresh_folder(tmp_path / "a", numbered=False) == tmp_path / "a"
    (tmp_path / "a" / "x").write_bytes(b"")
    with pytest.raises(ArgumentError, match="never overwritten"):
        fresh_folder(tmp_path / "a", numbered=False)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ArgumentError, match="is a file, but a run needs a folder"):
        fresh_folder(tmp_path / "file", numbered=False)
    with pytest.raises(ArgumentError, match=r"cannot be made: .*file is a file"):
        fresh_folder(tmp_path / "file" / "a", numbered=False)


def test_only_a_folder_with_a_checkpoint_can_be_resumed(tmp_path) -> None:
    (tmp_path / "x").write_bytes(b"")
    for name, hint in (("x", False), ("checkpoint.safetensors", True)):
        (tmp_path / name).write_bytes(b"")
        with pytest.raises(ArgumentError, match="never overwritten") as caught:
            fresh_folder(tmp_path, numbered=False)
        assert ("--resume" in caught.value.hint) == hint


def test_what_ended_before_its_first_checkpoint_is_not_begun(tmp_path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    for name in ("run.json", "initial.safetensors", ".checkpoint.safetensors.0a1b2c3d.unfinished"):
        (run / name).write_bytes(b"")
    # Another process may be about to write its checkpoint there.
    assert fresh_folder(run, numbered=True).name == f"{run.name}-2"
    assert fresh_folder(run, numbered=False) == run
    assert not list(run.glob(".*"))


@pytest.mark.parametrize("exists", [False, True])
def test_a_folder_that_cannot_be_written_is_refused(tmp_path, monkeypatch, exists) -> None:
    if exists:
        (tmp_path / "a").mkdir()

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", denied)
    with pytest.raises(ArgumentError, match="a cannot be written: Permission denied") as caught:
        fresh_folder(tmp_path / "a", numbered=False)
    assert caught.value.hint == "choose another folder."


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="a folder of Linux")
def test_a_folder_that_cannot_be_made_is_refused() -> None:
    with pytest.raises(ArgumentError, match="/proc/x cannot be written: No such file"):
        fresh_folder(Path("/proc/x"), numbered=False)


def test_the_root_is_taken() -> None:
    with pytest.raises(ArgumentError, match="exists already"):
        fresh_folder(Path("/"), numbered=False)
