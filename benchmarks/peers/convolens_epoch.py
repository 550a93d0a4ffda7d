"""An epoch by the Trainer, with batches from the Loader."""

from __future__ import annotations

import numpy as np

import convolens as cl
from benchmarks.cases import LEARNING_RATE, MOMENTUM
from benchmarks.epoch import BATCH, EpochProblem
from benchmarks.nets import Array
from benchmarks.peers.base import Session
from benchmarks.peers.convolens import build
from convolens.data import open_dataset
from convolens.train import Trainer


class Epoch(Session):
    """One call of ``Trainer.fit``: 600 steps, and the test images."""

    def __init__(self, problem: EpochProblem) -> None:
        self.problem = problem
        self.data = open_dataset(problem.folder)
        self.trainer: Trainer
        self.reset()

    def reset(self) -> None:
        model = build(self.problem.net, self.problem.weights)
        optimizer = cl.optim.SGD(model.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM)
        self.trainer = Trainer(model, optimizer, progress=False)

    def step(self) -> float:
        return self.trainer.fit(self.data.train, self.data.test, 1, BATCH)[-1].test_accuracy

    def result(self) -> dict[str, Array]:
        self.reset()
        return {"test accuracy": np.asarray(self.step())}
