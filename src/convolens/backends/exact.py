"""Whether only algorithms are used that add up the definition's own products."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from convolens.backends.setting import change_setting, present


def set_exact(mode: bool) -> None:
    """Use only algorithms that add up the definition's own products, or all again.

    Winograd's algorithm multiplies sums of pixels with sums of weights, which takes fewer
    multiplications and rounds more: ``docs/decisions/0009-winograd.md`` has its error, and 0017 the
    layers that are seen as its own. Fourier transforms, which large kernels and lines take,
    multiply sums, too (0024, 0026). With ``set_exact(True)`` both are refused, for 3x3 convolutions
    that are 1.5 to 4 times slower and larger ones that are up to 9 times slower. Results are still
    rounded to float32. Then, too, an infinity or NaN reaches only outputs that see its pixel. The
    setting is the process's, not the thread's.

    Example:
        >>> set_exact(True)
        >>> is_exact()
        True
        >>> set_exact(False)
    """
    change_setting(present.decided.setting._replace(exact=bool(mode)))


def is_exact() -> bool:
    """Return whether only algorithms are used that add up the definition's own products."""
    return present.decided.setting.exact


@contextmanager
def exact(mode: bool = True) -> Iterator[None]:
    """Call ``set_exact`` for a with block, and undo it behind.

    Example:
        >>> with exact():
        ...     is_exact()
        True
        >>> is_exact()
        False
    """
    before = is_exact()
    set_exact(mode)
    try:
        yield
    finally:
        set_exact(before)
