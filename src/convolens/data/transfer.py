"""Downloads one file over HTTP, going on where an earlier attempt broke off."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, final

Progress = Callable[[str, int, int], None]
"""Called with a file's name, the bytes that are here, and the bytes that it has."""

_ATTEMPTS = 3
_CHUNK = 1 << 16
_TIMEOUT = (10.0, 30.0)
_OK, _PARTIAL, _BAD_RANGE = 200, 206, 416


class TransferError(Exception):
    """A mirror that did not give the file; the text is the reason, in a few words."""


class _BrokenOffError(TransferError):
    """A transfer that may go on with another request."""


@final
class Resumable:
    """A downloader for pooch that keeps what it has in a .part file and asks for the rest.

    The rest is asked for with an HTTP range. A server that ignores it, and sends the whole file,
    makes the download begin anew. No more bytes are accepted than the file has.

    Args:
        part: Where the unfinished file is kept, also between runs of the program.
        size: The bytes that the file has.
        progress: Called after each piece.

    Attributes:
        resumed: Whether it began with bytes of an earlier run or of another mirror.

    Source: RFC 9110, section 14, "Range Requests".
    """

    def __init__(self, part: Path, size: int, progress: Progress | None = None) -> None:
        self.resumed = False
        self._part = part
        self._size = size
        self._progress = progress

    def __call__(self, url: str, output_file: str, pooch: object) -> None:
        """Download ``url`` to ``output_file``, as pooch asks.

        Raises:
            TransferError: If the server does not give the file; what came is kept.
            OSError: If the file cannot be written here.
        """
        self.resumed = self._part.exists() and self._part.stat().st_size > 0
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._request(url)
                break
            except _BrokenOffError:
                if attempt == _ATTEMPTS:
                    raise
        os.replace(self._part, output_file)

    def _request(self, url: str) -> None:
        here = self._part.stat().st_size if self._part.exists() else 0
        if here > self._size:
            here = 0
        if here == self._size:
            return
        requests, urllib3 = import_module("requests"), import_module("urllib3")
        # Without "identity" a server may send a .gz file unpacked.
        headers = {"Accept-Encoding": "identity"}
        if here:
            headers["Range"] = f"bytes={here}-"
        try:
            with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as response:
                here = self._start(response, here)
                self._receive(response, here)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise _BrokenOffError(_plain(error)) from error

    def _start(self, response: Any, here: int) -> int:
        """Return at which byte the answer begins, after checking that it is the file."""
        if response.status_code == _BAD_RANGE:
            self._part.unlink()
            raise _BrokenOffError("the server refuses to go on with the file")
        if response.status_code == _PARTIAL:
            if not response.headers.get("Content-Range", "").startswith(f"bytes {here}-"):
                raise TransferError("the server sends another part of the file than asked for")
        elif response.status_code == _OK:
            here = 0
        else:
            raise TransferError(f"HTTP {response.status_code} {response.reason}")
        length = response.headers.get("Content-Length", "")
        if length.isdecimal() and int(length) != self._size - here:
            raise TransferError(f"the server has {here + int(length):,} bytes, not {self._size:,}")
        return here

    def _receive(self, response: Any, here: int) -> None:
        with self._part.open("ab") as out:
            out.truncate(here)
            for chunk in response.raw.stream(_CHUNK, decode_content=False):
                if here + len(chunk) > self._size:
                    raise TransferError(f"the server sends more than {self._size:,} bytes")
                out.write(chunk)
                here += len(chunk)
                if self._progress is not None:
                    self._progress(self._part.name.removesuffix(".part"), here, self._size)
        if here < self._size:
            raise _BrokenOffError(f"it broke off after {here:,} of {self._size:,} bytes")


def _plain(error: Exception) -> str:
    """Return the innermost reason that requests and urllib3 wrap, without object addresses."""
    inner: list[Exception] = [error]
    while inner:
        error = inner[-1]
        parts = (*error.args, getattr(error, "reason", None))
        inner = [part for part in parts if isinstance(part, Exception)]
    return str(error).rpartition("): ")[2].rpartition(">: ")[2][:160] or type(error).__name__
