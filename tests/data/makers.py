"""Makes small data files of every kind that the tests read."""

from __future__ import annotations

import gzip
import math
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

IDX_CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def idx_bytes(array: np.ndarray) -> bytes:
    code = IDX_CODES[array.dtype.str[1:]]
    head = struct.pack(f">BBBB{array.ndim}I", 0, 0, code, array.ndim, *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


def write_idx_folder(
    folder: Path,
    train: int = 20,
    test: int = 10,
    *,
    name: str = "{part}-{kind}-idx{rank}-ubyte",
    packed: bool = False,
    classes: int = 3,
) -> dict[str, np.ndarray]:
    """Write the four files; return their arrays by "train-images" and so on."""
    folder.mkdir(exist_ok=True)
    arrays = {}
    for part, count in (("train", train), ("t10k", test)):
        numbers = np.arange(count * 20, dtype=np.int64) % 251
        arrays[f"{part}-images"] = numbers.astype(np.uint8).reshape(count, 4, 5)
        arrays[f"{part}-labels"] = (np.arange(count) % classes).astype(np.uint8)
    for key, array in arrays.items():
        part, kind = key.split("-")
        content = idx_bytes(array)
        path = folder / name.format(part=part, kind=kind, rank=array.ndim)
        if packed:
            path = path.with_name(path.name + ".gz")
            content = gzip.compress(content)
        path.write_bytes(content)
    return arrays


def cifar_arrays(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return images [N, 32, 32, 3] and labels [N] that differ everywhere."""
    random = np.random.default_rng(seed)
    images = random.integers(0, 256, (count, 32, 32, 3), np.uint8)
    return images, (np.arange(count) % 10).astype(np.uint8)


def cifar_rows(images: np.ndarray) -> np.ndarray:
    return images.transpose(0, 3, 1, 2).reshape(len(images), -1)


def cifar_binary(images: np.ndarray, labels: np.ndarray) -> bytes:
    return np.hstack([labels[:, None], cifar_rows(images)]).tobytes()


def python2_string(text: bytes) -> bytes:
    if len(text) < 256:
        return b"U" + bytes([len(text)]) + text
    return b"T" + struct.pack("<i", len(text)) + text


def python2_array(array: np.ndarray) -> bytes:
    """Return the instructions by which cPickle of Python 2.7 wrote a uint8 array, protocol 2."""
    extents = b"".join(b"M" + struct.pack("<H", extent) for extent in array.shape)
    return (
        b"cnumpy.core.multiarray\n_reconstruct\nq\x10cnumpy\nndarray\nq\x11K\x00\x85U\x01b\x87Rq\x12"
        b"(K\x01" + extents + b"\x86cnumpy\ndtype\nq\x13U\x02u1K\x00K\x01\x87Rq\x14"
        b"(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89"
        + python2_string(array.tobytes())
        + b"tb"
    )


def cifar_python2(images: np.ndarray, labels: Sequence[int]) -> bytes:
    """Return a batch as CIFAR-10's own authors pickled it: a dict of str, with Python 2.7."""
    rows = cifar_rows(images)
    names = [f"image_{number}.png".encode() for number in range(len(rows))]
    return (
        b"\x80\x02}q\x01("
        + python2_string(b"batch_label")
        + b"q\x02"
        + python2_string(b"training batch 1 of 5")
        + b"q\x03"
        + python2_string(b"labels")
        + b"q\x04]q\x05("
        + b"".join(b"K" + bytes([label]) for label in labels)
        + b"e"
        + python2_string(b"data")
        + b"q\x06"
        + python2_array(rows)
        + python2_string(b"filenames")
        + b"q\x07]q\x08("
        + b"".join(python2_string(name) for name in names)
        + b"eu."
    )


def write_image(path: Path, mode: str = "L", size: tuple[int, int] = (6, 5), **options: object):
    """Write an image of ``size`` (H, W), all of whose pixels differ; return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    bands = {"L": 1, "RGB": 3, "RGBA": 4, "LA": 2}[mode]
    values = (np.arange(math.prod(size) * bands) * 7 % 256).astype(np.uint8)
    pixels = values.reshape(*size, bands)
    Image.fromarray(pixels[..., 0] if bands == 1 else pixels, mode=None).save(path, **options)
    return path


def write_image_folder(folder: Path, classes: dict[str, int], **options: object) -> Path:
    """Write ``classes[name]`` PNG images in a folder for each class."""
    for name, count in classes.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            write_image(folder / name / f"{number:03}.png", **options)
    return folder
