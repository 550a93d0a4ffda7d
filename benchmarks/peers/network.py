"""A whole network by the names that convolens and torch share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.cases import LEARNING_RATE, MOMENTUM
from benchmarks.nets import Array
from benchmarks.peers.base import Session
from benchmarks.whole_nets import NetworkProblem, draw_weights, parts


def built(package: Any, problem: NetworkProblem) -> Any:
    """Return the network of a package, ``convolens`` or ``torch``, with the problem's weights."""
    case = problem.case
    net = case.net.build(parts(package.nn, package.cat))
    fill(package, net, weights_of(net, problem))
    return net.train(case.task == "training")


def weights_of(net: Any, problem: NetworkProblem) -> dict[str, Array]:
    """Return the weights that the network begins with, by name."""
    shapes = {name: tuple(parameter.shape) for name, parameter in net.named_parameters()}
    return draw_weights(shapes, problem.seed)


def fill(package: Any, net: Any, weights: dict[str, Array]) -> None:
    """Overwrite the parameters in place."""
    with package.no_grad():
        for name, parameter in net.named_parameters():
            parameter.copy_(package.from_numpy(weights[name]))


class Inference(Session):
    """A forward pass of a network in evaluation, without gradients."""

    def __init__(self, package: Any, net: Callable[[Any], Any], images: Any) -> None:
        self.package, self.net, self.images = package, net, images

    def step(self) -> Any:
        with self.package.inference_mode():
            return self.net(self.images)

    def result(self) -> dict[str, Array]:
        return {"y": np.array(self.step().numpy())}


class Training(Session):
    """A training step; ``net`` is the one whose parameters learn, ``loss`` calls it."""

    def __init__(
        self, package: Any, net: Any, loss: Callable[[Any, Any], Any], images: Any, labels: Any,
        problem: NetworkProblem,
    ) -> None:  # fmt: skip
        self.package, self.net, self.loss = package, net, loss
        self.images, self.labels = images, labels
        self.weights = weights_of(net, problem)
        self.optimizer = package.optim.SGD(net.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM)

    def _gradients(self) -> Any:
        self.optimizer.zero_grad()
        loss = self.loss(self.images, self.labels)
        loss.backward()
        return loss

    def step(self) -> Any:
        loss = self._gradients()
        self.optimizer.step()
        return loss

    def reset(self) -> None:
        fill(self.package, self.net, self.weights)

    def result(self) -> dict[str, Array]:
        """Return the loss, the first parameter's gradient, and the lengths of all gradients."""
        self.reset()
        results = {"loss": np.array(self._gradients().detach().numpy())}
        for name, parameter in self.net.named_parameters():
            gradient = np.asarray(parameter.grad.numpy())
            if len(results) == 1:
                results[f"gradient of {name}"] = np.array(gradient)
            results[f"length of the gradient of {name}"] = np.array(np.linalg.norm(gradient))
        return results
