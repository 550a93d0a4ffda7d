"""An operator's docstring, in its parts."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass

_SECTION = re.compile(r"^(Shapes|Args|Raises|Example|Source):[ ]*", re.MULTILINE)
_ENTRY = re.compile(r"^(\w+): (.*(?:\n[ ]+.*)*)", re.MULTILINE)


@dataclass(frozen=True)
class Docstring:
    """The parts of a docstring; those that it lacks are empty.

    Args:
        formula: The first paragraph.
        text: The other paragraphs before the first section.
        sections: ``Shapes``, ``Args``, ``Raises``, ``Example`` and ``Source``.
    """

    formula: str
    text: str
    sections: dict[str, str]


def parse(item: type) -> Docstring:
    """Return the parts of a class's own docstring."""
    whole = inspect.cleandoc(item.__doc__ or "")
    before, *rest = _SECTION.split(whole)
    formula, _, text = before.strip().partition("\n\n")
    sections = {
        name: inspect.cleandoc("\n" + body).strip()
        for name, body in zip(rest[::2], rest[1::2], strict=True)
    }
    return Docstring(one_line(formula), text.strip(), sections)


def described(item: type) -> dict[str, str]:
    """Return what the docstrings of a class and its bases say about each attribute."""
    found: dict[str, str] = {}
    for base in item.__mro__:
        for name, text in _ENTRY.findall(parse(base).sections.get("Args", "")):
            found.setdefault(name, one_line(text))
    return found


def one_line(text: str) -> str:
    """Return the text without its line breaks."""
    return re.sub(r"\s+", " ", text).strip()


def markdown(text: str) -> str:
    r"""Return the text with what Markdown would read as a sign of its own escaped.

    Example:
        >>> markdown("a ``b*`` c*")
        'a `b*` c\\*'
    """
    parts = text.replace("``", "`").split("`")
    parts[::2] = [re.sub(r"([*_\[\]<>|])", r"\\\1", part) for part in parts[::2]]
    return "`".join(parts)
