"""One operator in torch."""

from __future__ import annotations

import torch
from torch.nn import functional

from benchmarks.nets import Array
from benchmarks.operator_problems import OperatorProblem, first_of
from benchmarks.peers.base import Session


class Operator(Session):
    """A call, and with the second task the gradients of its inputs."""

    def __init__(self, problem: OperatorProblem, channels_last: bool) -> None:
        self.problem = problem
        self.call = problem.call
        self.inputs = [_laid_out(torch.from_numpy(a), channels_last) for a in problem.inputs()]
        self.trains = problem.task != "forward"
        if self.trains:
            for tensor in self.inputs:
                tensor.requires_grad_()
        with torch.no_grad():
            output = self._output()
        # The gradient lies as the output does, as that of what follows would.
        self.upstream = torch.empty_like(output)
        self.upstream.copy_(torch.from_numpy(problem.upstream(tuple(output.shape))))

    def _output(self) -> torch.Tensor:
        output: torch.Tensor = first_of(self.call(torch, functional, self.inputs))
        return output

    def step(self) -> torch.Tensor:
        if not self.trains:
            with torch.inference_mode():
                return self._output()
        for tensor in self.inputs:
            tensor.grad = None
        output = self._output()
        output.backward(self.upstream)  # type: ignore[no-untyped-call]
        return output

    def result(self) -> dict[str, Array]:
        """Return the output and the gradients, computed in float64."""
        timed, upstream = self.inputs, self.upstream
        self.inputs = [t.detach().double().requires_grad_(self.trains) for t in timed]
        self.upstream = upstream.double()
        output = self.step().detach().numpy()
        found = [None if tensor.grad is None else tensor.grad.numpy() for tensor in self.inputs]
        self.inputs, self.upstream = timed, upstream
        return self.problem.results(output, found)


def _laid_out(tensor: torch.Tensor, channels_last: bool) -> torch.Tensor:
    formats = {4: torch.channels_last, 5: torch.channels_last_3d}
    if not channels_last or tensor.ndim not in formats:
        return tensor.contiguous()
    return tensor.contiguous(memory_format=formats[tensor.ndim])
