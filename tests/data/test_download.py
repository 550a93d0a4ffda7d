from __future__ import annotations

import hashlib
import io
import socket
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from convolens.data import open_dataset
from convolens.data.cifar import BATCHES
from convolens.data.download import VARIABLE, data_folder, fetch
from convolens.data.sources import SOURCES, RemoteFile, Source
from convolens.errors import DataError, DependencyError

from .makers import write_idx_folder
from .server import Mirror

pytest.importorskip("pooch", reason="the extra [data] is not installed")

CONTENT = np.random.default_rng(0).bytes(200_000)
NAME = "some.bin"


def remote(name: str, content: bytes) -> RemoteFile:
    return RemoteFile(name, len(content), hashlib.sha256(content).hexdigest())


def source(*mirrors: Mirror, **options: object) -> Source:
    values = {
        "name": "some",
        "title": "some data",
        "classes": ("a", "b"),
        "mirrors": tuple(mirror.url for mirror in mirrors),
        "files": (remote(NAME, CONTENT),),
        "work": "nobody",
        "licence": "",
    }
    return Source(**(values | options))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "data"))
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    return tmp_path / "data" / "some"


@pytest.fixture
def mirror() -> Iterator[Callable[..., Mirror]]:
    started: list[Mirror] = []

    def start(files: dict[str, bytes] | None = None, **options: object) -> Mirror:
        made = Mirror({NAME: CONTENT} if files is None else files)
        vars(made).update(options)
        started.append(made)
        return made

    yield start
    for made in started:
        made.close()


@pytest.fixture
def dead_end() -> str:
    """An address at which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/"


def test_a_good_mirror(mirror, folder: Path) -> None:
    good = mirror()
    seen: list[tuple[str, int, int]] = []
    assert fetch(source(good), progress=lambda *step: seen.append(step)) == folder
    assert (folder / NAME).read_bytes() == CONTENT
    assert [path.name for path in folder.iterdir()] == [NAME]
    assert seen[-1] == (NAME, len(CONTENT), len(CONTENT))
    assert [here for _, here, _ in seen] == sorted(here for _, here, _ in seen)
    fetch(source(good))
    assert len(good.requests) == 1, "the second time nothing is asked for"


def test_a_transfer_that_breaks_off_goes_on(mirror, folder: Path) -> None:
    flaky = mirror(breaks=[70_000, 50_000])
    fetch(source(flaky))
    assert (folder / NAME).read_bytes() == CONTENT
    asked = [range_ for _, range_ in flaky.requests]
    assert asked == [None, "bytes=70000-", "bytes=120000-"]


def test_without_announced_length(mirror, folder: Path) -> None:
    flaky = mirror(breaks=[70_000], announce=False)
    fetch(source(flaky))
    assert (folder / NAME).read_bytes() == CONTENT
    assert len(flaky.requests) == 2


def test_a_server_that_ignores_ranges_begins_anew(mirror, folder: Path) -> None:
    flaky = mirror(breaks=[70_000], ranges=False)
    fetch(source(flaky))
    assert (folder / NAME).read_bytes() == CONTENT
    assert [range_ for _, range_ in flaky.requests] == [None, "bytes=70000-"]


def test_the_next_mirror_goes_on_with_what_came(mirror, folder: Path) -> None:
    first, second = mirror(breaks=[70_000, 1_000, 1_000]), mirror()
    fetch(source(first, second))
    assert (folder / NAME).read_bytes() == CONTENT
    assert second.requests == [(f"/{NAME}", "bytes=72000-")]


def test_the_next_run_goes_on_with_what_came(mirror, folder: Path) -> None:
    flaky = mirror(breaks=[70_000, 0, 0])
    with pytest.raises(DataError, match=r"broke off after 70,000 of 200,000 bytes|IncompleteRead"):
        fetch(source(flaky))
    assert (folder / f"{NAME}.part").stat().st_size == 70_000
    assert not (folder / NAME).exists()
    fetch(source(flaky))
    assert flaky.requests[-1] == (f"/{NAME}", "bytes=70000-")
    assert (folder / NAME).read_bytes() == CONTENT


def test_a_wrong_beginning_is_thrown_away(mirror, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / f"{NAME}.part").write_bytes(bytes(70_000))
    good = mirror()
    fetch(source(good))
    assert (folder / NAME).read_bytes() == CONTENT
    assert [range_ for _, range_ in good.requests] == ["bytes=70000-", None]


@pytest.mark.parametrize("length", [200_000, 200_001])
def test_a_wrong_whole_is_thrown_away(mirror, folder: Path, length: int) -> None:
    folder.mkdir(parents=True)
    (folder / f"{NAME}.part").write_bytes(bytes(length))
    fetch(source(mirror()))
    assert (folder / NAME).read_bytes() == CONTENT


def test_a_finished_part_needs_no_network(folder: Path, dead_end: str) -> None:
    folder.mkdir(parents=True)
    (folder / f"{NAME}.part").write_bytes(CONTENT)
    fetch(source(mirrors=(dead_end,)))
    assert (folder / NAME).read_bytes() == CONTENT


def test_a_wrong_checksum_leads_to_the_next_mirror(mirror, folder: Path) -> None:
    wrong, good = mirror({NAME: bytes(len(CONTENT))}), mirror()
    fetch(source(wrong, good))
    assert (folder / NAME).read_bytes() == CONTENT
    assert len(wrong.requests) == 1
    assert good.requests == [(f"/{NAME}", None)], "nothing of the wrong file is used"


def test_a_wrong_file_that_keeps_breaking_off_ends(mirror, folder: Path) -> None:
    wrong, good = mirror({NAME: bytes(len(CONTENT))}, breaks=[70_000, 50_000]), mirror()
    fetch(source(wrong, good))
    assert (folder / NAME).read_bytes() == CONTENT
    assert len(wrong.requests) == 3


@pytest.mark.parametrize("length", [0, 10, 100_000, 200_001, 400_000])
def test_another_length_leads_to_the_next_mirror(mirror, folder: Path, length: int) -> None:
    wrong, good = mirror({NAME: bytes(length)}), mirror()
    fetch(source(wrong, good))
    assert (folder / NAME).read_bytes() == CONTENT
    assert good.requests == [(f"/{NAME}", None)]


def test_an_endless_answer_is_cut(mirror, folder: Path) -> None:
    endless, good = mirror(extra=bytes(1_000_000), announce=False), mirror()
    fetch(source(endless, good))
    assert (folder / NAME).read_bytes() == CONTENT


def test_a_range_that_is_off_leads_to_the_next_mirror(mirror, folder: Path) -> None:
    off, good = mirror(breaks=[70_000], shift=5), mirror()
    fetch(source(off, good))
    assert (folder / NAME).read_bytes() == CONTENT
    assert good.requests[0] == (f"/{NAME}", "bytes=70000-")


def test_a_refused_range_begins_anew(mirror, folder: Path) -> None:
    off = mirror(breaks=[70_000], shift=1_000_000)
    fetch(source(off))
    assert (folder / NAME).read_bytes() == CONTENT
    assert [range_ for _, range_ in off.requests] == [None, "bytes=70000-", None]


def test_all_mirrors_fail(mirror, folder: Path, dead_end: str) -> None:
    absent = mirror({})
    busy = mirror(status=503)
    wrong = mirror({NAME: bytes(len(CONTENT))})
    short = mirror({NAME: b"<html>moved</html>"})
    mirrors = [made.url for made in (absent, busy, wrong, short)] + [dead_end]
    with pytest.raises(DataError) as caught:
        fetch(source(mirrors=tuple(mirrors)))
    text = str(caught.value)
    assert text.startswith(f"some: none of 5 mirrors gave {NAME}.")
    rows = text.splitlines()[1:6]
    reasons = ("HTTP 404", "HTTP 503", "SHA-256 differs", "18 bytes, not 200,000", "refused")
    for row, url, reason in zip(rows, mirrors, reasons, strict=True):
        assert f"{url}{NAME}" in row
        assert reason in row
    assert str(folder / NAME) in text
    assert not (folder / NAME).exists()


def test_a_damaged_file_is_downloaded_again(mirror, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / NAME).write_bytes(bytes(len(CONTENT)))
    fetch(source(mirror()))
    assert (folder / NAME).read_bytes() == CONTENT


def test_the_folder_cannot_be_made(mirror, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file is in the way")
    with pytest.raises(DataError, match=r"cannot be written|cannot be read") as caught:
        fetch(source(mirror()))
    assert str(tmp_path / "data") in str(caught.value)


def test_a_full_disk(mirror, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: object, response: object, here: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("convolens.data.transfer.Resumable._receive", full)
    with pytest.raises(DataError, match="cannot be written: No space left on device") as caught:
        fetch(source(mirror(), mirror()))
    assert VARIABLE in str(caught.value)


def test_offline_says_what_is_missing_and_where(mirror, folder: Path) -> None:
    good = mirror()
    with pytest.raises(DataError) as caught:
        fetch(source(good), offline=True)
    text = str(caught.value)
    assert f"{NAME} is not there" in text
    assert str(folder / NAME) in text
    assert good.url + NAME in text
    assert good.requests == []
    folder.mkdir(parents=True)
    (folder / NAME).write_bytes(CONTENT[:-1])
    with pytest.raises(DataError, match="is damaged"):
        fetch(source(good), offline=True)
    (folder / NAME).write_bytes(CONTENT)
    assert fetch(source(good), offline=True) == folder
    assert good.requests == []


def test_without_pooch(mirror, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(DependencyError) as caught:
        fetch(source(mirror()))
    assert "pip install 'convolens[data]'" in str(caught.value)
    folder.mkdir(parents=True)
    (folder / NAME).write_bytes(CONTENT)
    assert fetch(source()) == folder, "what is here needs no package"
    monkeypatch.delenv(VARIABLE)
    with pytest.raises(DependencyError):
        data_folder()


def test_the_folder_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in (None, ""):
        monkeypatch.delenv(VARIABLE) if value is None else monkeypatch.setenv(VARIABLE, value)
        assert data_folder().name == "convolens"


def cifar_archive(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(f"cifar-10-batches-bin/{name}.bin")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def test_archives_are_unpacked_once(mirror, folder: Path) -> None:
    records = np.zeros((4, 3073), np.uint8)
    records[:, 0] = [0, 1, 2, 3]
    names = (*BATCHES, "test_batch")
    archive = cifar_archive(**dict.fromkeys(names, records.tobytes()))
    good = mirror({"cifar.tar.gz": archive})
    whole = source(
        good,
        files=(remote("cifar.tar.gz", archive),),
        unpacked=tuple((f"cifar-10-batches-bin/{name}.bin", 4 * 3073) for name in names),
    )
    fetch(whole)
    assert len(open_dataset(folder).train) == 20
    (folder / "cifar.tar.gz").unlink()
    fetch(whole, offline=True)
    assert len(good.requests) == 1
    (folder / "cifar-10-batches-bin" / "test_batch.bin").write_bytes(b"cut")
    fetch(whole)
    assert len(good.requests) == 2
    assert len(open_dataset(folder).test) == 4


def test_an_archive_without_its_files(mirror) -> None:
    archive = cifar_archive(other=b"x")
    whole = source(
        mirror({"a.tar.gz": archive}),
        files=(remote("a.tar.gz", archive),),
        unpacked=(("cifar-10-batches-bin/test_batch.bin", 1),),
    )
    with pytest.raises(DataError, match="does not hold all its files"):
        fetch(whole)


def test_open_dataset_by_name(mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_idx_folder(tmp_path / "made", packed=True)
    files = {path.name: path.read_bytes() for path in (tmp_path / "made").iterdir()}
    known = source(
        mirror(files),
        name="mnist",
        files=tuple(remote(name, content) for name, content in files.items()),
        work="the authors",
        licence="free",
    )
    monkeypatch.setitem(SOURCES, "mnist", known)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mnist").mkdir()
    with pytest.raises(DataError, match="offline nothing is downloaded"):
        open_dataset("mnist", offline=True)
    splits = open_dataset("mnist")
    assert (splits.source, splits.licence) == ("the authors", "free")
    assert len(splits.train) == 20
    assert len(open_dataset("mnist", offline=True).test) == 10


def test_the_shared_folder_has_the_layout_of_the_cache(
    shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(shared_data))
    splits = open_dataset("fashion-mnist", offline=True)
    assert splits.train.classes[9] == "Ankle boot"
    assert splits.licence == "MIT"
