from __future__ import annotations

import contextlib
import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from convolens.data.idx import find_idx_files, open_idx_folder, read_idx
from convolens.errors import DataError, IndexRangeError

from .makers import IDX_CODES, idx_bytes, write_idx_folder

any_array = st.sampled_from([*IDX_CODES]).flatmap(
    lambda kind: arrays_of.arrays(kind, arrays_of.array_shapes(max_dims=4, max_side=4, min_side=0))
)


@given(any_array, st.booleans())
def test_round_trip(tmp_path: Path, array: np.ndarray, packed: bool) -> None:
    path = tmp_path / "data"
    content = idx_bytes(array)
    path.write_bytes(gzip.compress(content) if packed else content)
    found = read_idx(path)
    assert found.dtype == array.dtype
    assert found.shape == array.shape
    assert found.tobytes() == array.tobytes()


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", ["u1", "i2", "f8"])
def test_cut_anywhere(tmp_path: Path, packed: bool, kind: str) -> None:
    content = idx_bytes(np.arange(24).astype(kind).reshape(2, 3, 4))
    content = gzip.compress(content) if packed else content
    path = tmp_path / "cut"
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(DataError) as caught:
            read_idx(path)
        assert str(path) in str(caught.value)


@pytest.mark.parametrize("packed", [False, True])
def test_a_flipped_bit_is_an_error_or_another_value(tmp_path: Path, packed: bool) -> None:
    content = idx_bytes(np.arange(24, dtype=np.uint8).reshape(2, 3, 4))
    content = gzip.compress(content) if packed else content
    path = tmp_path / "flipped"
    for position in range(len(content)):
        for bit in range(8):
            damaged = bytearray(content)
            damaged[position] ^= 1 << bit
            path.write_bytes(damaged)
            with contextlib.suppress(DataError):
                assert read_idx(path).nbytes == 24


@given(st.binary(max_size=60))
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any"
    for start in (b"", b"\0\0\x08\x01", b"\0\0\x0d\x03", b"\x1f\x8b\x08\0"):
        path.write_bytes(start + content)
        with contextlib.suppress(DataError):
            read_idx(path)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"", "0 bytes are no IDX file"),
        (b"\0\0\x08", "3 bytes are no IDX file"),
        (b"\0\1\x08\1", "begins with the bytes 00 01 08 01"),
        (b"\0\0\x07\1", "begins with the bytes 00 00 07 01"),
        (b"\0\0\x08\0", "begins with the bytes 00 00 08 00"),
        (b"\0\0\x08\x09" + bytes(36), "begins with the bytes"),
        (b"\0\0\x08\3\0\0\0\1", "4 of 12 bytes of the dimensions"),
        (b"\0\0\x08\1\0\0\0\3ab", "1 of 3 bytes of elements are missing"),
        (b"\0\0\x08\1\0\0\0\3abcd", "more bytes follow the 3 bytes"),
        (b"\0\0\x0e\3" + b"\xff" * 12, "more than a file of"),
        (b"\0\0\x0e\3" + b"\xff" * 11 + b"\0", "bytes of elements"),
    ],
)
def test_refusals(tmp_path: Path, packed: bool, head: bytes, words: str) -> None:
    path = tmp_path / "bad"
    path.write_bytes(gzip.compress(head) if packed else head)
    with pytest.raises(DataError, match=words):
        read_idx(path)


def test_a_header_alone_takes_no_memory(tmp_path: Path) -> None:
    """60 GB are declared, which a gzip of this size could never hold; the same, held, for 60 MB."""
    path = tmp_path / "bomb"
    path.write_bytes(gzip.compress(struct.pack(">BBBBIII", 0, 0, 8, 3, 2**20, 240, 240)))
    with pytest.raises(DataError, match="can hold"):
        read_idx(path)
    path.write_bytes(gzip.compress(struct.pack(">BBBBIII", 0, 0, 8, 3, 1000, 240, 240)))
    with pytest.raises(DataError, match="are missing"):
        read_idx(path)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", ["{part}-{kind}-idx{rank}-ubyte", "{part}-{kind}.idx{rank}-ubyte"])
def test_folder(tmp_path: Path, packed: bool, name: str) -> None:
    arrays = write_idx_folder(tmp_path / "own", name=name, packed=packed)
    splits = open_idx_folder(tmp_path / "own")
    assert splits.train.classes == ("0", "1", "2")
    assert splits.train.name == "own"
    assert splits.source == str(tmp_path / "own")
    assert splits.train.image_shape == (1, 4, 5)
    for dataset, part in ((splits.train, "train"), (splits.test, "t10k")):
        assert np.array_equal(dataset.labels, arrays[f"{part}-labels"])
        assert np.array_equal(dataset.raw(3)[0][..., 0], arrays[f"{part}-images"][3])


def test_the_unpacked_file_comes_before_its_gz(tmp_path: Path) -> None:
    write_idx_folder(tmp_path)
    write_idx_folder(tmp_path, packed=True)
    assert all(path.suffix != ".gz" for path in find_idx_files(tmp_path).values())
    assert len(open_idx_folder(tmp_path).train) == 20


def test_two_files_for_one_part(tmp_path: Path) -> None:
    write_idx_folder(tmp_path)
    write_idx_folder(tmp_path, name="{part}-{kind}.idx{rank}-ubyte")
    with pytest.raises(DataError, match="two files could be the test images"):
        open_idx_folder(tmp_path)


@pytest.mark.parametrize("kind", ["images", "labels"])
@pytest.mark.parametrize("part", ["train", "t10k"])
def test_missing_file(tmp_path: Path, part: str, kind: str) -> None:
    write_idx_folder(tmp_path)
    rank = {"images": 3, "labels": 1}[kind]
    (tmp_path / f"{part}-{kind}-idx{rank}-ubyte").unlink()
    with pytest.raises(DataError) as caught:
        open_idx_folder(tmp_path)
    assert f"{part}-{kind}-idx{rank}-ubyte" in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_counts_differ(tmp_path: Path) -> None:
    write_idx_folder(tmp_path)
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx_bytes(np.zeros(19, np.uint8)))
    with pytest.raises(DataError, match="20 train images, but 19 labels"):
        open_idx_folder(tmp_path)


def test_label_outside_the_training_classes(tmp_path: Path) -> None:
    write_idx_folder(tmp_path)
    labels = np.array([0, 1, 2, 0, 1, 3, 0, 1, 2, 0], np.uint8)
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(idx_bytes(labels))
    with pytest.raises(IndexRangeError, match="label 3 at position 5 is outside 0 to 2"):
        open_idx_folder(tmp_path)


def test_one_class_only(tmp_path: Path) -> None:
    write_idx_folder(tmp_path, classes=1)
    with pytest.raises(DataError, match="of one class"):
        open_idx_folder(tmp_path)


def test_swapped_files(tmp_path: Path) -> None:
    write_idx_folder(tmp_path)
    labels, images = tmp_path / "train-labels-idx1-ubyte", tmp_path / "train-images-idx3-ubyte"
    labels.write_bytes(images.read_bytes())
    with pytest.raises(DataError, match="whole numbers, one for each image"):
        open_idx_folder(tmp_path)


def test_colour_and_float_images(tmp_path: Path) -> None:
    write_idx_folder(tmp_path)
    colour = np.arange(20 * 4 * 5 * 3).astype(np.uint8).reshape(20, 4, 5, 3)
    (tmp_path / "train-images-idx3-ubyte").unlink()
    (tmp_path / "train-images-idx4-ubyte").write_bytes(idx_bytes(colour))
    with pytest.raises(DataError, match="differ in shape"):
        open_idx_folder(tmp_path)
    floats = np.linspace(0, 1, 10 * 4 * 5 * 3, dtype=np.float32).reshape(10, 4, 5, 3)
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(idx_bytes(floats))
    splits = open_idx_folder(tmp_path)
    assert np.array_equal(splits.train.raw(7)[0], colour[7])
    assert splits.test.batch(np.array([9]))[0].max() == 1


@pytest.mark.parametrize(
    ("name", "first", "licence", "word"),
    [("mnist", 5, "CC BY-SA 3.0", "7"), ("fashion-mnist", 9, "MIT", "Sneaker")],
)
def test_the_real_files(shared_data: Path, name: str, first: int, licence: str, word: str) -> None:
    splits = open_idx_folder(shared_data / name)
    assert (len(splits.train), len(splits.test)) == (60_000, 10_000)
    assert splits.train.image_shape == (1, 28, 28)
    assert splits.train.name == name
    assert splits.train.classes[7] == word
    assert splits.train.labels[0] == first
    assert splits.licence == licence
    assert np.bincount(splits.train.labels).sum() == 60_000


def test_the_mean_of_mnist(shared_data: Path) -> None:
    """The figures that every tutorial normalises by: 0.1307 and 0.3081."""
    train = open_idx_folder(shared_data / "mnist").train
    images, _ = train.batch(np.arange(60_000))
    assert images.mean(dtype=np.float64) == pytest.approx(0.1307, abs=5e-5)
    assert images.std(dtype=np.float64) == pytest.approx(0.3081, abs=5e-5)
