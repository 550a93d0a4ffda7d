"""PyTorch: eager, channels_last, compiled."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.cases import LEARNING_RATE, MOMENTUM, ConvProblem, NetProblem
from benchmarks.exact import parameter_names
from benchmarks.layers.case import LayerProblem
from benchmarks.nets import Array, Conv, Flatten, Linear, MaxPool, Net
from benchmarks.operator_problems import OperatorProblem
from benchmarks.peers.base import Session, UnavailableError
from benchmarks.peers.network import Inference, Training, built
from benchmarks.resnet20 import ResNet20Problem
from benchmarks.whole_nets import NetworkProblem

if importlib.util.find_spec("torch") is None:
    raise UnavailableError("torch is not installed: pip install torch")

import torch
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from benchmarks.epoch import EpochProblem


def load(
    problem: NetProblem
    | ConvProblem
    | LayerProblem
    | OperatorProblem
    | ResNet20Problem
    | NetworkProblem
    | EpochProblem,
    threads: int,
    channels_last: bool = False,
    compile_it: bool = False,
) -> Session:
    """Return the problem, ready to run."""
    torch.set_num_threads(threads)
    if isinstance(problem, OperatorProblem):
        from benchmarks.peers.torch_operator import Operator

        return Operator(problem, channels_last)
    layout = torch.channels_last if channels_last else torch.contiguous_format
    if isinstance(problem, ConvProblem):
        return _Convolution(problem, layout)
    if isinstance(problem, LayerProblem | ResNet20Problem):
        from benchmarks.peers.torch_layer import Layer, ResNet20

        if isinstance(problem, LayerProblem):
            return Layer(problem, channels_last, compile_it)
        return ResNet20(problem, channels_last, compile_it)
    if isinstance(problem, NetworkProblem):
        return _network(problem, layout, compile_it)
    if isinstance(problem, NetProblem):
        kind = _Step if problem.case.task == "step" else _Forward
        return kind(problem, layout, compile_it)
    from benchmarks.peers.torch_epoch import Epoch

    return Epoch(problem, layout, compile_it)


def build(net: Net, weights: list[Array], layout: torch.memory_format) -> nn.Sequential:
    """Return the network with the given weights."""
    layers: list[nn.Module] = []
    for layer in net.layers:
        if isinstance(layer, Conv):
            layers.append(
                nn.Conv2d(layer.inputs, layer.outputs, layer.kernel, padding=layer.padding)
            )
        elif isinstance(layer, Linear):
            layers.append(nn.Linear(layer.inputs, layer.outputs))
        elif isinstance(layer, MaxPool):
            layers.append(nn.MaxPool2d(layer.size))
        else:
            layers.append(nn.Flatten() if isinstance(layer, Flatten) else nn.ReLU())
    model = nn.Sequential(*layers)
    model.to(memory_format=layout)  # type: ignore[call-overload]
    fill(model, weights)
    return model


def fill(model: nn.Module, weights: list[Array]) -> None:
    """Overwrite the parameters in place."""
    with torch.no_grad():
        for parameter, weight in zip(model.parameters(), weights, strict=True):
            parameter.copy_(torch.from_numpy(weight))


def compiled(function: Callable[..., Any], *examples: Any) -> Callable[..., Any]:
    """Compile, and run once so that the compiler's time is not measured."""
    # What was compiled for other problems counts towards a limit, above which nothing is compiled.
    torch.compiler.reset()
    fast = torch.compile(function)
    try:
        fast(*examples)
    except Exception as error:  # whatever stops the compiler is the reason that is shown
        reason = next((line for line in str(error).splitlines() if line.strip()), repr(error))
        raise UnavailableError(f"torch.compile cannot run here: {reason}") from error
    return fast


def _network(problem: NetworkProblem, layout: torch.memory_format, compile_it: bool) -> Session:
    net = built(torch, problem).to(memory_format=layout)
    images = torch.from_numpy(problem.images).contiguous(memory_format=layout)
    labels = torch.from_numpy(problem.labels)
    if problem.case.task == "inference":
        with torch.inference_mode():
            return Inference(torch, compiled(net, images) if compile_it else net, images)

    def loss(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return functional.cross_entropy(net(x), y)

    chosen = compiled(loss, images, labels) if compile_it else loss
    return Training(torch, net, chosen, images, labels, problem)


class _Forward(Session):
    """A forward pass without gradients."""

    def __init__(self, problem: NetProblem, layout: torch.memory_format, compile_it: bool) -> None:
        self.model = build(problem.case.net, problem.weights, layout).eval()
        self.x = torch.from_numpy(problem.images).contiguous(memory_format=layout)
        with torch.inference_mode():
            self.forward = compiled(self.model, self.x) if compile_it else self.model

    def step(self) -> torch.Tensor:
        with torch.inference_mode():
            return self.forward(self.x)  # type: ignore[no-any-return]

    def result(self) -> dict[str, Array]:
        return {"logits": self.step().numpy()}


class _Step(Session):
    """A training step."""

    def __init__(self, problem: NetProblem, layout: torch.memory_format, compile_it: bool) -> None:
        self.problem = problem
        self.model = build(problem.case.net, problem.weights, layout)
        self.x = torch.from_numpy(problem.images).contiguous(memory_format=layout)
        self.y = torch.from_numpy(problem.labels)
        self.optimizer = torch.optim.SGD(
            self.model.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM
        )
        self.loss = self._loss
        if compile_it:
            self.loss = compiled(self._loss, self.x, self.y)

    def _loss(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return functional.cross_entropy(self.model(x), y)

    def step(self) -> torch.Tensor:
        self.optimizer.zero_grad()
        loss = self.loss(self.x, self.y)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        return loss

    def reset(self) -> None:
        fill(self.model, self.problem.weights)
        for state in self.optimizer.state.values():
            state["momentum_buffer"].zero_()

    def result(self) -> dict[str, Array]:
        self.reset()
        with torch.no_grad():
            logits = self.model(self.x).numpy()
        loss = self.step().detach().numpy()
        result = {"logits": logits, "loss": loss}
        names = parameter_names(self.problem.case.net)
        for name, p in zip(names, self.model.parameters(), strict=True):
            result[f"velocity of {name}"] = self._velocity(p)
            result[name] = p.detach().numpy().copy()
        self.step()
        for name, p in zip(names, self.model.parameters(), strict=True):
            result[f"second velocity of {name}"] = self._velocity(p)
        return result

    def _velocity(self, parameter: torch.Tensor) -> Array:
        return np.array(self.optimizer.state[parameter]["momentum_buffer"].numpy())


class _Convolution(Session):
    """One convolution, or one of its gradients."""

    def __init__(self, problem: ConvProblem, layout: torch.memory_format) -> None:
        case, self.task = problem.case, problem.task
        self.x, self.weight, self.g = (
            torch.from_numpy(a).contiguous(memory_format=layout)
            for a in (problem.x, problem.weight, problem.gradient)
        )
        self.stride = (case.stride, case.stride)
        self.padding = (case.padding, case.padding)
        self.groups = case.groups

    def step(self) -> torch.Tensor:
        with torch.inference_mode():
            if self.task == "forward":
                return functional.conv2d(
                    self.x, self.weight, None, self.stride, self.padding, 1, self.groups
                )
            wanted = [self.task == "input grad", self.task == "weight grad", False]
            parts = torch.ops.aten.convolution_backward(
                self.g, self.x, self.weight, None, self.stride, self.padding, (1, 1), False,
                (0, 0), self.groups, wanted,
            )  # fmt: skip
            return parts[wanted.index(True)]  # type: ignore[no-any-return]

    def result(self) -> dict[str, Array]:
        return {self.task: self.step().numpy()}
