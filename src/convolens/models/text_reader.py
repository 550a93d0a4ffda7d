"""Reads the text of a network, and points at the character where it is wrong."""

from __future__ import annotations

import unicodedata
from typing import NoReturn, final

from convolens.errors import ArgumentError
from convolens.models.text import LETTERS, OPTIONS, SAME, Item

_MOST_DIGITS = 9
_DIGITS = frozenset("0123456789")
_SHOWN = 30


def parse(text: str) -> tuple[Item, ...]:
    """Return the layers that a text names.

    Raises:
        ArgumentError: If the text is not in the grammar; the text of the error points at the
            character and says what was expected.

    Example:
        >>> [item.letter for item in parse("C30k5-R-P2-F100-R-F10")]
        ['C', 'R', 'P', 'F', 'R', 'F']
        >>> parse("C30-R")
        Traceback (most recent call last):
        convolens.errors.ArgumentError: the network text is wrong at character 4: expected 'k' and \
        the kernel size.
              C30-R
                 ^
        Hint: a convolution is written C30k5: 30 output channels, kernel 5.
    """
    return _Reader(text).network()


def pointer(text: str, at: int) -> list[tuple[str, str, str]]:
    """Return two lines for an error: the text around a character, and a caret below it.

    Example:
        >>> for _, _, line in pointer("C30-R", 3):
        ...     print(line)
        C30-R
           ^
    """
    plain = "".join(character if character.isprintable() else " " for character in text)
    first, last = max(0, at - _SHOWN), at + _SHOWN
    before = ("..." if first else "") + plain[first:at]
    after = plain[at:last] + ("..." if last < len(plain) else "")
    # Chinese characters take two columns.
    columns = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in before)
    return [("", "", before + after), ("", "", " " * columns + "^")]


@final
class _Reader:
    """Reads a text from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def network(self) -> tuple[Item, ...]:
        """Read items up to the end."""
        items = [self.item()]
        while self.at < len(self.text):
            if self.text[self.at] != "-":
                self.fail(f"expected '-' or the end after {items[-1]}")
            self.at += 1
            items.append(self.item())
        return tuple(items)

    def item(self) -> Item:
        """Read one layer, and the spaces around it."""
        self.spaces()
        start = self.at
        letter = self.peek().upper()
        if letter not in LETTERS:
            self.fail(f"expected a layer, one of {', '.join(LETTERS)}")
        self.at += 1
        value: int | float = 0
        if letter == "D":
            value = self.share()
        elif LETTERS[letter]:
            value = self.whole(LETTERS[letter], smallest=1)
        options = self.options(letter)
        if letter == "C" and "k" not in options:
            self.fail(
                "expected 'k' and the kernel size",
                "a convolution is written C30k5: 30 output channels, kernel 5.",
            )
        self.spaces()
        return Item(letter, value, options, start)

    def options(self, letter: str) -> dict[str, int | str]:
        """Read the options of one layer."""
        known = OPTIONS.get(letter, {})
        options: dict[str, int | str] = {}
        while (option := self.peek().lower()) and option in known:
            if option in options:
                self.fail(f"the {known[option]} is given twice")
            self.at += 1
            if letter == "C" and option == "p" and self.peek().lower() == SAME[0]:
                options[option] = self.same()
            else:
                options[option] = self.whole(known[option], smallest=0 if option == "p" else 1)
        return options

    def whole(self, what: str, smallest: int) -> int:
        """Read a whole number."""
        start = self.at
        digits = self.digits()
        if not digits:
            self.fail(f"expected a whole number, the {what}")
        if len(digits) > _MOST_DIGITS:
            self.fail(f"the {what} has more than {_MOST_DIGITS} digits", at=start)
        if int(digits) < smallest:
            self.fail(f"the {what} is {int(digits)}, but must be at least {smallest}", at=start)
        return int(digits)

    def share(self) -> float:
        """Read percent, or a decimal share."""
        start = self.at
        digits = self.digits()
        if self.peek() == ".":
            self.at += 1
            fraction = self.digits()
            if not digits or not fraction:
                self.fail(
                    "expected a digit on either side of the point",
                    at=self.at if digits else start,
                )
            share = float(f"{digits}.{fraction}")
        else:
            if not digits:
                self.fail("expected a number, the share to drop", "D50 and D0.5 drop one half.")
            share = int(digits[:_MOST_DIGITS]) / 100
        if share >= 1:
            self.fail(
                f"the share to drop is {self.text[start : self.at]}, but must be less than all",
                "D50 and D0.5 drop one half.",
                start,
            )
        return share

    def same(self) -> str:
        """Read the word of a padding that keeps the size."""
        for letter in SAME:
            if self.peek().lower() != letter:
                self.fail("expected a whole number or 'same', the padding")
            self.at += 1
        return SAME

    def digits(self) -> str:
        """Read digits, perhaps none."""
        start = self.at
        while self.peek() in _DIGITS:
            self.at += 1
        return self.text[start : self.at]

    def spaces(self) -> None:
        """Skip spaces."""
        while self.peek().isspace():
            self.at += 1

    def peek(self) -> str:
        """Return the next character, or nothing at the end."""
        return self.text[self.at : self.at + 1]

    def fail(self, expected: str, hint: str = "", at: int | None = None) -> NoReturn:
        """Refuse the text, pointing at a character."""
        place = self.at if at is None else at
        where = f"at character {place + 1}" if place < len(self.text) else "at its end"
        raise ArgumentError(
            f"the network text is wrong {where}: {expected}.",
            pointer(self.text, place),
            hint or "a network is written like C30k5-R-P2-F100-R-F10.",
        )
