"""Files are whole or not there, and what cannot be written is one sentence."""

from __future__ import annotations

import errno
import re
from pathlib import Path

import pytest

from convolens.errors import ArgumentError
from convolens.lens import saving
from convolens.lens.language import speaking
from convolens.lens.saving import save
from convolens.lens.words import ENGLISH
from convolens.lens.words_zh import CHINESE

MAKERS = {".txt": lambda: "卷积", ".bin": lambda: b"\0\1"}


def test_texts_and_bytes_are_written(tmp_path: Path) -> None:
    save(tmp_path / "a.txt", MAKERS)
    save(str(tmp_path / "b.BIN"), MAKERS)
    assert (tmp_path / "a.txt").read_text("utf-8") == "卷积"
    assert (tmp_path / "b.BIN").read_bytes() == b"\0\1"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a.doc", r"suffix '\.doc'"),
        ("a", "suffix ''"),
        ("missing/a.txt", "there is no folder"),
        ("", "is a folder"),
    ],
)
def test_what_cannot_be_a_file_is_refused_before_it_is_made(
    name: str, words: str, tmp_path: Path
) -> None:
    def never() -> str:
        raise AssertionError

    with pytest.raises(ArgumentError, match=words):
        save(tmp_path / name, {".txt": never})
    with speaking("zh"), pytest.raises(ArgumentError, match=r"[\u4e00-\u9fff]"):
        save(tmp_path / name, {".txt": never})
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(saving, "write_atomically", full)
    with pytest.raises(ArgumentError, match=r"a\.txt cannot be written: No space left on device\."):
        save(tmp_path / "a.txt", MAKERS)


def test_a_maker_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    def fails() -> str:
        raise ZeroDivisionError

    file = tmp_path / "a.txt"
    file.write_text("old")
    with pytest.raises(ZeroDivisionError):
        save(file, {".txt": fails})
    assert file.read_text() == "old"


def test_words_are_complete_in_both_languages() -> None:
    def places(text: str) -> set[str]:
        return set(re.findall(r"{(\w+)", text))

    assert set(CHINESE) == {key for key in ENGLISH if not key.endswith(".one")}
    for key, text in CHINESE.items():
        assert places(text) == places(ENGLISH[key]), key


def test_a_name_that_is_too_long_is_refused_in_words() -> None:
    with pytest.raises(ArgumentError, match=r"^a{40}\.\.\. cannot be written: .*\(304 bytes\)"):
        save("a" * 300 + ".txt", MAKERS)
