"""Sequential: order, names, indices."""

from __future__ import annotations

from typing import Any

import pytest

import convolens as cl
from convolens import nn
from convolens.errors import IndexRangeError


def net() -> nn.Sequential:
    return nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 4))


def test_parts_run_in_order() -> None:
    x = cl.ones(5, 2)
    own = net()
    assert own(x).tolist() == own[2](own[1](own[0](x))).tolist()
    assert nn.Sequential()(x) is x


def test_indices_and_slices() -> None:
    own = net()
    assert len(own) == 3
    assert list(own) == [own[0], own[1], own[2]]
    assert own[-1] is own[2]
    part = own[1:]
    assert isinstance(part, nn.Sequential)
    assert list(part) == [own[1], own[2]]
    assert own[:2](cl.ones(1, 2)).shape == (1, 3)
    for index in (3, -4):
        with pytest.raises(IndexRangeError, match=f"index {index} for 3 modules"):
            own[index]


def test_names() -> None:
    named = nn.Sequential({"conv": nn.Conv2d(1, 1, 1), "act": nn.ReLU()})
    assert [name for name, _ in named.named_parameters()] == ["conv.weight", "conv.bias"]
    assert named.conv is named[0]


def test_append() -> None:
    own = net()
    assert own.append(nn.ReLU()) is own
    assert isinstance(own[3], nn.ReLU)
    part = own[1:]
    assert isinstance(part, nn.Sequential)
    part.append(nn.Tanh())
    assert isinstance(part[-1], nn.Tanh)
    assert len(part) == 4


@pytest.mark.parametrize("part", [3, None, nn.ReLU, "relu", cl.ones(1)])
def test_only_modules(part: Any) -> None:
    with pytest.raises(TypeError, match="not a module"):
        nn.Sequential(part)
    with pytest.raises(TypeError, match="not a module"):
        net().append(part)


def test_places_can_be_overwritten() -> None:
    own = net()
    own[1] = nn.Tanh()
    own[-1] = nn.Linear(3, 1)
    assert [type(part).__name__ for part in own] == ["Linear", "Tanh", "Linear"]
    assert [name for name, _ in own.named_children()] == ["0", "1", "2"]
    with pytest.raises(IndexRangeError):
        own[3] = nn.ReLU()
    with pytest.raises(TypeError, match="not a module"):
        own[0] = 3  # type: ignore[assignment]


def test_parts_go_and_the_rest_is_renumbered() -> None:
    own = net()
    first, _, last = own
    del own[1]
    assert list(own) == [first, last]
    assert [name for name, _ in own.named_children()] == ["0", "1"]
    assert own.pop(0) is first
    assert list(own) == [last]
    own.extend(nn.ReLU() for _ in range(4))
    part = own.pop(slice(1, None, 2))
    assert isinstance(part, nn.Sequential)
    assert (len(part), len(own)) == (2, 3)
    with pytest.raises(IndexRangeError):
        del own[5]
    with pytest.raises(IndexRangeError):
        own.pop(-4)


def test_insert_and_extend() -> None:
    own = net()
    assert own.insert(1, nn.Tanh()) is own
    assert own.insert(-1, nn.Sigmoid()) is own
    kinds = ["Linear", "Tanh", "ReLU", "Sigmoid", "Linear"]
    assert [type(part).__name__ for part in own] == kinds
    assert [name for name, _ in own.named_children()] == list("01234")
    assert own.insert(5, nn.ReLU())[-1] is own[5]
    for index in (7, -7):
        with pytest.raises(IndexRangeError):
            own.insert(index, nn.ReLU())
    with pytest.raises(TypeError, match="not a module"):
        own.insert(0, "relu")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="holds no modules"):
        own.extend(3)  # type: ignore[arg-type]


def test_sums_and_multiples() -> None:
    a, b = net(), nn.Sequential(nn.Tanh())
    both = a + b
    assert list(both) == [*a, *b]
    assert len(a) == 3
    a += b
    assert list(a) == list(both)
    assert list(b * 3) == list(3 * b) == [b[0]] * 3
    b *= 2
    assert [name for name, _ in b.named_modules(remove_duplicate=False)] == ["", "0", "1"]
    with pytest.raises(ValueError, match="cannot be added"):
        a + nn.ModuleList()  # type: ignore[operator]
    with pytest.raises(ValueError, match="repeated 0 times"):
        a * 0
    with pytest.raises(TypeError, match="multiplied with a float"):
        a * 1.5  # type: ignore[operator]


def test_its_names_are_no_attributes_to_list() -> None:
    named = nn.Sequential({"conv": nn.Conv2d(1, 1, 1)})
    assert "conv" in dir(named)
    assert "0" not in dir(net())
