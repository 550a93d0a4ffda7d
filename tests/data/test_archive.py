from __future__ import annotations

import contextlib
import io
import tarfile
from pathlib import Path

import pytest

from convolens.data.archive import unpack_tar
from convolens.errors import DataError


def write_tar(path: Path, *members: tarfile.TarInfo, content: bytes = b"content") -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for member in members:
            if member.isfile():
                member.size = len(content)
            tar.addfile(member, io.BytesIO(content) if member.isfile() else None)
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = link
    info.mode = 0o7777
    info.uid = 12345
    return info


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "inside"
    folder.mkdir()
    return folder


def test_files_and_folders(tmp_path: Path, folder: Path) -> None:
    archive = write_tar(
        tmp_path / "good.tar.gz", member("a", tarfile.DIRTYPE), member("a/b/c.bin"), member("d")
    )
    unpack_tar(archive, folder)
    found = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())
    assert found == ["a/b/c.bin", "d"]
    assert (folder / "a/b/c.bin").read_bytes() == b"content"
    assert (folder / "d").stat().st_mode & 0o7000 == 0


def test_an_older_folder_is_replaced(tmp_path: Path, folder: Path) -> None:
    (folder / "a").mkdir()
    (folder / "a" / "old").write_text("old")
    (folder / "keep").write_text("keep")
    unpack_tar(write_tar(tmp_path / "good.tar.gz", member("a/new")), folder)
    assert sorted(p.name for p in folder.rglob("*")) == ["a", "keep", "new"]


@pytest.mark.parametrize(
    "bad",
    [
        member("../evil"),
        member("a/../../evil"),
        member("/tmp/evil-of-convolens"),
        member("a\\..\\..\\evil"),
        member("C:evil"),
        member("link", tarfile.SYMTYPE, "../../evil"),
        member("link", tarfile.LNKTYPE, "../evil"),
        member("pipe", tarfile.FIFOTYPE),
        member("device", tarfile.CHRTYPE),
    ],
    ids=lambda info: f"{info.name}-{info.type!r}",
)
def test_nothing_leaves_the_folder(tmp_path: Path, folder: Path, bad: tarfile.TarInfo) -> None:
    archive = write_tar(tmp_path / "bad.tar.gz", member("good"), bad, member("link/evil"))
    with pytest.raises(DataError, match=r"bad\.tar\.gz") as caught:
        unpack_tar(archive, folder)
    assert repr(bad.name) in str(caught.value)
    assert list(folder.iterdir()) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bad.tar.gz", "inside"]
    assert not Path("/tmp/evil-of-convolens").exists()


def test_cut_anywhere(tmp_path: Path, folder: Path) -> None:
    archive = write_tar(tmp_path / "cut.tar.gz", member("a"), member("b"))
    whole = archive.read_bytes()
    for length in range(len(whole)):
        archive.write_bytes(whole[:length])
        with contextlib.suppress(DataError):
            unpack_tar(archive, folder)
            # Only the filling after the last file may be missing.
            assert length > len(whole) // 2
        assert len(list(folder.iterdir())) in (0, 2)


def test_bomb(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convolens.data.files._ALWAYS", 0)
    archive = write_tar(tmp_path / "bomb.tar.gz", member("zeros"), content=bytes(10 << 20))
    with pytest.raises(DataError, match="more than 100 times its size"):
        unpack_tar(archive, folder)
    assert list(folder.iterdir()) == []
