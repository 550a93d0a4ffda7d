"""Activation layers that can work in place: what they share."""

from __future__ import annotations

from convolens.nn.module import Module


class Activated(Module):
    """An activation of each element. Abstract.

    Args:
        inplace: The input itself takes the result, as in torch: whoever reads it later finds that.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def settings(self) -> str:
        """Return the other arguments to show."""
        return ""

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        parts = self.settings(), "inplace=True" if self.inplace else ""
        return ", ".join(filter(None, parts))
