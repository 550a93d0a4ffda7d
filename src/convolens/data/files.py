"""Opens data files, gzip or not, with limits on memory and errors that name the file."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, final

from convolens.errors import DataError, Fact

GZIP_MAGIC = b"\x1f\x8b"
_CHUNK = 1 << 20
_ALWAYS = 64 << 20
_RATIO = 100


def largest_unpacked(packed: int) -> int:
    """Return the most bytes that a compressed file of ``packed`` bytes may unpack to.

    Deflate reaches 1032:1 on constant data; pictures reach 2:1 to 20:1. 64 MiB are always
    allowed, so that a small file of blank images passes; beyond that, 100 bytes for each byte.

    Example:
        >>> largest_unpacked(10_000_000)
        1067108864
    """
    return _ALWAYS + _RATIO * packed


def bad_file(path: Path, problem: str, facts: Iterable[Fact] = (), hint: str = "") -> DataError:
    """Return the error for a file whose content is wrong: its name, the problem, its full path."""
    return DataError(f"{path.name}: {problem}", [("file", path.absolute(), ""), *facts], hint)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Translate the errors of the operating system and of gzip into a DataError naming ``path``.

    Raises:
        DataError: In place of OSError, EOFError (a gzip stream that stops early) or zlib.error.
    """
    place = path.absolute()
    try:
        yield
    except FileNotFoundError as error:
        raise DataError(f"there is no file {place}.") from error
    except IsADirectoryError as error:
        raise DataError(f"{place} is a folder, but a file is needed.") from error
    except PermissionError as error:
        raise DataError(
            f"{place} may not be read: the system denies permission.",
            hint="change the file's permissions, or copy it to a folder of your own.",
        ) from error
    except EOFError as error:
        raise bad_file(path, "the compressed data stop before their end.", hint=_AGAIN) from error
    except (zlib.error, gzip.BadGzipFile) as error:
        raise bad_file(path, f"the compressed data are damaged ({error}).", hint=_AGAIN) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(f"{place} cannot be read: {reason}.") from error


_AGAIN = "copy or download the file again."


@final
class Reader:
    """A data file being read, unpacked on the way if it is gzip.

    Attributes:
        path: The file.
        packed: Its real size in bytes.
        limit: The most bytes that may come out of it.
    """

    def __init__(self, path: Path, stream: BinaryIO | gzip.GzipFile, packed: int, limit: int):
        self.path = path
        self.packed = packed
        self.limit = limit
        self._stream = stream

    def read(self, count: int) -> bytearray:
        """Return the next ``count`` bytes, or as many as are there; memory follows those."""
        data = bytearray()
        while len(data) < count:
            chunk = self._stream.read(min(_CHUNK, count - len(data)))
            if not chunk:
                break
            data += chunk
        return data

    def read_all(self) -> bytearray:
        """Return all bytes.

        Raises:
            DataError: If more come out of a gzip file than :func:`largest_unpacked` allows.
        """
        data = self.read(self.limit + 1)
        if len(data) > self.limit:
            raise bad_file(
                self.path,
                f"{self.packed:,} bytes unpack to more than {self.limit:,}.",
                hint="no picture data compress so well. If they are right, unpack the file first.",
            )
        return data


@contextmanager
def open_data(path: Path) -> Iterator[Reader]:
    """Open a data file for reading; gzip is recognised by its first two bytes, not by the name.

    Raises:
        DataError: If the file is missing, is no regular file, may not be read or is damaged.
    """
    with naming(path):
        if path.exists() and not path.is_dir() and not path.is_file():
            raise DataError(f"{path.absolute()} is a device or pipe, but a file is needed.")
        with path.open("rb") as raw:
            packed = path.stat().st_size
            start = raw.read(len(GZIP_MAGIC))
            raw.seek(0)
            if start == GZIP_MAGIC:
                with gzip.GzipFile(fileobj=raw) as stream:
                    yield Reader(path, stream, packed, largest_unpacked(packed))
            else:
                yield Reader(path, raw, packed, packed)
