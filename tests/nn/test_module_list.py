"""Lists of modules."""

from __future__ import annotations

import pytest

import convolens as cl
from convolens import nn
from convolens.errors import IndexRangeError


def test_its_parts_belong_to_the_owner() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList([nn.Linear(2, 3), nn.Linear(3, 2)])

        def forward(self, x: cl.Tensor) -> cl.Tensor:
            for layer in self.layers:
                x = layer(x)
            return x

    net = Net()
    assert list(net.state_dict()) == [
        f"layers.{place}.{name}" for place in (0, 1) for name in ("weight", "bias")
    ]
    net(cl.ones(1, 2)).sum().backward()
    assert all(p.grad is not None for p in net.parameters())
    net.layers[1] = nn.Linear(5, 2)
    with pytest.raises(ValueError, match=r"^In layer layers\.1: linear"):
        net(cl.ones(1, 2))


def test_it_is_a_list() -> None:
    own = nn.ModuleList(nn.Linear(k, 1) for k in (1, 2, 3))
    assert len(own) == 3
    assert [part.in_features for part in own] == [1, 2, 3]
    assert own[-1].in_features == 3
    part = own[:2]
    assert isinstance(part, nn.ModuleList)
    assert list(part) == [own[0], own[1]]
    own += [nn.ReLU()]
    assert own.append(nn.Tanh()) is own
    assert own.extend([nn.Sigmoid()]) is own
    both = own + [nn.ReLU()]  # noqa: RUF005
    assert isinstance(both, nn.ModuleList)
    assert (len(both), len(own)) == (7, 6)
    del own[1:4]
    assert [name for name, _ in own.named_children()] == ["0", "1", "2"]
    assert isinstance(own.pop(-1), nn.Sigmoid)
    own.insert(0, nn.Identity())
    assert isinstance(own[0], nn.Identity)
    for index in (3, -4):
        with pytest.raises(IndexRangeError):
            own[index]


def test_it_is_not_called() -> None:
    with pytest.raises(NotImplementedError, match="call its modules one by one"):
        nn.ModuleList([nn.ReLU()])(cl.ones(1))


@pytest.mark.parametrize("bad", [3, [3], [None], nn.ReLU])
def test_only_modules(bad: object) -> None:
    with pytest.raises(TypeError):
        nn.ModuleList(bad)  # type: ignore[arg-type]


def test_what_it_shows() -> None:
    assert repr(nn.ModuleList()) == "ModuleList()"
    parts = [nn.ReLU(), *(nn.Linear(2, 2) for _ in range(3)), nn.ReLU()]
    assert repr(nn.ModuleList(parts)) == (
        "ModuleList(\n"
        "  (0): ReLU()\n"
        "  (1-3): 3 x Linear(in_features=2, out_features=2, bias=True)\n"
        "  (4): ReLU()\n"
        ")"
    )
