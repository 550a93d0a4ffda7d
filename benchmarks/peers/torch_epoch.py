"""An epoch in torch, from images that lie in memory as one float tensor."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch.nn import functional

from benchmarks.cases import LEARNING_RATE, MOMENTUM
from benchmarks.epoch import BATCH, EpochProblem
from benchmarks.nets import Array
from benchmarks.peers.base import Session
from benchmarks.peers.torch import build, compiled, fill
from convolens.data import Dataset, open_dataset

#: The test images need no small steps.
TEST_BATCH = 1000


class Epoch(Session):
    """The loop that everybody writes, without a DataLoader, which would only slow it down."""

    def __init__(
        self, problem: EpochProblem, layout: torch.memory_format, compile_it: bool
    ) -> None:
        self.problem, self.layout = problem, layout
        data = open_dataset(problem.folder)
        self.x, self.y = _tensors(data.train)
        self.x_test, self.y_test = _tensors(data.test)
        torch.manual_seed(0)
        self.model = build(problem.net, problem.weights, layout)
        self.forward: Callable[..., torch.Tensor] = self.model
        if compile_it:
            self.forward = compiled(self.model, self.x[:BATCH])
        self.reset()

    def reset(self) -> None:
        fill(self.model, self.problem.weights)
        self.optimizer = torch.optim.SGD(
            self.model.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM
        )

    def step(self) -> float:
        order = torch.randperm(len(self.x))
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            self.optimizer.zero_grad()
            loss = functional.cross_entropy(self.forward(self.x[chosen]), self.y[chosen])
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimizer.step()
        return self._accuracy()

    def _accuracy(self) -> float:
        right = 0
        with torch.inference_mode():
            for start in range(0, len(self.x_test), TEST_BATCH):
                part = slice(start, start + TEST_BATCH)
                guess = self.model(self.x_test[part]).argmax(1)
                right += int((guess == self.y_test[part]).sum())
        return right / len(self.x_test)

    def result(self) -> dict[str, Array]:
        self.reset()
        return {"test accuracy": np.asarray(self.step())}


def _tensors(data: Dataset) -> tuple[torch.Tensor, torch.Tensor]:
    """Return all images, float [N, C, H, W] from 0 to 1, and labels."""
    images, labels = data.batch(np.arange(len(data)))
    return torch.from_numpy(np.ascontiguousarray(images)), torch.from_numpy(labels)
