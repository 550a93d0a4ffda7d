"""Layers and their gradients, and the residual network, in torch."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch.nn import functional

from benchmarks import resnet20
from benchmarks.cases import LEARNING_RATE, MOMENTUM
from benchmarks.layer_exact import result_name
from benchmarks.layers.case import LayerProblem
from benchmarks.nets import Array
from benchmarks.peers.base import Session, UnavailableError
from benchmarks.peers.torch import compiled

_CHANNELS_LAST = {4: torch.channels_last, 5: torch.channels_last_3d}


class Layer(Session):
    """One layer: forward without gradients, or forward and backward."""

    def __init__(self, problem: LayerProblem, channels_last: bool, compile_it: bool) -> None:
        case = problem.case
        if channels_last and len(case.x) not in _CHANNELS_LAST:
            raise UnavailableError(f"torch has no channels_last of rank {len(case.x)}.")
        self.names = case.gradients(problem.task)
        named = {
            name: _tensor(array, channels_last)
            for name, array in zip(case.operation.arrays(case.x), problem.arrays, strict=True)
        }
        self.leaves = [named[name].requires_grad_() for name in self.names]
        self.tensors = [*named.values()]
        self.upstream = _tensor(problem.upstream, channels_last)
        training = bool(self.names)

        def call(*tensors: torch.Tensor) -> Any:
            return case.operation.call(functional, tensors, training)

        self.call = call
        if compile_it:
            with torch.inference_mode(not training):
                self.call = compiled(call, *self.tensors)

    def step(self) -> torch.Tensor:
        if not self.leaves:
            with torch.inference_mode():
                return self.call(*self.tensors)  # type: ignore[no-any-return]
        for tensor in self.leaves:
            tensor.grad = None
        y = self.call(*self.tensors)
        y.backward(self.upstream)
        return y  # type: ignore[no-any-return]

    def result(self) -> dict[str, Array]:
        results = {"y": np.array(self.step().detach().numpy())}
        for name, tensor in zip(self.names, self.leaves, strict=True):
            assert tensor.grad is not None
            results[result_name(name)] = tensor.grad.numpy()
        return results


class ResNet20(Session):
    """A training step of the residual network."""

    def __init__(
        self, problem: resnet20.ResNet20Problem, channels_last: bool, compile_it: bool
    ) -> None:
        self.problem = problem
        self.x = _tensor(problem.images, channels_last)
        self.labels = torch.from_numpy(problem.labels)
        self.weights = [_tensor(w.copy(), channels_last).requires_grad_() for w in problem.weights]
        self.statistics = [
            torch.from_numpy(each.astype(np.float32)) for each in resnet20.statistics()
        ]
        self.optimizer = torch.optim.SGD(self.weights, lr=LEARNING_RATE, momentum=MOMENTUM)
        self.loss = self._loss
        if compile_it:
            self.loss = compiled(self._loss, self.x, self.labels, self.weights, self.statistics)

    def _loss(
        self,
        x: torch.Tensor,
        labels: torch.Tensor,
        weights: list[torch.Tensor],
        statistics: list[torch.Tensor],
    ) -> torch.Tensor:
        return resnet20.loss(functional, x, labels, weights, statistics)  # type: ignore[no-any-return]

    def _gradients(self) -> torch.Tensor:
        self.optimizer.zero_grad()
        loss = self.loss(self.x, self.labels, self.weights, self.statistics)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    def step(self) -> torch.Tensor:
        loss = self._gradients()
        self.optimizer.step()
        return loss

    def reset(self) -> None:
        with torch.no_grad():
            for weight, value in zip(self.weights, self.problem.weights, strict=True):
                weight.copy_(torch.from_numpy(value))

    def result(self) -> dict[str, Array]:
        self.reset()
        results = {"loss": self._gradients().detach().numpy()}
        for name, weight in zip(resnet20.names(self.weights), self.weights, strict=True):
            assert weight.grad is not None
            results[name] = np.array(weight.grad.numpy())
        return results


def _tensor(array: Array, channels_last: bool) -> torch.Tensor:
    tensor = torch.from_numpy(array)
    if channels_last and array.ndim in _CHANNELS_LAST:
        return tensor.contiguous(memory_format=_CHANNELS_LAST[array.ndim])
    return tensor
