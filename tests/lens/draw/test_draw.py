"""A drawing shows the network's graph: nothing is missing, nothing overlaps, nothing is wrong."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError, ShapeError
from convolens.lens import Drawing, draw
from convolens.lens.draw.arrange import arrange
from convolens.lens.draw.graph import graph
from convolens.lens.draw.words import ENGLISH
from convolens.lens.draw.words_zh import CHINESE
from convolens.lens.summary import observed
from convolens.models import create_model

from ..approved import assert_approved
from ..test_published import resnet50
from .networks import Branches, Dense, Residual, UNet

APPROVED = Path(__file__).parent / "approved"
NETWORKS: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "residual": (Residual, (3, 32, 32)),
    "dense": (Dense, (3, 32, 32)),
    "unet": (UNet, (1, 64, 64)),
    "branches": (Branches, (8, 28, 28)),
    "lenet5": (lambda: create_model("lenet5"), (1, 28, 28)),
    "one_axis": (lambda: nn.Sequential(nn.Conv1d(3, 8, 3, 2), nn.ReLU()), (3, 40)),
    "three_axes": (lambda: nn.Conv3d(1, 4, 3), (1, 8, 12, 12)),
}


def drawn(name: str) -> Drawing:
    make, shape = NETWORKS[name]
    return draw(make(), shape, name, "en")


@pytest.mark.parametrize("name", NETWORKS)
def test_pictures_are_the_approved_ones(name: str) -> None:
    text = drawn(name).svg().replace("><", ">\n<")
    assert_approved(text, APPROVED / f"{name}.svg")
    assert ET.fromstring(text).tag.endswith("svg")


@pytest.mark.parametrize("name", [*NETWORKS, "resnet50"])
def test_blocks_do_not_overlap_and_edges_lead_to_the_right(name: str) -> None:
    picture = draw(resnet50(), (1, 224, 224)) if name == "resnet50" else drawn(name)
    boxes, column = picture.layout.boxes, picture.arrangement.column
    for node in picture.nodes:
        assert all(column[source] < column[node.number] for source in node.inputs)
    for a in boxes:
        assert a.x >= 0
        assert a.right <= picture.layout.width
        assert a.top >= 0
        assert a.bottom <= picture.layout.height
        for b in boxes:
            apart = a.right < b.x or b.right < a.x or a.bottom < b.top or b.bottom < a.top
            assert a is b or apart


@pytest.mark.parametrize("name", [*NETWORKS])
def test_the_graph_has_all_parameters_and_costs(name: str) -> None:
    make, shape = NETWORKS[name]
    model = make()
    picture, table = draw(model, shape), cl.lens.summary(model, shape)
    values = picture.values
    assert sum(node["parameters"] for node in values["nodes"]) == table.parameters
    assert sum(node["multiply_adds"] for node in values["nodes"]) == table.multiply_adds
    assert json.loads(picture.json()) == values


def test_sizes_are_to_scale() -> None:
    picture = drawn("unet")
    for node, box in zip(picture.nodes, picture.layout.boxes, strict=True):
        if node.kind not in ("concat", "add"):
            assert box.height == pytest.approx(150 * node.shape[1] / 64)
            assert box.slant == pytest.approx(0.32 * 150 * node.shape[2] / 64)


def test_a_shortcut_joins_where_it_does() -> None:
    nodes = drawn("residual").nodes
    assert [(node.kind, node.inputs) for node in nodes] == [
        ("image", []),
        ("conv", [0]),
        ("conv", [1]),
        ("conv", [2]),
        ("add", [3, 1]),
        ("conv", [4]),
        ("conv", [5]),
        ("conv", [4]),
        ("add", [6, 7]),
        ("mean", [8]),
        ("linear", [9]),
    ]
    assert [len(node.bands) for node in nodes] == [0, 1, 1, 0, 1, 1, 0, 0, 1, 0, 0]
    assert drawn("residual").arrangement.lane == (0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0)


def test_a_u_is_drawn_as_a_u() -> None:
    picture = drawn("unet")
    assert picture.arrangement.is_u
    assert picture.arrangement.lane[:9] == (0, 0, 1, 1, 2, 2, 3, 3, 2)
    assert picture.arrangement.lane[-1] == 0
    assert not drawn("lenet5").arrangement.is_u


def test_the_branches_stand_in_the_order_of_the_program() -> None:
    picture = drawn("branches")
    lanes = {node.path: picture.arrangement.lane[node.number] for node in picture.nodes}
    assert (lanes["three.0"], lanes["one"], lanes["five.0"], lanes["pool.0"]) == (0, 1, 2, 3)


def test_an_activation_that_others_bypass_is_a_block_of_its_own() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(1, 1, 3, padding=1)

        def forward(self, x):
            y = self.conv(x)
            return nn.functional.relu(y) + y

    kinds = [node.kind for node in draw(Net(), (1, 4, 4)).nodes]
    assert kinds == ["image", "conv", "activation", "add"]


def test_a_model_that_stops_is_drawn_up_to_there() -> None:
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Conv2d(5, 4, 3))
    picture = draw(net, (1, 8, 8))
    assert isinstance(picture.error, ShapeError)
    assert [node.kind for node in picture.nodes] == ["image", "conv"]
    assert "The model stopped here. In layer 1" in picture.svg()
    assert picture.values["error"].startswith("In layer 1")


def test_a_model_without_layers() -> None:
    assert [node.kind for node in draw(nn.Identity(), (1, 4, 4)).nodes] == ["image"]
    assert draw(nn.ReLU(), (3,)).svg().startswith("<svg")


def test_names_are_escaped() -> None:
    assert "<b>" not in draw(nn.ReLU(), (1, 2, 2), "<b>").html()


def test_words_are_complete_in_both_languages() -> None:
    assert set(CHINESE) == set(ENGLISH)
    for key, text in CHINESE.items():
        assert set(re.findall(r"{(\w+)", text)) == set(re.findall(r"{(\w+)", ENGLISH[key])), key


def test_in_chinese_the_font_is_inside() -> None:
    text = draw(nn.Conv2d(1, 2, 3), (1, 8, 8), lang="zh").svg()
    assert "卷积" in text
    assert "@font-face" in text
    assert not re.search(r"(src|href)=|url\((?!data:)", text)


@pytest.mark.parametrize("suffix", [".svg", ".html", ".json"])
def test_saving(suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"net{suffix}"
    drawn("lenet5").save(file)
    assert "lenet5" in file.read_text("utf-8")
    with pytest.raises(ArgumentError, match=r"\.svg, \.html, \.json"):
        drawn("lenet5").save(tmp_path / "net.png")
    assert list(tmp_path.iterdir()) == [file]


class _Projected(nn.Module):
    """A residual block with a projection, and maps that grow again behind it."""

    def __init__(self) -> None:
        super().__init__()
        projection = nn.blocks.projection(4, 8, 2)
        self.block = nn.blocks.BasicBlock(4, 8, 2, projection)
        self.up = nn.Upsample(scale_factor=4)

    def forward(self, x: cl.Tensor) -> cl.Tensor:
        return self.up(self.block(x))


def test_no_two_blocks_stand_at_one_place() -> None:
    nodes = graph(observed(_Projected(), (4, 16, 16), "en"))
    found = arrange(nodes)
    places = list(zip(found.column, found.lane, strict=True))
    assert len(set(places)) == len(places)
    assert next(node.bands for node in nodes if node.kind == "conv") == ["BatchNorm2d"]
