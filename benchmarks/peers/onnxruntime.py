"""ONNX Runtime: forward passes."""

from __future__ import annotations

import importlib.util
from typing import Any

from benchmarks.nets import Array
from benchmarks.peers import onnx_model
from benchmarks.peers.base import Session, UnavailableError

if importlib.util.find_spec("onnxruntime") is None:
    raise UnavailableError("onnxruntime is not installed: pip install onnxruntime")

import numpy as np
import onnxruntime


def load(problem: Any, threads: int) -> Session:
    """Return the problem, ready to run."""
    return _Model(problem, threads)


class _Model(Session):
    """A layer or a network; inputs and outputs are bound once, so that nothing is copied."""

    def __init__(self, problem: Any, threads: int) -> None:
        model = onnx_model.model(problem)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            self.session = onnxruntime.InferenceSession(
                model, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # whatever it cannot run is the reason that is shown
            raise UnavailableError(f"ONNX Runtime cannot run it: {_first_line(error)}") from error
        self.output = np.empty(onnx_model.output_shape(problem), np.float32)
        self.binding = self.session.io_binding()
        self.kept = [
            (name, onnxruntime.OrtValue.ortvalue_from_numpy(array))
            for name, array in onnx_model.inputs(problem).items()
        ]
        for name, value in self.kept:
            self.binding.bind_ortvalue_input(name, value)
        self.y = onnxruntime.OrtValue.ortvalue_from_numpy(self.output)
        self.binding.bind_ortvalue_output("y", self.y)

    def step(self) -> object:
        self.session.run_with_iobinding(self.binding)
        return self.y

    def result(self) -> dict[str, Array]:
        self.step()
        return {"y": np.array(self.y.numpy())}


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
