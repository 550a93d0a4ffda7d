"""What a person sees: nothing is cut off, nothing overlaps, and colours can be told apart."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from convolens.lens import animate, parse_layer
from convolens.lens.animate.draw import draw
from convolens.lens.animate.layout import length
from convolens.lens.animate.shapes import Beam, Outline, Shape, Squares, Text
from convolens.lens.animate.theme import DARK, LIGHT, Theme
from convolens.lens.animate.words import ENGLISH
from convolens.lens.animate.words_zh import CHINESE

from .makers import LAYERS

THEMES = [LIGHT, DARK]


def frames(text: str, **options: object) -> Iterator[tuple[list[Shape], tuple[int, int]]]:
    pictures, size = draw(animate(text, **options).scene)
    for picture in pictures:
        kept: list[Shape] = []
        for stays, passes in zip(picture.stays, picture.passes, strict=True):
            kept += stays
            yield [*picture.base, *kept, *passes], size


def corners(shape: Shape) -> list[tuple[int, int, int, int]]:
    """The boxes that a shape covers: left, top, right, bottom."""
    match shape:
        case Squares():
            return [(x, y, x + shape.size, y + shape.size) for x, y in shape.corners]
        case Outline():
            right, bottom = shape.left + shape.width, shape.top + shape.height
            return [(shape.left, shape.top, right, bottom)]
        case Beam():
            xs, ys = zip(*shape.points, strict=True)
            return [(min(xs), min(ys), max(xs), max(ys))]
        case Text():
            wide, half = length(shape.text, shape.size), round(0.45 * shape.size)
            left = {"start": 0, "middle": wide // 2, "end": wide}[shape.anchor]
            return [(shape.x - left, shape.y - half, shape.x - left + wide, shape.y + half)]


def overlap(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@pytest.mark.parametrize("text", LAYERS)
@pytest.mark.parametrize("numbers", [False, True])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_is_cut_off_and_no_words_overlap(text: str, numbers: bool, lang: str) -> None:
    spec = parse_layer(text)
    views = ["window"]
    views += ["scatter"] if spec.kind == "conv_transpose" else []
    views += ["im2col"] if spec.kind == "conv" and spec.groups == 1 else []
    for view in views:
        every = list(frames(text, numbers=numbers, lang=lang, view=view))
        for shapes, (width, height) in every[:: max(1, len(every) // 4)]:
            for shape in shapes:
                for left, top, right, bottom in corners(shape):
                    assert left >= 0
                    assert top >= 0
                    assert right <= width
                    assert bottom <= height
            # A number stands in its own cell, under the marks that draw it anew.
            lines = [s for s in shapes if isinstance(s, Text) and s.ink in ("ink", "dim")]
            lines = [s for s in lines if s.text != "0"]
            boxes = [corners(line)[0] for line in lines]
            for (a, first), (b, second) in itertools.combinations(enumerate(boxes), 2):
                assert not overlap(first, second), (lines[a].text, lines[b].text)
            cells = [box for s in shapes if isinstance(s, Squares) for box in corners(s)]
            for line, box in zip(lines, boxes, strict=True):
                assert not any(overlap(box, cell) for cell in cells), line.text


@pytest.mark.parametrize("x", [[[1e6, -2e-5], [3.25, 1e4]], [[-123456, 0], [1, 2]]])
def test_long_numbers_fit_their_cells(x: list[list[float]]) -> None:
    for shapes, _ in frames_of_numbers(x):
        squares = {
            (left + s.size // 2, top + s.size // 2): s.size
            for s in shapes
            if isinstance(s, Squares)
            for left, top in s.corners
        }
        numbers = [s for s in shapes if isinstance(s, Text) and s.ink not in ("ink", "dim")]
        assert numbers
        for number in numbers:
            assert length(number.text, number.size) <= squares[number.x, number.y] - 2


def frames_of_numbers(x: list[list[float]]) -> Iterator[tuple[list[Shape], tuple[int, int]]]:
    scene = animate("2x2 k2 p1", x, weight=[[1, -1], [0.5, 2]]).scene
    (picture,), size = draw(scene)
    for stays, passes in zip(picture.stays, picture.passes, strict=True):
        yield [*picture.base, *stays, *passes], size


def test_letters_are_large_enough_for_a_lecture_hall() -> None:
    # On a screen of 1280 x 720, a caption of 24 is a thirtieth of the height.
    for shapes, (width, height) in frames("5x5 k3 s2 p1", numbers=True):
        assert width <= 1280
        assert height <= 720
        assert max(s.size for s in shapes if isinstance(s, Text) and "=" in s.text) >= 24
        assert min(s.size for s in shapes if isinstance(s, Text) and s.text != "0") >= 17


def linear(colour: str) -> np.ndarray:
    values = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(a: str, b: str) -> float:
    """WCAG 2.2's contrast of two colours."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    low, high = sorted(float(weights @ linear(colour)) for colour in (a, b))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_texts_can_be_read(theme: Theme) -> None:
    assert contrast(theme.page, theme.ink) >= 7
    assert contrast(theme.page, theme.dim) >= 4.5
    for name, paint in theme.paints.items():
        if paint.ink:
            assert contrast(paint.fill or theme.page, paint.ink) >= 4.5, name
        assert contrast(theme.page, paint.stroke) >= 3, name


#: Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision
#: Deficiency", 2009: what people see who lack red, green or blue cones; and everybody else.
SEEN = {
    "all": np.eye(3),
    "no red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of linear sRGB, where a just noticeable difference is about 2.3."""
    xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    ) @ np.clip(rgb, 0, 1)
    f = np.cbrt(xyz / [0.9505, 1.0, 1.089])
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("eyes", SEEN)
@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_colours_can_be_told_apart(theme: Theme, eyes: str) -> None:
    # Four times a just noticeable difference, for those that say different things side by side.
    beside = [("input", "window"), ("input", "window-empty"), ("window", "window-empty")]
    beside += [("output", "done"), ("output", "current"), ("done", "current")]
    beside += [("input", "zero"), ("kernel", "input"), ("pad", "input"), ("pad", "window-empty")]
    for a, b in beside:
        first, second = (
            lab(np.array(SEEN[eyes]) @ linear(theme.paints[name].fill or theme.page))
            for name in (a, b)
        )
        assert np.linalg.norm(first - second) > 9.2, (a, b)


def test_the_languages_have_the_same_texts() -> None:
    singular = {key for key in ENGLISH if key.endswith(".one")}
    assert set(ENGLISH) - singular == set(CHINESE)
    for key, text in CHINESE.items():
        wanted = sorted(set(_names(ENGLISH[key])))
        assert sorted(set(_names(text))) == wanted, key


def _names(text: str) -> list[str]:
    from string import Formatter

    return [name for _, name, _, _ in Formatter().parse(text) if name]


def test_copies_in_the_padding_name_what_they_are_copies_of() -> None:
    scene = animate("3x3 k3 p1 circular").scene
    shapes, _ = next(frames("3x3 k3 p1 circular"))
    assert "the numbers name the cells" in scene.stages[0].title
    texts = [shape.text for shape in shapes if isinstance(shape, Text)]
    # The corner before the first cell goes on at the other end.
    assert texts.count("8") >= 2


def test_numbers_that_are_none_are_named() -> None:
    x = [[float("nan"), 1, 2], [3, 4, 5], [6, 7, 8]]
    shapes, _ = next(frames("3x3 k2 nobias", x=x))
    assert "NaN" in [shape.text for shape in shapes if isinstance(shape, Text)]
