"""open_dataset: the one way from what a user types to a training set and a test set."""

from __future__ import annotations

import dataclasses
import difflib
from pathlib import Path

from convolens.data.cifar import holds_cifar, open_cifar_file, open_cifar_folder
from convolens.data.digits import load_digits
from convolens.data.download import fetch
from convolens.data.files import naming
from convolens.data.idx import find_idx_files, open_idx_folder
from convolens.data.image_folder import open_image_folder
from convolens.data.npz import open_npz
from convolens.data.sources import SOURCES
from convolens.data.splits import Splits
from convolens.data.transfer import Progress
from convolens.errors import ArgumentError, DataError

NAMES = ("digits", *SOURCES)


def open_dataset(
    source: str | Path,
    *,
    offline: bool = False,
    size: tuple[int, int] | None = None,
    channels: int | None = None,
    test_share: float = 0.2,
    seed: int = 0,
    progress: Progress | None = None,
) -> Splits:
    """Return the training and test images that ``source`` names.

    ================================  ==================================================
    ``digits``                        the digits inside the package, 8x8
    ``mnist``, ``fashion-mnist``,     downloaded once, and found again later
    ``cifar10``
    a folder of IDX files             the four files of MNIST or its kin, gzip or not
    a folder of CIFAR-10 files        binary records, or the original pickles
    a folder of folders of images     one folder for each class
    an .npz file                      arrays of images and labels
    a CIFAR-10 file                   ``.bin``, ``.bin.gz`` or one of the pickles
    ================================  ==================================================

    A known name is that data set even where a folder of the same name lies in the current folder;
    ``./mnist`` and a :class:`~pathlib.Path` are always paths.

    Args:
        source: A name or a path.
        offline: Never use the network; a missing file is an error that says where it was sought.
        size: For folders of images: (H, W) to which all are stretched.
        channels: For folders of images: 1 for grey, 3 for colour.
        test_share: Where the data have no test images: the share of each class to draw.
        seed: Another seed draws other test images.
        progress: Called with (file name, bytes here, bytes in all) while a file is downloaded.

    Raises:
        ArgumentError: If there is no such name or path, or an argument does not apply.
        DataError: If the data are missing, damaged or not what they should be.
        IndexRangeError: If a label is outside the classes.
        DependencyError: If a download needs the packages of ``convolens[data]``.

    Example:
        >>> open_dataset("digits").test
        <digits: 360 images of 1x8x8 in 10 classes>
    """
    known = source if isinstance(source, str) and source in NAMES else None
    path = Path(source)
    if known is None and not _exists(path):
        raise _unknown(str(source))
    if known is None and _is_image_folder(path):
        return open_image_folder(
            path, size=size, channels=channels, test_share=test_share, seed=seed
        )
    if size is not None or channels is not None:
        raise ArgumentError(
            f"size and channels are for folders of images, which {str(source)!r} is not.",
            [("size", size, ""), ("channels", channels, "")],
        )
    if known == "digits":
        return load_digits()
    if known is not None:
        return _open_known(known, offline, progress)
    if path.is_dir():
        return open_idx_folder(path) if find_idx_files(path) else open_cifar_folder(path)
    return _open_file(path, test_share, seed)


def _exists(path: Path) -> bool:
    with naming(path):
        return path.exists()


def _is_image_folder(path: Path) -> bool:
    if not path.is_dir():
        return False
    idx, cifar = bool(find_idx_files(path)), holds_cifar(path)
    if idx and cifar:
        raise DataError(
            f"{path.absolute()} holds IDX files and CIFAR-10 files.",
            hint="put each data set in a folder of its own.",
        )
    return not idx and not cifar


def _open_known(name: str, offline: bool, progress: Progress | None) -> Splits:
    known = SOURCES[name]
    folder = fetch(known, offline=offline, progress=progress)
    splits = open_cifar_folder(folder) if known.unpacked else open_idx_folder(folder)
    return dataclasses.replace(splits, source=known.work, licence=known.licence)


def _open_file(path: Path, test_share: float, seed: int) -> Splits:
    name = path.name.lower()
    if name.endswith(".npz"):
        return open_npz(path, test_share, seed)
    if name.endswith((".bin", ".bin.gz")) or "." not in name:
        return open_cifar_file(path, test_share, seed)
    raise DataError(
        f"{path.absolute()} is no file of data that is known here.",
        _paths(),
        "unpack an archive first; name the folder, not a file in it."
        if name.endswith((".zip", ".tar", ".gz", ".tgz", "-ubyte"))
        else "",
    )


def _unknown(source: str) -> ArgumentError:
    close = difflib.get_close_matches(source.lower(), NAMES, n=1)
    return ArgumentError(
        f"there is no data set, file or folder {source!r}.",
        [("names", ", ".join(NAMES), ""), *_paths()],
        f"did you mean {close[0]!r}?"
        if close
        else f"a path is sought from the current folder, {Path.cwd()}.",
    )


def _paths() -> list[tuple[str, object, str]]:
    return [
        ("path of", "a folder with the four IDX files of MNIST or its kin", ""),
        ("", "a folder of CIFAR-10 files, or one such file", ""),
        ("", "a folder with one folder of images for each class", ""),
        ("", "an .npz file of images and labels", ""),
    ]
