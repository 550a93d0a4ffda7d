"""OpenVINO: forward passes."""

from __future__ import annotations

import importlib.util
from typing import Any

from benchmarks.nets import Array
from benchmarks.peers import onnx_model
from benchmarks.peers.base import Session, UnavailableError

if importlib.util.find_spec("openvino") is None:
    raise UnavailableError("openvino is not installed: pip install openvino")

import numpy as np
import openvino


def load(problem: Any, threads: int) -> Session:
    """Return the problem, ready to run."""
    return _Model(problem, threads)


class _Model(Session):
    """A layer or a network, in float32: processors with bfloat16 units would round more."""

    def __init__(self, problem: Any, threads: int) -> None:
        model = onnx_model.model(problem)
        settings = {
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "f32",
        }
        core = openvino.Core()
        try:
            compiled = core.compile_model(core.read_model(model), "CPU", settings)
        except Exception as error:  # whatever it cannot run is the reason that is shown
            reason = next((line for line in str(error).splitlines() if line.strip()), "no reason")
            raise UnavailableError(f"OpenVINO cannot run it: {reason[:200]}") from error
        self.request = compiled.create_infer_request()
        self.kept = [
            openvino.Tensor(array, shared_memory=True)
            for array in onnx_model.inputs(problem).values()
        ]
        for i, tensor in enumerate(self.kept):
            self.request.set_input_tensor(i, tensor)

    def step(self) -> object:
        self.request.infer()
        return self.request

    def result(self) -> dict[str, Array]:
        self.step()
        return {"y": np.array(self.request.get_output_tensor(0).data)}
