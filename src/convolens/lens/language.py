"""The language of texts, and the choice between English and Chinese."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, TypeVar, final

from convolens.errors import ArgumentError, ConvolensError

Lang = Literal["en", "zh"]
LANGUAGES: tuple[Lang, ...] = ("en", "zh")
VARIABLE = "CONVOLENS_LANG"

_chosen: ContextVar[Lang | None] = ContextVar("convolens.lens.language", default=None)
_Problem = TypeVar("_Problem", bound=ConvolensError)


def language(lang: str | None = None) -> Lang:
    """Return the language of texts: the one given, else that of ``speaking``, else of the variable.

    Args:
        lang: ``'en'``, ``'zh'``, or None for what was chosen before: by ``speaking``, which the
            option ``--lang`` of the commands uses, or by the environment's ``CONVOLENS_LANG``.
            Without any of them it is English.

    Raises:
        ArgumentError: If it is another language.

    Example:
        >>> language("zh")
        'zh'
        >>> with speaking("zh"):
        ...     language()
        'zh'
    """
    if lang is None:
        lang = _chosen.get()
    if lang is None:
        lang, source = os.environ.get(VARIABLE) or "en", VARIABLE
    else:
        source = "lang"
    if lang not in LANGUAGES:
        raise ArgumentError(
            f"{source} is {lang!r}.", hint=f"use one of {', '.join(map(repr, LANGUAGES))}."
        )
    return lang


@contextmanager
def speaking(lang: str | None) -> Iterator[Lang]:
    """Say every text in one language, inside a with block, also that of errors that leave it.

    Args:
        lang: ``'en'``, ``'zh'``, or None to leave it as it is.

    Raises:
        ArgumentError: If it is another language.
    """
    chosen = language(lang)
    token = _chosen.set(chosen)
    try:
        yield chosen
    except ConvolensError as error:
        if chosen == "zh":
            from convolens.lens.translate import translate

            translate(error)
        raise
    finally:
        _chosen.reset(token)


@final
class Words:
    """The texts of one part of the program, in one language.

    A part has two tables, ``ENGLISH`` in its ``words.py`` and ``CHINESE`` in its ``words_zh.py``,
    with the same keys. A key that ends in ``.one`` is the singular, for a ``count`` of 1.

    Args:
        english: The texts in English.
        chinese: The texts in Chinese.
        lang: ``'en'``, ``'zh'``, or None for what ``language`` says.

    Raises:
        ArgumentError: If it is another language.

    Example:
        >>> english = {"taps": "{count} taps", "taps.one": "one tap"}
        >>> say = Words(english, {"taps": "{count} 个抽头"}, "en")
        >>> say("taps", count=9), say("taps", count=1)
        ('9 taps', 'one tap')
        >>> Words(english, {"taps": "{count} 个抽头"}, "zh")("taps", count=1)
        '1 个抽头'
    """

    def __init__(
        self, english: Mapping[str, str], chinese: Mapping[str, str], lang: str | None = None
    ) -> None:
        self.lang = language(lang)
        self._texts = {"en": english, "zh": chinese}[self.lang]

    def __call__(self, key: str, **values: object) -> str:
        """Return a text with its values filled in, in the singular for a ``count`` of 1."""
        single = f"{key}.one" if str(values.get("count")) == "1" else key
        return self._texts.get(single, self._texts[key]).format(**values)

    def template(self, key: str) -> str:
        """Return a text whose values are not filled in."""
        return self._texts[key]

    def problem(self, kind: type[_Problem], key: str, **values: object) -> _Problem:
        """Return an error to raise: the text of ``key``, and as its hint that of ``key.hint``.

        Example:
            >>> say = Words({}, {"no": "没有名为 {name} 的核。", "no.hint": "见列表。"}, "zh")
            >>> print(say.problem(ArgumentError, "no", name="sobl"))
            没有名为 sobl 的核。
            提示：见列表。
        """
        hint = self(f"{key}.hint", **values) if f"{key}.hint" in self._texts else ""
        error = kind(self(key, **values), hint=hint)
        error.lang = self.lang
        return error
