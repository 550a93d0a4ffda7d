"""The error of a text that cannot be read: it points at the character."""

from __future__ import annotations

from typing import final

from convolens.errors import ArgumentError
from convolens.lens.sizes import text_width


@final
class NotationError(ArgumentError):
    """A text that is no layer.

    Args:
        headline: What is wrong, in one sentence.
        text: The text.
        position: Where in the text it is wrong, counted from 0; its length for the end.
        hint: What to change.

    Example:
        >>> print(NotationError("s is 0, but must be at least 1.", "5x5 k3 s0", 8))
        s is 0, but must be at least 1.
          5x5 k3 s0
                  ^
    """

    def __init__(self, headline: str, text: str, position: int, hint: str = "") -> None:
        super().__init__(headline, hint=hint)
        self.text = text
        self.position = position

    def _fact_lines(self) -> list[str]:
        shown = self.text.replace("\n", " ").replace("\t", " ")
        gap = " " * text_width(shown[: self.position])
        return [f"  {shown}", f"  {gap}^"]
