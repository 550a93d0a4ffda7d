"""A layer or a network as an ONNX model in memory, for runtimes that read such models."""

from __future__ import annotations

import importlib.util

from benchmarks.layers.case import LayerProblem
from benchmarks.nets import Array
from benchmarks.peers.base import UnavailableError
from benchmarks.whole_nets import NetworkProblem

#: The version of the operators: 17 has all that are used, and every runtime of today reads it.
OPSET = 17
IR_VERSION = 8


def model(problem: object) -> bytes:
    """Return the model of a forward pass; parameters are constants in it.

    Raises:
        UnavailableError: If the problem is no forward pass, or onnx is missing.
    """
    if importlib.util.find_spec("onnx") is None:
        raise UnavailableError("onnx is not installed: pip install onnx")
    if isinstance(problem, NetworkProblem) and problem.case.task == "inference":
        from benchmarks.peers.onnx_network import network_model

        return network_model(problem)
    if not isinstance(problem, LayerProblem) or problem.task != "forward":
        raise UnavailableError("it runs forward passes only.")
    from onnx import TensorProto, helper, numpy_helper

    case = problem.case
    node = case.operation.onnx(case.x)
    if node is None:
        raise UnavailableError(f"ONNX has no operator for {case.operation.text}.")
    kind, attributes, inputs = node
    named = dict(zip(case.operation.arrays(case.x), problem.arrays, strict=True))
    variable = [*named][: case.operation.activations]
    graph = helper.make_graph(
        [helper.make_node(kind, list(inputs), ["y"], **attributes)],
        "layer",
        [
            helper.make_tensor_value_info(
                name, helper.np_dtype_to_tensor_dtype(named[name].dtype), named[name].shape
            )
            for name in variable
        ],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, case.operation.output(case.x))],
        [numpy_helper.from_array(named[n], n) for n in inputs if n not in variable],
    )
    made = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
    )
    return made.SerializeToString()


def output_shape(problem: LayerProblem | NetworkProblem) -> tuple[int, ...]:
    """Return the shape of what the model makes."""
    if isinstance(problem, NetworkProblem):
        return problem.case.output
    return problem.case.operation.output(problem.case.x)


def inputs(problem: LayerProblem | NetworkProblem) -> dict[str, Array]:
    """Return the arrays that are given at each run."""
    if isinstance(problem, NetworkProblem):
        return {"x": problem.images}
    names = [*problem.case.operation.arrays(problem.case.x)]
    count = problem.case.operation.activations
    return dict(zip(names[:count], problem.arrays[:count], strict=True))
