"""Fetches a known data set: finds it on this machine, or downloads it."""

from __future__ import annotations

import hashlib
import os
from importlib import import_module
from pathlib import Path
from typing import Any

from convolens.data.archive import unpack_tar
from convolens.data.files import naming
from convolens.data.sources import RemoteFile, Source
from convolens.data.transfer import Progress, Resumable, TransferError
from convolens.errors import DataError, DependencyError

VARIABLE = "CONVOLENS_DATA"


def data_folder() -> Path:
    """Return the folder for downloaded data: ``CONVOLENS_DATA``, or the system's cache folder.

    Raises:
        DependencyError: If the variable is not set and pooch, which knows the system's folder, is
            not installed.
    """
    chosen = os.environ.get(VARIABLE)
    return Path(chosen) if chosen else Path(_pooch().os_cache("convolens"))


def fetch(source: Source, *, offline: bool = False, progress: Progress | None = None) -> Path:
    """Return the folder with the files of a known data set, after downloading what is missing.

    A file counts when its size and SHA-256 are right; one that was unpacked, when its size is.
    Mirrors are tried in turn; a download that broke off goes on, also on another mirror and in
    another run. Archives are unpacked.

    Args:
        source: The data set, one of :data:`convolens.data.sources.SOURCES`.
        offline: Whether to refuse, rather than use the network.
        progress: Called with (file name, bytes here, bytes in all) while a file comes in.

    Returns:
        ``data_folder() / source.name``.

    Raises:
        DataError: If a file is missing and offline, no mirror gives it, or it cannot be written.
        DependencyError: If a file is missing and pooch is not installed.
    """
    folder = data_folder() / source.name
    if source.unpacked and _all_unpacked(source, folder):
        return folder
    for file in source.files:
        path = folder / file.name
        with naming(path):
            if _is_right(path, file):
                continue
        if offline:
            raise _missing(source, file, path)
        _download(source, file, folder, progress)
    if source.unpacked:
        for file in source.files:
            unpack_tar(folder / file.name, folder)
        if not _all_unpacked(source, folder):
            raise DataError(f"{folder}: the archive of {source.name} does not hold all its files.")
    return folder


def _all_unpacked(source: Source, folder: Path) -> bool:
    return all(
        (folder / name).is_file() and (folder / name).stat().st_size == size
        for name, size in source.unpacked
    )


def _is_right(path: Path, file: RemoteFile) -> bool:
    if not path.is_file() or path.stat().st_size != file.size:
        return False
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256


def _missing(source: Source, file: RemoteFile, path: Path) -> DataError:
    problem = "is damaged: it is not the file of that name" if path.exists() else "is not there"
    return DataError(
        f"{source.name}: {file.name} {problem}, and offline nothing is downloaded.",
        [
            ("looked for", path.absolute(), f"{file.size:,} bytes"),
            ("SHA-256", file.sha256, ""),
            *(("comes from", mirror + file.name, "") for mirror in source.mirrors),
        ],
        f"run once without offline, copy the file there, or set {VARIABLE} to the folder that has "
        f"{source.name}/{file.name}.",
    )


def _download(source: Source, file: RemoteFile, folder: Path, progress: Progress | None) -> None:
    pooch = _pooch()
    # Whoever shows the progress does not want lines of text in between.
    pooch.get_logger().setLevel("INFO" if progress is None else "WARNING")
    failures = []
    for mirror in source.mirrors:
        url = mirror + file.name
        try:
            _retrieve(pooch, url, file, folder, progress)
        except TransferError as error:
            failures.append((url, str(error), ""))
        except OSError as error:
            raise DataError(
                f"{folder.absolute()} cannot be written: {error.strerror or error}.",
                hint=f"set {VARIABLE} to a folder of your own with {file.size:,} bytes free.",
            ) from error
        else:
            return
    raise DataError(
        f"{source.name}: none of {len(source.mirrors)} mirrors gave {file.name}.",
        failures,
        f"look at the network and try again; what came is kept. Or copy the file to "
        f"{(folder / file.name).absolute()}.",
    )


def _retrieve(
    pooch: Any, url: str, file: RemoteFile, folder: Path, progress: Progress | None
) -> None:
    part = folder / f"{file.name}.part"
    for last in (False, True):
        downloader = Resumable(part, file.size, progress)
        try:
            pooch.retrieve(url, f"sha256:{file.sha256}", file.name, folder, downloader=downloader)
        # How pooch reports a wrong checksum; it has deleted the file.
        except ValueError as error:
            if last or not downloader.resumed:
                raise TransferError("the file is not the right one: its SHA-256 differs") from error
            # The beginning was from another mirror or run: once more, all from this one.
        else:
            return


def _pooch() -> Any:
    try:
        import_module("requests")
        return import_module("pooch")
    except ImportError as error:
        raise DependencyError(
            f"downloading data needs the package {error.name}, which is not installed.",
            hint=f"pip install 'convolens[data]', or set {VARIABLE} to a folder that has the data.",
        ) from error
