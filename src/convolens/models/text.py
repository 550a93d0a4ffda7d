"""Networks in one line of text, such as ``C30k5-R-P2-F100-R-F10``: the grammar, read and written.

    network = item { "-" item }
    item    = "C" n "k" n { "s" n | "p" ( n | "same" ) | "d" n | "g" n }
            | ( "P" | "A" ) n { "s" n | "p" n }
            | "R" | "S" | "T"
            | "L" n | "D" share | "F" n
    n       = a whole number
    share   = a whole number of percent, such as 50, or a decimal share, such as 0.5

======  ====================================================================================
``C``   convolution: output channels, ``k`` kernel, ``s`` stride (1), ``p`` padding (0),
        ``d`` dilation (1), ``g`` groups (1)
``P``   maximum pooling: window, ``s`` stride (the window), ``p`` padding (0)
``A``   average pooling: the same
``R``   ReLU
``S``   sigmoid
``T``   tanh
``L``   local response normalisation over so many channels
``D``   dropout: the share that is dropped in training
``F``   fully connected: outputs; the maps are flattened before the first one
======  ====================================================================================

Options may come in any order. Capitals and small letters are the same, and spaces around ``-`` do
not count. ``write`` gives the one spelling with capital layers, small options in the order above,
and nothing that is a default.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NoReturn, final

from convolens.errors import ArgumentError

#: What the number after each letter counts; nothing where no number follows.
LETTERS = {
    "C": "output channels",
    "P": "window size",
    "A": "window size",
    "R": "",
    "S": "",
    "T": "",
    "L": "number of channels",
    "D": "share to drop",
    "F": "number of outputs",
}
_POOLING = {"s": "stride", "p": "padding"}
OPTIONS: Mapping[str, Mapping[str, str]] = {
    "C": {"k": "kernel", "s": "stride", "p": "padding", "d": "dilation", "g": "groups"},
    "P": _POOLING,
    "A": _POOLING,
}
SAME = "same"
_DEFAULTS = {"s": 1, "p": 0, "d": 1, "g": 1}
_MOST_DIGITS = 9
_DIGITS = frozenset("0123456789")
_SHOWN = 30


@final
@dataclass(frozen=True)
class Item:
    """One layer of a network in text.

    Attributes:
        letter: Which layer, a capital.
        value: The number after the letter; for ``D`` the share, from 0 to less than 1.
        options: The numbers, or ``"same"``, after the small letters.
        at: Where the item begins in the text; it does not count when items are compared.
    """

    letter: str
    value: int | float = 0
    options: Mapping[str, int | str] = field(default_factory=dict)
    at: int = field(default=0, compare=False)

    def number(self, option: str, default: int) -> int:
        """Return an option that can only be a number, or its default."""
        value = self.options.get(option, default)
        return value if isinstance(value, int) else default

    def __str__(self) -> str:
        if self.letter == "D":
            share = Decimal(repr(float(self.value)))
            return f"D{share * 100:.0f}" if share * 100 % 1 == 0 else f"D{share:f}"
        defaults = {**_DEFAULTS, "s": int(self.value)} if self.letter in "PA" else _DEFAULTS
        options = "".join(
            f"{option}{self.options[option]}"
            for option in OPTIONS.get(self.letter, ())
            if option in self.options and self.options[option] != defaults.get(option)
        )
        return f"{self.letter}{self.value if LETTERS[self.letter] else ''}{options}"


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


def write(items: Iterable[Item]) -> str:
    """Return the text of layers.

    Example:
        >>> write(parse("c30p0k5 - r - P2s2 - D0.5"))
        'C30k5-R-P2-D50'
    """
    return "-".join(map(str, items))


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
