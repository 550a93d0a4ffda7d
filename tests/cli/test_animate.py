from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from convolens.cli import cli
from convolens.lens import animate
from convolens.lens.animate import GALLERY, classic


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["animate", *arguments])


def test_a_layer(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    result = run("5x5", "k3", "s2", "p1", "-o", str(path))
    assert result.exit_code == 0, result.output
    assert result.output == f"{path}: 9 frames\n"
    assert path.read_bytes() == animate("5x5 k3 s2 p1").gif()


def test_options(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    arguments = ["2x3x3 k2 T s2 out2", "--numbers", "--seed", "3", "--view", "scatter"]
    arguments += ["--channel", "1", "--theme", "dark", "--seconds", "0.25", "--lang", "zh"]
    result = run(*arguments, "-o", str(path))
    assert result.exit_code == 0, result.output
    expected = animate(
        "2x3x3 k2 T s2 out2", numbers=True, seed=3, view="scatter", channel=1, theme="dark",
        seconds=0.25, lang="zh",
    )  # fmt: skip
    assert path.read_text("utf-8") == expected.svg()


def test_a_kernel_as_text(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    result = run("4x4 k3 nobias", "--kernel", "1 0 -1; 2 0 -2; 1 0 -1", "-o", str(path))
    assert result.exit_code == 0, result.output
    expected = animate("4x4 k3 nobias", numbers=True, weight=[[1, 0, -1], [2, 0, -2], [1, 0, -1]])
    assert path.read_text("utf-8") == expected.html()


@pytest.mark.parametrize(
    ("layer", "kernel", "weight"),
    [
        ("4x4 k3", "sobel_x", [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
        ("4x4 k2", "box:2", [[0.25, 0.25], [0.25, 0.25]]),
        ("2x4x4 k3 dw", "identity", [[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
    ],
)
def test_a_kernel_by_name(layer: str, kernel: str, weight: list, tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    result = run(layer, "--kernel", kernel, "-o", str(path))
    assert result.exit_code == 0, result.output
    assert path.read_text("utf-8") == animate(layer, numbers=True, weight=weight).svg()


def test_what_refusals_of_a_kernel_suggest_works(tmp_path: Path) -> None:
    path = str(tmp_path / "a.svg")
    assert "such as sobel_x" in run("4x4 k3", "--kernel", "1 x", "-o", path).output
    refused = run("4x4 k3", "--kernel", "sobel", "-o", path).output
    assert "sobel_x or sobel_y, or write out2" in refused
    assert run("4x4 k3 out2", "--kernel", "sobel", "-o", path).exit_code == 0
    refused = run("7x7 k3", "--kernel", "gaussian", "-o", path).output
    assert "write k7x7 into the layer, or name the kernel gaussian:size=3" in refused
    assert run("7x7 k3", "--kernel", "gaussian:size=3", "-o", path).exit_code == 0
    assert run("7x7 k7x7", "--kernel", "gaussian", "-o", path).exit_code == 0


def test_a_strip_says_how_many_frames_it_holds(tmp_path: Path) -> None:
    many = tmp_path / "many.png"
    layer = ["5x5 k3 p2 reflect", "--numbers", "-o", str(many)]
    assert run(*layer).output == f"{many}: 9 of 49 frames\n"
    assert run(*layer, "--lang", "zh").output == f"{many}：49 帧中的 9 帧\n"
    assert run("5x5 k3", "-o", str(many)).output == f"{many}: 9 frames\n"


def test_a_format_that_the_suffix_says_too(tmp_path: Path) -> None:
    assert run("3x3 k3", "--format", "svg", "-o", str(tmp_path / "a.SVG")).exit_code == 0


def test_a_kernel_along_one_axis(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    assert run("8 1d k3 nobias", "--kernel", "1 2 1", "-o", str(path)).exit_code == 0
    assert (
        path.read_text("utf-8") == animate("8 1d k3 nobias", numbers=True, weight=[1, 2, 1]).svg()
    )


def test_a_picture(tmp_path: Path) -> None:
    picture, path = tmp_path / "a.png", tmp_path / "a.svg"
    Image.fromarray(np.arange(0, 240, 10, np.uint8).reshape(4, 6), "L").save(picture)
    result = run("3x4 k2 nobias", "--image", str(picture), "--kernel", "1 0; 0 -1", "-o", str(path))
    assert result.exit_code == 0, result.output
    assert "0." in path.read_text("utf-8")


def test_a_line_of_torch(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    result = run("nn.MaxPool2d(2, stride=1)", "--input", "2x3x3", "-o", str(path))
    assert result.exit_code == 0, result.output
    assert path.read_text("utf-8") == animate("2x3x3 max k2 s1").svg()


def test_it_tells_in_the_language_that_was_chosen(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    assert run("3x3 k3", "-o", str(path)).output == f"{path}: 1 frame\n"
    assert run("3x3 k2", "-o", str(path), "--lang", "zh").output == f"{path}：4 帧\n"
    refused = run("3x3 k2", "--view", "scatter", "-o", str(path), "--lang", "zh")
    assert refused.exit_code == 2
    assert "按输入查看只适用于转置卷积" in refused.output


def test_a_classic_by_name(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    assert run("numerical_max_pooling", "-o", str(path)).exit_code == 0
    assert path.read_text("utf-8") == classic("numerical_max_pooling").svg()


def test_the_gallery(tmp_path: Path) -> None:
    result = run("--gallery", str(tmp_path / "g"), "--format", "svg", "--lang", "zh")
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [str(tmp_path / "g" / f"{name}.svg") for name in GALLERY]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["5x5 k3"], "name a file to write"),
        ([], "name a layer"),
        (["5x5 kk", "-o", "a.gif"], "'kk' is no part of a layer"),
        (["5x5 k6", "-o", "a.gif"], "the padded input has only 5"),
        (["5x5 k3", "-o", "a.doc"], "nothing is written with the suffix '.doc'"),
        (["5x5 k3", "-o", "no/a.gif"], "there is no folder no"),
        (["5x5 k3", "-o", "."], ". is a folder"),
        (["3x224x224 k7 s2 p3 out64", "-o", "a.gif"], "802,816 frames"),
        (["5x5x5 k3 3d", "-o", "a.gif"], "one axis or two"),
        (["5x5 k3", "--view", "scatter", "-o", "a.gif"], "transposed"),
        (["5x5 k3", "--channel", "7", "-o", "a.gif"], "the channels are 0 to 0"),
        (["5x5 k3", "--kernel", "1 0; 1", "-o", "a.gif"], ""),
        (["5x5 k3", "--kernel", "1 0 | 1 0", "-o", "a.gif"], "one grid"),
        (["5x5 k3", "--kernel", "sobl", "-o", "a.gif"], "did you mean sobel"),
        (["2x5x5 k3 dw", "--kernel", "sobel", "-o", "a.gif"], "has 2 in 2"),
        (["5x5 k3x5", "--kernel", "box", "-o", "a.gif"], "or give a kernel of 3x5"),
        (["9 1d k3", "--kernel", "box", "-o", "a.gif"], "2 axes, 3x3, but the layer 9 1d k3 has 1"),
        (["5x5 max k3", "--kernel", "sobel", "-o", "a.gif"], "no weight of its own"),
        (["padding_stride", "-o", "a.svg"], "did you mean padding_strides, "),
        (["padding", "stride", "-o", "a.svg"], "did you mean padding_strides, "),
        (["Dilation2_", "-o", "a.svg"], "did you mean dilation?"),
        (["nothing", "-o", "a.svg"], "the names are no_padding_no_strides, "),
        (["5x5 k3", "--format", "gif", "-o", "a.svg"], "--format gif and -o a.svg"),
        (["5x5 k3", "-o", f"{'a' * 300}.gif"], "File name too long (304 bytes)"),
        (["5x5 k3", "--kernel", "1 0", "-o", "a.gif"], "[1, 1, 3, 3]"),
        (["9 1d k3", "--image", "a.png", "-o", "a.gif"], "a picture has two axes"),
        (["5x5 k3", "--image", "none.png", "-o", "a.gif"], "none.png"),
        (["5x5 k3", "--seconds", "nan", "-o", "a.gif"], "finite"),
        (["5x5 k3", "--gallery", "g"], "--gallery stands alone"),
        (["5x5 k3", "--input", "1x5x5", "-o", "a.gif"], "--input is for a line of torch"),
        (["nn.Conv2d(1, 1, 3)", "-o", "a.gif"], "needs --input"),
        (["--gallery", "g", "--channel", "0"], "--channel is for one layer"),
        (["--gallery", "g", "--input", "1x5x5"], "--input is for one layer"),
        (["--gallery", "g", "--numbers"], "--numbers is for one layer"),
        (["--gallery", "g", "--view", "im2col"], "--view is for one layer"),
        (["--gallery", "/dev/null/g"], "cannot be made"),
    ],
)
def test_bad_input_is_one_message_and_status_2(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert words in result.output
    assert "Traceback" not in result.output
    assert not list(tmp_path.iterdir())
