"""Whole networks as their users write them: one text of modules for convolens and for torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod, sqrt
from typing import Any, Literal, NamedTuple, final

import numpy as np

from benchmarks.nets import Array

NetworkTask = Literal["training", "inference"]


class Parts(NamedTuple):
    """Where modules come from: a package like ``torch.nn``, and two modules made of it."""

    nn: Any
    #: act(main(x) + way(x)).
    Residual: Any
    #: x, and behind its channels those of inner(x).
    Beside: Any


def parts(nn: Any, cat: Callable[[Sequence[Any], int], Any]) -> Parts:
    """Return the parts of a package, whose ``cat`` joins tensors along an axis."""

    class Residual(nn.Module):
        def __init__(self, main: Any, way: Any = None, act: Any = None) -> None:
            super().__init__()
            self.main, self.way, self.act = main, way or nn.Identity(), act or nn.Identity()

        def forward(self, x: Any) -> Any:
            return self.act(self.main(x) + self.way(x))

    class Beside(nn.Module):
        def __init__(self, *inner: Any) -> None:
            super().__init__()
            self.inner = nn.Sequential(*inner)

        def forward(self, x: Any) -> Any:
            return cat([x, self.inner(x)], 1)

    return Parts(nn, Residual, Beside)


def _conv(
    p: Parts, C: int, K: int, kernel: int, stride: int = 1, groups: int = 1, act: str = "ReLU"
) -> list[Any]:
    """Return a convolution, its normalisation, and an activation unless that is ''."""
    nn, around = p.nn, kernel // 2
    conv = nn.Conv2d(C, K, kernel, stride, around, groups=groups, bias=False)
    return [conv, nn.BatchNorm2d(K), *([getattr(nn, act)()] if act else [])]


def _way(p: Parts, C: int, K: int, stride: int) -> Any:
    """Return the projection of a residual block, or None where the shape stays."""
    changes = stride > 1 or C != K
    return p.nn.Sequential(*_conv(p, C, K, 1, stride, act="")) if changes else None


def _basic(p: Parts, C: int, K: int, stride: int) -> Any:
    main = [*_conv(p, C, K, 3, stride), *_conv(p, K, K, 3, act="")]
    return p.Residual(p.nn.Sequential(*main), _way(p, C, K, stride), p.nn.ReLU())


def _bottleneck(p: Parts, C: int, K: int, stride: int) -> Any:
    inner = K // 4
    main = [*_conv(p, C, inner, 1), *_conv(p, inner, inner, 3, stride)]
    main += _conv(p, inner, K, 1, act="")
    return p.Residual(p.nn.Sequential(*main), _way(p, C, K, stride), p.nn.ReLU())


def _stages(
    p: Parts, block: Callable[..., Any], C: int, widths: Sequence[int], counts: Sequence[int]
) -> list[Any]:
    """Return the blocks of a residual network; each stage but the first begins with stride 2."""
    blocks = []
    for stage, (width, count) in enumerate(zip(widths, counts, strict=True)):
        for number in range(count):
            blocks.append(block(p, C, width, 2 if stage and not number else 1))
            C = width
    return blocks


def _end(p: Parts, C: int, classes: int) -> list[Any]:
    return [p.nn.AdaptiveAvgPool2d(1), p.nn.Flatten(), p.nn.Linear(C, classes)]


def _imagenet_resnet(block: Callable[..., Any], wider: int, counts: Sequence[int]) -> Any:
    def build(p: Parts) -> Any:
        widths = [width * wider for width in (64, 128, 256, 512)]
        first = [*_conv(p, 3, 64, 7, 2), p.nn.MaxPool2d(3, 2, 1)]
        blocks = _stages(p, block, 64, widths, counts)
        return p.nn.Sequential(*first, *blocks, *_end(p, widths[-1], 1000))

    return build


def _resnet20(p: Parts) -> Any:
    blocks = _stages(p, _basic, 16, (16, 32, 64), (3, 3, 3))
    return p.nn.Sequential(*_conv(p, 3, 16, 3), *blocks, *_end(p, 64, 10))


def _inverted(p: Parts, C: int, K: int, stride: int, wider: int) -> Any:
    inner = C * wider
    main = _conv(p, C, inner, 1, act="ReLU6") if wider > 1 else []
    main += _conv(p, inner, inner, 3, stride, inner, "ReLU6")
    main += _conv(p, inner, K, 1, act="")
    block = p.nn.Sequential(*main)
    return p.Residual(block) if stride == 1 and C == K else block


def _mobilenet_v2(p: Parts) -> Any:
    table = (
        (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
        (6, 320, 1, 1),
    )  # fmt: skip
    C, blocks = 32, []
    for wider, K, count, stride in table:
        for number in range(count):
            blocks.append(_inverted(p, C, K, 1 if number else stride, wider))
            C = K
    first, last = _conv(p, 3, 32, 3, 2, act="ReLU6"), _conv(p, C, 1280, 1, act="ReLU6")
    return p.nn.Sequential(*first, *blocks, *last, *_end(p, 1280, 1000))


def _vgg11(p: Parts) -> Any:
    nn, C, layers = p.nn, 3, []
    for K, count in ((64, 1), (128, 1), (256, 2), (512, 2), (512, 2)):
        for _ in range(count):
            layers += [nn.Conv2d(C, K, 3, padding=1), nn.ReLU()]
            C = K
        layers.append(nn.MaxPool2d(2))
    layers += [nn.Flatten(), nn.Linear(512 * 7 * 7, 4096), nn.ReLU(), nn.Linear(4096, 4096)]
    return nn.Sequential(*layers, nn.ReLU(), nn.Linear(4096, 1000))


def _unet(p: Parts) -> Any:
    nn = p.nn

    def level(C: int, width: int, depth: int) -> list[Any]:
        """Return what makes ``width`` channels of C, with ``depth`` smaller images inside."""
        down = [*_conv(p, C, width, 3), *_conv(p, width, width, 3)]
        if not depth:
            return down
        inner = level(width, 2 * width, depth - 1)
        way = p.Beside(nn.MaxPool2d(2), *inner, nn.ConvTranspose2d(2 * width, width, 2, 2))
        return [*down, way, *_conv(p, 2 * width, width, 3), *_conv(p, width, width, 3)]

    return nn.Sequential(*level(3, 32, 3), nn.Conv2d(32, 10, 1))


@final
@dataclass(frozen=True)
class WholeNet:
    """A network, its images [C, H, W], how many of them a step takes, and who published it."""

    title: str
    source: str
    build: Callable[[Parts], Any]
    image: tuple[int, int, int]
    batch: int
    classes: int
    #: Whether each pixel has a class, instead of the image.
    per_pixel: bool = False


_HE = "He et al., Deep Residual Learning for Image Recognition, 2016"
WHOLE_NETS = {
    "resnet18": WholeNet(
        "ResNet-18", f"{_HE}, table 1", _imagenet_resnet(_basic, 1, (2, 2, 2, 2)), (3, 224, 224), 8,
        1000,
    ),
    "resnet50": WholeNet(
        "ResNet-50", f"{_HE}, table 1", _imagenet_resnet(_bottleneck, 4, (3, 4, 6, 3)),
        (3, 224, 224), 4, 1000,
    ),
    "resnet20": WholeNet("ResNet-20", f"{_HE}, section 4.2", _resnet20, (3, 32, 32), 128, 10),
    "mobilenet_v2": WholeNet(
        "MobileNetV2", "Sandler et al., MobileNetV2, 2018, table 2", _mobilenet_v2, (3, 224, 224),
        8, 1000,
    ),
    "vgg11": WholeNet(
        "VGG-11", "Simonyan and Zisserman, 2015, table 1, A, without dropout", _vgg11,
        (3, 224, 224), 4, 1000,
    ),
    "unet": WholeNet(
        "U-Net", "Ronneberger et al., U-Net, 2015, three levels of half the width, padded, "
        "with normalisations", _unet, (3, 128, 128), 4, 10, True,
    ),
}  # fmt: skip


@final
@dataclass(frozen=True)
class NetworkCase:
    """A training step (forward, cross-entropy, backward, SGD with momentum), or a forward pass."""

    name: str
    task: NetworkTask
    batch: int

    @property
    def net(self) -> WholeNet:
        return WHOLE_NETS[self.name]

    @property
    def title(self) -> str:
        return f"{self.net.title}, {'x'.join(map(str, (self.batch, *self.net.image)))}"

    @property
    def output(self) -> tuple[int, ...]:
        """The shape of what the network makes."""
        pixels = self.net.image[1:] if self.net.per_pixel else ()
        return (self.batch, self.net.classes, *pixels)


@final
@dataclass(frozen=True)
class NetworkProblem:
    """A case with its images and labels; each process draws the same weights."""

    case: NetworkCase
    images: Array
    labels: Array
    seed: int


def make_problem(case: NetworkCase, seed: int = 0) -> NetworkProblem:
    """Draw images, standard normal, and labels."""
    random = np.random.default_rng(seed)
    images = random.standard_normal((case.batch, *case.net.image), np.float32)
    N, classes, *pixels = case.output
    return NetworkProblem(case, images, random.integers(0, classes, (N, *pixels)), seed)


def draw_weights(shapes: dict[str, tuple[int, ...]], seed: int) -> dict[str, Array]:
    """Return numbers for parameters by name: normal with variance 2 / fan-in; norms do nothing."""
    random = np.random.default_rng(seed)
    drawn = {}
    for name, shape in shapes.items():
        if len(shape) > 1:
            spread = sqrt(2 / prod(shape[1:]))
            drawn[name] = np.float32(spread) * random.standard_normal(shape, np.float32)
        else:
            drawn[name] = np.full(shape, float(name.endswith("weight")), np.float32)
    return drawn
