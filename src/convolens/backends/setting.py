"""How calls are to be computed at present, and what has been decided under each such setting.

The setting is the process's, not the thread's.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, NamedTuple, final

if TYPE_CHECKING:
    from convolens.backends.choose import Choice


class Setting(NamedTuple):
    """What the choice between algorithms depends on, besides the call.

    Attributes:
        forced: The algorithm that computes every operator that has it.
        exact: Whether only those are used that add up the definition's own products.
    """

    forced: str | None = None
    exact: bool = False


@final
class Decided:
    """What has been decided under one setting: for operators' keys and specs, how to compute.

    Both are one object, so that a thread never keeps a choice that another setting has made.
    """

    __slots__ = ("choices", "setting")

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.choices: dict[Hashable, Choice] = {}


@final
class _Present:
    __slots__ = ("decided",)

    def __init__(self) -> None:
        self.decided = Decided(Setting())


present = _Present()
_all = {present.decided.setting: present.decided}


def change(setting: Setting) -> None:
    """Compute under this setting from now on. What was decided under it before is remembered."""
    present.decided = _all.setdefault(setting, Decided(setting))
