from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convolens import lens
from convolens.errors import ArgumentError
from convolens.lens.filters import Photo, filter, psnr
from convolens.lens.filters.kernel import as_kernel
from convolens.lens.language import speaking
from convolens.lens.report.check import CheckError

from .pictures import drawn, encoded, noise


@pytest.mark.parametrize(
    "kernel", ["sobel", "gaussian:2", "edge:15", "random:4", "1 2 | 3 4 | 5 6"]
)
@pytest.mark.parametrize("padding", ["reflect", "zeros", "none"])
@pytest.mark.parametrize("mix", [False, True])
@pytest.mark.parametrize("signs", ["clip", "abs", "shift"])
def test_the_check_agrees(kernel: str, padding: str, mix: bool, signs: str) -> None:
    for pixels in (drawn(), noise(40, 50, 3, dtype=np.uint16)):
        result = filter(pixels, kernel, padding=padding, mix=mix, signs=signs)
        assert result.check() == 57 * (1 if mix else 3)


@pytest.mark.parametrize("kernel", ["sobel", "gaussian:2", "sharpen"])
def test_the_check_can_fail(kernel: str) -> None:
    result = filter(drawn(), kernel)
    wrong = result.pixels.copy()
    wrong[-1, -1, 2] ^= 2
    with pytest.raises(CheckError, match="the pixel in row 39, column 59 is"):
        replace(result, photo=replace(result.photo, pixels=wrong)).check()
    with pytest.raises(CheckError):
        replace(result, kernel=as_kernel("box:5")).check()


def test_nothing_is_written_if_the_check_fails(tmp_path: Path) -> None:
    result = replace(filter(drawn(), "box"), kernel=as_kernel("sobel"))
    for name in ("a.png", "a.npy", "a.html"):
        with pytest.raises(CheckError):
            result.save(tmp_path / name)
    with pytest.raises(CheckError):
        result._repr_html_()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kernel", ["box:4", "0 0 0 0 0; 0 1 0 0 0"])
def test_what_remains_is_compared_with_the_source(kernel: str) -> None:
    pixels = drawn()
    inner = filter(pixels, kernel, padding="none")
    rows, columns = ((cells - 1) // 2 for cells in inner.kernel.size)
    height, width = inner.pixels.shape[:2]
    cropped = pixels[rows : rows + height, columns : columns + width]
    assert inner.psnr(pixels) == inner.psnr(cropped) == psnr(inner.pixels, cropped)


def test_what_is_mixed_is_compared_with_the_source_mixed_alike() -> None:
    pixels = drawn()
    mean = filter(pixels, "identity", mix=True)
    assert np.ptp(np.abs(mean.pixels[..., 0] - pixels.mean(2))) <= 0.5
    assert mean.psnr(pixels) == np.inf
    red = filter(pixels, "1 | 0 | 0", mix=True)
    assert red.psnr(pixels) == red.psnr(pixels[..., :1]) == np.inf
    sums = filter(pixels, "0 0.5 0 | 0 0.25 0 | 0 0.25 0", mix=True, padding="none")
    assert sums.psnr(pixels) == np.inf


def test_the_same_result_is_compared_with_its_own_size() -> None:
    result = filter(drawn(), "box", padding="none", mix=True)
    assert result.psnr(result.photo) == np.inf
    with pytest.raises(ArgumentError, match="cannot be compared"):
        result.psnr(drawn(20, 20))


def test_negative_numbers() -> None:
    assert filter(drawn(), "laplacian").signs == "abs"
    assert filter(drawn(), "sharpen").signs == "clip"
    assert filter(drawn(), "sobel").signs == "clip"
    with pytest.raises(ArgumentError, match="signs is 'none'"):
        filter(drawn(), "box", signs="none")


def test_flip_is_a_true_convolution() -> None:
    impulse = np.zeros((5, 5), np.uint8)
    impulse[2, 2] = 1
    kernel = "1 2 3; 4 5 6; 7 8 9"
    convolved = filter(impulse, kernel, flip=True).pixels[1:4, 1:4, 0]
    assert convolved.tolist() == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    assert filter(impulse, kernel).pixels[1, 1, 0] == 9


def test_grey_first() -> None:
    result = filter(drawn(), "sobel", grey=True)
    assert result.pixels.shape == (40, 60, 1)
    assert result.image.mode == "L"


@pytest.mark.parametrize(("padding", "size"), [("zeros", (40, 60)), ("none", (36, 56))])
def test_alpha_stays_beside_its_pixels(padding: str, size: tuple[int, int]) -> None:
    alpha = noise(40, 60)
    photo = Photo(drawn(), alpha)
    result = filter(photo, "box:5", padding=padding)
    assert result.image.mode == "RGBA"
    inner = alpha if padding == "zeros" else alpha[2:-2, 2:-2]
    np.testing.assert_array_equal(result.photo.alpha, inner)
    assert result.pixels.shape[:2] == size
    assert filter(photo, "box:5", padding=padding, mix=True).image.mode == "LA"


def test_values_are_the_numbers_behind_the_pixels() -> None:
    result = filter(drawn(), "sobel_x", signs="shift")
    shown = np.clip(np.rint(result.values + 128), 0, 255)
    np.testing.assert_array_equal(shown, result.pixels)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".bmp", ".tif"])
def test_saved_pictures(tmp_path: Path, suffix: str) -> None:
    result = filter(drawn(), "gaussian:1")
    result.save(tmp_path / f"a{suffix}")
    with Image.open(tmp_path / f"a{suffix}") as image:
        assert image.size == (60, 40)
        close = np.abs(np.asarray(image).astype(int) - result.pixels).mean()
    assert close == 0 if suffix in (".png", ".bmp", ".tif") else close < 6


def test_saved_numbers_and_pages(tmp_path: Path) -> None:
    result = filter(drawn(), "laplacian")
    result.save(tmp_path / "a.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), result.values)
    result.save(tmp_path / "a.html")
    page = (tmp_path / "a.html").read_text("utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "http" not in page.replace("data:image/png;base64", "")


def test_refused_files(tmp_path: Path) -> None:
    result = filter(Photo(drawn(), noise(40, 60)), "box")
    for name, words in (
        ("a.gif", "suffix '.gif'"),
        ("a.jpg", "JPEG files hold no alpha"),
        ("none/a.png", "there is no folder"),
    ):
        with pytest.raises(ArgumentError, match=words):
            result.save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_lines_say_how_it_ran() -> None:
    assert filter(drawn(), "gaussian:1").lines() == [
        "gaussian:1: 7x7, rank 1: a column, then a row; 14 multiplications a pixel instead of 49",
        "numbers below 0 are black, too large ones white",
    ]
    assert filter(drawn(), "sobel").lines()[0].startswith("sobel: each of 2 grids: 3x3, rank 1")
    assert filter(drawn(), "2").lines()[0] == "2: 1x1, rank 1: as it is; one multiplication a pixel"
    with speaking("zh"):
        assert filter(drawn(), "sharpen").lines()[0] == (
            "sharpen: 3x3，秩为 2：按原样计算，每个像素 9 次乘法"
        )


def test_errors_in_chinese() -> None:
    with pytest.raises(ArgumentError, match="没有名为 'sobl' 的核。\n提示：是不是 sobel"):
        filter(drawn(), "sobl", lang="zh")


def test_content_of_a_file() -> None:
    assert filter(encoded(Image.fromarray(drawn())), "box").pixels.shape == (40, 60, 3)


def test_it_is_part_of_the_lens() -> None:
    assert lens.filter is filter
