"""Networks that plans are made of in tests."""

from __future__ import annotations

from typing import Any

import convolens as cl
from convolens import nn
from convolens.nn import functional as F


class Function(nn.Module):
    """A network whose forward is a function of its inputs and itself."""

    def __init__(self, function: Any, **parts: nn.Module) -> None:
        super().__init__()
        self.function = function
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, *inputs: cl.Tensor) -> Any:
        return self.function(self, *inputs)


class Block(nn.Module):
    """A residual block as torchvision's users write it, with a sum in place."""

    def __init__(self, C: int, K: int, stride: int = 1, in_place: bool = True) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(C, K, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(K)
        self.conv2 = nn.Conv2d(K, K, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(K)
        self.way = (
            nn.Sequential(nn.Conv2d(C, K, 1, stride, bias=False), nn.BatchNorm2d(K))
            if stride > 1 or C != K
            else nn.Identity()
        )
        self.in_place = in_place

    def forward(self, x: cl.Tensor) -> cl.Tensor:
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.in_place:
            y += self.way(x)
        else:
            y = self.way(x) + y
        return F.relu(y)


def trained(network: nn.Module) -> nn.Module:
    """Return a network in evaluation mode, with averages and parameters unlike a new one's."""
    for part in network.modules():
        for tensor in (*part.parameters(), *part.buffers()):
            if tensor.is_floating_point():
                tensor.detach().copy_(cl.rand_like(tensor) + 0.5)
        if isinstance(part, nn.Conv1d | nn.Conv2d | nn.Conv3d | nn.Linear):
            part.weight.detach().copy_(cl.randn_like(part.weight) / 4)
    return network.eval()
