"""Right arguments of each geometry of the extension module, and of its methods."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from convolens import _native

from .right_calls import floats, labels

#: The kernel of each algorithm's layer.
KERNELS: dict[str, tuple[int, int]] = {
    "direct": (1, 3),
    "gather": (1, 3),
    "gather_taps": (1, 3),
    "scatter": (1, 3),
    "row_scatter": (3, 3),
    "planes": (1, 3),
    "depthwise": (1, 3),
    "groups": (1, 3),
    "winograd2": (3, 3),
    "winograd3": (2, 2),
    "winograd4": (3, 3),
    "fourier": (3, 3),
    "line_winograd": (1, 3),
    "product": (1, 1),
}
#: The passes that an algorithm does not compute.
LACKED: dict[str, set[str]] = {
    "gather_taps": {"forward", "input_grad"},
    "scatter": {"forward", "weight_grad"},
    "row_scatter": {"forward", "weight_grad"},
    "planes": {"input_grad"},
}


def channels_of(algorithm: str, c: int) -> tuple[int, int, int]:
    """Return the channels, outputs and groups of an algorithm's layer."""
    if algorithm == "planes":
        return 1, 2 * c, 1
    if algorithm == "groups":
        return 2 * c, 2 * c, c
    one_group = algorithm.startswith("winograd") or algorithm in ("product", "row_scatter")
    return c, 2 * c, 1 if one_group else c


def convolution(algorithm: str, n: int, c: int, h: int) -> list[Any]:
    """Return the arguments of a layer whose outputs are as many as its pixels, h times 3."""
    channels, outputs, groups = channels_of(algorithm, c)
    kernel = KERNELS[algorithm]
    padding = ((kernel[0] - 1) // 2, (kernel[1] - 1) // 2)
    return [
        (n, channels, h, 3),
        (n, outputs, h, 3),
        kernel,
        (1, 1),
        padding,
        (1, 1),
        groups,
        algorithm,
    ]


def end(c: int) -> list[Any]:
    return [floats(2, 2 * c), floats(2 * c), floats(2 * c), 1e-5, 0.0, 6.0]


#: By the class, and for convolutions the algorithm behind it.
GEOMETRIES: dict[str, Callable[[int, int, int], list[Any]]] = {
    "ConvEnd": lambda n, c, h: end(c),
    **{f"Conv {name}": partial(convolution, name) for name in KERNELS},
    "Pool": lambda n, c, h: [
        (n, c, 1, h, 4),
        ([0], list(range(h)), [0, 2]),
        ([1], [1] * h, [2, 2]),
        ([1], [1] * h, [2, 2]),
        (1, 1, 1),
        0.0,
    ],
    "Update": lambda n, c, h: [],
}


def conv_arrays(algorithm: str, n: int, c: int, h: int) -> dict[str, Any]:
    channels, outputs, groups = channels_of(algorithm, c)
    weight = outputs, channels // max(1, groups), *KERNELS[algorithm]
    return {
        "x": floats(n, channels, h, 3),
        "weight": floats(*weight),
        "backward": False,
        "few": False,
        "bias": floats(outputs),
        "input_bias": floats(channels),
        "end": _native.ConvEnd(*end(c)),
        "addend": None if algorithm == "planes" else floats(n, outputs, h, 3),
        "y": floats(n, outputs, h, 3),
        "g": floats(n, outputs, h, 3),
        "dx": floats(n, channels, h, 3),
        "dw": floats(*weight),
    }


def pool_arrays(n: int, c: int, h: int) -> dict[str, Any]:
    return {
        "x": floats(n, c, h, 4),
        "y": floats(n, c, h, 2),
        "g": floats(n, c, h, 2),
        "dx": floats(n, c, h, 4),
        "index": labels(n, c, h, 2),
    }


def arrays_of(name: str, n: int, c: int, h: int) -> dict[str, Any]:
    """Return what the methods of a geometry take, by their parameters' names."""
    kind, *algorithm = name.split()
    return conv_arrays(*algorithm, n, c, h) if kind == "Conv" else pool_arrays(n, c, h)
