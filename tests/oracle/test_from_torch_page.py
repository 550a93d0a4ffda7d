"""The page for those who come from torch: blocks that need torch, and what it calls missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import convolens as cl
import convolens.utils.data

from .peer import outcome, torch

PAGE = (Path(__file__).parents[2] / "docs" / "from-torch.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(?:python|py)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
MISSING = [
    name
    for name in re.findall(r"`([\w.]+)`", PAGE.split("## What is missing")[1])
    if name not in ("AttributeError", "register_hook")
]


def found(library: object, name: str) -> bool:
    for part in name.split("."):
        if not hasattr(library, part):
            return False
        library = getattr(library, part)
    return True


def test_all_blocks_run_in_turn(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "__page__"}
    for block in BLOCKS:
        exec(compile(block, "from-torch.md", "exec"), namespace)
    assert "torch" in namespace


@pytest.mark.parametrize("name", MISSING)
def test_what_is_missing_is_missing_and_torch_has_it(name: str) -> None:
    assert found(torch, name)
    assert not found(cl, name), f"take {name} out of docs/from-torch.md"


def recorded(m: Any) -> Any:
    return m.ones(2, 2, requires_grad=True) * 2


def part(m: Any) -> None:
    y = recorded(m)
    y[0].mul_(2)


def viewed(m: Any) -> Any:
    y = recorded(m)
    view = y[0]
    y.mul_(2)
    return view


def own_part(m: Any) -> Any:
    x = m.ones(2, 2, requires_grad=True)
    y = x * 2
    y[0] = y[0] * 3
    y.sum().backward()
    return x.grad.tolist()


DIFFERENCES: dict[str, Callable[[Any], Any]] = {
    "a part of what is recorded": part,
    "what has a recorded view": viewed,
    "half a type": lambda m: m.ones(2).to(getattr(m, "float16", "float16")),
    "300 in a byte": lambda m: m.ones(2, dtype=m.uint8) * 300,
    "a shape's numel": lambda m: m.ones(2, 3).shape.numel(),
    "a generator": lambda m: m.utils.data.DataLoader([1], generator=torch.Generator()),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_what_is_refused_is_accepted_by_torch(name: str) -> None:
    assert not isinstance(outcome(lambda: DIFFERENCES[name](torch)), Exception)
    assert isinstance(outcome(lambda: DIFFERENCES[name](cl)), Exception)


def test_a_part_computed_of_itself() -> None:
    assert own_part(cl) == own_part(torch)


def test_an_axis_must_be_named_where_torch_warns() -> None:
    with pytest.warns(UserWarning, match="Implicit dimension"):
        torch.nn.functional.softmax(torch.ones(2, 2))
    with pytest.raises(TypeError):
        cl.nn.functional.softmax(cl.ones(2, 2))


def test_no_processor_but_one() -> None:
    layer = cl.nn.Linear(1, 2)
    assert layer.to("cpu") is layer
    assert cl.zeros(2, device="cpu").device == cl.device("cpu")
    with pytest.raises(TypeError):
        cl.nn.Linear(1, 2, device="cpu")
    with pytest.raises(ValueError, match="no device 'cuda'"):
        cl.ones(2).to("cuda")


def test_other_numbers_from_the_same_seed() -> None:
    cl.manual_seed(0)
    torch.manual_seed(0)
    assert cl.rand(3).tolist() != torch.rand(3).tolist()
