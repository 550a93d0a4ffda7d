from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convolens.errors import ArgumentError
from convolens.models.text import LETTERS, OPTIONS, Item, write
from convolens.models.text_reader import parse, pointer


def test_every_letter() -> None:
    items = parse("C30k5s2p1d3g2-R-S-T-P3s2p1-A2-L5-D50-D0.125-F10")
    assert [item.letter for item in items] == list("CRSTPALDDF")
    assert items[0] == Item("C", 30, {"k": 5, "s": 2, "p": 1, "d": 3, "g": 2})
    assert items[4] == Item("P", 3, {"s": 2, "p": 1})
    assert [item.value for item in items[5:]] == [2, 5, 0.5, 0.125, 10]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("c30K5 - r-p2", "C30k5-R-P2"),
        ("C30k5s1p0d1g1", "C30k5"),
        ("C8g2pSAMEk3", "C8k3psameg2"),
        ("P2s2", "P2"),
        ("P3s2-A3s3p0", "P3s2-A3"),
        ("D0.5-D0.290-D29-D0", "D50-D29-D29-D0"),
        ("D0.00000001", "D0.00000001"),
        ("  F010\t", "F10"),
    ],
)
def test_one_spelling(text: str, plain: str) -> None:
    assert write(parse(text)) == plain
    assert parse(plain) == parse(write(parse(text)))


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("", 0, "at its end: expected a layer, one of C, P, A, R"),
        ("X3", 0, "at character 1: expected a layer"),
        ("C30k5-", 6, "at its end: expected a layer"),
        ("C30k5--R", 6, "expected a layer"),
        ("C30k5R", 5, "expected '-' or the end after C30k5"),
        ("C30k5-R2", 7, "expected '-' or the end after R"),
        ("C", 1, "expected a whole number, the output channels"),
        ("Ck3", 1, "expected a whole number, the output channels"),
        ("C8", 2, "expected 'k' and the kernel size"),
        ("C8s2-R", 4, "expected 'k' and the kernel size"),
        ("C8k", 3, "expected a whole number, the kernel"),
        ("C8k3s", 5, "the stride"),
        ("C8k3s0", 5, "the stride is 0, but must be at least 1"),
        ("C8k3p", 5, "expected a whole number, the padding"),
        ("C8k3psa", 7, "'same'"),
        ("C8k3p-1", 5, "the padding"),
        ("C8k3k3", 4, "the kernel is given twice"),
        ("C8k3p1psame", 6, "the padding is given twice"),
        ("P2psame", 3, "expected a whole number, the padding"),
        ("P2k3", 2, "expected '-' or the end after P2"),
        ("C0k3", 1, "the output channels is 0"),
        ("C8k1234567890", 3, "more than 9 digits"),
        ("D", 1, "the share to drop"),
        ("D.5", 1, "either side of the point"),
        ("D1.", 3, "either side of the point"),
        ("F10-D100", 5, "the share to drop is 100, but must be less than all"),
        ("D1.0", 1, "less than all"),
        ("D99999999999999", 1, "less than all"),
        ("C8k٣", 3, "expected a whole number"),
        ("C8k3\n-\x00", 6, "expected a layer"),
    ],
)
def test_errors_point_at_the_character(text: str, at: int, words: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        parse(text)
    lines = str(caught.value).splitlines()
    assert words in lines[0]
    assert lines[2] == " " * (6 + at) + "^"
    assert lines[-1].startswith("Hint: ")


def test_the_caret_in_a_long_text() -> None:
    first, second = (line for _, _, line in pointer("R-" * 100 + "X" + "-R" * 100, 200))
    assert first[second.index("^")] == "X"
    assert first.startswith("...")
    assert first.endswith("...")
    assert len(first) < 70


def test_the_caret_below_wide_characters() -> None:
    _, (_, _, caret) = pointer("卷积R", 2)
    assert caret == "    ^"


whole = st.integers(1, 999)


@st.composite
def items(draw: st.DrawFn) -> Item:
    letter = draw(st.sampled_from(sorted(LETTERS)))
    if letter == "D":
        return Item("D", draw(st.floats(0, 1, exclude_max=True)))
    if not LETTERS[letter]:
        return Item(letter)
    chosen = draw(st.sets(st.sampled_from(sorted(OPTIONS[letter])))) if letter in OPTIONS else set()
    options = {option: draw(whole) for option in chosen}
    if letter == "C":
        options["k"] = draw(whole)
    return Item(letter, draw(whole), options)


@given(st.lists(items(), min_size=1))
def test_what_is_written_is_read_as_the_same(network: list[Item]) -> None:
    text = write(network)
    assert write(parse(text)) == text
    assert [item.value for item in parse(text)] == [item.value for item in network]


@given(st.text(alphabet="CPARSTLDFkspdg0123456789.- same", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        network = parse(text)
    except ArgumentError:
        return
    assert parse(write(network)) == parse(write(parse(write(network))))
