"""Reading a layer from text, such as ``3x224x224 k7 s2 p3 out64``.

::

    layer   = input { " " item }
    input   = number { "x" number }
    item    = kind | "1d" | "2d" | "3d" | "k" each | "s" each | "p" padding | "d" each
            | "g" number | "out" number | "m" number | "op" each
            | "ceil" | "nobias" | "uncounted" | mode
    kind    = "conv" | "T" | "dw" | "sep" | "max" | "avg"
    each    = number { "x" number }
    padding = cells { "x" cells } | "valid" | "same" | "same_fixed" | "same_tf" | "full"
    cells   = number [ "," number ]
    mode    = "zeros" | "reflect" | "replicate" | "circular"
    number  = digit { digit }
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, final, get_args

from convolens.errors import ConvolensError
from convolens.lens.language import Words
from convolens.lens.notation.errors import NotationError
from convolens.lens.notation.spec import Kind, LayerSpec
from convolens.lens.notation.words import ENGLISH, in_language, notation_words
from convolens.nn.conv_base import PaddingMode
from convolens.ops._taps import Pair

WORDS: dict[str, Kind] = {
    "conv": "conv",
    "t": "conv_transpose",
    "dw": "conv",
    "sep": "separable",
    "max": "max_pool",
    "avg": "avg_pool",
}
PADDINGS = ("valid", "same", "same_fixed", "same_tf", "full")
MODES = get_args(PaddingMode)
FLAGS = {"ceil": "ceil_mode", "nobias": "bias", "uncounted": "count_include_pad"}
#: The items that a number follows, the longest name first, with the attribute each stands for.
NUMBERED = {
    "out": "out_channels",
    "op": "output_padding",
    "k": "kernel",
    "s": "stride",
    "p": "padding",
    "d": "dilation",
    "g": "groups",
    "m": "multiplier",
}
#: Which item a refusal is about, by words in it.
BLAMED = {
    "in_channels ": "groups",
    "out_channels ": "out_channels",
    "output_padding is": "output_padding",
    "padding='same'": "padding",
    "padding_mode ": "padding_mode",
}
_DIGITS = 6
_ALL = ", ".join(
    (
        "conv, T, dw, sep, max, avg, 1d, 2d, 3d, k, s, p, d, g, out, m, op, ceil, nobias",
        "uncounted",
        *MODES,
    )
)


def parse_layer(text: str) -> LayerSpec:
    """Return the layer that a text says.

    ``docs/notation.md`` explains the words; the grammar is at the head of this module.

    Raises:
        NotationError: If the text cannot be read; it points at the character.
        ArgumentError: If a number is out of range for the layer.
        ShapeError: If a window does not fit its padded input.

    Example:
        >>> parse_layer("5x5 k3 s2 p1").output_shape
        (1, 3, 3)
        >>> parse_layer("3x224x224 k7 s2 p3 out64").weight_shapes
        ((64, 3, 7, 7),)
        >>> parse_layer("16x100 1d k3 same dw")
        Traceback (most recent call last):
            ...
        convolens.lens.notation.errors.NotationError: 'same' is a padding: write psame.
          16x100 1d k3 same dw
                       ^
    """
    return _read(text).result()


def parse_partly(text: str) -> tuple[tuple[int, ...], dict[str, Any]]:
    """Return the shape (C, *I) of a layer's input, and those attributes that the text says.

    Raises:
        NotationError: If the text cannot be read; it points at the character.

    Example:
        >>> parse_partly("28 max k2")
        ((1, 28, 28), {'kind': 'max_pool', 'kernel': (2, 2)})
    """
    reader = _read(text)
    reader.require_input()
    return reader.attributes()


def _read(text: str) -> _Reader:
    reader = _Reader(text)
    for match in re.finditer(r"\S+", text):
        reader.read(match.group(), match.start())
    return reader


@final
@dataclass
class _Reader:
    """Reads item after item, and remembers where each was."""

    text: str
    input: tuple[int, ...] = ()
    given: dict[str, Any] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    say: Words = field(default_factory=notation_words)

    def read(self, item: str, place: int) -> None:
        """Take note of an item at a place of the text."""
        lower = item.lower().replace("×", "x")
        if "input" not in self.places:
            self.note("input", place)
            self.input = self.numbers(lower, place, 0, self.say("input"), least=1)
        elif lower in WORDS:
            self.note("kind", place)
            self.given["kind"] = lower
        elif lower in MODES:
            self.note("padding_mode", place)
            self.given["padding_mode"] = lower
        elif lower in FLAGS:
            self.note(lower, place)
            self.given[FLAGS[lower]] = lower == "ceil"
        elif lower in ("1d", "2d", "3d"):
            self.note("rank", place)
            self.given["rank"] = int(lower[0])
        else:
            self.numbered(lower, place)

    def numbered(self, item: str, place: int) -> None:
        """Read an item that has numbers, such as ``k3x5``, or a padding by name."""
        for letter, name in NUMBERED.items():
            if not item.startswith(letter) or item[len(letter) :][:1].isalpha():
                continue
            self.note(name, place)
            if name == "padding":
                self.given[name] = self.cells(item[1:], place + 1)
                return
            least = 0 if name == "output_padding" else 1
            values = self.numbers(item, place, len(letter), letter, least)
            if name in ("groups", "out_channels", "multiplier") and len(values) > 1:
                raise self.wrong("one_number", place + len(letter), what=letter)
            self.given[name] = values
            return
        if item.startswith("p") and item[1:] in PADDINGS:
            self.note("padding", place)
            self.given["padding"] = item[1:]
        elif item in PADDINGS:
            raise self.wrong("write_p", place, item=item)
        elif re.fullmatch("p[a-z_]+", item):
            names = ", ".join(f"p{name}" for name in PADDINGS)
            raise self.wrong("no_padding", place + 1, item=item, names=names)
        else:
            raise self.wrong("no_item", place, item=item, known=_ALL)

    def note(self, name: str, place: int) -> None:
        """Remember where something was said, and refuse to be told twice."""
        if name in self.places:
            raise self.wrong("twice", place, what=self.say(f"name.{name}"))
        self.places[name] = place

    def numbers(self, text: str, place: int, skip: int, what: str, least: int) -> tuple[int, ...]:
        """Read whole numbers joined by x, from ``skip`` on."""
        values, at = [], place + skip
        for part in text[skip:].split("x"):
            values.append(self.number(part, at, what, least))
            at += len(part) + 1
        return tuple(values)

    def number(self, part: str, at: int, what: str, least: int) -> int:
        """Read one whole number at a place of the text."""
        bad = re.search("[^0-9]", part)
        if bad or not part:
            found = repr(part[bad.start()]) if bad else self.say("nothing")
            place = at + (bad.start() if bad else 0)
            raise self.wrong("not_whole", place, what=what, found=found)
        if len(part) > _DIGITS:
            raise self.wrong("too_large", at, number=part, digits=_DIGITS)
        if int(part) < least:
            raise self.wrong("too_small", at, what=what, number=int(part), least=least)
        return int(part)

    def cells(self, text: str, at: int) -> tuple[Pair, ...]:
        """Read the numbers of a padding."""
        pairs = []
        for part in text.split("x"):
            before, comma, after = part.partition(",")
            first = self.number(before, at, "p", 0)
            second = self.number(after, at + len(before) + 1, "p", 0) if comma else first
            pairs.append((first, second))
            at += len(part) + 1
        return tuple(pairs)

    def wrong(self, key: str, place: int, **values: object) -> NotationError:
        """Return the error that points at a place."""
        hint = self.say(f"{key}.hint", **values) if f"{key}.hint" in ENGLISH else ""
        return self.pointing(self.say(key, **values), place, hint)

    def pointing(self, headline: str, place: int, hint: str) -> NotationError:
        """Return an error with a headline of its own that points at a place."""
        error = NotationError(headline, self.text, place, hint)
        error.lang = self.say.lang
        return error

    def require_input(self) -> None:
        """Refuse a text without anything in it."""
        if not self.input:
            raise self.wrong("empty", 0)

    def result(self) -> LayerSpec:
        """Return the layer that was said."""
        self.require_input()
        if "kernel" not in self.given:
            raise self.wrong("no_kernel", len(self.text))
        return self.made(*self.attributes())

    def attributes(self) -> tuple[tuple[int, ...], dict[str, Any]]:
        """Return the shape of the input, and the attributes that were said."""
        shape = self.shape()
        rank = len(shape) - 1
        word = self.given.pop("kind", "conv")
        attributes: dict[str, Any] = {"kind": WORDS[word]}
        for name, value in self.given.items():
            if name in ("kernel", "stride", "dilation", "output_padding") or (
                name == "padding" and not isinstance(value, str)
            ):
                attributes[name] = self.each(name, value, rank)
            else:
                attributes[name] = value[0] if isinstance(value, tuple) else value
        if word == "dw":
            if "groups" in attributes:
                raise self.wrong("dw_groups", self.places["groups"])
            attributes["groups"] = shape[0]
        return shape, attributes

    def made(self, shape: tuple[int, ...], attributes: dict[str, Any]) -> LayerSpec:
        """Return the layer; where one item is out of its range, point at it."""
        try:
            return LayerSpec(shape, **attributes)
        except ConvolensError as error:
            blamed = next((name for start, name in BLAMED.items() if start in error.headline), "")
            if blamed not in self.places:
                raise in_language(error) from None
            told = in_language(error)
            raise self.pointing(told.headline, self.places[blamed], told.hint) from None

    def shape(self) -> tuple[int, ...]:
        """Return (C, *I); see the table of inputs in docs/notation.md."""
        rank = self.given.pop("rank", None)
        count = len(self.input)
        if rank is None:
            rank = {1: 2, 2: 2, 3: 2, 4: 3}.get(count, 0)
        if count == 1:
            return (1, *self.input * rank)
        if count == rank:
            return (1, *self.input)
        if count != rank + 1:
            key = "no_image" if rank else "too_many"
            raise self.wrong(key, self.places["input"], count=count, rank=rank)
        return self.input

    def each(self, name: str, values: tuple[Any, ...], rank: int) -> tuple[Any, ...]:
        """Return one value an axis."""
        if len(values) == 1:
            return values * rank
        if len(values) != rank:
            what = self.say(f"name.{name}")
            raise self.wrong("each", self.places[name], what=what, count=len(values), rank=rank)
        return values
