"""Groups of many channels, whose channels are copied side by side before they are read."""

from __future__ import annotations

import pytest

from contracts.each_isa.check_shapes import check
from convolens import ops
from convolens.ops import Sample
from convolens.ops._conv_geometry import ConvGeometry
from convolens.ops._op import shared
from convolens.spec import TensorSpec

#: Images, groups, channels and outputs of a group, sizes, kernel, stride, padding, dilation.
CASES = [
    (1, 2, 16, 16, (14, 14), (3, 3), (1, 1), (1, 1), (1, 1)),
    (3, 3, 17, 33, (9, 5), (3, 3), (1, 1), (2, 0), (1, 1)),
    (2, 2, 40, 16, (40, 7), (5, 2), (1, 1), (0, 1), (1, 1)),
    (1, 5, 16, 19, (11, 12), (1, 3), (1, 1), (0, 3), (1, 1)),
    (2, 2, 18, 35, (13, 12), (3, 3), (1, 1), (2, 2), (2, 2)),
    (2, 2, 16, 20, (13, 12), (3, 3), (2, 1), (1, 1), (1, 1)),
    (1, 4, 16, 16, (3, 2), (3, 3), (1, 1), (1, 1), (1, 1)),
    (2, 3, 5, 16, (8, 9), (3, 2), (3, 2), (1, 0), (1, 2)),
    (2, 2, 64, 32, (6, 6), (1, 1), (1, 1), (0, 0), (1, 1)),
    (2, 3, 80, 20, (9, 13), (1, 1), (1, 1), (0, 0), (1, 1)),
    (2, 4, 24, 40, (7, 7), (1, 1), (1, 1), (0, 0), (1, 1)),
]


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("at_end", [False, True])
def test_values(case: tuple, at_end: bool) -> None:
    images, groups, channels, outputs, sizes, kernel, stride, padding, dilation = case
    op = ops.Conv(stride, tuple((p, p) for p in padding), dilation, groups)
    x = TensorSpec((images, groups * channels, *sizes))
    weight = TensorSpec((groups * outputs, channels, *kernel))
    y, attributes = op.infer(x, weight), shared(op, ConvGeometry)
    check(Sample(op, (x, weight, TensorSpec(weight.shape[:1]))), at_end)
    check(Sample(ops.ConvInputGrad(**attributes, sizes=sizes), (weight, y)), at_end)
    check(Sample(ops.ConvWeightGrad(**attributes, kernel=kernel), (x, y)), at_end)
