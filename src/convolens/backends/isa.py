"""The instruction set that the kernels run with: chosen at import, once a process."""

from __future__ import annotations

from convolens import _native
from convolens.errors import ArgumentError


def _choose() -> str | ArgumentError:
    try:
        return _native.isa()
    except ValueError as error:
        return ArgumentError(str(error))


_chosen = _choose()


def isa() -> str:
    """Return the instruction set in use: the fastest that the processor has, or CONVOLENS_ISA's.

    Raises:
        ArgumentError: If CONVOLENS_ISA names a set that is unknown here or that the processor
            lacks. The package can be imported all the same, so that a program can say so in its
            own way.
    """
    if isinstance(_chosen, ArgumentError):
        raise _chosen
    return _chosen
