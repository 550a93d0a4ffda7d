"""Networks in one line of text, such as ``C30k5-R-P2-F100-R-F10``: the grammar.

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

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import final

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


def write(items: Iterable[Item]) -> str:
    """Return the text of layers.

    Example:
        >>> write([Item("C", 30, {"p": 0, "k": 5}), Item("R"), Item("D", 0.5)])
        'C30k5-R-D50'
    """
    return "-".join(map(str, items))
