"""Arrays between pages that nobody may touch, and known bytes in the rest of their own pages.

Under AddressSanitizer nobody may read these bytes either.
"""

from __future__ import annotations

import ctypes
import mmap
import weakref
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod

import numpy as np

from convolens import _native
from convolens.backends.layout import inverse, memory_order
from convolens.spec import DType

PAGE = mmap.PAGESIZE
_NO_ACCESS = 0
_CANARY = 0x5A
_libc = ctypes.CDLL(None, use_errno=True)
#: Whether this process runs under AddressSanitizer.
SANITIZED = hasattr(_libc, "__asan_init")


def _mark(what: str, address: int, size: int) -> None:
    """Tell AddressSanitizer to ``poison`` or ``unpoison`` memory."""
    if SANITIZED:
        mark = getattr(_libc, f"__asan_{what}_memory_region")
        mark(ctypes.c_void_p(address), ctypes.c_size_t(size))


#: Small maps that no array uses any more, by their pages: to make one takes longer than most calls.
_SMALL = 64
_spare: defaultdict[int, list[tuple[mmap.mmap, int]]] = defaultdict(list)


def _mapped(pages: int) -> tuple[mmap.mmap, int]:
    """Return pages between two without access, and the address of the first of these."""
    if _spare[pages]:
        return _spare[pages].pop()
    made = mmap.mmap(-1, (pages + 2) * PAGE)
    address = ctypes.addressof(ctypes.c_char.from_buffer(made))
    for guard in (address, address + (pages + 1) * PAGE):
        if _libc.mprotect(ctypes.c_void_p(guard), ctypes.c_size_t(PAGE), _NO_ACCESS) != 0:
            raise OSError(ctypes.get_errno(), "mprotect")
    return made, address


class Guarded:
    """A dense array whose last byte, or first, touches a page without access.

    Reading or writing beyond it on that side ends the process; writing on the other side changes
    known bytes, which ``check`` finds. What was never written holds NaN. AddressSanitizer ends the
    process at either side.
    """

    def __init__(self, shape: tuple[int, ...], dtype: DType, at_end: bool) -> None:
        size = prod(shape) * dtype.itemsize
        pages = max(1, -(-size // PAGE))
        own, address = _mapped(pages)
        self._bytes = np.frombuffer(own, np.uint8, pages * PAGE, PAGE)
        if pages <= _SMALL:  # whoever keeps the array keeps the map
            weakref.finalize(self._bytes, _spare[pages].append, (own, address)).atexit = False
        self._bytes[:] = _CANARY
        begin = pages * PAGE - size if at_end else 0
        self._own = slice(begin, begin + size)
        self._bytes[self._own] = 0xFF
        self._address = address + PAGE
        _mark("poison", self._address, begin)
        _mark("poison", self._address + begin + size, len(self._bytes) - begin - size)
        order = memory_order(len(shape))
        flat = self._bytes[self._own].view(dtype)
        self.array = flat.reshape([shape[axis] for axis in order]).transpose(inverse(order))

    def __del__(self) -> None:
        _mark("unpoison", self._address, len(self._bytes))  # others may get this memory

    def check(self) -> None:
        """Refuse changed bytes around the array."""
        assert (self._bytes[: self._own.start] == _CANARY).all(), "bytes before it were written"
        assert (self._bytes[self._own.stop :] == _CANARY).all(), "bytes after it were written"


def guarded(array: np.ndarray, at_end: bool) -> Guarded:
    """Return a copy of an array between guards."""
    copy = Guarded(array.shape, array.dtype, at_end)
    copy.array[...] = array
    return copy


@contextmanager
def guarded_outputs(at_end: bool) -> Iterator[list[Guarded]]:
    """Let the kernels write their outputs between guards, inside a with block."""
    made: list[Guarded] = []
    original = _native.empty

    def empty(shape: tuple[int, ...], dtype: DType) -> np.ndarray:
        made.append(Guarded(shape, dtype, at_end))
        return made[-1].array

    _native.empty = empty
    try:
        yield made
    finally:
        _native.empty = original
