"""Reads pickles of plain values and NumPy arrays without running anything that is in them."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

from convolens.data.files import bad_file, open_data
from convolens.data.pickle_machine import Machine
from convolens.data.pickled_arrays import RefusedError


def read_pickle(path: Path) -> Any:
    """Return what a pickle of protocol 2 or later holds.

    A pickle is a program. Python's own reader runs it, with every function that it names; this one
    does not. It knows the instructions that make numbers, strings, lists, tuples, dicts and NumPy
    arrays, and refuses all others. The few names that an array needs stand for functions of
    :mod:`convolens.data.pickled_arrays`; nothing is imported, and no other reader is tried
    afterwards. Every value is made of bytes that are in the file, so its size bounds the memory.

    Returns:
        None, bool, int, float, str, bytes, list, tuple, dict (its keys are str, bytes or int) or a
        NumPy array of numbers. Strings of Python 2 are bytes.

    Raises:
        DataError: If the file is missing, cut short or damaged, or contains anything else; the
            error names it.

    Source: Lib/pickletools.py of CPython describes each instruction.
    """
    with open_data(path) as reader:
        data = bytes(reader.read_all())
    machine = Machine(data)
    try:
        return machine.run()
    except RefusedError as error:
        place = [("at byte", machine.position, "")]
        raise bad_file(path, str(error), place, error.hint) from error
    except _DAMAGE as error:
        reason = f"the pickle is damaged ({type(error).__name__}: {str(error)[:80]})."
        raise bad_file(path, reason, [("at byte", machine.position, "")]) from error


# What damaged bytes raise in the instructions below.
_DAMAGE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)
