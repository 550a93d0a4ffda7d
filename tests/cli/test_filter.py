from __future__ import annotations

import os
import stat
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from convolens.cli import cli
from convolens.lens.filters import BANK, filter, read_photo
from convolens.lens.language import language
from lens.filters.pictures import drawn, encoded


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    path.write_bytes(encoded(Image.fromarray(drawn())))
    return path


def run(*arguments: object, **environment: str) -> Result:
    return CliRunner().invoke(cli, ["filter", *map(str, arguments)], env=environment)


def test_edges_of_a_photograph(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "edges.png"
    result = run(photo, "--kernel", "sobel", "-o", out)
    assert result.exit_code == 0, result.output
    np.testing.assert_array_equal(np.asarray(Image.open(out)), filter(drawn(), "sobel").pixels)
    assert result.stdout.splitlines() == [
        "sobel: each of 2 grids: 3x3, rank 1: a column, then a row; 6 multiplications a pixel "
        "instead of 9",
        "how much the image changes where it changes most; too large numbers are white",
        str(out),
    ]


def test_options_reach_the_filter(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.npy"
    options = ["--padding", "none", "--mix", "--flip", "--grey", "-k", "1 2; 3 4"]
    assert run(photo, *options, "-o", out).exit_code == 0
    expected = filter(drawn(), "1 2; 3 4", padding="none", mix=True, flip=True, grey=True)
    np.testing.assert_array_equal(np.load(out), expected.values)


def test_signs(photo: Path, tmp_path: Path) -> None:
    assert run(photo, "-k", "sobel_x", "--signs", "shift", "-o", tmp_path / "a.png").exit_code == 0
    shown = np.asarray(Image.open(tmp_path / "a.png"))
    assert np.median(shown) == 128


def test_several_kernels_make_a_figure(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.png"
    result = run(photo, "-k", "gaussian:1", "-k", "edge", "-o", out, "--dark")
    assert result.exit_code == 0, result.output
    with Image.open(out) as image:
        assert image.width > 1000
        assert image.getpixel((0, 0)) == (22, 25, 29)
    single = run(photo, "-k", "edge", "--figure", "-o", tmp_path / "b.html")
    assert single.exit_code == 0


def test_noise_and_its_removal(photo: Path, tmp_path: Path) -> None:
    result = run(photo, "-k", "gaussian:1", "--noise", 25, "--seed", 3, "-o", tmp_path / "a.png")
    lines = result.stdout.splitlines()
    before, after = (float(lines[i].split()[-2]) for i in (0, 3))
    assert lines[0].startswith("with noise: PSNR")
    assert after > before + 2


def test_comparing_with_a_file(photo: Path, tmp_path: Path) -> None:
    result = run(photo, "-k", "identity", "--compare", photo, "-o", tmp_path / "a.png")
    assert "identity: PSNR inf dB" in result.stdout


@pytest.mark.parametrize(
    "options", [["--padding", "none"], ["--mix"], ["--padding", "none", "--mix"]]
)
@pytest.mark.parametrize("kernels", [["box"], ["box", "gaussian:1,4", "1 | 0 | 0"]])
def test_noise_and_a_result_of_another_size(
    photo: Path, tmp_path: Path, options: list[str], kernels: list[str]
) -> None:
    chosen = [word for kernel in kernels for word in ("-k", kernel)]
    result = run(photo, *chosen, *options, "--noise", 5, "-o", tmp_path / "a.png")
    assert result.exit_code == 0, result.output
    assert sum("PSNR" in line for line in result.stdout.splitlines()) == 1 + len(kernels)


def test_comparing_what_remains_with_a_file(photo: Path, tmp_path: Path) -> None:
    options = ["-k", "0 0 0 0; 0 1 0 0; 0 0 0 0", "--padding", "none", "--mix"]
    result = run(photo, *options, "--compare", photo, "-o", tmp_path / "a.png")
    assert result.stdout.splitlines()[-2].endswith("PSNR inf dB")


def test_signs_beside_a_gradient_that_has_some(photo: Path, tmp_path: Path) -> None:
    kernels = ["-k", "sobel", "-k", "sobel_x"]
    result = run(photo, *kernels, "--signs", "shift", "-o", tmp_path / "a.png")
    assert "0 is middle grey" in result.stdout


def test_the_list_of_kernels() -> None:
    result = run("--list")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines()] == list(BANK)
    assert "motion     length=9, angle=0" in result.stdout


@pytest.mark.parametrize("chosen", ["option", "variable"])
def test_chinese(photo: Path, tmp_path: Path, chosen: str) -> None:
    options, environment = (
        (["--lang", "zh"], {}) if chosen == "option" else ([], {"CONVOLENS_LANG": "zh"})
    )
    result = run(photo, "-k", "box", "-o", tmp_path / "a.png", *options, **environment)
    assert "box: 3x3，秩为 1：先一列，再一行" in result.stdout
    wrong = run(photo, "-k", "1 2; 3", "-o", tmp_path / "b.png", *options, **environment)
    assert wrong.exit_code == 2
    assert wrong.stderr.startswith("错误：核的各行长短不一")
    assert "\n提示：" in wrong.stderr
    assert language() == "en"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none.png", "-o", "a.png"], "there is no file"),
        (["text.png", "-o", "a.png"], "this is no PNG, JPEG, BMP, WebP or TIFF image"),
        (["bomb.bmp", "-o", "a.png"], "more than 89,478,485 pixels"),
        (["photo.png", "-k", "1 2; x 3", "-o", "a.png"], "row 2 has 'x' at place 1"),
        (["photo.png", "-k", "box:99", "-o", "a.png"], "too small for a kernel of 99x99"),
        (["photo.png", "-k", "sobl", "-o", "a.png"], "did you mean sobel"),
        (["photo.png", "-o", "a.gif"], "nothing is written with the suffix '.gif'"),
        (["photo.png", "-o", "a"], "nothing is written with the suffix ''"),
        (["photo.png", "-o", "none/a.png"], "there is no folder none"),
        (["photo.png", "-k", "box", "-k", "edge", "-o", "a.npy"], "suffix '.npy'"),
        (["photo.png", "--noise", "-1", "-o", "a.png"], "-1"),
        (["photo.png", "--noise", "nan", "-o", "a.png"], "nan"),
        (["photo.png", "--compare", "other.png", "-o", "a.png"], "cannot be compared"),
        (["photo.png", "-k", "laplacian:5", "-o", "a.png"], "'5', but must be 4 or 8"),
        (["photo.png", "-k", "laplacian:9", "-o", "a.png"], "'9', but must be 4 or 8"),
        (["photo.png", "--signs", "abs", "-o", "a.png"], "such as sobel_x"),
        (["photo.png", "-k", "Scharr", "--signs", "shift", "-o", "a.png"], "such as scharr_x"),
        (["photo.png", "-o", f"{'a' * 300}.png"], "File name too long (304 bytes)"),
        (["photo.png"], "--out"),
        (["folder", "-o", "a.png"], "is a folder"),
    ],
)
def test_bad_input(
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text.png").write_text("no image")
    Path("folder").mkdir()
    Path("other.png").write_bytes(encoded(Image.fromarray(drawn(20, 20))))
    bomb = bytearray(encoded(Image.new("1", (8, 8)), "BMP"))
    bomb[18:26] = (60_000).to_bytes(4, "little") * 2
    Path("bomb.bmp").write_bytes(bomb)
    before = sorted(os.listdir())
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert sorted(os.listdir()) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(photo: Path, tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir()
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    result = run(photo, "-o", folder / "a.png")
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_a_full_disk_leaves_the_old_file(
    photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "a.png"
    out.write_bytes(b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    result = run(photo, "-o", out)
    assert result.exit_code == 2
    assert "No space left on device" in result.stderr
    assert out.read_bytes() == b"old"
    assert sorted(os.listdir(tmp_path)) == ["a.png", "photo.png"]


def test_narrowed_colours_are_told(tmp_path: Path) -> None:
    from lens.filters.test_photo import wide_colour_png

    (tmp_path / "wide.png").write_bytes(wide_colour_png(5, 4))
    result = run(tmp_path / "wide.png", "-k", "box:1", "-o", tmp_path / "a.png")
    assert "16 bits, of which 8 are read" in result.stderr
    assert read_photo(tmp_path / "a.png").pixels.shape == (4, 5, 3)
