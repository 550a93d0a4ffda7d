"""How calls are to be computed at present, and what has been decided under each such setting.

The setting is the process's, not the thread's.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, NamedTuple, final

if TYPE_CHECKING:
    from convolens.backends.candidate import Specs
    from convolens.backends.choose import Choice
    from convolens.ops import Op

    Change = Callable[[Op, Specs, Choice], Choice]


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

    Attributes:
        setting: The setting.
        change: What is made of a choice before it is kept; None if it stays as it is.
        choices: Those that were made.
    """

    __slots__ = ("change", "choices", "setting")

    def __init__(self, setting: Setting, change: Change | None = None) -> None:
        self.setting = setting
        self.change = change
        self.choices: dict[Hashable, Choice] = {}


@final
class _Present:
    __slots__ = ("decided",)

    def __init__(self) -> None:
        self.decided = Decided(Setting())


present = _Present()
_all = {present.decided.setting: present.decided}


def change_setting(setting: Setting) -> None:
    """Compute under this setting from now on. What was decided under it before is remembered."""
    present.decided = _under(setting, present.decided.change)


def change_choices(change: Change | None) -> None:
    """Make something else of choices before they are kept; None: keep them as they are."""
    present.decided = _under(present.decided.setting, change)


def _under(setting: Setting, change: Change | None) -> Decided:
    return Decided(setting, change) if change else _all.setdefault(setting, Decided(setting))
