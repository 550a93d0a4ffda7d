from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convolens.data import ImageFiles, Loader
from convolens.errors import DataError, IndexRangeError

from .makers import write_image


def files(folder: Path, count: int = 6, **options: object) -> ImageFiles:
    paths = [write_image(folder / f"{n}.png", "RGB", (4 + n % 2, 5)) for n in range(count)]
    options = {"image_shape": (3, 4, 5), "stretch": True} | options
    return ImageFiles(paths, np.arange(count) % 2, ("a", "b"), name="files", **options)


def test_batches(tmp_path: Path) -> None:
    data = files(tmp_path)
    images, labels = data.batch(np.array([4, 0, 1]))
    assert images.shape == (3, 3, 4, 5)
    assert images.transpose(0, 2, 3, 1).flags.c_contiguous
    assert labels.tolist() == [0, 0, 1]
    stored = np.asarray(Image.open(tmp_path / "4.png"))
    assert np.array_equal(images[0], (stored / 255).astype(np.float32).transpose(2, 0, 1))
    assert np.array_equal(data.raw(4)[0], stored)


def test_small_sets_are_kept(tmp_path: Path) -> None:
    data = files(tmp_path)
    before = data.batch(np.arange(6))[0]
    for path in data.paths:
        path.unlink()
    assert np.array_equal(data.batch(np.arange(6))[0], before)
    data.raw(3)[0][:] = 0
    assert np.array_equal(data.batch(np.arange(6))[0], before)


def test_large_sets_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convolens.data.image_files._KEPT", 100)
    data = files(tmp_path)
    before = data.batch(np.arange(6))[0]
    assert np.array_equal(data.batch(np.arange(6))[0], before)
    data.paths[2].unlink()
    with pytest.raises(DataError, match=r"there is no file .*2\.png"):
        data.batch(np.arange(6))


def test_another_size_without_stretching(tmp_path: Path) -> None:
    data = files(tmp_path, stretch=False)
    data.batch(np.array([0, 2]))
    with pytest.raises(DataError, match=r"1\.png is 5x5, but was 4x5"):
        data.batch(np.array([0, 1]))


def test_a_damaged_file_ends_the_epoch(tmp_path: Path) -> None:
    data = files(tmp_path)
    data.paths[3].write_bytes(data.paths[3].read_bytes()[:60])
    with pytest.raises(DataError, match=r"3\.png"):
        list(Loader(data, 2).epoch(0))


def test_labels_are_checked(tmp_path: Path) -> None:
    with pytest.raises(IndexRangeError, match="label 2 at position 0"):
        ImageFiles([tmp_path], np.array([2]), ("a", "b"), name="x", image_shape=(1, 2, 2))
    with pytest.raises(DataError, match="1 labels for 0 images"):
        ImageFiles([], np.array([2]), ("a", "b"), name="x", image_shape=(1, 2, 2))
