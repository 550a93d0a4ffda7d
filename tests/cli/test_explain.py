from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .runs import call, refused


def test_a_layer_with_and_without_quotes() -> None:
    assert call("explain", "5x5 k3 s2 p1").output == call("explain", "5x5", "k3", "s2", "p1").output
    assert (
        "convolution: 1 channel of 5x5 become 1 channel of 3x3"
        in call("explain", "5 k3 s2 p1").output
    )


def test_json_and_files(tmp_path: Path) -> None:
    values = json.loads(call("explain", "3x300x300 k3 p1 out2", "--json").output)
    assert (values["weights"], values["dense_weights"]) == (54, 48_600_000_000)
    for suffix in ("txt", "html", "json", "svg"):
        assert call("explain", "5 k3", "-o", f"layer.{suffix}").output == f"layer.{suffix}\n"
        assert Path(f"layer.{suffix}").stat().st_size > 500
    written = Path("layer.json").read_text("utf-8")
    call("explain", "5 k3", "--json", "-o", "LAYER.JSON")
    assert Path("LAYER.JSON").read_text("utf-8") == written


def test_the_way_back() -> None:
    assert "224x224 k3 s2 p1\n" in call("explain", "224", "--want", "112").output
    assert "30x20 to 15x10" in call("explain", "30x20", "--want", "15x10").output
    values = json.loads(call("explain", "14 T", "--want", "28", "--json").output)
    assert values["layers"][0]["text"] == "14x14 T k2 s2"


def test_the_way_back_where_the_axes_differ() -> None:
    assert "28x28 k3 s2 p1x0\n" in call("explain", "28", "--want", "14x13").output


def test_one_number() -> None:
    first = call("explain", "2x5x5 k3 out2", "--at", "0,1,0,0").output
    assert "Output [0, 1, 0, 0] taken apart" in first
    assert "the same" in first
    assert first == call("explain", "2x5x5 k3 out2", "--at", "0,1,0,0").output
    assert first != call("explain", "2x5x5 k3 out2", "--at", "0,1,0,0", "--seed", "7").output


def test_a_line_of_torch() -> None:
    line = "nn.Conv2d(3, 64, 7, stride=2, padding=3)"
    result = call("explain", line, "--input", "3x224x224")
    assert result.output.startswith("3x224x224 k7 s2 p3 out64\n")
    assert refused("explain", line, words="needs --input")
    assert refused("explain", "5x5 k3", "--input", "1x5x5", words="for a line of torch")


def test_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "输出尺寸" in call("explain", "5 k3", "--lang", "zh").output
    monkeypatch.setenv("CONVOLENS_LANG", "zh")
    assert "输出尺寸" in call("explain", "5 k3").output
    assert "Output size" in call("explain", "5 k3", "--lang", "en").output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("5x5",), "the kernel is missing"),
        (("5x5 k9",), "covers 9 inputs, but the padded input has only 5"),
        (("5x5 k3 q",), "'q' is no part of a layer"),
        (("5x5 k3 q",), "uncounted, zeros, reflect, replicate, circular."),
        (("3x9 1d sep k3",), "leave 1d and 3d out"),
        (("5x5 max k3 g2",), "leave groups out"),
        (("100 1d", "--want", "50x50"), "an image along one axis needs one whole number"),
        (("999999x999999 k3", "--at", "0,0,0,0"), "there is no memory for float32["),
        (("5x5 k3", "--want", "x"), "is not made of whole numbers"),
        (("5x5 k3", "--want", "3", "--at", "0,0,0,0"), "two questions"),
        (("5x5 k3", "--at", "0,0,9,9"), "there is no output"),
        (("5x5 k3", "--at", "0;0"), "is not made of whole numbers"),
        (("5x5 k3", "-o", "layer.gif"), "suffix '.gif'"),
        (("5x5 k3", "-o", "missing/layer.svg"), "there is no folder missing"),
        (("5x5 k3", "-o", f"{'a' * 300}.svg"), "File name too long (304 bytes)"),
        (("5x5 k3", "--json", "-o", "layer.html"), "--json and -o layer.html are two forms"),
        (("224", "--want", "112", "--json", "-o", "a.txt"), "--json and -o a.txt are two forms"),
        (("nn.Linear(3, 4)", "--input", "3x4"), "no convolution and no pooling"),
    ],
)
def test_bad_input_is_one_sentence(arguments: tuple[str, ...], words: str) -> None:
    refused("explain", *arguments, words=words)
    assert not list(Path().iterdir())


def test_the_error_points_at_the_character() -> None:
    said = refused("explain", "5x5", "k3", "p1,", words="nothing")
    assert said.splitlines()[1:3] == ["  5x5 k3 p1,", "            ^"]


@pytest.mark.parametrize("command", [("explain", "5 k3"), ("summary", "lenet5")])
def test_a_cold_start_imports_nothing_heavy(command: tuple[str, ...]) -> None:
    """Neither trains, nor reads images, nor draws: that is what keeps the start short."""
    code = (
        "import sys\n"
        "from convolens.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = ('convolens.train', 'convolens.data', 'convolens.lens.report', 'PIL', "
        "'safetensors', 'rich.console')\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stderr == "[]\n"
