"""The textbook chapter."""

from __future__ import annotations

import numpy as np

from benchmarks.cases import LEARNING_RATE, MOMENTUM, NetProblem
from benchmarks.exact import parameter_names, scratch_layers
from benchmarks.nets import Array
from benchmarks.peers.base import Session, UnavailableError
from convolens.scratch import Affine, Convolution, Momentum, SoftmaxWithLoss


def load(problem: object, threads: int, dtype: str) -> Session:
    """Return the problem, ready to run. The process's environment has set NumPy's threads."""
    if not isinstance(problem, NetProblem):
        raise UnavailableError("the chapter is measured on networks only")
    return _Net(problem, dtype)


class _Net(Session):
    """A forward pass or a training step."""

    def __init__(self, problem: NetProblem, dtype: str) -> None:
        self.problem = problem
        self.dtype = np.dtype(dtype)
        self.images = problem.images.astype(self.dtype)
        self.names = parameter_names(problem.case.net)
        self.reset()
        self.step = self._step if problem.case.task == "step" else self._forward  # type: ignore[method-assign]

    def reset(self) -> None:
        weights = [weight.astype(self.dtype) for weight in self.problem.weights]
        self.layers = scratch_layers(self.problem.case.net, weights)
        self.weighted = [la for la in self.layers if isinstance(la, Convolution | Affine)]
        arrays = [array for layer in self.weighted for array in (layer.W, layer.b)]
        self.params = dict(zip(self.names, arrays, strict=True))
        self.last = SoftmaxWithLoss()
        self.optimizer = Momentum(LEARNING_RATE, MOMENTUM)

    def step(self) -> object:
        raise NotImplementedError

    def _forward(self) -> Array:
        x = self.images
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def _step(self) -> float:
        loss = self.last.forward(self._forward(), self.problem.labels)
        g = self.last.backward()
        for layer in reversed(self.layers):
            g = layer.backward(g)
        gradients = [array for layer in self.weighted for array in (layer.dW, layer.db)]
        self.optimizer.update(self.params, dict(zip(self.names, gradients, strict=True)))
        return loss

    def result(self) -> dict[str, Array]:
        self.reset()
        result = {"logits": self._forward()}
        if self.problem.case.task == "forward":
            return result
        result["loss"] = np.asarray(self._step())
        for name in self.names:
            result[f"velocity of {name}"] = self._velocity(name)
            result[name] = _as_torch(self.params[name]).copy()
        self._step()
        for name in self.names:
            result[f"second velocity of {name}"] = self._velocity(name)
        return result

    def _velocity(self, name: str) -> Array:
        # The book keeps the learning rate inside the velocity, and its sign.
        return _as_torch(self.optimizer.v[name]) / -LEARNING_RATE


def _as_torch(array: Array) -> Array:
    """Return a matrix as [out, in]; the book's are [in, out]."""
    return array.T if array.ndim == 2 else array
