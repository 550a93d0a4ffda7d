"""Parameters by name."""

from __future__ import annotations

import pytest

import convolens as cl
from convolens import nn
from convolens.errors import PartNameError


def test_it_is_a_dictionary() -> None:
    own = nn.ParameterDict({"left": cl.zeros(2), "right": nn.Parameter(cl.ones(3))})
    assert list(own) == list(own.keys()) == list(own.state_dict()) == ["left", "right"]
    assert isinstance(own["left"], nn.Parameter)
    assert [p.shape for p in own.values()] == [(2,), (3,)]
    own.update([("more", cl.zeros(1)), ("left", cl.zeros(4))])
    own.update(nn.ParameterDict({"last": cl.zeros(1)}))
    assert [(name, p.shape) for name, p in own.items()] == [
        ("left", (4,)),
        ("right", (3,)),
        ("more", (1,)),
        ("last", (1,)),
    ]
    assert list(reversed(own))[0] == "last"  # noqa: RUF015
    assert own.get("nothing") is None
    assert own.get("nothing", 3) == 3
    assert own.get("last") is own["last"]
    assert "more" in own
    assert own.pop("more").shape == (1,)
    del own["last"]
    assert len(own) == 2
    own.clear()
    assert not list(own.parameters())
    with pytest.raises(AttributeError, match="has no parameter 'left'"):
        own["left"]
    with pytest.raises(KeyError, match="left"):
        del own["left"]


@pytest.mark.parametrize("name", ["", "a.b", "keys", "training", "_names"])
def test_names_that_are_taken_or_impossible(name: str) -> None:
    with pytest.raises(PartNameError):
        nn.ParameterDict({name: cl.zeros(1)})


def test_refusals() -> None:
    for bad in (3, [3], {3: cl.zeros(1)}):
        with pytest.raises(TypeError):
            nn.ParameterDict(bad)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="should not be called"):
        nn.ParameterDict()(1)


def test_what_it_shows() -> None:
    assert repr(nn.ParameterDict({"a": cl.zeros(2), "b": 3})) == (
        "ParameterDict(\n  (a): Parameter float32[2]\n  (b): Object of type: int\n)"
    )
    assert repr(nn.ParameterDict()) == "ParameterDict()"
