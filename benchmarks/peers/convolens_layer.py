"""Layers and their gradients, and the residual network, in convolens."""

from __future__ import annotations

from typing import Any

import numpy as np

import convolens as cl
from benchmarks import resnet20
from benchmarks.cases import LEARNING_RATE, MOMENTUM
from benchmarks.layer_exact import result_name
from benchmarks.layers.case import LayerProblem
from benchmarks.nets import Array
from benchmarks.peers.base import Session
from convolens.backends.layout import dense
from convolens.nn import Parameter, functional
from convolens.tensor import Tensor


def leaf(array: Array) -> Tensor:
    """Return a tensor in the engine's own memory layout, as its operators make them."""
    return Tensor.leaf(dense(array))


class Layer(Session):
    """One layer: forward without gradients, or forward and backward."""

    def __init__(self, problem: LayerProblem) -> None:
        case = problem.case
        self.operation = case.operation
        self.names = case.gradients(problem.task)
        named = {
            name: leaf(array)
            for name, array in zip(case.operation.arrays(case.x), problem.arrays, strict=True)
        }
        # The weights of a forward pass are packed once, as those of any model are.
        for name in [*named][self.operation.activations :]:
            named[name] = Parameter(named[name], requires_grad=name in self.names)
        for name in self.names:
            named[name].requires_grad_()
        self.tensors = [*named.values()]
        self.leaves = [named[name] for name in self.names]
        self.upstream = leaf(problem.upstream)

    def step(self) -> Tensor:
        if not self.leaves:
            with cl.inference_mode():
                return self.operation.call(functional, self.tensors, False)  # type: ignore[no-any-return]
        for tensor in self.leaves:
            tensor.grad = None
            # An optimiser changes the weights between two steps, so they are packed once in each.
            tensor.version.bump()
        y = self.operation.call(functional, self.tensors, True)
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

    def __init__(self, problem: resnet20.ResNet20Problem) -> None:
        self.problem = problem
        self.x, self.labels = cl.tensor(problem.images), cl.tensor(problem.labels)
        self.net = resnet20.network()
        self.weights = [*self.net.parameters()]
        self.reset()
        self.optimizer = cl.optim.SGD(self.weights, lr=LEARNING_RATE, momentum=MOMENTUM)

    def _gradients(self) -> Tensor:
        self.optimizer.zero_grad()
        loss = functional.cross_entropy(self.net(self.x), self.labels)
        loss.backward()
        return loss

    def step(self) -> Any:
        loss = self._gradients()
        self.optimizer.step()
        return loss

    def reset(self) -> None:
        with cl.no_grad():
            for weight, value in zip(self.weights, self.problem.weights, strict=True):
                weight.copy_(value)

    def result(self) -> dict[str, Array]:
        self.reset()
        results = {"loss": np.array(self._gradients().detach().numpy())}
        for name, weight in zip(resnet20.names(self.weights), self.weights, strict=True):
            assert weight.grad is not None
            results[name] = np.array(weight.grad.numpy())
        return results
