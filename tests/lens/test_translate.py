from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from convolens import ops
from convolens.cli import cli
from convolens.errors import ConvolensError, DataError
from convolens.lens.filters import read_photo
from convolens.lens.language import speaking
from convolens.lens.translate import translate
from convolens.ops._op import Mistake
from lens.filters.pictures import encoded, noise

MISTAKES = [
    pytest.param(mistake, id=f"{operator.name}-{place}")
    for operator in (ops.Conv, ops.ConvTranspose, ops.MaxPool, ops.AvgPool)
    for place, mistake in enumerate(operator.mistakes())
]


def is_chinese(text: str) -> bool:
    """Whether there are Chinese characters, and no two English words beside each other."""
    return bool(re.search("[\u4e00-\u9fff]", text)) and not re.search("[a-z]{3,} [a-z]{2,}", text)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_every_mistake_with_a_window_has_chinese(mistake: Mistake) -> None:
    with pytest.raises(ConvolensError) as english:
        mistake.call()
    with pytest.raises(ConvolensError) as chinese, speaking("zh"):
        mistake.call()
    assert chinese.value.lang == "zh"
    assert is_chinese(chinese.value.headline), chinese.value.headline
    assert not chinese.value.hint or is_chinese(chinese.value.hint), chinese.value.hint
    assert numbers(chinese.value.headline) >= numbers(english.value.headline)
    assert english.value.lang == "en"


def numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+", text))


@pytest.mark.parametrize("name", ["missing.png", "folder", "text.png", "short.png", "bomb.bmp"])
def test_files_that_cannot_be_read(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.png").write_text("no image")
    (tmp_path / "short.png").write_bytes(encoded(Image.fromarray(noise(64, 64)))[:900])
    bomb = bytearray(encoded(Image.new("1", (8, 8)), "BMP"))
    bomb[18:26] = (60_000).to_bytes(4, "little") * 2
    (tmp_path / "bomb.bmp").write_bytes(bomb)
    with pytest.raises(DataError) as found, speaking("zh"):
        read_photo(tmp_path / name)
    assert found.value.lang == "zh"
    assert re.search("[\u4e00-\u9fff]", found.value.headline)
    assert str(found.value).count("Hint") == 0


def test_an_error_that_is_not_known_stays_as_it_is() -> None:
    error = ConvolensError("something new.", [], "do this.")
    translate(error)
    assert str(error) == "something new.\nHint: do this."


def test_an_error_in_chinese_stays_as_it_is() -> None:
    error = ConvolensError("没有文件。")
    error.lang = "zh"
    translate(error)
    assert error.headline == "没有文件。"


def test_english_stays_english() -> None:
    with pytest.raises(ConvolensError) as found, speaking("en"):
        raise ConvolensError("conv: groups is 0, but must be at least 1.")
    assert found.value.lang == "en"


def test_in_a_command(tmp_path: Path) -> None:
    options = ["-o", str(tmp_path / "a.png"), "--lang", "zh"]
    result = CliRunner().invoke(cli, ["filter", str(tmp_path / "no.png"), *options])
    assert result.exit_code == 2
    assert result.stderr == f"错误：没有文件 {tmp_path / 'no.png'}。\n"
    np.save(tmp_path / "x.npy", [1])
    wrong = CliRunner().invoke(cli, ["filter", str(tmp_path / "x.npy"), *options])
    assert "不是 PNG, JPEG, BMP, WebP 或 TIFF 图像。" in wrong.stderr
    assert "提示：请转换成 PNG。" in wrong.stderr
