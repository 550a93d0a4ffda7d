"""The error of a text that cannot be read: it points at the character."""

from __future__ import annotations

from typing import final

from convolens.errors import ArgumentError


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
        from rich.cells import cell_len

        # Chinese characters are two columns wide.
        shown = self.text.replace("\n", " ").replace("\t", " ")
        gap = " " * cell_len(shown[: self.position])
        return [f"  {shown}", f"  {gap}^"]
