from __future__ import annotations

import gzip
import pickle
from pathlib import Path

import numpy as np
import pytest

from convolens.data import ArrayDataset
from convolens.data.cifar import (
    BATCHES,
    RECORD,
    holds_cifar,
    open_cifar_file,
    open_cifar_folder,
    read_cifar_binary,
    read_cifar_pickle,
)
from convolens.errors import DataError, IndexRangeError

from .makers import cifar_arrays, cifar_binary, cifar_python2, cifar_rows

META = b"\n".join(b"airplane automobile bird cat deer dog frog horse ship truck".split()) + b"\n\n"


def write_binary_folder(folder: Path, per_file: int = 10) -> None:
    folder.mkdir(exist_ok=True)
    for seed, name in enumerate((*BATCHES, "test_batch")):
        content = cifar_binary(*cifar_arrays(per_file, seed))
        (folder / f"{name}.bin").write_bytes(content)
    (folder / "batches.meta.txt").write_bytes(META)


def write_pickle_folder(folder: Path, per_file: int = 10) -> None:
    folder.mkdir(exist_ok=True)
    for seed, name in enumerate((*BATCHES, "test_batch")):
        (folder / name).write_bytes(cifar_python2(*cifar_arrays(per_file, seed)))
    meta = {b"label_names": META.split(), b"num_cases_per_batch": per_file, b"num_vis": 3072}
    (folder / "batches.meta").write_bytes(pickle.dumps(meta, 2))


@pytest.mark.parametrize("packed", [False, True])
def test_binary_records(tmp_path: Path, packed: bool) -> None:
    images, labels = cifar_arrays(12)
    content = cifar_binary(images, labels)
    path = tmp_path / "some.bin"
    path.write_bytes(gzip.compress(content) if packed else content)
    found, numbers = read_cifar_binary(path)
    assert np.array_equal(found, images)
    assert np.array_equal(numbers, labels)
    assert found.flags.c_contiguous


def test_python2_pickle(tmp_path: Path) -> None:
    images, labels = cifar_arrays(300)
    path = tmp_path / "data_batch_1"
    path.write_bytes(cifar_python2(images, labels))
    found, numbers = read_cifar_pickle(path)
    assert np.array_equal(found, images)
    assert np.array_equal(numbers, labels)


@pytest.mark.parametrize("protocol", range(2, 6))
def test_pickles_of_python3(tmp_path: Path, protocol: int) -> None:
    images, labels = cifar_arrays(5)
    path = tmp_path / "data_batch_1"
    for numbers in (labels.tolist(), labels):
        path.write_bytes(pickle.dumps({"data": cifar_rows(images), "labels": numbers}, protocol))
        found, read = read_cifar_pickle(path)
        assert np.array_equal(found, images)
        assert np.array_equal(read, labels)


@pytest.mark.parametrize("write", [write_binary_folder, write_pickle_folder])
@pytest.mark.parametrize("inside", [False, True])
def test_official_folder(tmp_path: Path, write, inside: bool) -> None:
    kind = "bin" if write is write_binary_folder else "py"
    write(tmp_path / f"cifar-10-batches-{kind}")
    assert holds_cifar(tmp_path)
    splits = open_cifar_folder(tmp_path if inside else tmp_path / f"cifar-10-batches-{kind}")
    assert (len(splits.train), len(splits.test)) == (50, 10)
    assert splits.train.image_shape == (3, 32, 32)
    assert splits.train.classes[9] == "truck"
    assert splits.train.name == "cifar10"
    for seed in range(5):
        assert np.array_equal(splits.train.raw(10 * seed + 3)[0], cifar_arrays(10, seed)[0][3])
    assert np.array_equal(splits.test.raw(3)[0], cifar_arrays(10, 5)[0][3])


def test_the_two_forms_agree(tmp_path: Path) -> None:
    write_binary_folder(tmp_path / "a")
    write_pickle_folder(tmp_path / "b")
    binary, pickled = (open_cifar_folder(tmp_path / name).train for name in "ab")
    everything = np.arange(50)
    assert np.array_equal(binary.batch(everything)[0], pickled.batch(everything)[0])
    assert np.array_equal(binary.labels, pickled.labels)


def test_both_forms_in_one_folder(tmp_path: Path) -> None:
    write_binary_folder(tmp_path)
    write_pickle_folder(tmp_path)
    with pytest.raises(DataError, match="twice"):
        open_cifar_folder(tmp_path)


@pytest.mark.parametrize("name", ["data_batch_3", "test_batch"])
def test_missing_batch(tmp_path: Path, name: str) -> None:
    write_binary_folder(tmp_path)
    (tmp_path / f"{name}.bin").unlink()
    with pytest.raises(DataError, match=f"is missing: {name}") as caught:
        open_cifar_folder(tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_no_training_file(tmp_path: Path) -> None:
    (tmp_path / "test.bin").write_bytes(cifar_binary(*cifar_arrays(10)))
    with pytest.raises(DataError, match=r"train\.bin"):
        open_cifar_folder(tmp_path)


def test_own_names_and_classes(tmp_path: Path) -> None:
    images, labels = cifar_arrays(10)
    (tmp_path / "train_10.bin.gz").write_bytes(gzip.compress(cifar_binary(images, labels % 2)))
    (tmp_path / "test_10.bin").write_bytes(cifar_binary(images, labels % 2))
    (tmp_path / "test_10.bin.gz").write_bytes(b"the unpacked one is taken")
    (tmp_path / "batches.meta.txt").write_text("cat\n\ndog\n")
    splits = open_cifar_folder(tmp_path)
    assert splits.train.classes == ("cat", "dog")
    (tmp_path / "test_10.bin").write_bytes(cifar_binary(images, labels))
    with pytest.raises(IndexRangeError, match="label 2 at position 2 is outside 0 to 1"):
        open_cifar_folder(tmp_path)
    (tmp_path / "batches.meta.txt").write_text("cat\n")
    with pytest.raises(DataError, match="1 names of classes"):
        open_cifar_folder(tmp_path)


def test_one_file_is_split(tmp_path: Path) -> None:
    path = tmp_path / "data_batch_1.bin"
    path.write_bytes(cifar_binary(*cifar_arrays(100)))
    splits = open_cifar_file(path, test_share=0.3, seed=1)
    assert (len(splits.train), len(splits.test)) == (70, 30)
    assert np.bincount(splits.test.labels).tolist() == [3] * 10
    path = tmp_path / "data_batch_1"
    path.write_bytes(cifar_python2(*cifar_arrays(100)))
    again = open_cifar_file(path, test_share=0.3, seed=1)
    assert np.array_equal(again.test.raw(4)[0], splits.test.raw(4)[0])


def test_binary_cut_anywhere_near_a_record(tmp_path: Path) -> None:
    content = cifar_binary(*cifar_arrays(2))
    path = tmp_path / "cut.bin"
    for length in (0, 1, RECORD - 1, RECORD + 1, 2 * RECORD - 1):
        path.write_bytes(content[:length])
        with pytest.raises(DataError, match="not a whole number") as caught:
            read_cifar_binary(path)
        assert f"{length:,} bytes" in str(caught.value)
    packed = gzip.compress(content)
    for length in range(1, len(packed), 97):
        path.write_bytes(packed[:length])
        with pytest.raises(DataError):
            read_cifar_binary(path)


def test_cifar100_is_named(tmp_path: Path) -> None:
    path = tmp_path / "train.bin"
    path.write_bytes(bytes(3074 * 5))
    with pytest.raises(DataError, match="CIFAR-100"):
        read_cifar_binary(path)


def test_label_outside(tmp_path: Path) -> None:
    images, labels = cifar_arrays(5)
    labels[3] = 10
    path = tmp_path / "data.bin"
    path.write_bytes(cifar_binary(images, labels))
    with pytest.raises(IndexRangeError, match="label 10 at position 3 is outside 0 to 9") as caught:
        read_cifar_binary(path)
    assert str(path) in str(caught.value)


ROWS = np.zeros((2, 3072), np.uint8)


@pytest.mark.parametrize(
    "value",
    [
        [1, 2],
        {},
        {"data": ROWS},
        {"labels": [0, 1]},
        {"data": ROWS[:, :5], "labels": [0, 1]},
        {"data": ROWS.astype(np.int32), "labels": [0, 1]},
        {"data": ROWS[:0], "labels": []},
        {"data": ROWS, "labels": [0]},
        {"data": ROWS, "labels": [0, 10]},
        {"data": ROWS, "labels": [0, -1]},
        {"data": ROWS, "labels": [0, 2**70]},
        {"data": ROWS, "labels": [0, 1.5]},
        {"data": ROWS, "labels": [0, "cat"]},
        {"data": ROWS, "labels": np.zeros((2, 2))},
        {"data": "text", "labels": "text"},
    ],
)
def test_pickles_of_something_else(tmp_path: Path, value: object) -> None:
    path = tmp_path / "data_batch_1"
    path.write_bytes(pickle.dumps(value, 2))
    with pytest.raises((DataError, IndexRangeError)) as caught:
        read_cifar_pickle(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("value", [[1], {}, {"label_names": 3}, {"label_names": [1, 2]}])
def test_names_of_something_else(tmp_path: Path, value: object) -> None:
    write_pickle_folder(tmp_path)
    (tmp_path / "batches.meta").write_bytes(pickle.dumps(value, 2))
    with pytest.raises(DataError):
        open_cifar_folder(tmp_path)


def test_the_real_subset(shared_data: Path) -> None:
    splits = open_cifar_folder(shared_data / "cifar10-subset")
    assert (len(splits.train), len(splits.test)) == (8000, 1000)
    assert splits.train.classes[3] == "cat"
    assert isinstance(splits.train, ArrayDataset)
    # Photographs are brighter at the top, in the sky, than at the bottom, and blue most of all.
    images, _ = splits.train.batch(np.arange(8000))
    rows = images.mean(axis=(0, 3))
    assert (rows[:, :8].mean(axis=1) > rows[:, 24:].mean(axis=1)).all()
    assert (rows[2, :8] - rows[2, 24:]).mean() > (rows[0, :8] - rows[0, 24:]).mean()
