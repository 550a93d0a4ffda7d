"""Options that many commands have: numbers in their range, and parts of names that must occur."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable, Iterable, Sequence
from math import isfinite
from typing import TypeVar

from benchmarks.peers import Peer
from benchmarks.peers.base import UnavailableError

T = TypeVar("T")


def whole(text: str) -> int:
    """Return a whole number of at least 1.

    Example:
        >>> whole("3")
        3
    """
    number = int(text)
    if number < 1:
        raise ArgumentTypeError(f"it is {number}, but must be at least 1")
    return number


def seconds(text: str) -> float:
    """Return a time that is positive and finite."""
    number = float(text)
    if not (isfinite(number) and number > 0):
        raise ArgumentTypeError(f"it is {number:g}, but must be positive and finite")
    return number


def named(
    things: Iterable[T], parts: Sequence[str] | None, name_of: Callable[[T], str], what: str
) -> list[T]:
    """Return the things in whose names one of some parts occurs; all if there are no parts.

    Raises:
        UnavailableError: If a part occurs in no name: to go on would measure less than was asked.

    Example:
        >>> named(["conv1", "conv2", "fc"], ["conv"], str, "layer")
        ['conv1', 'conv2']
    """
    listed = list(things)
    for part in parts or ():
        if not any(part in name_of(thing) for thing in listed):
            raise UnavailableError(f"no {what} has {part!r} in its name.")
    if not parts:
        return listed
    return [thing for thing in listed if any(part in name_of(thing) for part in parts)]


def named_peers(peers: Iterable[Peer], parts: Sequence[str] | None) -> list[Peer]:
    """Return the peers so named; ``["none"]`` leaves ours alone.

    Raises:
        UnavailableError: As ``named``.
    """
    return [] if parts == ["none"] else named(peers, parts, lambda peer: peer.name, "peer")
