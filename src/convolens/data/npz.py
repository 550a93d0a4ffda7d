"""Reads labelled images from NumPy's .npz files."""

from __future__ import annotations

import math
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from convolens.data.dataset import ArrayDataset
from convolens.data.files import bad_file, largest_unpacked, naming
from convolens.data.labels import as_labels, check_labels, numbered_classes
from convolens.data.pixels import as_pixels
from convolens.data.splits import Splits, stratified
from convolens.errors import DataError

# Training images, training labels, test images, test labels: Keras, then MedMNIST.
_SPLIT_NAMES = (
    ("x_train", "y_train", "x_test", "y_test"),
    ("train_images", "train_labels", "test_images", "test_labels"),
)
_PLAIN_NAMES = (("images", "labels"), ("x", "y"), ("X", "y"))
_CLASSES = "classes"
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def open_npz(path: Path, test_share: float = 0.2, seed: int = 0) -> Splits:
    """Return the data set of an .npz file.

    Its arrays are x_train, y_train, x_test and y_test (as Keras has them), or train_images,
    train_labels, test_images and test_labels, or images and labels, or x and y; of the last two
    kinds a share becomes the test images. Images are uint8 from 0 to 255 or floats from 0 to 1,
    [N, H, W], [N, H, W, C] or [N, C, H, W]; labels are whole numbers from 0. An array ``classes``
    of texts may name the classes. Other arrays are left alone.

    Raises:
        DataError: If the file is missing or damaged, its arrays have other names, need pickle, or
            do not fit each other.
        IndexRangeError: If a label is outside the classes.
    """
    with _opened(path) as archive:
        names = {name.removesuffix(".npy") for name in archive.namelist()}
        wanted = _choose(path, names)
        extra = (_CLASSES,) if _CLASSES in names else ()
        _check_size(path, archive, wanted + extra)
        arrays = {name: _read_array(path, archive, name) for name in wanted + extra}

    def where(name: str) -> str:
        return f"{path.name}, array {name!r}"

    images = [as_pixels(arrays[name], where(name)) for name in wanted[::2]]
    labels = [
        as_labels(arrays[name], len(pixels), where(name))
        for name, pixels in zip(wanted[1::2], images, strict=True)
    ]
    if extra:
        classes = _class_names(path, arrays[_CLASSES])
    else:
        classes = numbered_classes(labels[0], where(wanted[1]))
    for name, numbers in zip(wanted[1::2], labels, strict=True):
        check_labels(numbers, classes, where(name))
    parts = [
        ArrayDataset(pixels, numbers, classes, name=path.stem)
        for pixels, numbers in zip(images, labels, strict=True)
    ]
    source = str(path.absolute())
    if len(parts) == 1:
        train, test = stratified(parts[0], test_share, seed)
        return Splits(train, test, source)
    return Splits(parts[0], parts[1], source)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    with naming(path):
        try:
            with zipfile.ZipFile(path) as archive:
                yield archive
        except DataError:
            raise
        except _DAMAGE as error:
            reason = str(error)[:80] or type(error).__name__
            raise bad_file(
                path,
                f"this is no .npz file, or a damaged one ({reason}).",
                hint="save the arrays again with numpy.savez_compressed.",
            ) from error


# What zipfile and NumPy raise for damaged files: an unknown compression, a bad header, ...
# (a warning where warnings are errors).
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    Warning,
    struct.error,
)


def _choose(path: Path, names: set[str]) -> tuple[str, ...]:
    fitting = [row for row in (*_SPLIT_NAMES, *_PLAIN_NAMES) if names.issuperset(row)]
    if len(fitting) == 1:
        return fitting[0]
    found = ", ".join(sorted(names)[:12]) or "none"
    known = [("known", ", ".join(row), "") for row in (*_SPLIT_NAMES, *_PLAIN_NAMES)]
    if fitting:
        raise bad_file(
            path,
            "the arrays can be read in more than one way.",
            [("arrays", found, ""), *(("way", ", ".join(row), "") for row in fitting)],
            "keep one set of images in the file.",
        )
    raise bad_file(
        path,
        "the arrays have none of the known names.",
        [("arrays", found, ""), *known],
        "save them again: numpy.savez_compressed(path, images=..., labels=...).",
    )


def _check_size(path: Path, archive: zipfile.ZipFile, names: tuple[str, ...]) -> None:
    packed = path.stat().st_size
    unpacked = sum(archive.getinfo(f"{name}.npy").file_size for name in names)
    if unpacked > largest_unpacked(packed):
        raise bad_file(
            path,
            f"{packed:,} bytes claim to unpack to {unpacked:,}.",
            hint="no pictures compress so well. If they are right, save them with numpy.savez.",
        )


def _read_array(path: Path, archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    entry = archive.getinfo(f"{name}.npy")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise bad_file(path, f"array {name!r} is compressed in a way that NumPy does not write.")
    with archive.open(entry) as stream:
        shape, by_columns, dtype = _read_header(path, name, stream)
        wanted = math.prod(shape) * dtype.itemsize
        # The size that the zip archive states was bounded above; the header must agree with it.
        left = entry.file_size - stream.tell()
        if wanted != left:
            raise bad_file(
                path,
                f"array {name!r} needs {wanted:,} bytes, but {left:,} are there.",
                [("shape", list(shape), str(dtype))],
            )
        content = stream.read()
    if len(content) != wanted:
        raise bad_file(path, f"array {name!r} is cut short.")
    array = np.frombuffer(content, dtype).reshape(shape, order="F" if by_columns else "C")
    return array.astype(dtype.newbyteorder("="), copy=False)


def _read_header(path: Path, name: str, stream: IO[bytes]) -> tuple[Any, bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(stream)
    if version not in _HEADERS:
        raise bad_file(path, f"array {name!r} has the unknown format {version}.")
    shape, by_columns, dtype = _HEADERS[version](stream)
    if dtype.hasobject:
        raise bad_file(
            path,
            f"array {name!r} holds Python objects, which only pickle can read. It was not run.",
            hint="save it as an array of numbers.",
        )
    return shape, by_columns, dtype


def _class_names(path: Path, names: NDArray[Any]) -> tuple[str, ...]:
    if names.ndim != 1 or names.dtype.kind != "U":
        raise bad_file(path, f"array 'classes' is {names.dtype}{list(names.shape)}, not texts [K].")
    return tuple(str(name) for name in names)
