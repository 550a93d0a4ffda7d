"""The profile of a step: every operator is timed, computed as without a clock."""

from __future__ import annotations

from benchmarks.operators import profile

import convolens as cl
from convolens import nn


def test_every_operator_of_a_step_has_a_row() -> None:
    net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten())
    net.append(nn.Linear(8 * 36, 10))
    optimizer = cl.optim.SGD(net.parameters(), lr=1e-4)
    x, losses = cl.randn(4, 3, 8, 8), []

    def step() -> None:
        optimizer.zero_grad()
        loss = net(x).sum()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())

    rows = {row["operator"]: row for row in profile(step, 2)}
    assert {"conv", "conv_weight_grad", "normalize_relu", "linear", "sgd"} <= {*rows}
    assert rows["conv"]["calls"] == 1
    assert 0 < rows["conv"]["ns"] < rows["whole step"]["ns"]
    assert len(losses) == 24
