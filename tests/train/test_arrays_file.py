from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save

from convolens.errors import CheckpointError
from convolens.train.arrays_file import read_arrays, write_arrays
from convolens.train.seal import BLANK, seal

MARK = rb"{\"sha256\":\""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "a.safetensors"
    arrays = {"w": np.arange(6, dtype=np.float32).reshape(2, 3), "n": np.array(3, np.int64)}
    write_arrays(path, arrays, {"name": "größe", "list": [1, 2.5, None]})
    return path


def test_comes_back_equal(written: Path) -> None:
    arrays, facts = read_arrays(written)
    assert arrays["w"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert arrays["n"].shape == ()
    assert (facts["name"], facts["list"]) == ("größe", [1, 2.5, None])


def test_other_programs_can_read_it(written: Path) -> None:
    with safe_open(written, "np") as file:
        assert file.get_tensor("w").tolist() == [[0, 1, 2], [3, 4, 5]]


def test_the_same_content_gives_the_same_bytes(written: Path, tmp_path: Path) -> None:
    arrays, facts = read_arrays(written)
    facts = {name: value for name, value in facts.items() if name not in ("sha256", "format")}
    write_arrays(tmp_path / "b", dict(reversed(arrays.items())), facts)
    assert (tmp_path / "b").read_bytes() == written.read_bytes()


def test_memory_order_does_not_matter(tmp_path: Path) -> None:
    array = np.arange(120, dtype=np.float32).reshape(2, 4, 5, 3).transpose(0, 3, 1, 2)
    write_arrays(tmp_path / "a", {"w": array}, {})
    read = read_arrays(tmp_path / "a")[0]["w"]
    assert read.flags.c_contiguous
    assert (read == array).all()


def test_each_changed_byte_is_refused(written: Path) -> None:
    content = written.read_bytes()
    for place in range(len(content)):
        for change in (0x01, 0x20, 0xFF):
            changed = bytearray(content)
            changed[place] ^= change
            written.write_bytes(changed)
            with pytest.raises(CheckpointError):
                read_arrays(written)


def test_each_cut_is_refused(written: Path) -> None:
    content = written.read_bytes()
    for length in range(len(content)):
        written.write_bytes(content[:length])
        with pytest.raises(CheckpointError):
            read_arrays(written)


def test_something_after_the_end_is_refused(written: Path) -> None:
    written.write_bytes(written.read_bytes() + b"\0")
    with pytest.raises(CheckpointError, match="checksum does not fit"):
        read_arrays(written)


def crafted(path: Path, content: bytes) -> Path:
    path.write_bytes(seal(content, MARK))
    return path


def header(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text


BEGIN = b'{"__metadata__":{"convolens":"' + MARK + BLANK.encode()
SOUND = BEGIN + rb'\",\"format\":1}"},'


@pytest.mark.parametrize(
    "content",
    [
        MARK + BLANK.encode(),
        header(MARK + BLANK.encode()),
        struct.pack("<Q", 2**63) + MARK + BLANK.encode(),
        header(BEGIN + rb'\"}"}}'),
        header(BEGIN + rb'\",\"format\":[]}"}}'),
        header(BEGIN + b"[" * 20_000 + b'"}}'),
        header(BEGIN + rb"\",\"a\":" + b"[" * 20_000 + b'"}}'),
        header(SOUND + b'"w":{"dtype":"F32","shape":[9999999999],"data_offsets":[0,4]}}'),
        header(SOUND + b'"w":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}') + b"1234",
    ],
    ids=range(9),
)
def test_a_right_checksum_over_nonsense_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(CheckpointError, match="not laid out"):
        read_arrays(crafted(tmp_path / "a", content))


def test_a_newer_format_is_named(tmp_path: Path) -> None:
    text = json.dumps({"sha256": BLANK, "format": 2}, separators=(",", ":"))
    path = crafted(tmp_path / "a", save({"w": np.zeros(1)}, {"convolens": text}))
    with pytest.raises(CheckpointError, match="newer convolens"):
        read_arrays(path)


def test_a_file_of_another_program_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(save({"w": np.zeros(1)}))
    with pytest.raises(CheckpointError, match="no checkpoint of convolens"):
        read_arrays(tmp_path / "a")


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="there is no file"):
        read_arrays(tmp_path / "missing")
    with pytest.raises(CheckpointError, match="is not a file"):
        read_arrays(tmp_path)
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(CheckpointError, match="no checkpoint"):
        read_arrays(tmp_path / "a")
    with pytest.raises(CheckpointError):
        read_arrays(tmp_path / "a" / "b")
