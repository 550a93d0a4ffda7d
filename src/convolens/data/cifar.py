"""Reads CIFAR-10: its binary records and its original Python pickles."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convolens.data.dataset import ArrayDataset
from convolens.data.files import bad_file, naming, open_data
from convolens.data.labels import as_labels, check_labels
from convolens.data.pickles import read_pickle
from convolens.data.sources import SOURCES
from convolens.data.splits import Splits, stratified
from convolens.errors import DataError

SIDE = 32
PIXELS = 3 * SIDE * SIDE
RECORD = 1 + PIXELS
BATCHES = tuple(f"data_batch_{number}" for number in range(1, 6))
_KNOWN = SOURCES["cifar10"]
_BINARY = re.compile(r"(data_batch_\d|train\w*|test\w*)\.bin(\.gz)?")
_PICKLE = re.compile(r"(data_batch_\d|test_batch)")

Records = tuple[NDArray[np.uint8], NDArray[np.int64]]


def read_cifar_binary(path: Path, classes: Sequence[str] = _KNOWN.classes) -> Records:
    """Return the images, uint8 [N, 32, 32, 3], and labels, int64 [N], of a file of records.

    A record has 3,073 bytes: the label, then 1,024 bytes each of red, green and blue, row by row.
    The file may be gzip.

    Raises:
        DataError: If the file is missing, unreadable, empty, or no whole number of records.
        IndexRangeError: If a label is not the number of a class.

    Source: https://www.cs.toronto.edu/~kriz/cifar.html, "Binary version".
    """
    with open_data(path) as reader:
        data = reader.read_all()
    count, rest = divmod(len(data), RECORD)
    if rest or not count:
        raise bad_file(
            path,
            f"{len(data):,} bytes are not a whole number of CIFAR-10 records of {RECORD:,}.",
            [("records", count, ""), ("bytes left over", rest, "")],
            "CIFAR-100, with records of 3,074 bytes, is not read."
            if len(data) and len(data) % (RECORD + 1) == 0
            else "the file is damaged or cut short: copy or download it again.",
        )
    table = np.frombuffer(data, np.uint8).reshape(count, RECORD)
    labels = as_labels(table[:, 0], count, str(path))
    check_labels(labels, classes, str(path))
    return _images(table[:, 1:]), labels


def read_cifar_pickle(path: Path, classes: Sequence[str] = _KNOWN.classes) -> Records:
    """Return the images, uint8 [N, 32, 32, 3], and labels, int64 [N], of a "Python version" file.

    The pickle is read by :func:`convolens.data.pickles.read_pickle`, which runs nothing.

    Raises:
        DataError: If the file is missing, damaged, or holds anything but a batch of CIFAR-10.
        IndexRangeError: If a label is not the number of a class.

    Source: https://www.cs.toronto.edu/~kriz/cifar.html, "Python / Matlab versions".
    """
    batch = _by_name(path)
    rows, numbers = batch.get("data"), batch.get("labels")
    if not (
        isinstance(rows, np.ndarray)
        and rows.dtype == np.uint8
        and rows.ndim == 2
        and rows.shape[1] == PIXELS
        and len(rows)
    ):
        raise bad_file(path, f"the pickle holds no 'data' of uint8 [N, {PIXELS:,}].")
    if isinstance(numbers, list) and all(type(n) is int and abs(n) < 2**63 for n in numbers):
        numbers = np.array(numbers, np.int64)
    if not isinstance(numbers, np.ndarray):
        raise bad_file(path, "the pickle holds no 'labels', a list of whole numbers.")
    labels = as_labels(numbers, len(rows), str(path))
    check_labels(labels, classes, str(path))
    return _images(rows), labels


def holds_cifar(folder: Path) -> bool:
    """Say whether a folder, or the folder of the official archive in it, holds CIFAR-10 files."""
    home = _home(folder)
    return any(_files(home, pattern) for pattern in (_BINARY, _PICKLE))


def open_cifar_folder(folder: Path) -> Splits:
    """Return the data set of a folder of CIFAR-10 files.

    ``data_batch_1`` to ``data_batch_5``, binary or pickled, are the training images and
    ``test_batch`` the test images. Of the binary form, ``train*.bin`` and ``test*.bin`` are read,
    too, gzip or not. The classes are those of ``batches.meta.txt`` or ``batches.meta``, else
    CIFAR-10's own.

    Raises:
        DataError: If a file is missing or damaged.
        IndexRangeError: If a label is not the number of a class.
    """
    home = _home(folder)
    binary, pickled = _files(home, _BINARY), _files(home, _PICKLE)
    if binary and pickled:
        raise DataError(
            f"{home.absolute()} holds CIFAR-10 twice, binary and pickled.",
            [("binary", binary[0].name, ""), ("pickled", pickled[0].name, "")],
            "keep one of them.",
        )
    files = binary or pickled
    classes = _class_names(home)
    test = [path for path in files if path.name.startswith("test")]
    train = [path for path in files if path not in test]
    stems = {path.name.split(".")[0] for path in train}
    missing = [name for name in BATCHES if name not in stems] if stems & set(BATCHES) else []
    if missing or not train or not test:
        needed = missing or (["train.bin"] if not train else ["test_batch"])
        raise DataError(
            f"{home.absolute()}: a part of CIFAR-10 is missing: {', '.join(needed)}.",
            [("found", path.name, "") for path in files],
            "name a single file to use that one alone.",
        )
    read = read_cifar_binary if binary else read_cifar_pickle
    return Splits(
        _joined(train, read, classes),
        _joined(test, read, classes),
        str(home.absolute()),
        _KNOWN.licence,
    )


def open_cifar_file(path: Path, test_share: float = 0.2, seed: int = 0) -> Splits:
    """Return the data set of one CIFAR-10 file, of which a share becomes the test images.

    Raises:
        DataError: If the file is missing, damaged or of one class only.
        IndexRangeError: If a label is not the number of a class.
    """
    read = read_cifar_pickle if _PICKLE.fullmatch(path.name) else read_cifar_binary
    dataset = _joined([path], read, _class_names(path.parent))
    train, test = stratified(dataset, test_share, seed)
    return Splits(train, test, str(path.absolute()), _KNOWN.licence)


def _joined(
    paths: list[Path], read: Callable[[Path, Sequence[str]], Records], classes: Sequence[str]
) -> ArrayDataset:
    parts = [read(path, classes) for path in paths]
    images = np.concatenate([images for images, _ in parts])
    labels = np.concatenate([labels for _, labels in parts])
    return ArrayDataset(images, labels, classes, name=_KNOWN.name)


def _images(rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
    planes = rows.reshape(-1, 3, SIDE, SIDE)
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1))


def _home(folder: Path) -> Path:
    for name in ("cifar-10-batches-bin", "cifar-10-batches-py"):
        if (folder / name).is_dir():
            return folder / name
    return folder


def _files(folder: Path, pattern: re.Pattern[str]) -> list[Path]:
    with naming(folder):
        paths = {p.name: p for p in sorted(folder.iterdir()) if p.is_file()}
    matching = {name: path for name, path in paths.items() if pattern.fullmatch(name)}
    # Of a file and its own .gz the unpacked one is taken.
    return [
        p
        for name, p in matching.items()
        if name.removesuffix(".gz") not in matching.keys() - {name}
    ]


def _class_names(folder: Path) -> tuple[str, ...]:
    text, pickled = folder / "batches.meta.txt", folder / "batches.meta"
    if text.is_file():
        with open_data(text) as reader:
            lines = reader.read_all().decode("utf-8", "replace").splitlines()
        names = tuple(line.strip() for line in lines if line.strip())
    elif pickled.is_file():
        found = _by_name(pickled).get("label_names")
        if not isinstance(found, list) or not all(isinstance(n, str | bytes) for n in found):
            raise bad_file(pickled, "the pickle holds no 'label_names', a list of names.")
        names = tuple(n if isinstance(n, str) else n.decode("utf-8", "replace") for n in found)
    else:
        return _KNOWN.classes
    if not 2 <= len(names) <= 256:
        raise bad_file(text if text.is_file() else pickled, f"{len(names)} names of classes.")
    return names


def _by_name(path: Path) -> dict[str, Any]:
    """Return a pickled dict with its keys, bytes from Python 2, as text."""
    value = read_pickle(path)
    if not isinstance(value, dict):
        raise bad_file(path, "the pickle holds no dict.")
    return {
        k.decode("utf-8", "replace") if isinstance(k, bytes) else str(k): v
        for k, v in value.items()
    }
