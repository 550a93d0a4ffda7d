from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from convolens.lens.report import explain_pixel, render_report
from convolens.lens.report.numbers import fixed
from convolens.lens.report.page import page
from convolens.lens.report.portion import default_pixel, portions
from convolens.lens.report.scene import Scene, compute
from convolens.lens.report.words import report_words

from .browser import act, dump, program
from .makers import digits_inputs, report_of

# What a person can read of each layer: every text that the script may write.
READ = """
const read = (element) => ({
  values: Object.fromEntries([...element.querySelectorAll("[data-v]")].map(
    (place) => [place.dataset.v, place.textContent])),
  cells: [...element.querySelectorAll(".g > i")].map((cell) => cell.textContent),
  on: [...element.querySelectorAll(".g > i")].map((cell) => cell.classList.contains("on")),
  kinds: [...element.querySelectorAll(".g > i")].map(
    (cell) => [...cell.classList].sort().join(" ")),
  captions: [...element.querySelectorAll("figcaption, h4")].map((text) => text.textContent),
  boxes: [...element.querySelectorAll(".box")].map(
    (box) => ["top", "left", "width", "height"].map(
      (key) => parseFloat(box.style[key]).toFixed(2))),
});
const explorers = [...document.querySelectorAll(".explorer")];
const choose = (element, values) => {
  const form = element.querySelector("form");
  for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
  form.dispatchEvent(new Event("change", { bubbles: true }));
};
"""


@pytest.fixture(scope="module", autouse=True)
def _chromium() -> None:
    program()


@pytest.mark.parametrize("name", ["digits", "rgb", "mnist", "mlp"])
def test_the_script_writes_what_python_wrote(tmp_path: Path, name: str) -> None:
    written = render_report(report_of(name))
    script = READ + "return [early, explorers.map(read)];"
    early, late = act(tmp_path, written, script, READ + "return explorers.map(read);")
    assert len(late) >= 1
    assert late == early


def expected(scene: Scene, number: int, image: int, at: list[int]) -> dict[str, str]:
    """What the ledger of a pixel must say."""
    portion = portions(scene)[number]
    pixel = explain_pixel(scene.views[image].calls[number], tuple(at))
    exact, error = portion.decimals["t"], portion.decimals["e"]
    texts = {
        "total": fixed(pixel.total, exact),
        "engine": fixed(pixel.engine, exact),
        "difference": fixed(pixel.difference, error),
        "tolerance": fixed(pixel.tolerance, error),
        "verdict": report_words()("pixel.agrees"),
    }
    if pixel.bias is not None:
        texts["bias"] = fixed(pixel.bias, exact)
    return texts


@pytest.mark.parametrize("name", ["digits", "rgb", "double"])
def test_any_pixel_of_any_layer_and_image(tmp_path: Path, name: str) -> None:
    scene = compute(report_of(name))
    random = np.random.default_rng(1)
    chosen = [
        [number, image, [int(random.integers(size)) for size in call.output.shape]]
        for number, call in enumerate(scene.calls)
        for image in range(len(scene.views))
        for _ in range(8)
    ]
    script = f"""{READ} return {json.dumps(chosen)}.map(([number, image, [k, p, q]]) => {{
      choose(explorers[number], {{ image }});
      choose(explorers[number], {{ k, p, q }});
      return read(explorers[number]).values;
    }});"""
    shown = act(tmp_path, page(scene, report_words()), script)
    for (number, image, at), values in zip(chosen, shown, strict=True):
        wanted = expected(scene, number, image, at)
        assert {key: values[key] for key in wanted} == wanted, (number, image, at)


def test_clicks_and_keys(tmp_path: Path) -> None:
    script = f"""{READ}
      const out = explorers[0].querySelector('[data-field="out"]');
      const here = () => explorers[0].querySelector('[data-v="here"]').textContent;
      const key = (name) => out.dispatchEvent(
        new KeyboardEvent("keydown", {{ key: name, bubbles: true, cancelable: true }}));
      const box = out.children[0].getBoundingClientRect();
      const at = (row, column) => new MouseEvent("click", {{ bubbles: true,
        clientX: box.left + box.width * (column + 0.5),
        clientY: box.top + box.height * (row + 0.5) }});
      const said = [];
      out.children[2 * 8 + 3].dispatchEvent(at(2, 3)); said.push(here());
      key("ArrowUp"); key("ArrowRight"); said.push(here());
      for (let i = 0; i < 20; i++) key("ArrowLeft"); said.push(here());
      const radios = document.querySelectorAll('.views > input');
      radios[1].click(); said.push(here());
      said.push(getComputedStyle(document.querySelector(".view-1")).display);
      said.push(getComputedStyle(document.querySelector(".view-0")).display);
      document.querySelector("#theme").click();
      said.push(document.documentElement.dataset.theme);
      said.push(out.querySelectorAll(".on").length);
      return said;"""
    said = act(tmp_path, render_report(digits_inputs()), script)
    channel = said[0].split("channel ")[1].split(",")[0]
    place = f"output channel {channel}"
    assert said[0].endswith(f"{place}, row 2, column 3")
    assert said[1].endswith(f"{place}, row 1, column 4")
    assert said[2].endswith(f"{place}, row 1, column 0")
    assert said[3].startswith("image 1")
    assert said[4:] == ["block", "none", "dark", 1]


def test_a_number_of_the_engine_that_is_wrong_is_called_wrong(tmp_path: Path) -> None:
    scene = compute(digits_inputs())
    call = scene.calls[0]
    k, p, q = default_pixel(portions(scene)[0])
    # After the check, so that only the page's script can notice.
    call.output[k, p, q] += 0.001
    script = READ + "return [early, read(explorers[0]).values.verdict];"
    said = act(tmp_path, page(scene, report_words()), script)
    assert said[1].startswith("NOT the same")


def test_the_page_runs_under_its_own_policy(tmp_path: Path) -> None:
    document = dump(tmp_path, render_report(digits_inputs()))
    assert 'class="explorer ready"' in document
    tampered = render_report(digits_inputs()).replace('"use strict";', '"use strict"; ', 1)
    assert 'class="explorer ready"' not in dump(tmp_path, tampered)
