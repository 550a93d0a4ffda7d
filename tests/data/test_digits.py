from __future__ import annotations

import gzip
import importlib.util
import sys
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from convolens.data import load_digits

FOLDER = resources.files("convolens.data")


@pytest.fixture(scope="module")
def tool():
    path = Path(__file__).parents[2] / "tools" / "make_digits.py"
    spec = importlib.util.spec_from_file_location("make_digits", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_digits"] = module
    spec.loader.exec_module(module)
    return module


def test_the_split() -> None:
    digits = load_digits()
    assert (len(digits.train), len(digits.test)) == (1437, 360)
    assert digits.train.image_shape == digits.test.image_shape == (1, 8, 8)
    assert digits.train.classes == tuple("0123456789")
    assert np.bincount(digits.test.labels).tolist() == [36] * 10
    assert np.bincount(digits.train.labels).min() >= 138
    assert digits.licence == "CC BY 4.0"
    assert "Alpaydin" in digits.source


def test_pixels_are_counts_of_sixteen() -> None:
    train = load_digits().train
    images, _ = train.batch(np.arange(len(train)))
    assert images.max() == 1
    assert images.min() == 0
    assert np.array_equal(np.unique(images), np.arange(17, dtype=np.float32) / 16)
    assert train.scale == 16


def test_no_image_is_in_both_parts() -> None:
    digits = load_digits()
    train = {digits.train.raw(i)[0].tobytes() for i in range(1437)}
    test = {digits.test.raw(i)[0].tobytes() for i in range(360)}
    assert len(train) == 1437
    assert not train & test


def test_the_file_is_small_and_its_licence_is_beside_it() -> None:
    with resources.as_file(FOLDER / "digits.npz") as path:
        assert path.stat().st_size < 100_000
    text = (FOLDER / "digits.LICENCE.txt").read_text("utf-8")
    assert "E. Alpaydin, C. Kaynak" in text
    assert "https://doi.org/10.24432/C50P49" in text
    assert "https://creativecommons.org/licenses/by/4.0/" in text


def test_equal_to_the_original(shared_data: Path) -> None:
    with gzip.open(shared_data / "digits8x8" / "digits.csv.gz", "rt") as stream:
        table = np.loadtxt(stream, delimiter=",")
    with (FOLDER / "digits.npz").open("rb") as stream, np.load(stream) as arrays:
        assert np.array_equal(arrays["images"].reshape(1797, 64), table[:, :64])
        assert np.array_equal(arrays["labels"], table[:, 64])


def test_the_tool_makes_the_file_again(shared_data: Path, tool, tmp_path: Path) -> None:
    source = shared_data / "digits8x8" / "digits.csv.gz"
    table = tool.read_table(source)
    with (FOLDER / "digits.npz").open("rb") as stream, np.load(stream) as arrays:
        assert np.array_equal(arrays["in_test"], tool.draw_test(arrays["labels"]))
        contents = {name: arrays[name] for name in arrays}
    for name in ("first.npz", "second.npz"):
        tool.write_npz(tmp_path / name, contents)
    assert (tmp_path / "first.npz").read_bytes() == (tmp_path / "second.npz").read_bytes()
    assert table.shape == (1797, 65)


def test_the_tool_refuses_another_file(tool, tmp_path: Path) -> None:
    other = tmp_path / "other.csv.gz"
    other.write_bytes(gzip.compress(b"1,2,3"))
    with pytest.raises(SystemExit, match="SHA-256"):
        tool.read_table(other)
