from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convolens.errors import ArgumentError
from convolens.lens.filters import Figure, Photo, filter, with_noise
from convolens.lens.filters.sheet import DARK, LIGHT, folded, number, thumbnail
from convolens.lens.fonts import font
from convolens.lens.report.palette import BLUE, ORANGE

from .pictures import drawn, noise


def figure(**options: object) -> Figure:
    photo = Photo(drawn(120, 180))
    kernels = ("sobel", "gaussian:3", "edge:5", "emboss", "1 | 2 | 3")
    return Figure([filter(photo, kernel) for kernel in kernels], **options)


def has(image: np.ndarray, colour: tuple[int, int, int]) -> bool:
    return bool((image == colour).all(2).any())


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_has_the_colours_of_its_numbers(dark: bool, lang: str) -> None:
    page = DARK if dark else LIGHT
    image = np.asarray(figure(dark=dark, lang=lang).image)
    assert has(image, page.paper)
    assert has(image, page.ink)
    for full in (BLUE, ORANGE):
        cell = tuple(round(p + 0.75 * (f - p)) for p, f in zip(page.paper, full, strict=True))
        assert has(image, cell)
    # Nothing runs over the edge: the margins are paper.
    for edge in (image[:20], image[-20:], image[:, :20], image[:, -20:]):
        assert (edge == page.paper).all()


def test_results_of_another_size_are_compared_with_what_remains() -> None:
    clean = Photo(drawn())
    noisy = with_noise(clean, 20)
    results = [filter(noisy, kernel, padding="none", mix=True) for kernel in ("box", "gaussian:1")]
    shown = Figure(results, clean=clean)
    assert [row["psnr"] for row in shown.values["kernels"]] == [r.psnr(clean) for r in results]
    assert shown.image.width > 1000


def test_panels_stand_in_rows_of_nearly_one_length() -> None:
    photo = Photo(drawn())
    width = {n: Figure([filter(photo, "box")] * n).image.width for n in (1, 3, 4, 7)}
    two, four, three = width[1], width[3], width[4]
    assert two < three < four == width[7]


def test_values_are_plain_data() -> None:
    clean = Photo(drawn())
    noisy = with_noise(clean, 20)
    values = Figure([filter(noisy, "box"), filter(noisy, "sobel")], clean=clean).values
    box, sobel = values["kernels"]
    assert box["ranks"] == [1]
    assert box["psnr"] > values["psnr"]
    assert sobel["grids"][1] == [[[-1, -2, -1], [0, 0, 0], [1, 2, 1]]]


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".bmp", ".tif", ".html"])
def test_saved(tmp_path: Path, suffix: str) -> None:
    figure().save(tmp_path / f"a{suffix}")
    if suffix != ".html":
        with Image.open(tmp_path / f"a{suffix}") as image:
            assert image.size == figure().image.size
    with pytest.raises(ArgumentError, match=r"suffix '\.npy'"):
        figure().save(tmp_path / "a.npy")


def test_a_page_in_its_language(tmp_path: Path) -> None:
    figure(lang="zh").save(tmp_path / "a.html")
    assert '<html lang="zh">' in (tmp_path / "a.html").read_text("utf-8")


def test_names_cannot_break_the_page() -> None:
    result = filter(drawn(), "box")
    result = replace(result, kernel=replace(result.kernel, name='"><script>'))
    assert "<script>" not in Figure([result])._repr_html_()


def test_no_results() -> None:
    with pytest.raises(ArgumentError, match="at least one"):
        Figure([])


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ((8, 8), (336, 336)),
        ((1000, 2000), (340, 170)),
        ((3000, 100), (23, 680)),
        ((1, 1), (340, 340)),
    ],
)
def test_thumbnails(shape: tuple[int, int], size: tuple[int, int]) -> None:
    for dtype in (np.uint8, np.uint16):
        assert thumbnail(Photo(noise(*shape, 1, dtype=dtype))).size == size


def test_small_pictures_show_their_pixels() -> None:
    pixels = noise(2, 2, 3)
    shown = np.asarray(thumbnail(Photo(pixels)))
    assert shown[0, 0].tolist() == pixels[0, 0].tolist()
    assert shown[-1, 0].tolist() == pixels[1, 0].tolist()


def test_what_is_transparent_shows_the_page() -> None:
    photo = Photo(np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.uint8))
    assert np.asarray(thumbnail(photo, DARK.paper))[0, 0].tolist() == list(DARK.paper)


@pytest.mark.parametrize(
    "text", ["a word and another one " * 5, "先一列，再一行；每个像素六次乘法。" * 5]
)
def test_lines_are_not_longer_than_their_room(text: str) -> None:
    lines = folded(text.strip(), 200)
    assert len(lines) > 2
    assert all(font(14).getlength(line) <= 215 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert not any(line[0] in "，；。" for line in lines)


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "1"), (24.0, "24"), (-0.5, "−0.5"), (1e-9, "1e-9"), (123456.0, "1.23e5"), (0.0, "0")],
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text
