from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from string import Formatter

import pytest

from convolens import lens
from convolens.errors import ArgumentError
from convolens.lens.language import Words, _chosen, language, speaking

ROOT = Path(lens.__file__).parent
#: Every part of the lens that has texts.
TABLES = sorted(
    ".".join(["convolens.lens", *path.relative_to(ROOT).with_suffix("").parts])
    for path in ROOT.rglob("words.py")
)


@pytest.fixture(autouse=True)
def nothing_chosen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("CONVOLENS_LANG", raising=False)
    # Nothing closes a command that is called without its group and refuses its options.
    token = _chosen.set(None)
    yield
    _chosen.reset(token)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("module", TABLES)
def test_both_languages_have_the_same_texts(module: str) -> None:
    words = import_module(module)
    plural = {key for key in words.ENGLISH if not key.endswith(".one")}
    assert plural == set(words.CHINESE)
    for key in words.CHINESE:
        assert fields(words.ENGLISH[key]) == fields(words.CHINESE[key]), key
        if f"{key}.one" in words.ENGLISH:
            assert fields(words.ENGLISH[f"{key}.one"]) <= fields(words.ENGLISH[key]), key


@pytest.mark.parametrize("module", TABLES)
def test_chinese_has_chinese_punctuation(module: str) -> None:
    for key, text in import_module(module).CHINESE.items():
        # Brackets may belong to a formula.
        assert not re.search("[\u4e00-\u9fff][,:;]|[,:;][\u4e00-\u9fff]", text), key


def test_english_unless_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert language() == "en"
    monkeypatch.setenv("CONVOLENS_LANG", "zh")
    assert language() == "zh"
    assert language("en") == "en"
    monkeypatch.setenv("CONVOLENS_LANG", "")
    assert language() == "en"


def test_the_chosen_one_beats_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVOLENS_LANG", "zh")
    with speaking("en") as chosen:
        assert chosen == language() == "en"
        with speaking(None):
            assert language() == "en"
    assert language() == "zh"


def test_a_choice_ends_with_its_block_even_if_it_fails() -> None:
    with pytest.raises(KeyError), speaking("zh"):
        raise KeyError
    assert language() == "en"


def test_another_language(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ArgumentError, match=r"lang is 'fr'\.\nHint: use one of 'en', 'zh'\."):
        language("fr")
    monkeypatch.setenv("CONVOLENS_LANG", "chinese")
    with pytest.raises(ArgumentError, match="CONVOLENS_LANG is 'chinese'"):
        language()


def test_words_follow_the_choice() -> None:
    tables = {"a": "{count} dogs", "a.one": "one dog"}, {"a": "{count} 只狗"}
    assert Words(*tables)("a", count=1) == "one dog"
    with speaking("zh"):
        assert Words(*tables)("a", count=1) == "1 只狗"
        assert Words(*tables, "en")("a", count=2) == "2 dogs"
    assert Words(*tables).template("a") == "{count} dogs"


def test_a_problem_speaks_its_language() -> None:
    tables = {"a": "no {x}.", "a.hint": "use y."}, {"a": "没有 {x}。", "a.hint": "用 y。"}
    assert str(Words(*tables).problem(ArgumentError, "a", x=1)) == "no 1.\nHint: use y."
    error = Words(*tables, "zh").problem(ArgumentError, "a", x=1)
    error.enter("conv1")
    assert str(error) == "在层 conv1 中：没有 1。\n提示：用 y。"
