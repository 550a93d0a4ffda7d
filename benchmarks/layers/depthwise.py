"""Depthwise 3x3 convolutions with stride 1 and 2."""

from __future__ import annotations

from benchmarks.layers.case import LayerCase
from benchmarks.layers.convolution import Conv

_MOBILENET = "Howard et al., MobileNets, 2017, table 1"
_MOBILENET2 = "Sandler et al., MobileNetV2, 2018, table 2"


def _case(version: int, N: int, C: int, size: int, stride: int) -> LayerCase:
    source = _MOBILENET if version == 1 else _MOBILENET2
    operation = Conv(C, (3, 3), stride=stride, padding=1, groups=C)
    name = f"MobileNet v{version}, {size}x{size}"
    return LayerCase(name, source, (N, C, size, size), operation)


CASES = (
    _case(1, 8, 32, 112, 1),
    _case(1, 8, 64, 112, 2),
    _case(1, 8, 128, 56, 1),
    _case(1, 8, 128, 56, 2),
    _case(1, 8, 256, 28, 1),
    _case(1, 8, 512, 14, 1),
    _case(1, 1, 512, 14, 1),
    _case(1, 64, 512, 14, 1),
    _case(1, 8, 512, 14, 2),
    _case(1, 1, 1024, 7, 1),
    _case(2, 8, 96, 112, 2),
    _case(2, 8, 144, 56, 1),
    _case(2, 1, 144, 56, 1),
    _case(2, 8, 960, 7, 1),
)
