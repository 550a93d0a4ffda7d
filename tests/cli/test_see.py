from __future__ import annotations

import errno
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from convolens.cli import _data, cli
from convolens.data import load_digits
from convolens.errors import DataError
from convolens.lens import report
from convolens.lens.report import CheckError


def see(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["see", *map(str, arguments)])


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "digits"
    arguments = ["train", "--epochs", "1", "--limit", "200", "--out", str(folder)]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def run(trained: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained, tmp_path / "run"))


@pytest.fixture
def five(tmp_path: Path) -> Path:
    path = tmp_path / "five.png"
    pixels, _ = load_digits().test.raw(5)
    Image.fromarray((pixels[..., 0] * 15).astype(np.uint8)).save(path)
    return path


def test_the_test_images(run: Path) -> None:
    result = see(run)
    assert result.exit_code == 0, result.output
    assert result.output == f"report: {run / 'report.html'}\n"
    page = (run / "report.html").read_text("utf-8")
    for words in ("digits_convnet on digits", "95 % interval", "image 9, class 9", "filter 15"):
        assert words in page


def test_the_same_run_gives_the_same_file(run: Path, tmp_path: Path) -> None:
    for name in ("a.html", "b.html"):
        assert see(run, "-o", tmp_path / name).exit_code == 0
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_an_image(run: Path, five: Path) -> None:
    result = see(run, five, "--lang", "zh")
    assert result.exit_code == 0, result.output
    page = (run / "report-five.html").read_text("utf-8")
    assert "从 0 到 255" in page
    assert "置信区间" in page
    assert "图像 0" in page
    assert "实际类别" not in page


def test_the_settings_are_in_the_language_of_the_page(run: Path) -> None:
    assert see(run, "--lang", "zh").exit_code == 0
    page = (run / "report.html").read_text("utf-8")
    labels = re.findall("<dt>(.*?)</dt>", page)
    assert labels == ["图像", "网络", "轮数", "批大小", "优化器", "随机种子", "convolens"]
    assert "<h1>digits 上的 digits_convnet</h1>" in page


def test_an_image_of_another_size(run: Path, tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    Image.new("RGB", (30, 20), "red").save(path)
    result = see(run, path)
    assert result.exit_code == 2
    assert (
        "Error: large.png: it is in colour, 3 channels, but the network wants 1." in result.output
    )
    assert "Hint: save it in grey, or let convolens convert it with --fit." in result.output
    assert see(run, path, "--fit").exit_code == 0


def test_an_image_although_the_data_are_gone(
    run: Path, five: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise DataError("there is no file /data/x.npz.")

    monkeypatch.setattr(_data, "open_task", gone)
    result = see(run, five)
    assert result.exit_code == 0
    assert "Without the test images there is no confusion matrix: there is no file" in result.output
    assert "no confusion matrix" in (run / "report-five.html").read_text("utf-8")
    assert see(run).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "there is no run folder"),
        (["RUN", "nowhere.png"], "there is no file"),
        (["RUN", "-o", "nowhere/report.html"], "there is no folder"),
        (["RUN", "-o", "."], "is a folder"),
        (["RUN", "-o", "x.png"], "nothing is written with the suffix '.png'"),
        (["RUN", "-o", "x.json"], "use one of .html"),
        (["RUN", "-o", "x"], "suffix ''"),
        (["RUN", "-o", "x.txt", "--lang", "zh"], "不支持后缀 '.txt'"),
        (["RUN", "--lang", "fr"], "'fr' is not one of 'en', 'zh'"),
    ],
)
def test_bad_input(
    run: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(run.parent)
    result = see(*(str(run) if argument == "RUN" else argument for argument in arguments))
    assert result.exit_code == 2
    assert words in result.output
    assert {path.name for path in run.parent.iterdir()} == {"run"}


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EFBIG, errno.EACCES])
def test_a_report_that_cannot_be_written(
    run: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    before = (run / "report.html").read_bytes()

    def fails(_: int) -> None:
        raise OSError(error, os.strerror(error), str(run / ".report.html.1b01.unfinished"))

    monkeypatch.setattr(os, "fsync", fails)
    result = see(run)
    assert result.exit_code == 2
    assert result.stderr == (
        f"Error: {run / 'report.html'} cannot be written: {os.strerror(error)}.\n"
        "Hint: name another file with -o.\n"
    )
    assert see(run, "--lang", "zh").stderr.startswith(f"错误：无法写入 {run / 'report.html'}：")
    assert (run / "report.html").read_bytes() == before


def test_a_number_that_is_wrong_is_a_failure(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise CheckError("conv1: 1 of 8 numbers are not what the definition says.")

    monkeypatch.setattr(report, "write_report", refuse)
    result = see(run)
    assert result.exit_code == 1
    assert "Error: conv1: 1 of 8 numbers" in result.output
