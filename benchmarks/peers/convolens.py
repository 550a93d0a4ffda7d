"""convolens itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import convolens as cl
from benchmarks.cases import LEARNING_RATE, MOMENTUM, ConvProblem, NetProblem
from benchmarks.exact import parameter_names
from benchmarks.layers.case import LayerProblem
from benchmarks.nets import Array, Net
from benchmarks.operator_problems import OperatorProblem
from benchmarks.peers.base import Session
from benchmarks.peers.convolens_layer import Layer, ResNet20, leaf
from benchmarks.peers.network import Inference, Training, built
from benchmarks.resnet20 import ResNet20Problem
from benchmarks.whole_nets import NetworkProblem
from convolens import nn, ops
from convolens.models import create_model
from convolens.nn import functional
from convolens.tensor import Tensor
from convolens.tensor.apply import apply

if TYPE_CHECKING:
    from benchmarks.epoch import EpochProblem

    Problem = (
        NetProblem
        | ConvProblem
        | LayerProblem
        | OperatorProblem
        | ResNet20Problem
        | NetworkProblem
        | EpochProblem
    )


def load(problem: Problem, threads: int, compiled: bool = False) -> Session:
    """Return the problem, ready to run; networks that are not trained may be compiled."""
    cl.set_num_threads(threads)
    if isinstance(problem, OperatorProblem):
        from benchmarks.peers.convolens_operator import Operator

        return Operator(problem)
    if isinstance(problem, ConvProblem):
        return _Convolution(problem)
    if isinstance(problem, LayerProblem):
        return Layer(problem)
    if isinstance(problem, ResNet20Problem):
        return ResNet20(problem)
    if isinstance(problem, NetworkProblem):
        return _network(problem, compiled)
    if isinstance(problem, NetProblem):
        return _Step(problem) if problem.case.task == "step" else _Forward(problem)
    from benchmarks.peers.convolens_epoch import Epoch

    return Epoch(problem)


def peak(threads: int) -> float:
    """Return the floating point operations a nanosecond of our inner kernel, in cache."""
    from benchmarks.operators import measured_peak

    cl.set_num_threads(threads)
    return measured_peak()


def bandwidth(threads: int) -> float:
    """Return the bytes a nanosecond that an elementwise kernel moves."""
    from benchmarks.operators import measured_bandwidth

    cl.set_num_threads(threads)
    return measured_bandwidth()


def isa() -> str:
    """Return the instruction set of our kernels."""
    from convolens.backends.isa import isa

    return isa()


def build(net: Net, weights: list[Array]) -> nn.Module:
    """Return the network with the given weights."""
    model = create_model(net.name)
    fill(model, weights)
    return model


def fill(model: nn.Module, weights: list[Array]) -> None:
    """Overwrite the parameters in place."""
    with cl.no_grad():
        for parameter, weight in zip(model.parameters(), weights, strict=True):
            parameter.copy_(weight)


def _network(problem: NetworkProblem, compiled: bool) -> Session:
    net, images = built(cl, problem), cl.tensor(problem.images)
    if problem.case.task == "inference":
        return Inference(cl, cl.compile(net) if compiled else net, images)

    def loss(x: Tensor, y: Tensor) -> Tensor:
        return functional.cross_entropy(net(x), y)

    return Training(cl, net, loss, images, cl.tensor(problem.labels), problem)


class _Forward(Session):
    """A forward pass without gradients."""

    def __init__(self, problem: NetProblem) -> None:
        self.model = build(problem.case.net, problem.weights).eval()
        self.x = cl.tensor(problem.images)

    def step(self) -> Tensor:
        with cl.inference_mode():
            return self.model(self.x)  # type: ignore[no-any-return]

    def result(self) -> dict[str, Array]:
        return {"logits": self.step().numpy()}

    def profile(self, steps: int) -> list[dict[str, Any]]:
        from benchmarks.operators import profile

        return profile(self.step, steps)


class _Step(Session):
    """A training step."""

    def __init__(self, problem: NetProblem) -> None:
        self.problem = problem
        self.model = build(problem.case.net, problem.weights)
        self.x = cl.tensor(problem.images)
        self.y = cl.tensor(problem.labels)
        self.parameters = list(self.model.parameters())
        self.optimizer = cl.optim.SGD(self.parameters, lr=LEARNING_RATE, momentum=MOMENTUM)

    def step(self) -> Tensor:
        self.optimizer.zero_grad()
        loss = functional.cross_entropy(self.model(self.x), self.y)
        loss.backward()
        self.optimizer.step()
        return loss

    def reset(self) -> None:
        fill(self.model, self.problem.weights)
        for parameter in self.parameters:
            if parameter in self.optimizer.state:
                self._velocity(parameter).fill(0)

    def result(self) -> dict[str, Array]:
        self.reset()
        with cl.no_grad():
            logits = np.array(self.model(self.x).numpy())
        result = {"logits": logits, "loss": np.array(self.step().detach().numpy())}
        names = parameter_names(self.problem.case.net)
        for name, p in zip(names, self.parameters, strict=True):
            result[f"velocity of {name}"] = self._velocity(p).copy()
            result[name] = p.detach().numpy().copy()
        self.step()
        for name, p in zip(names, self.parameters, strict=True):
            result[f"second velocity of {name}"] = self._velocity(p).copy()
        return result

    def _velocity(self, parameter: Tensor) -> Array:
        velocity: Array = self.optimizer.state[parameter]["momentum_buffer"]
        return velocity

    def profile(self, steps: int) -> list[dict[str, Any]]:
        from benchmarks.operators import profile

        return profile(self.step, steps)


class _Convolution(Session):
    """One convolution, or one of its gradients."""

    def __init__(self, problem: ConvProblem) -> None:
        case, self.task = problem.case, problem.task
        x, weight, g = (leaf(a) for a in (problem.x, problem.weight, problem.gradient))
        stride, padding = (case.stride,) * 2, ((case.padding,) * 2,) * 2
        geometry: dict[str, Any] = {
            "stride": stride,
            "padding": padding,
            "dilation": (1, 1),
            "groups": case.groups,
        }
        self.op: ops.Op
        self.inputs: tuple[Tensor, ...]
        if self.task == "forward":
            self.op, self.inputs = ops.Conv(**geometry), (x, weight)
        elif self.task == "input grad":
            self.op = ops.ConvInputGrad(**geometry, sizes=x.shape[2:])
            self.inputs = (weight, g)
        else:
            self.op = ops.ConvWeightGrad(**geometry, kernel=weight.shape[2:])
            self.inputs = (x, g)

    def step(self) -> Tensor:
        with cl.inference_mode():
            return apply(self.op, *self.inputs)

    def result(self) -> dict[str, Array]:
        return {self.task: self.step().numpy()}
