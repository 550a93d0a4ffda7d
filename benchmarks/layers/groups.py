"""All groups of layers, with their targets on two threads and on one."""

from __future__ import annotations

from benchmarks.layers import (
    beyond,
    depthwise,
    first_layers,
    other_axes,
    other_convolutions,
    three_by_three,
    without_kernels,
)
from benchmarks.layers.case import Group, Target

GROUPS = (
    Group(
        "3x3",
        "3x3, stride 1, 32 channels and more",
        {"forward": Target(2.0, 1.5), "forward+backward": Target(2.0, 1.5)},
        three_by_three.CASES,
    ),
    Group(
        "other",
        "1x1, 5x5, strided, grouped, dilated",
        {"forward": Target(1.05, 0.95), "forward+backward": Target(1.3, 1.0)},
        other_convolutions.CASES,
    ),
    Group(
        "first",
        "first layers, 1 or 3 channels",
        {"forward": Target(1.3, 1.0), "forward+backward": Target(2.5, 1.5)},
        first_layers.CASES,
    ),
    Group(
        "depthwise",
        "depthwise 3x3, stride 1 and 2",
        {"forward": Target(1.3, 1.0), "forward+backward": Target(2.0, 1.3)},
        depthwise.CASES,
    ),
    Group(
        "axes",
        "transposed, 1-D, 3-D",
        {"forward": Target(1.2, 1.0), "forward+backward": Target(1.5, 1.0)},
        other_axes.CASES,
    ),
    Group(
        "others",
        "pooling, batch norm, LRN, linear, elementwise, softmax with loss",
        {"forward": Target(1.2, 0.95), "forward+backward": Target(1.3, 1.0)},
        without_kernels.CASES,
    ),
)
#: Measured where it is asked for by name.
BEYOND = Group(
    "beyond",
    "layers of other networks",
    {"forward": Target(1.05, 0.95), "forward+backward": Target(1.3, 1.0)},
    beyond.CASES,
)
