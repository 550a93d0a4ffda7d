"""Unpacks a tar archive, and nothing of it outside its folder."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

from convolens.data.files import bad_file, largest_unpacked, naming


def unpack_tar(archive: Path, folder: Path) -> None:
    """Unpack a tar archive, compressed or not, into ``folder``.

    Only files and folders are made, with names below ``folder``; what the archive says about
    owners, permissions and links is left aside. All is written beside and renamed at the end.

    Raises:
        DataError: If the archive is damaged, holds a link or device, a name that leads out of the
            folder, or unpacks to more than 64 MiB and 100 times its size.
    """
    with naming(archive), tempfile.TemporaryDirectory(dir=folder) as beside:
        try:
            with tarfile.open(archive) as tar:
                _unpack(archive, tar, Path(beside))
        except tarfile.TarError as error:
            raise bad_file(archive, f"the archive is damaged ({str(error)[:80]}).") from error
        for entry in Path(beside).iterdir():
            target = folder / entry.name
            if target.is_dir():
                shutil.rmtree(target)
            os.replace(entry, target)


def _unpack(archive: Path, tar: tarfile.TarFile, folder: Path) -> None:
    left = largest_unpacked(archive.stat().st_size)
    for member in tar:
        name = PurePosixPath(member.name)
        if name.is_absolute() or ".." in name.parts or "\\" in member.name or ":" in member.name:
            raise bad_file(archive, f"the archive would write outside its folder: {member.name!r}.")
        if not (member.isfile() or member.isdir()):
            raise bad_file(archive, f"the archive holds a link or device: {member.name!r}.")
        target = folder / name
        if member.isdir():
            target.mkdir(parents=True, exist_ok=True)
            continue
        left -= member.size
        if left < 0:
            raise bad_file(archive, "the archive unpacks to more than 100 times its size.")
        content = tar.extractfile(member)
        if content is None:
            raise bad_file(archive, f"the archive does not hold {member.name!r}.")
        target.parent.mkdir(parents=True, exist_ok=True)
        with content, target.open("wb") as out:
            shutil.copyfileobj(content, out)
            out.flush()
            os.fsync(out.fileno())  # it is looked at no more than its size from then on
