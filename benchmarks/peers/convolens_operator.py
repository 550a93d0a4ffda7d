"""One operator in convolens."""

from __future__ import annotations

import numpy as np

import convolens as cl
from benchmarks.nets import Array
from benchmarks.operator_problems import OperatorProblem, first_of
from benchmarks.peers.base import Session
from convolens.backends.layout import dense
from convolens.nn import functional
from convolens.ops import Op
from convolens.tensor import Tensor
from convolens.tensor.observe import observe


class Operator(Session):
    """A call, and with the second task the gradients of its inputs."""

    def __init__(self, problem: OperatorProblem) -> None:
        self.problem = problem
        self.call = problem.call
        # In the engine's own memory layout, as its operators make them.
        self.inputs = [Tensor.leaf(dense(array)) for array in problem.inputs()]
        self.trains = problem.task != "forward"
        if self.trains:
            for tensor in self.inputs:
                tensor.requires_grad_()
        with cl.no_grad():
            output = self._output()
        # The gradient lies as the output does, as that of what follows would.
        self.upstream = (output * 0).copy_(problem.upstream(output.shape))

    def _output(self) -> Tensor:
        output: Tensor = first_of(self.call(cl, functional, self.inputs))
        return output

    def step(self) -> Tensor:
        if not self.trains:
            with cl.inference_mode():
                return self._output()
        for tensor in self.inputs:
            tensor.grad = None
        output = self._output()
        output.backward(self.upstream)
        return output

    def result(self) -> dict[str, Array]:
        """Return the output and the gradients, and how long the sums behind them are."""
        lengths: list[int] = []

        def measure(op: Op, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            lengths.append(op.cost(*(tensor.spec for tensor in inputs)).sum_length)

        with observe(measure):
            output = self.step()
        found = [None if tensor.grad is None else tensor.grad.numpy() for tensor in self.inputs]
        result = self.problem.results(np.asarray(output.detach().numpy()), found)
        return {**result, "length": np.asarray(sum(lengths) + 2 * len(lengths))}
