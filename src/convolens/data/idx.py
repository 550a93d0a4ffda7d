"""Reads IDX files, the format of MNIST and its kin."""

from __future__ import annotations

import hashlib
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convolens.data.dataset import ArrayDataset
from convolens.data.files import Reader, bad_file, naming, open_data
from convolens.data.labels import as_labels, check_labels, numbered_classes
from convolens.data.pixels import as_pixels
from convolens.data.sources import SOURCES
from convolens.data.splits import Splits
from convolens.errors import DataError

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_MOST_DIMENSIONS = 8
_NAME = re.compile(r"(train|t10k|test)-(images|labels)[.-]idx\d-[a-z]+(\.gz)?")
_OFFICIAL = {
    ("train", "images"): "train-images-idx3-ubyte",
    ("train", "labels"): "train-labels-idx1-ubyte",
    ("test", "images"): "t10k-images-idx3-ubyte",
    ("test", "labels"): "t10k-labels-idx1-ubyte",
}


def read_idx(path: Path) -> NDArray[Any]:
    """Return the array of an IDX file, plain or gzip.

    The file is two zero bytes, one byte for the element type, one for the number of dimensions,
    each dimension as a big-endian 32-bit number, and the elements, big-endian, last dimension
    fastest. Nothing may be missing and nothing may follow. Memory is taken for bytes that are
    there, not for bytes that the header promises.

    Returns:
        An array of uint8, int8, int16, int32, float32 or float64 in the machine's byte order.

    Raises:
        DataError: If the file is missing, unreadable, truncated, too long or not IDX.

    Source: Y. LeCun, C. Cortes, C. J. C. Burges, The MNIST database, "the IDX file format".
    """
    with open_data(path) as reader:
        dtype, shape = _read_header(reader)
        wanted = math.prod(shape) * dtype.itemsize
        if wanted > reader.limit:
            raise bad_file(
                path,
                f"the header declares {wanted:,} bytes of elements, more than a file of "
                f"{reader.packed:,} bytes can hold.",
                [("shape", list(shape), dtype.newbyteorder("=").name)],
                _DAMAGED,
            )
        data = reader.read(wanted + 1)
    if len(data) != wanted:
        raise bad_file(
            path,
            f"{wanted - len(data):,} of {wanted:,} bytes of elements are missing."
            if len(data) < wanted
            else f"more bytes follow the {wanted:,} bytes of elements.",
            [("shape", list(shape), dtype.newbyteorder("=").name)],
            _DAMAGED,
        )
    return np.frombuffer(data, dtype).reshape(shape).astype(dtype.newbyteorder("="), copy=False)


_DAMAGED = "the file is damaged or cut short: copy or download it again."


def _read_header(reader: Reader) -> tuple[np.dtype[Any], tuple[int, ...]]:
    start = reader.read(4)
    if len(start) < 4:
        raise bad_file(
            reader.path, f"{len(start)} bytes are no IDX file, whose header has 8 or more."
        )
    code, rank = start[2], start[3]
    if start[:2] != b"\0\0" or code not in _TYPES or not 1 <= rank <= _MOST_DIMENSIONS:
        raise bad_file(
            reader.path,
            f"this is no IDX file: it begins with the bytes {start.hex(' ')}.",
            [
                ("bytes 1, 2", "00 00", "always"),
                ("byte 3", " ".join(f"{known:02x}" for known in _TYPES), "element type"),
                ("byte 4", f"01 to {_MOST_DIMENSIONS:02x}", "number of dimensions"),
            ],
        )
    sizes = reader.read(4 * rank)
    if len(sizes) < 4 * rank:
        raise bad_file(
            reader.path,
            f"{len(sizes)} of {4 * rank} bytes of the dimensions are there.",
            (),
            _DAMAGED,
        )
    return np.dtype(_TYPES[code]), tuple(int(n) for n in np.frombuffer(sizes, ">u4"))


def find_idx_files(folder: Path) -> dict[tuple[str, str], Path]:
    """Return the IDX files of a folder by part ("train", "test") and kind ("images", "labels").

    Both spellings count, ``-idx3-ubyte`` and ``.idx3-ubyte``. Of a file and its own .gz the
    unpacked one is taken.

    Raises:
        DataError: If two different files could be the same part.
    """
    found: dict[tuple[str, str], Path] = {}
    with naming(folder):
        paths = sorted(folder.iterdir())
    for path in paths:
        match = _NAME.fullmatch(path.name)
        if match is None or not path.is_file():
            continue
        key = ("train" if match[1] == "train" else "test", match[2])
        other = found.get(key)
        if other is None:
            found[key] = path
        # Sorted by name, a file comes just before its own .gz.
        elif path.name != f"{other.name}.gz":
            raise DataError(
                f"{folder.absolute()}: two files could be the {key[0]} {key[1]}.",
                [("first", other.name, ""), ("second", path.name, "")],
                "keep one of them.",
            )
    return found


def open_idx_folder(folder: Path) -> Splits:
    """Return the data set of a folder with the four IDX files of MNIST or its kin.

    MNIST and Fashion-MNIST are recognised by the checksum of their test labels, and their classes
    are named; the classes of other sets are "0", "1", ...

    Raises:
        DataError: If a file is missing or damaged, or images and labels do not fit each other.
        IndexRangeError: If a label is outside the classes.
    """
    files = find_idx_files(folder)
    for (part, kind), name in _OFFICIAL.items():
        if (part, kind) not in files:
            raise DataError(
                f"{folder.absolute()}: the IDX file of the {part} {kind} is missing.",
                [("needed", name, ""), *(("found", path.name, "") for path in files.values())],
            )
    labels = {part: read_idx(files[part, "labels"]) for part in ("train", "test")}
    digest = hashlib.sha256(labels["test"].tobytes()).hexdigest()
    known = next((s for s in SOURCES.values() if s.test_labels_sha256 == digest), None)
    where = {part: str(files[part, "labels"]) for part in labels}
    numbers = {part: as_labels(labels[part], len(labels[part]), where[part]) for part in labels}
    classes = known.classes if known else numbered_classes(numbers["train"], where["train"])
    name = known.name if known else folder.absolute().name

    def part_of(part: str) -> ArrayDataset:
        file = files[part, "images"]
        images = as_pixels(read_idx(file), file.name)
        if len(images) != len(numbers[part]):
            raise DataError(
                f"{len(images):,} {part} images, but {len(numbers[part]):,} labels.",
                [("images", file.absolute(), ""), ("labels", files[part, "labels"].absolute(), "")],
                "the two files belong to different sets.",
            )
        check_labels(numbers[part], classes, where[part])
        return ArrayDataset(images, numbers[part], classes, name=name)

    licence = known.licence if known else ""
    return Splits(part_of("train"), part_of("test"), str(folder.absolute()), licence)
