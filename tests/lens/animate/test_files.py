from __future__ import annotations

import html
import io
import json
import re
import weakref
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image, ImageSequence

from convolens.errors import ArgumentError, DependencyError, IndexRangeError
from convolens.lens import animate
from convolens.lens.animate import SUFFIXES, animation
from convolens.lens.animate.gif import palette_of
from convolens.lens.animate.raster import images
from convolens.lens.animate.theme import DARK, LIGHT, Theme
from convolens.lens.animate.timing import HOLD, Timing

from ..report.browser import act
from ..report.page_reader import PageReader


@pytest.fixture(scope="module")
def shown() -> animation.Animation:
    return animate("3x3 k2 p1", numbers=True, seconds=0.2)


def test_gif(shown: animation.Animation) -> None:
    image = Image.open(io.BytesIO(shown.gif()))
    frames = [frame.convert("RGB") for frame in ImageSequence.Iterator(image)]
    assert image.info["loop"] == 0
    assert image.size == shown.size
    assert len(frames) == len(shown) == 16
    for number in (0, 7, 15):
        # The palette has the colours of the cells exactly, and shades of the letters' edges nearly.
        drawn = np.asarray(shown.frame(number).convert("RGB"), int)
        difference = np.abs(drawn - np.asarray(frames[number], int)).max(axis=2)
        assert (difference == 0).mean() > 0.95
        assert difference.max() <= 100


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_the_palette_has_every_colour_of_a_theme(theme: Theme) -> None:
    palette = palette_of(theme).getpalette() or []
    colours = {f"#{bytes(palette[i : i + 3]).hex()}" for i in range(0, len(palette), 3)}
    # The last of 128 places says that nothing has changed.
    assert len(palette) // 3 < 128
    assert {theme.page, theme.ink, theme.dim} <= colours
    for paint in theme.paints.values():
        assert {paint.fill, paint.stroke, paint.ink} - {""} <= colours


def test_a_gif_is_written_frame_by_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    alive: list[weakref.ref[Image.Image]] = []
    most = 0

    def watched(*arguments: Any) -> Iterator[Image.Image]:
        nonlocal most
        for image in images(*arguments):
            alive.append(weakref.ref(image))
            most = max(most, sum(reference() is not None for reference in alive))
            yield image
            del image

    monkeypatch.setattr(import_module("convolens.lens.animate.gif"), "images", watched)
    animate("5x5 k1").gif()
    assert len(alive) == 25
    assert most <= 3


def test_durations_of_a_gif(shown: animation.Animation) -> None:
    image = Image.open(io.BytesIO(shown.gif()))
    durations = [frame.info["duration"] for frame in ImageSequence.Iterator(image)]
    assert durations == [200] * 15 + [200 * HOLD]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_svg(theme: str) -> None:
    shown = animate("2x4x4 k3 sep out2", theme=theme)
    text = shown.svg()
    root = ElementTree.fromstring(text)
    assert root.tag.endswith("svg")
    assert (int(root.get("width", 0)), int(root.get("height", 0))) == shown.size
    assert "<script" not in text
    assert re.findall(r"https?://[^\"]+", text) == ["http://www.w3.org/2000/svg"]
    styles = "".join(root.itertext())
    used = {name for e in root.iter() for name in e.get("class", "").split()}
    for name in used - {"cl-picture"}:
        assert f".{name}{{" in styles, name


def test_svg_shows_each_frame_in_its_time() -> None:
    shown = animate("3x3 k2", seconds=0.5)
    text = shown.svg()
    delays = [float(d) for d in re.findall(r"animation-delay:([\d.]+)s", text)]
    # Frames 1 to 3 begin after the first, once for what passes and once for what stays.
    assert sorted(delays) == [0.5, 0.5, 1.0, 1.0, 1.5, 1.5]
    assert f"animation:{(3 + HOLD) * 0.5:.3f}s step-end infinite" in text


def test_html_is_whole_and_needs_no_network(shown: animation.Animation) -> None:
    page = shown.html()
    assert not PageReader(page).problems
    assert not re.findall(r"(?:src|href)=|url\((?!data:)|@import", page)
    data = json.loads(re.search(r'id="numbers">(.*?)</script>', page, re.DOTALL)[1])
    assert sum(len(stage["frames"]) for stage in data["stages"]) == len(shown)


def test_html_of_a_notebook_is_a_page_in_a_frame(shown: animation.Animation) -> None:
    text = shown._repr_html_()
    (source,) = re.findall(r'srcdoc="([^"]*)"', text)
    assert html.unescape(source) == shown.html(plays=False)
    assert 'sandbox="allow-scripts"' in text


def test_png_has_nine_frames(shown: animation.Animation) -> None:
    image = Image.open(io.BytesIO(shown.png()))
    width, height = shown.size
    scale = min(1.0, 900 / width)
    assert image.width == pytest.approx(3 * width * scale, abs=4 * 20)
    assert image.height == pytest.approx(3 * height * scale, abs=4 * 20)


def test_mp4(shown: animation.Animation) -> None:
    av = pytest.importorskip("av")
    with av.open(io.BytesIO(shown.mp4())) as container:
        (track,) = container.streams.video
        frames = [(float(frame.time), frame.to_image()) for frame in container.decode(track)]
    width, height = shown.size
    assert (track.width, track.height) == (width + width % 2, height + height % 2)
    assert [time for time, _ in frames[:-1]] == pytest.approx([0.2 * n for n in range(16)])
    assert frames[-1][0] == pytest.approx(Timing(16, 0.2).total, abs=0.02)
    drawn = np.asarray(shown.frame(5).convert("RGB"), int)
    stored = np.asarray(frames[5][1].convert("RGB"), int)[:height, :width]
    assert np.abs(drawn - stored).mean() < 3


def test_mp4_without_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    with pytest.raises(DependencyError) as found:
        animate("3x3 k2").save(tmp_path / "a.mp4")
    assert "pip install 'convolens[video]'" in str(found.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [s for s in SUFFIXES if s != ".mp4"])
def test_save(suffix: str, shown: animation.Animation, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix.upper()}"
    shown.save(path)
    made = getattr(shown, suffix[1:])()
    assert path.read_bytes() == (made.encode() if isinstance(made, str) else made)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_files_are_the_same_every_time(shown: animation.Animation) -> None:
    again = animate("3x3 k2 p1", numbers=True, seconds=0.2)
    assert shown.gif() == again.gif()
    assert shown.svg() == again.svg()
    assert shown.html() == again.html()
    assert shown.png() == again.png()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a.doc", "nothing is written with the suffix '.doc'"),
        ("a", "nothing is written with the suffix ''"),
        ("no/a.gif", "there is no folder"),
        (".", "is a folder"),
    ],
)
def test_files_that_cannot_be_written(
    name: str, words: str, shown: animation.Animation, tmp_path: Path
) -> None:
    with pytest.raises(ArgumentError, match=re.escape(words)):
        shown.save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_an_old_file_stays_when_the_new_one_fails(
    shown: animation.Animation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.gif"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(ArgumentError, match="No space left"):
        shown.save(path)
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.gif"]


def test_frames(shown: animation.Animation) -> None:
    assert shown.frame(-1).tobytes() == shown.frame(15).tobytes()
    for number in (16, -17):
        with pytest.raises(IndexRangeError, match=r"there are 16"):
            shown.frame(number)


SEEN = """
const visible = (group) => !group.closest("[hidden]") && !group.hasAttribute("hidden");
const look = () => ({
  count: document.getElementById("count").textContent,
  passes: [...document.querySelectorAll(".pass")].filter(visible).map((g) => +g.dataset.frame),
  stays: [...document.querySelectorAll(".stay")].filter(visible).map((g) => +g.dataset.frame),
  status: document.getElementById("status").textContent.trim(),
  pins: document.querySelectorAll("#pins path").length,
  playing: document.getElementById("play").textContent !== "▶",
});
const press = (key) => document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
const click = (x, y) => {
  const svg = document.querySelector("svg");
  const point = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM());
  svg.dispatchEvent(new MouseEvent("click", { clientX: point.x, clientY: point.y }));
};
const data = JSON.parse(document.getElementById("numbers").textContent);
const middle = (plane, cell) => {
  const [left, top, columns] = data.stages[0].planes[plane], size = data.stages[0].cell;
  return [left + (cell % columns + 0.5) * size, top + (Math.floor(cell / columns) + 0.5) * size];
};
"""


def test_the_player_answers_keys_and_clicks(tmp_path: Path) -> None:
    page = animate("4x4 k3 p1").html()
    found = act(
        tmp_path,
        page,
        SEEN
        + """
        const seen = [look()];
        press(" "); seen.push(look());
        press("ArrowRight"); press("ArrowRight"); seen.push(look());
        press("End"); seen.push(look());
        press("ArrowRight"); seen.push(look());
        click(...middle("y0", 5)); seen.push(look());
        press("Escape"); seen.push(look());
        click(...middle("x0", 14)); seen.push(look());
        press("Home"); press("Enter"); seen.push(look());
        document.getElementById("theme").click();
        return [seen, document.body.className];
        """,
    )
    (start, paused, third, last, still, pinned, released, readers, entered), theme = found
    assert start["playing"]
    assert (start["passes"], start["stays"]) == ([0], [0])
    assert not paused["playing"]
    assert third["count"] == "3 / 16"
    assert (third["passes"], third["stays"]) == ([2], [0, 1, 2])
    assert last == still
    assert last["count"] == "16 / 16"
    assert pinned["count"] == "6 / 16"
    assert (pinned["status"], pinned["pins"]) == ("pinned: y[1, 1]", 1)
    assert (released["status"], released["pins"]) == ("", 0)
    # Cell 14 of the padded 6x6 plane is row 2, column 2: row 1, column 1 of the input.
    assert (readers["status"], readers["pins"]) == ("x[1, 1] is read by 9 outputs", 2)
    assert entered["status"] == "pinned: y[0, 0]"
    assert theme == "dark"


def test_the_player_follows_inputs_to_their_outputs(tmp_path: Path) -> None:
    page = animate("2x2 k2 T", view="scatter").html()
    found = act(
        tmp_path,
        page,
        SEEN
        + """
        press(" ");
        click(...middle("x0", 3)); const own = look();
        click(...middle("y0", 4)); return [own, look()];
        """,
    )
    assert (found[0]["count"], found[0]["status"]) == ("4 / 4", "pinned: x[1, 1]")
    assert (found[1]["status"], found[1]["pins"]) == ("4 inputs add to y[1, 1]", 2)


def test_in_a_notebook_it_waits_for_its_reader(tmp_path: Path) -> None:
    found = act(tmp_path, animate("3x3 k2").html(plays=False), SEEN + "return look();")
    assert not found["playing"]
    assert found["count"] == "1 / 4"


def test_the_player_goes_through_both_steps(tmp_path: Path) -> None:
    page = animate("2x3x3 k2 sep out2", lang="zh").html()
    found = act(
        tmp_path,
        page,
        SEEN
        + """
        press("ArrowRight");
        const first = look();
        for (let i = 0; i < 8; i += 1) press("ArrowRight");
        return [first, look()];
        """,
    )
    assert found[0]["passes"] == [1]
    assert found[1]["passes"] == [9]
    assert found[1]["stays"] == [8, 9]
