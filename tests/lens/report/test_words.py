from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from convolens.errors import ArgumentError
from convolens.lens import report
from convolens.lens.report.words import CHINESE, ENGLISH, report_words

SOURCES = [
    path.read_text("utf-8")
    for folder in [Path(report.__file__).parent]
    for path in [*folder.glob("*.py"), *folder.glob("assets/*.js")]
    if not path.name.startswith("words")
]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def plural(texts: dict[str, str]) -> set[str]:
    return {key for key in texts if not key.endswith(".one")}


def test_both_languages_say_the_same() -> None:
    assert plural(ENGLISH) == set(CHINESE)
    for key in CHINESE:
        assert fields(ENGLISH[key]) == fields(CHINESE[key]), key


def test_chinese_has_chinese_punctuation() -> None:
    for key, text in CHINESE.items():
        assert not re.search("[\u4e00-\u9fff}][,:;()]|[,:;()][\u4e00-\u9fff]", text), key


def test_every_sentence_is_used() -> None:
    code = "\n".join(SOURCES)
    patterns = [
        p.replace("{", "\0").split("\0")[0] for p in re.findall(r'f"([a-z]+\.[^"]*)"', code)
    ]
    for key in plural(ENGLISH):
        direct = f'"{key}"' in code
        assert direct or any(key.startswith(p) and len(p) < len(key) for p in patterns), key


def test_one_and_many() -> None:
    say = report_words("en")
    assert say("pixel.kernels", count=1, size="3×3") == "1 kernel of 3×3"
    assert say("pixel.kernels", count=2, size="3×3") == "2 kernels of 3×3"
    assert report_words("zh")("pixel.kernels", count=1, size="3×3") == "1 个 3×3 的卷积核"


def test_another_language() -> None:
    with pytest.raises(ArgumentError, match="use one of 'en', 'zh'"):
        report_words("fr")
