from __future__ import annotations

import click
import pytest

from convolens.cli._types import Finite, Numbers, Size


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e999", "x", "", "-0.5", "0"])
def test_only_finite_numbers_in_the_range(text) -> None:
    with pytest.raises(click.BadParameter):
        Finite(0, min_open=True).convert(text, None, None)


def test_finite_numbers() -> None:
    assert Finite(0).convert("1e-3", None, None) == 1e-3


@pytest.mark.parametrize("text", ["", "8", "8x", "8x8x8", "0x8", "-8x8", "8.0x8", "٣x8"])
def test_only_sizes(text) -> None:
    with pytest.raises(click.BadParameter):
        Size("height", "width").convert(text, None, None)


def test_sizes() -> None:
    assert Size("height", "width").convert("64X48", None, None) == (64, 48)


@pytest.mark.parametrize("text", ["", "x", "3x", "x3", "-3", "3.0", "3,4", "٣"])
def test_only_numbers(text) -> None:
    with pytest.raises(click.BadParameter, match="whole numbers with 'x' between them"):
        Numbers("x").convert(text, None, None)


@pytest.mark.parametrize(
    ("kind", "text"), [(Numbers("x"), "3x9999999999"), (Size("height", "width"), "8x9999999999")]
)
def test_a_number_too_large_is_said_to_be_so(kind: click.ParamType, text: str) -> None:
    with pytest.raises(click.BadParameter, match=r"9{10} has 10 digits, and [69] are"):
        kind.convert(text, None, None)


def test_numbers() -> None:
    assert Numbers("x").convert("112", None, None) == (112,)
    assert Numbers("x").convert("3X224×224", None, None) == (3, 224, 224)
    assert Numbers(",").convert("0, 1,2", None, None) == (0, 1, 2)
