from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from convolens.data.files import largest_unpacked, open_data
from convolens.errors import DataError


def read(path: Path) -> bytes:
    with open_data(path) as reader:
        return bytes(reader.read_all())


def test_gzip_is_recognised_by_content(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(gzip.compress(b"hello"))
    assert read(path) == b"hello"
    path = tmp_path / "unpacked-by-the-browser.gz"
    path.write_bytes(b"hello")
    assert read(path) == b"hello"


def test_missing_file_is_named_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match="there is no file") as caught:
        read(Path("nothing.gz"))
    assert str(tmp_path / "nothing.gz") in str(caught.value)


def test_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is a folder"):
        read(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError, match="device or pipe"):
        read(tmp_path / "pipe")


def test_denied_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(self: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    path = tmp_path / "secret"
    path.write_bytes(b"x")
    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(DataError, match="may not be read: the system denies permission") as caught:
        read(path)
    assert str(path) in str(caught.value)


def test_name_that_the_system_refuses(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read(tmp_path / ("x" * 5000))


def test_cut_gzip(tmp_path: Path) -> None:
    path = tmp_path / "cut.gz"
    path.write_bytes(gzip.compress(bytes(1000))[:-9])
    with pytest.raises(DataError, match="stop before their end"):
        read(path)


def test_damaged_gzip(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(os.urandom(1000)))
    content[-6] ^= 1
    path = tmp_path / "flipped.gz"
    path.write_bytes(content)
    with pytest.raises(DataError, match="are damaged"):
        read(path)


def test_bomb_is_stopped_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convolens.data.files._ALWAYS", 1 << 20)
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(bytes(8 << 20)))
    assert largest_unpacked(path.stat().st_size) < 8 << 20
    with pytest.raises(DataError, match="unpack to more than"):
        read(path)
