"""Seals: a SHA-256 inside a file that covers every byte of the file.

The checksum is that of the whole file with the 64 digits of the checksum replaced by zeros. So a
change anywhere is found: in the content, in the header, in the checksum itself.
"""

from __future__ import annotations

import hashlib

BLANK = "0" * 64


def seal(content: bytes, mark: bytes) -> bytes:
    """Return ``content`` with the zeros after the first ``mark`` replaced by the checksum.

    Raises:
        ValueError: If no 64 zeros follow the mark: an error in the calling program.

    Example:
        >>> sealed = seal(b'{"sha256": "' + BLANK.encode() + b'"}', b'"sha256": "')
        >>> is_intact(sealed, b'"sha256": "')
        True
        >>> is_intact(sealed[:-1] + b"]", b'"sha256": "')
        False
    """
    place = _place(content, mark)
    if place < 0 or content[place : place + 64] != BLANK.encode():
        raise ValueError(f"no 64 zeros follow {mark!r}")
    return content[:place] + _checksum(content, place) + content[place + 64 :]


def has_seal(content: bytes, mark: bytes) -> bool:
    """Return whether the mark of a seal is there at all."""
    return _place(content, mark) >= 0


def is_intact(content: bytes, mark: bytes) -> bool:
    """Return whether the checksum after the first ``mark`` is that of ``content``."""
    place = _place(content, mark)
    return place >= 0 and content[place : place + 64] == _checksum(content, place)


def _place(content: bytes, mark: bytes) -> int:
    found = content.find(mark)
    return found + len(mark) if found >= 0 else -1


def _checksum(content: bytes, place: int) -> bytes:
    view = memoryview(content)
    digest = hashlib.sha256(view[:place])
    digest.update(BLANK.encode())
    digest.update(view[place + 64 :])
    return digest.hexdigest().encode()
