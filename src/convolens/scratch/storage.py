"""A dict of arrays in an .npz file: no code inside, and no kill leaves half of one behind."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from .arrays import Array


def save_arrays(path: str | os.PathLike[str], arrays: dict[str, Array]) -> None:
    """Write ``arrays`` to ``path``: beside it first, then moved there in one step.

    Args:
        path: The file, under exactly this name; an old one is replaced.
        arrays: Arrays by name.
    """
    path = Path(path)
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    contents: dict[str, Any] = dict(arrays)
    try:
        # An open file, because np.savez would append ".npz" to a name.
        with beside.open("wb") as file:
            np.savez(file, **contents)
            file.flush()
            os.fsync(file.fileno())  # a rename must not overtake the data on its way to the disk
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)  # still there only if something went wrong


def load_arrays(path: str | os.PathLike[str], like: dict[str, Array]) -> dict[str, Array]:
    """Read the arrays that :func:`save_arrays` wrote.

    Args:
        path: The file.
        like: Arrays with the names and shapes that the file must have.

    Returns:
        Arrays by name.

    Raises:
        ValueError: If the file is damaged, is no .npz file, or holds other names or shapes.
        OSError: If there is no such file, or it cannot be read.
    """
    found = _read(path)
    if found.keys() != like.keys():
        raise ValueError(
            f"{path} holds {sorted(found)}, but the network has {sorted(like)}.\n"
            "Hint: load the file into a network of the class that saved it."
        )
    for name, array in like.items():
        if found[name].shape != array.shape or found[name].dtype.kind not in "fiu":
            raise ValueError(
                f"{path}: {name} is {found[name].dtype}{list(found[name].shape)}, "
                f"but the network needs {array.dtype}{list(array.shape)}.\n"
                "Hint: build the network with the arguments it had when it was saved."
            )
    return found


def _read(path: str | os.PathLike[str]) -> dict[str, Array]:
    data = io.BytesIO(Path(path).read_bytes())
    try:
        _check_archive(data)
        # Corrected: the listing unpickles, and a pickle may run any program it likes.
        with np.load(data, allow_pickle=False) as arrays:
            return {name: np.asarray(arrays[name]) for name in arrays.files}
    except (ValueError, KeyError, EOFError, OSError, RuntimeError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{path} is no file of parameters, or is damaged: {error}.\n"
            "Hint: it must be an .npz file that save_params wrote; a pickle is never opened."
        ) from error


def _check_archive(data: io.BytesIO) -> None:
    """Refuse what np.load would let pass: compressed members and wrong checksums."""
    with zipfile.ZipFile(data) as archive:
        # Uncompressed, the contents cannot be larger than the file is.
        if any(member.compress_type != zipfile.ZIP_STORED for member in archive.infolist()):
            raise zipfile.BadZipFile("its contents are compressed")
        if damaged := archive.testzip():
            raise zipfile.BadZipFile(f"the checksum of {damaged} does not match")
    data.seek(0)
