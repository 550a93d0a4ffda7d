from __future__ import annotations

import contextlib
import io
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from convolens.data.npz import open_npz
from convolens.errors import DataError, IndexRangeError

IMAGES = (np.arange(20 * 4 * 5) % 256).astype(np.uint8).reshape(20, 4, 5)
LABELS = np.arange(20) % 2


def save(folder: Path, **arrays: object) -> Path:
    path = folder / "data.npz"
    np.savez_compressed(path, **arrays)
    return path


@pytest.mark.parametrize(
    "names",
    [
        ("x_train", "y_train", "x_test", "y_test"),
        ("train_images", "train_labels", "test_images", "test_labels"),
    ],
)
def test_given_parts(tmp_path: Path, names: tuple[str, ...]) -> None:
    values = (IMAGES, LABELS, IMAGES[:6] + 1, LABELS[:6, None])
    path = save(tmp_path, **dict(zip(names, values, strict=True)), other=np.zeros(3))
    splits = open_npz(path)
    assert (len(splits.train), len(splits.test)) == (20, 6)
    assert np.array_equal(splits.test.raw(2)[0][..., 0], IMAGES[2] + 1)
    assert splits.train.classes == ("0", "1")
    assert splits.train.name == "data"
    assert splits.source == str(path)


@pytest.mark.parametrize("names", [("images", "labels"), ("x", "y"), ("X", "y")])
@pytest.mark.parametrize("save_it", [np.savez, np.savez_compressed])
def test_one_part_is_split(tmp_path: Path, names: tuple[str, str], save_it) -> None:
    path = tmp_path / "data.npz"
    save_it(path, **{names[0]: IMAGES, names[1]: LABELS})
    splits = open_npz(path, test_share=0.3)
    assert (len(splits.train), len(splits.test)) == (14, 6)


@pytest.mark.parametrize("kind", ["f4", "f8", "f2"])
def test_floats(tmp_path: Path, kind: str) -> None:
    values = (np.linspace(0, 1, 400).reshape(20, 4, 5)).astype(kind)
    splits = open_npz(save(tmp_path, x_train=values, y_train=LABELS, x_test=values, y_test=LABELS))
    images, _ = splits.train.batch(np.arange(20))
    assert np.array_equal(images[:, 0], values.astype(np.float32))


def test_columns_first_and_named_classes(tmp_path: Path) -> None:
    images = np.asfortranarray(np.stack([IMAGES] * 3, axis=1))
    path = save(tmp_path, images=images, labels=LABELS, classes=np.array(["cat", "dog"]))
    splits = open_npz(path)
    assert splits.train.classes == ("cat", "dog")
    assert splits.train.image_shape == (3, 4, 5)


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({}, "none of the known names"),
        ({"pictures": IMAGES, "labels": LABELS}, "none of the known names"),
        ({"x_train": IMAGES, "y_train": LABELS}, "none of the known names"),
        ({"x": IMAGES, "y": LABELS, "images": IMAGES, "labels": LABELS}, "more than one way"),
        ({"x": IMAGES, "y": LABELS[:5]}, "5 labels for 20 images"),
        ({"x": IMAGES.reshape(20, 20), "y": LABELS}, "reshape"),
        ({"x": IMAGES, "y": np.eye(20)}, "argmax"),
        ({"x": IMAGES, "y": LABELS / 2}, "whole numbers"),
        ({"x": IMAGES / 1.0, "y": LABELS}, "pixel values run from 0 to 255"),
        ({"x": IMAGES * np.nan, "y": LABELS}, "pixel values run from"),
        ({"x": IMAGES.astype(np.int16) - 1, "y": LABELS}, "pixel values run from -1"),
        ({"x": IMAGES.astype("S3"), "y": LABELS}, "pixels are numbers"),
        ({"x": IMAGES, "y": LABELS * 0}, "of one class"),
        ({"x": IMAGES[:0], "y": LABELS[:0]}, "no training images"),
        ({"x": IMAGES, "y": LABELS, "classes": np.array([1, 2])}, "not texts"),
        ({"x": np.zeros(3, "u1,f4"), "y": LABELS}, "shape"),
    ],
)
def test_refusals(tmp_path: Path, arrays: dict, words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        open_npz(save(tmp_path, **arrays))
    assert "data" in str(caught.value)


@pytest.mark.parametrize("label", [-1, 2])
def test_label_outside(tmp_path: Path, label: int) -> None:
    labels = LABELS.copy()
    labels[7] = label
    path = save(tmp_path, x_train=IMAGES, y_train=LABELS, x_test=IMAGES, y_test=labels)
    with pytest.raises(IndexRangeError, match=f"'y_test': label {label} at position 7"):
        open_npz(path)


def test_pickled_objects_are_not_run(tmp_path: Path) -> None:
    witness = tmp_path / "it-ran"

    class Harmful:
        def __reduce__(self):
            return os.system, (f"touch {witness}",)

    objects = np.array([Harmful()] * 20, dtype=object)
    path = tmp_path / "data.npz"
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in (("x", IMAGES), ("y", objects)):
            content = io.BytesIO()
            np.lib.format.write_array(content, array, allow_pickle=True)
            archive.writestr(f"{name}.npy", content.getvalue())
    with pytest.raises(DataError, match="Python objects"):
        open_npz(path)
    path.write_bytes(pickle.dumps(Harmful()))
    with pytest.raises(DataError, match=r"no \.npz file"):
        open_npz(path)
    assert not witness.exists()


def with_header(folder: Path, shape: str, content: bytes = b"", kind: str = "|u1") -> Path:
    """Write an .npz whose array x declares ``shape`` and holds ``content``."""
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    array = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + content
    path = save(folder, y=LABELS)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", array)
    return path


@pytest.mark.parametrize(
    ("shape", "content"),
    [
        ("(20, 4, 5)", b""),
        ("(20, 4, 5)", bytes(399)),
        ("(20, 4, 5)", bytes(401)),
        ("(1000000, 1000000, 1000000)", b""),
        ("(-20, 4, -5)", bytes(400)),
        ("(20, 4)", bytes(400)),
        ("'text'", bytes(400)),
        ("(20.0, 4, 5)", bytes(400)),
        ("__import__('os')", bytes(400)),
        ("(" * 100 + ")" * 100, bytes(400)),
    ],
)
def test_a_header_is_not_believed(tmp_path: Path, shape: str, content: bytes) -> None:
    with pytest.raises(DataError, match=r"data\.npz"):
        open_npz(with_header(tmp_path, shape, content))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = with_header(tmp_path, "(80000, 32, 32)", bytes(80000 * 32 * 32))
    assert path.stat().st_size < 200_000
    with pytest.raises(DataError, match="claim to unpack to 81,920"):
        open_npz(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions(tmp_path: Path, method: int) -> None:
    path = save(tmp_path, y=LABELS)
    content = io.BytesIO()
    np.save(content, IMAGES)
    with zipfile.ZipFile(path, "a", method) as archive:
        archive.writestr("x.npy", content.getvalue())
    with pytest.raises(DataError, match="compressed in a way"):
        open_npz(path)


def test_cut_anywhere(tmp_path: Path) -> None:
    path = save(tmp_path, x=IMAGES[:4, :2, :2], y=LABELS[:4])
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(DataError):
            open_npz(path)


def test_flipped_bits_raise_nothing_else(tmp_path: Path) -> None:
    path = save(tmp_path, x=IMAGES[:4, :2, :2], y=LABELS[:4])
    whole = path.read_bytes()
    for position in range(len(whole)):
        for mask in (0x01, 0x80, 0xFF):
            content = bytearray(whole)
            content[position] ^= mask
            path.write_bytes(content)
            with contextlib.suppress(DataError, IndexRangeError):
                open_npz(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no file"):
        open_npz(tmp_path / "nothing.npz")
