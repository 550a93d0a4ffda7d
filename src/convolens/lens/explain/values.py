"""An explanation as numbers, texts, lists and dicts, as JSON has them."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convolens.lens.explain.explanation import Explanation
    from convolens.lens.explain.number import OutputNumber


def values_of(found: Explanation) -> dict[str, Any]:
    """Return everything that the explanation knows; texts are not among it."""
    spec = found.spec
    return {
        "layer": spec.text,
        "kind": spec.kind,
        "input_shape": list(spec.input_shape),
        "output_shape": list(spec.output_shape),
        "axes": [
            {
                "name": axis.name,
                "input": axis.size,
                "output": axis.outputs,
                "kernel": axis.window.kernel,
                "stride": axis.window.stride,
                "padding": list(axis.window.padding),
                "dilation": axis.window.dilation,
                "span": axis.window.extent,
                "output_padding": axis.output_padding,
                "taps": axis.table.tolist(),
                "reads": axis.reads.tolist(),
                "never_read": axis.never_read,
                "sees": axis.sees,
                "contributions": list(axis.contributions),
                "reads_in_turns": list(axis.reads_in_turns),
                "grids": axis.grids,
                "unread": None if axis.unread is None else asdict(axis.unread),
            }
            for axis in found.axes
        ],
        "weights": found.weights,
        "parameters": found.parameters,
        "multiply_adds": found.multiply_adds,
        "dense_weights": found.dense_weights,
        "dense_parameters": found.dense_parameters,
        "memory": found.memory,
        "candidates": [
            {
                "call": call,
                "algorithm": verdict.candidate.name,
                "nanoseconds": None if verdict.reason else verdict.nanoseconds,
                "refused": verdict.reason or None,
                "packed": taken.packed if taken else None,
                "scratch": taken.scratch if taken else None,
            }
            for (call, verdicts), memories in zip(
                found.candidates, found.working_memory, strict=True
            )
            for verdict, taken in zip(verdicts, memories, strict=True)
        ],
        "torch": spec.torch_line(),
        "number": None if found.number is None else _number(found.number),
    }


def json_of(values: dict[str, Any]) -> str:
    """Return the values as JSON; what is not finite is null."""
    return json.dumps(_finite(values), indent=2, ensure_ascii=False, allow_nan=False)


def _number(number: OutputNumber) -> dict[str, Any]:
    def plain(array: Any) -> Any:
        return None if array is None else array.tolist()

    return {
        "at": list(number.at),
        "channels": list(number.channels),
        "reads": [axis.tolist() for axis in number.reads],
        "window": plain(number.window),
        "weights": plain(number.weights),
        "products": plain(number.products),
        "partial_sums": plain(number.partial_sums),
        "bias": number.bias,
        "total": number.total,
        "engine": number.engine,
        "difference": number.difference,
        "tolerance": number.tolerance,
        "agrees": number.agrees,
    }


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
