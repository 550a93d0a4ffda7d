"""Sealed safetensors files: named arrays with facts in JSON, every byte covered by a checksum."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from convolens.atomic import write_atomically
from convolens.errors import CheckpointError
from convolens.train.seal import BLANK, has_seal, is_intact, seal

Arrays = dict[str, NDArray[Any]]

# Readers of a later format must still understand these three.
FORMAT = 1
_ENTRY = "convolens"
_MARK = rb"{\"sha256\":\""
_HINT = "an earlier copy of the file is needed; without one, train again."


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> None:
    """Write arrays with facts about them; a kill at any moment leaves the old file or the new.

    Args:
        path: The file.
        arrays: By name, of any memory order.
        facts: Values that JSON has.

    Raises:
        OSError: If the file cannot be written; the old one stays.
    """
    text = json.dumps({"sha256": BLANK, "format": FORMAT, **facts}, separators=(",", ":"))
    # safetensors takes the memory as it lies, so channels-last arrays have to be put in order.
    ordered = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    write_atomically(path, seal(save(ordered, {_ENTRY: text}), _MARK))


def read_arrays(path: Path) -> tuple[Arrays, dict[str, Any]]:
    """Return the arrays, read-only, and the facts of a file that ``write_arrays`` wrote.

    Nothing is used before the checksum is found right.

    Raises:
        CheckpointError: If the file is missing, not of this kind, from a newer convolens, or a
            single byte is other than it was written.
    """
    content = _content(path)
    if not has_seal(content, _MARK):
        raise CheckpointError(
            f"{path.name} is no checkpoint of convolens, or its beginning is damaged.",
            [("file", path.absolute(), ""), ("bytes", f"{len(content):,}", "")],
            _HINT,
        )
    if not is_intact(content, _MARK):
        raise CheckpointError(
            f"{path.name} is damaged: its checksum does not fit, so a byte was changed or is "
            "missing.",
            [("file", path.absolute(), ""), ("bytes", f"{len(content):,}", "")],
            _HINT,
        )
    try:
        length = int.from_bytes(content[:8], "little")
        facts = json.loads(json.loads(content[8 : 8 + length])["__metadata__"][_ENTRY])
        newer = facts["format"] > FORMAT
        arrays = {} if newer else load(content)
    # The checksum is right, so it was written so: by a program that is not this one.
    except (SafetensorError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{path.name} is not laid out as convolens writes it.") from error
    if newer:
        raise CheckpointError(
            f"{path.name} was written by a newer convolens.",
            [("format", facts["format"], f"this one reads up to {FORMAT}")],
            "update convolens.",
        )
    return arrays, facts


def _content(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise CheckpointError(f"{path.absolute()} is not a file.")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise CheckpointError(f"there is no file {path.absolute()}.") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise CheckpointError(f"{path.absolute()} cannot be read: {reason}.") from error
