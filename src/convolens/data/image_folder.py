"""Reads a folder of images in which each class has a folder of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from convolens.data.decode import check_size, read_info
from convolens.data.files import naming
from convolens.data.image_files import ImageFiles
from convolens.data.splits import Splits, stratified
from convolens.errors import ArgumentError, DataError

_PARTS = {
    "train": "train",
    "training": "train",
    "test": "test",
    "testing": "test",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
}
_LITTER = ("Thumbs.db", "desktop.ini", "Icon\r", "__MACOSX")
_PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif", ".tif", ".tiff", ".heic", ".avif")
_LAYOUT = "the folder needs one folder for each class, with the images of that class in it."


class _Listing(NamedTuple):
    """The image files of one part of the data, class by class."""

    classes: tuple[str, ...]
    paths: list[Path]
    labels: list[int]


def open_image_folder(
    folder: Path,
    *,
    size: tuple[int, int] | None = None,
    channels: int | None = None,
    test_share: float = 0.2,
    seed: int = 0,
) -> Splits:
    """Return the data set of a folder with one folder of images for each class.

    Folders named train and test (or training, testing; any case) with the class folders in them
    are taken as they are. Where there is val (valid, validation) and no test, that is the test set;
    where there are both, val is left alone. Without either, a share of each class is drawn as test
    images, by a hash of the file's name, so that hardly an image changes sides when some are added.

    Classes are sorted by name, or by number where all names are numbers. Each visible file in a
    class folder must be a PNG, JPEG, BMP or WebP image, whatever its name; hidden files and what
    systems strew (Thumbs.db, desktop.ini) are passed over. Images are decoded when they are asked
    for, see :func:`convolens.data.decode.decode`.

    Args:
        folder: The folder.
        size: (H, W) to which all images are stretched. Without it they must all be of one size.
        channels: 1 for grey, 3 for colour; by default as most training images, colour if even.
        test_share: The share of test images, where one is drawn.
        seed: Another seed draws other test images.

    Raises:
        ArgumentError: If an argument is out of range.
        DataError: If the folder is arranged in another way, is empty, has one class only, or a file
            is no image or of another size; the error names the path.
    """
    if size is not None:
        check_size(size)
    if channels not in (None, 1, 3):
        raise ArgumentError(f"channels is {channels}, but images have 1 or 3.")
    parts = _parts(folder)
    train = _list_classes(parts["train"])
    given = parts.get("test", parts.get("validation"))
    test = _list_classes(given, train.classes) if given else None

    paths = train.paths + (test.paths if test else [])
    heights, widths, kinds = zip(*(read_info(path) for path in paths), strict=True)
    if size is None:
        _check_same_size(paths, list(zip(heights, widths, strict=True)))
    if channels is None:
        colour = kinds[: len(train.paths)].count(3)
        channels = 3 if 2 * colour >= len(train.paths) else 1
    height, width = size or (heights[0], widths[0])
    shape = (channels, height, width)

    def dataset(listing: _Listing) -> ImageFiles:
        return ImageFiles(
            listing.paths,
            np.array(listing.labels, np.int64),
            train.classes,
            name=folder.absolute().name,
            image_shape=shape,
            stretch=size is not None,
        )

    source = str(folder.absolute())
    if test is not None:
        return Splits(dataset(train), dataset(test), source)
    keys = np.array([_key(path.relative_to(parts["train"])) for path in train.paths], np.int64)
    drawn_train, drawn_test = stratified(dataset(train), test_share, seed, keys)
    return Splits(drawn_train, drawn_test, source)


def _visible(folder: Path) -> list[Path]:
    with naming(folder):
        return sorted(
            path
            for path in folder.iterdir()
            if not path.name.startswith(".") and path.name not in _LITTER
        )


def _parts(folder: Path) -> dict[str, Path]:
    """Return the folders of the parts: "train" always, "test" and "validation" where there are."""
    folders = [path for path in _visible(folder) if path.is_dir()]
    parts: dict[str, Path] = {}
    for path in folders:
        part = _PARTS.get(path.name.lower())
        if part is None:
            return {"train": folder}
        if part in parts:
            raise DataError(
                f"{folder.absolute()}: two folders could be the {part} images.",
                [("first", parts[part].name, ""), ("second", path.name, "")],
            )
        parts[part] = path
    return parts if "train" in parts else {"train": folder}


def _list_classes(folder: Path, known: Sequence[str] = ()) -> _Listing:
    entries = _visible(folder)
    folders = [path for path in entries if path.is_dir()]
    loose = [path for path in entries if path.suffix.lower() in _PICTURES and path not in folders]
    if loose:
        raise DataError(
            f"{loose[0].absolute()} lies in no class folder, so that its class is unknown.",
            [("such images", len(loose), "")],
            _LAYOUT,
        )
    if not folders:
        raise DataError(f"{folder.absolute()} holds no images.", hint=_LAYOUT)
    if all(path.name.isdecimal() for path in folders):
        folders.sort(key=lambda path: int(path.name))
    names = tuple(path.name for path in folders)
    if not known and len(names) == 1:
        raise DataError(
            f"{folder.absolute()} has one class folder only, {names[0]!r}.",
            hint="a classifier needs two classes or more.",
        )
    classes = tuple(known) or names
    if strange := [path for path in folders if path.name not in classes]:
        raise DataError(
            f"{strange[0].absolute()}: there is no such class among the training images.",
            [("classes", ", ".join(classes), "")],
        )
    paths: list[Path] = []
    labels: list[int] = []
    for path in folders:
        files = _images_of(path)
        paths += files
        labels += [classes.index(path.name)] * len(files)
    return _Listing(classes, paths, labels)


def _images_of(folder: Path) -> list[Path]:
    files = _visible(folder)
    if not files:
        raise DataError(
            f"{folder.absolute()} holds no images.", hint="remove the empty folder, or fill it."
        )
    for path in files:
        if path.is_dir():
            raise DataError(
                f"{path.absolute()} is a folder within a class folder.",
                hint=f"{_LAYOUT} Name the folder that holds the class folders.",
            )
        if not path.is_file():
            raise DataError(f"{path.absolute()} is no file, or a link to a file that is missing.")
    return files


def _check_same_size(paths: Sequence[Path], sizes: Sequence[tuple[int, int]]) -> None:
    for path, size in zip(paths, sizes, strict=True):
        if size != sizes[0]:
            raise DataError(
                "the images have different sizes.",
                [
                    (f"{sizes[0][0]}x{sizes[0][1]}", paths[0].absolute(), ""),
                    (f"{size[0]}x{size[1]}", path.absolute(), ""),
                ],
                f"give size=({sizes[0][0]}, {sizes[0][1]}) to stretch all to one height and width.",
            )


def _key(path: Path) -> int:
    name = path.as_posix().encode("utf-8", "surrogateescape")
    return int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), "little", signed=True)
