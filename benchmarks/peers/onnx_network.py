"""A whole network in evaluation as an ONNX model, made from its modules."""

from __future__ import annotations

from typing import Any, final

from onnx import NodeProto, TensorProto, helper, numpy_helper

import convolens as cl
from benchmarks.nets import Array
from benchmarks.peers.network import built
from benchmarks.peers.onnx_model import IR_VERSION, OPSET
from benchmarks.whole_nets import NetworkProblem


def network_model(problem: NetworkProblem) -> bytes:
    """Return the model, from the images ``x`` to ``y``."""
    case = problem.case
    graph = _Graph()
    last = graph.add(built(cl, problem), "x")
    graph.nodes.append(helper.make_node("Identity", [last], ["y"]))
    kind = TensorProto.FLOAT
    made = helper.make_graph(
        graph.nodes,
        case.name,
        [helper.make_tensor_value_info("x", kind, problem.images.shape)],
        [helper.make_tensor_value_info("y", kind, case.output)],
        graph.constants,
    )
    opsets = [helper.make_opsetid("", OPSET)]
    return helper.make_model(made, opset_imports=opsets, ir_version=IR_VERSION).SerializeToString()


@final
class _Graph:
    """Nodes and constants, as modules are added."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def add(self, module: Any, x: str) -> str:
        """Add a module that reads ``x``; return the name of what it makes."""
        kind = type(module).__name__
        if kind == "Sequential":
            for part in module:
                x = self.add(part, x)
            return x
        if kind == "Residual":
            total = self._node("Add", [self.add(module.main, x), self.add(module.way, x)])
            return self.add(module.act, total)
        if kind == "Beside":
            return self._node("Concat", [x, self.add(module.inner, x)], axis=1)
        if kind == "Identity":
            return x
        if kind in ("Conv2d", "ConvTranspose2d"):
            sizes = {"strides": module.stride, "pads": module.padding * 2, "group": module.groups}
            weights = self._constants(module.weight, module.bias)
            return self._node(kind.removesuffix("2d"), [x, *weights], **sizes)
        if kind == "BatchNorm2d":
            averages = self._constants(module.running_mean, module.running_var)
            inputs = [x, *self._constants(module.weight, module.bias), *averages]
            return self._node("BatchNormalization", inputs, epsilon=module.eps)
        if kind == "Linear":
            weights = self._constants(module.weight, module.bias)
            return self._node("Gemm", [x, *weights], transB=1)
        if kind == "MaxPool2d":
            size, stride, padding = (_pair(n) for n in (
                module.kernel_size, module.stride, module.padding
            ))  # fmt: skip
            return self._node("MaxPool", [x], kernel_shape=size, strides=stride, pads=padding * 2)
        if kind == "ReLU6":
            return self._node("Clip", [x, *self._constants(cl.tensor(0.0), cl.tensor(6.0))])
        names = {"ReLU": "Relu", "AdaptiveAvgPool2d": "GlobalAveragePool", "Flatten": "Flatten"}
        return self._node(names[kind], [x])

    def _node(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        made = f"y{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [made], **attributes))
        return made

    def _constants(self, *tensors: cl.Tensor | None) -> list[str]:
        """Add numbers that do not change; return their names."""
        names = []
        for tensor in tensors:
            if tensor is not None:
                names.append(f"w{len(self.constants)}")
                array: Array = tensor.detach().numpy()
                self.constants.append(numpy_helper.from_array(array, names[-1]))
        return names


def _pair(value: int | tuple[int, int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value
