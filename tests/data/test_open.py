from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from convolens.data import NAMES, open_dataset
from convolens.errors import ArgumentError, ConvolensError, DataError

from .makers import (
    cifar_arrays,
    cifar_binary,
    cifar_python2,
    write_idx_folder,
    write_image,
    write_image_folder,
)


def idx(folder: Path) -> Path:
    write_idx_folder(folder)
    return folder


def cifar(folder: Path) -> Path:
    for name in ("train", "test"):
        (folder / f"{name}.bin").write_bytes(cifar_binary(*cifar_arrays(10)))
    return folder


def cifar_file(folder: Path) -> Path:
    (folder / "some.bin").write_bytes(cifar_binary(*cifar_arrays(20)))
    return folder / "some.bin"


def cifar_pickle(folder: Path) -> Path:
    (folder / "data_batch_2").write_bytes(cifar_python2(*cifar_arrays(20)))
    return folder / "data_batch_2"


def images(folder: Path) -> Path:
    return write_image_folder(folder, {"a": 5, "b": 5})


def npz(folder: Path) -> Path:
    np.savez(folder / "some.npz", x=np.zeros((10, 4, 4), np.uint8), y=np.arange(10) % 2)
    return folder / "some.npz"


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (idx, (1, 4, 5)),
        (cifar, (3, 32, 32)),
        (cifar_file, (3, 32, 32)),
        (cifar_pickle, (3, 32, 32)),
        (images, (1, 6, 5)),
        (npz, (1, 4, 4)),
    ],
)
def test_every_kind_of_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make, shape: tuple[int, ...]
) -> None:
    path = make(tmp_path)
    for source in (path, str(path)):
        assert open_dataset(source).train.image_shape == shape
    monkeypatch.chdir(path.parent)
    assert open_dataset(f"./{path.name}").source == str(path)


def test_digits() -> None:
    splits = open_dataset("digits", offline=True)
    assert splits.train.image_shape == (1, 8, 8)


def test_a_path_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArgumentError, match="no data set, file or folder 'digits'"):
        open_dataset(Path("digits"))
    idx(tmp_path / "digits")
    for source in (Path("digits"), "./digits", "digits/"):
        assert open_dataset(source).train.image_shape == (1, 4, 5)
    assert open_dataset("digits").train.image_shape == (1, 8, 8)


@pytest.mark.parametrize(
    ("source", "suggestion"),
    [
        ("mnits", "mnist"),
        ("Fashion_MNIST", "fashion-mnist"),
        ("cifar-10", "cifar10"),
        ("digit", "digits"),
    ],
)
def test_a_misspelt_name(source: str, suggestion: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        open_dataset(source)
    text = str(caught.value)
    assert f"did you mean '{suggestion}'?" in text
    assert all(name in text for name in NAMES)
    assert ".npz" in text
    assert "IDX" in text


def test_nothing_like_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArgumentError, match="there is no data set, file or folder") as caught:
        open_dataset("/nowhere/at/all")
    assert "did you mean" not in str(caught.value)
    with pytest.raises(ArgumentError):
        open_dataset("a\0b")
    with pytest.raises(DataError):
        open_dataset("x" * 5000)


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.csv", "train-images-idx3-ubyte", "a.png"])
def test_a_file_that_is_no_data_set(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"something")
    with pytest.raises(DataError) as caught:
        open_dataset(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)


def test_a_pickle_of_something_else_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "data_batch_1").write_bytes(pickle.dumps(print, 2))
    with pytest.raises(DataError, match="It was not run"):
        open_dataset(tmp_path / "data_batch_1")


def test_two_kinds_in_one_folder(tmp_path: Path) -> None:
    cifar(idx(tmp_path))
    with pytest.raises(DataError, match="IDX files and CIFAR-10 files"):
        open_dataset(tmp_path)


def test_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no images"):
        open_dataset(tmp_path)


def test_options_of_image_folders(tmp_path: Path) -> None:
    images(tmp_path)
    splits = open_dataset(tmp_path, size=(8, 9), channels=3, test_share=0.4, seed=3)
    assert splits.train.image_shape == (3, 8, 9)
    assert len(splits.test) == 4


@pytest.mark.parametrize("options", [{"size": (8, 8)}, {"channels": 3}])
def test_options_that_do_not_apply(options: dict) -> None:
    with pytest.raises(ArgumentError, match="folders of images"):
        open_dataset("digits", **options)


def test_the_error_texts_name_no_internals(tmp_path: Path) -> None:
    write_image(tmp_path / "a" / "0.png")
    with pytest.raises(ConvolensError) as caught:
        open_dataset(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path / 'a'} ".replace("/a ", " ")
        + "has one class folder only, 'a'.\nHint: a classifier needs two classes or more."
    )
