from __future__ import annotations

import os
from pathlib import Path

import pytest

from convolens.atomic import remove_unfinished, write_atomically


def test_replaces_the_content(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_atomically(path, b"old")
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["a"]


def test_the_file_may_be_read_by_whom_the_system_allows(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_atomically(tmp_path / "a", b"")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_failure_leaves_the_old_content(tmp_path, monkeypatch, call, error) -> None:
    path = tmp_path / "a"
    write_atomically(path, b"old")

    def fail(*_):
        raise error

    monkeypatch.setattr(os if call == "fsync" else Path, call, fail)
    with pytest.raises(type(error)):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


def test_the_file_is_synced_before_it_is_renamed(tmp_path, monkeypatch) -> None:
    done = []
    real_sync, real_replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (done.append("sync"), real_sync(fd))[1])
    monkeypatch.setattr(
        Path, "replace", lambda self, to: (done.append("rename"), real_replace(self, to))[1]
    )
    write_atomically(tmp_path / "a", b"")
    assert done == ["sync", "rename", "sync"]


def test_what_a_killed_process_left_is_removed(tmp_path) -> None:
    (tmp_path / ".a.12345678.unfinished").write_bytes(b"half")
    (tmp_path / "a").write_bytes(b"whole")
    remove_unfinished(tmp_path)
    assert os.listdir(tmp_path) == ["a"]
