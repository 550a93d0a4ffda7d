from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from convolens.data import Splits
from convolens.data.image_folder import open_image_folder
from convolens.errors import ArgumentError, DataError

from .makers import write_image, write_image_folder


def files(dataset) -> set[str]:
    parts = dataset._dataset.paths
    return {f"{parts[i].parent.name}/{parts[i].name}" for i in dataset._indices}


def test_one_folder_a_class(tmp_path: Path) -> None:
    splits = open_image_folder(write_image_folder(tmp_path / "pets", {"dog": 10, "cat": 20}))
    assert splits.train.classes == ("cat", "dog")
    assert splits.train.name == "pets"
    assert splits.train.image_shape == (1, 6, 5)
    assert np.bincount(splits.train.labels).tolist() == [16, 8]
    assert np.bincount(splits.test.labels).tolist() == [4, 2]
    assert splits.source == str(tmp_path / "pets")
    assert not files(splits.train) & files(splits.test)


def test_share_and_seed(tmp_path: Path) -> None:
    write_image_folder(tmp_path, {"a": 20, "b": 20})
    assert len(open_image_folder(tmp_path, test_share=0.5).test) == 20
    first = files(open_image_folder(tmp_path).test)
    assert first == files(open_image_folder(tmp_path).test)
    assert first != files(open_image_folder(tmp_path, seed=1).test)


def test_an_added_image_moves_hardly_another(tmp_path: Path) -> None:
    write_image_folder(tmp_path, {"a": 40, "b": 40})
    before = files(open_image_folder(tmp_path).test)
    write_image(tmp_path / "a" / "0-first-of-all.png")
    after = files(open_image_folder(tmp_path).test)
    assert len(before ^ after) <= 2


def test_numbers_are_sorted_as_numbers(tmp_path: Path) -> None:
    write_image_folder(tmp_path, {str(n): 2 for n in range(12)})
    assert open_image_folder(tmp_path).train.classes == tuple(str(n) for n in range(12))


@pytest.mark.parametrize(
    ("train", "test"),
    [("train", "test"), ("Training", "testing"), ("train", "val"), ("train", "valid")],
)
def test_given_parts(tmp_path: Path, train: str, test: str) -> None:
    write_image_folder(tmp_path / train, {"a": 5, "b": 4})
    write_image_folder(tmp_path / test, {"b": 3})
    splits = open_image_folder(tmp_path)
    assert (len(splits.train), len(splits.test)) == (9, 3)
    assert splits.test.labels.tolist() == [1, 1, 1]


def test_validation_is_left_alone_beside_test(tmp_path: Path) -> None:
    for part, count in (("train", 5), ("val", 4), ("test", 3)):
        write_image_folder(tmp_path / part, {"a": count, "b": count})
    splits = open_image_folder(tmp_path)
    assert (len(splits.train), len(splits.test)) == (10, 6)


def test_train_alone_is_split(tmp_path: Path) -> None:
    write_image_folder(tmp_path / "train", {"a": 10, "b": 10})
    splits = open_image_folder(tmp_path)
    assert (len(splits.train), len(splits.test)) == (16, 4)


def test_a_class_may_be_called_train(tmp_path: Path) -> None:
    write_image_folder(tmp_path, {"train": 5, "plane": 5})
    assert open_image_folder(tmp_path).train.classes == ("plane", "train")


@pytest.mark.parametrize(
    ("grey", "colour", "channels"), [(6, 3, 1), (3, 6, 3), (5, 5, 3), (0, 4, 3), (4, 0, 1)]
)
def test_channels_are_those_of_most_images(
    tmp_path: Path, grey: int, colour: int, channels: int
) -> None:
    for number in range(grey + colour):
        mode = "L" if number < grey else "RGB"
        for name in "ab":
            write_image(tmp_path / name / f"{number}.png", mode)
    splits = open_image_folder(tmp_path)
    assert splits.train.image_shape[0] == channels
    splits.train.batch(np.arange(len(splits.train)))
    assert open_image_folder(tmp_path, channels=3).train.image_shape[0] == 3
    assert open_image_folder(tmp_path, channels=1).train.image_shape[0] == 1


def test_mixed_formats_and_names(tmp_path: Path) -> None:
    for name in "ab":
        for number, suffix in enumerate(("png", "jpg", "bmp", "webp")):
            write_image(tmp_path / name / f"{number}.{suffix}", "RGB")
        (tmp_path / name / "0.png").rename(tmp_path / name / "no-suffix")
    splits = open_image_folder(tmp_path)
    everything = splits.train.batch(np.arange(len(splits.train)))[0]
    assert everything.shape == (6, 3, 6, 5)


def test_hidden_files_are_passed_over(tmp_path: Path) -> None:
    write_image_folder(tmp_path, {"a": 4, "b": 4, ".git": 1, "__MACOSX": 1})
    for name in (".DS_Store", "a/.DS_Store", "a/Thumbs.db", "b/desktop.ini", "README.txt"):
        (tmp_path / name).write_text("no image")
    assert len(open_image_folder(tmp_path).train) == 6


def test_different_sizes_name_two_files(tmp_path: Path) -> None:
    write_image_folder(tmp_path, {"a": 3, "b": 3})
    write_image(tmp_path / "b" / "001.png", size=(6, 7))
    with pytest.raises(DataError, match="different sizes") as caught:
        open_image_folder(tmp_path)
    text = str(caught.value)
    assert f"6x5  {tmp_path / 'a' / '000.png'}" in text
    assert f"6x7  {tmp_path / 'b' / '001.png'}" in text
    assert "size=(6, 5)" in text


def test_size_stretches(tmp_path: Path) -> None:
    write_image_folder(tmp_path, {"a": 3, "b": 3})
    write_image(tmp_path / "b" / "001.png", size=(6, 7))
    splits = open_image_folder(tmp_path, size=(8, 9))
    assert splits.train.batch(np.arange(4))[0].shape == (4, 1, 8, 9)
    assert splits.test.raw(0)[0].shape == (8, 9, 1)


def refused(folder: Path, words: str, place: Path | None = None) -> None:
    with pytest.raises(DataError, match=words) as caught:
        open_image_folder(folder)
    assert str(place or folder) in str(caught.value)


def test_empty_folder(tmp_path: Path) -> None:
    refused(tmp_path, "holds no images")


def test_empty_class(tmp_path: Path) -> None:
    write_image_folder(tmp_path, {"a": 3, "b": 0})
    refused(tmp_path, "holds no images", tmp_path / "b")


def test_one_class(tmp_path: Path) -> None:
    write_image_folder(tmp_path, {"a": 3})
    refused(tmp_path, "one class folder only, 'a'")


def test_one_image_of_a_class(tmp_path: Path) -> None:
    write_image_folder(tmp_path, {"a": 3, "b": 1})
    with pytest.raises(DataError, match="class 'b' has one image only"):
        open_image_folder(tmp_path)


def test_images_without_class(tmp_path: Path) -> None:
    write_image_folder(tmp_path, {"a": 3, "b": 3})
    write_image(tmp_path / "loose.png")
    refused(tmp_path, "lies in no class folder", tmp_path / "loose.png")


def test_folder_in_a_class(tmp_path: Path) -> None:
    write_image_folder(tmp_path / "data", {"a": 3, "b": 3})
    write_image_folder(tmp_path / "other", {"c": 3})
    refused(tmp_path, "folder within a class folder", tmp_path / "data" / "a")


@pytest.mark.parametrize("name", ["notes.txt", "image.gif", "labels.csv", "archive.zip"])
def test_a_file_that_is_no_image(tmp_path: Path, name: str) -> None:
    write_image_folder(tmp_path, {"a": 3, "b": 3})
    (tmp_path / "b" / name).write_bytes(b"GIF89a or anything else")
    refused(tmp_path, "no PNG, JPEG, BMP or WebP", tmp_path / "b" / name)


def test_a_link_to_nothing(tmp_path: Path) -> None:
    write_image_folder(tmp_path, {"a": 3, "b": 3})
    (tmp_path / "b" / "link.png").symlink_to(tmp_path / "nothing.png")
    refused(tmp_path, "link to a file that is missing", tmp_path / "b" / "link.png")


def test_a_truncated_image(tmp_path: Path) -> None:
    write_image_folder(tmp_path, {"a": 3, "b": 3}, size=(40, 40))
    path = tmp_path / "b" / "001.png"
    path.write_bytes(path.read_bytes()[:20])
    refused(tmp_path, "cut short", path)


def test_a_truncated_body_is_found_when_it_is_read(tmp_path: Path) -> None:
    write_image_folder(tmp_path, {"a": 3, "b": 3}, size=(40, 40))
    path = tmp_path / "b" / "001.png"
    path.write_bytes(path.read_bytes()[:-100])
    splits = open_image_folder(tmp_path)
    part = splits.train if "b/001.png" in files(splits.train) else splits.test
    with pytest.raises(DataError, match="cut short") as caught:
        part.batch(np.arange(len(part)))
    assert str(path) in str(caught.value)


def test_a_test_class_without_training_images(tmp_path: Path) -> None:
    write_image_folder(tmp_path / "train", {"a": 5, "b": 4})
    write_image_folder(tmp_path / "test", {"c": 3})
    refused(tmp_path, "no such class", tmp_path / "test" / "c")


def test_two_training_folders(tmp_path: Path) -> None:
    write_image_folder(tmp_path / "train", {"a": 5, "b": 4})
    write_image_folder(tmp_path / "training", {"a": 5, "b": 4})
    refused(tmp_path, "two folders could be the train images")


@pytest.mark.parametrize("options", [{"size": (0, 1)}, {"channels": 2}, {"test_share": 1.5}])
def test_arguments(tmp_path: Path, options: dict) -> None:
    write_image_folder(tmp_path, {"a": 3, "b": 3})
    with pytest.raises(ArgumentError):
        open_image_folder(tmp_path, **options)


def test_result(tmp_path: Path) -> None:
    assert isinstance(open_image_folder(write_image_folder(tmp_path, {"a": 3, "b": 3})), Splits)
