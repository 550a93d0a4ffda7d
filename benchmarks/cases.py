"""The cases: what is computed, on which network, with how many images and threads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

from benchmarks.nets import NETS, Array, Net

LEARNING_RATE = 0.01
MOMENTUM = 0.9

Task = Literal["step", "forward"]


@final
@dataclass(frozen=True)
class NetCase:
    """A training step (forward, cross-entropy, backward, SGD with momentum), or a forward pass."""

    task: Task
    net_name: str
    batch: int
    threads: int

    @property
    def net(self) -> Net:
        return NETS[self.net_name]

    @property
    def title(self) -> str:
        what = "training step" if self.task == "step" else "forward pass"
        plural = "" if self.threads == 1 else "s"
        return f"{self.net.title}, {what}, batch {self.batch}, {self.threads} thread{plural}"


@final
@dataclass(frozen=True)
class NetProblem:
    """A case with its numbers: images [N, C, H, W], labels [N], weight and bias of each layer."""

    case: NetCase
    images: Array
    labels: Array
    weights: list[Array]


ConvTask = Literal["forward", "input grad", "weight grad"]


@final
@dataclass(frozen=True)
class ConvCase:
    """One convolution: x [N, C, H, W] with K kernels of RxR, and where the layer is from."""

    source: str
    N: int
    C: int
    H: int
    K: int
    R: int
    stride: int = 1
    padding: int = 0
    groups: int = 1

    @property
    def output(self) -> int:
        """The output's height and width."""
        return (self.H + 2 * self.padding - self.R) // self.stride + 1

    @property
    def multiply_adds(self) -> int:
        """Those of the forward pass; each gradient takes as many."""
        return self.N * self.K * self.output**2 * (self.C // self.groups) * self.R**2

    @property
    def shapes(self) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
        """The shapes of image, weight and output."""
        N, C, H, K, R, P = self.N, self.C, self.H, self.K, self.R, self.output
        return (N, C, H, H), (K, C // self.groups, R, R), (N, K, P, P)

    @property
    def title(self) -> str:
        text = f"{self.N}x{self.C}x{self.H}x{self.H} to {self.K}, {self.R}x{self.R}"
        text += f" s{self.stride}" if self.stride > 1 else ""
        text += f" p{self.padding}" if self.padding else ""
        return text + (f" g{self.groups}" if self.groups > 1 else "")


@final
@dataclass(frozen=True)
class ConvProblem:
    """A convolution with its numbers, and which of its three products is wanted."""

    case: ConvCase
    task: ConvTask
    threads: int
    x: Array
    weight: Array
    gradient: Array


CONVOLUTIONS = (
    ConvCase("ResNet-18 conv1", 8, 3, 224, 64, 7, 2, 3),
    ConvCase("ResNet-18 layer1", 8, 64, 56, 64, 3, 1, 1),
    ConvCase("ResNet-18 layer2", 8, 128, 28, 128, 3, 1, 1),
    ConvCase("ResNet-18 layer2, first", 8, 64, 56, 128, 3, 2, 1),
    ConvCase("ResNet-18 layer3", 8, 256, 14, 256, 3, 1, 1),
    ConvCase("ResNet-18 layer4", 8, 512, 7, 512, 3, 1, 1),
    ConvCase("ResNet-50 layer1, 1x1", 8, 64, 56, 256, 1),
    ConvCase("ResNet-50 layer3, 1x1", 8, 1024, 14, 256, 1),
    ConvCase("SimpleConvNet", 100, 1, 28, 30, 5),
    ConvCase("LeNet-5 conv1", 100, 1, 28, 6, 5, 1, 2),
    ConvCase("LeNet-5 conv2", 100, 6, 14, 16, 5),
    ConvCase("VGG-16 conv1_1", 4, 3, 112, 64, 3, 1, 1),
    ConvCase("AlexNet conv1", 8, 3, 224, 64, 11, 4, 2),
    ConvCase("MobileNet depthwise", 8, 128, 56, 128, 3, 1, 1, 128),
    ConvCase("MobileNet depthwise, stride 2", 8, 128, 56, 128, 3, 2, 1, 128),
)
