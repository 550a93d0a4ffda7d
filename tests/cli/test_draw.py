from __future__ import annotations

import json
from pathlib import Path

import pytest

from .runs import call, refused


def test_a_picture_is_written() -> None:
    assert call("draw", "lenet5", "-o", "net.svg").output == "net.svg\n"
    assert Path("net.svg").read_text("utf-8").startswith("<svg")
    assert call("draw", "C4k3-R-P2-F10").output == "network.svg\n"
    call("draw", "lenet5", "-o", "zh.html", "--lang", "zh")
    assert "卷积" in Path("zh.html").read_text("utf-8")


def test_the_graph_as_json() -> None:
    call("draw", "C4k3-R-P2-F10", "--input", "3x8x8", "-o", "net.json")
    values = json.loads(Path("net.json").read_text("utf-8"))
    assert [node["kind"] for node in values["nodes"]] == ["image", "conv", "pool", "linear"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("lenet",), "did you mean 'lenet5'"),
        (("lenet5", "-o", "net.png"), "suffix '.png'"),
        (("lenet5", "-o", "missing/net.svg"), "there is no folder"),
        (("lenet5", "-o", f"{'a' * 300}.svg"), "File name too long (304 bytes)"),
        (("lenet5", "-o", f"{'a' * 300}.svg", "--lang", "zh"), "请换一个文件"),
        (("lenet5", "--input", "28"), "is not a shape"),
    ],
)
def test_bad_input(arguments: tuple[str, ...], words: str) -> None:
    refused("draw", *arguments, words=words)
    assert not list(Path().iterdir())


def test_a_trained_network(run: Path) -> None:
    assert "conv1" in call("summary", run).output
    assert call("draw", run, "-o", "net.svg").output == "net.svg\n"
    assert f"{run.name} on 1x8x8" in Path("net.svg").read_text("utf-8")
    refused("draw", run, "--classes", "3", words="which knows its classes")
    refused("summary", run.parent, words="is no run folder")
