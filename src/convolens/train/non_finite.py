"""Finds out where numbers stopped being finite: in the data, the weights, or a layer."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convolens.errors import Fact, TrainingError
from convolens.nn import Module
from convolens.tensor import Tensor, from_numpy, no_grad
from convolens.tensor.random import random_state, set_random_state
from convolens.train.step import Done

_HINT = "use a smaller learning rate, or scale the pixels to about -1 to 1."


def non_finite_loss(
    model: Module, images: NDArray[np.float32], done: Done, facts: Sequence[Fact]
) -> TrainingError:
    """Return the error that names where the loss of a batch stopped being finite.

    The batch goes through the network once more, with the same random numbers, and is looked at
    after each layer. The random numbers continue as if it had not.

    Args:
        model: The network, in the mode of the step.
        images: The batch as the network saw it, [B, C, H, W].
        done: What the step gave.
        facts: Where in the run it was.
    """
    said = f"the loss is {done.loss:g}"
    rows = [*facts]
    if not np.isfinite(images).all():
        rows.append(("images", _counted(images), ""))
        return TrainingError(
            f"{said}: the images hold values that are not finite.",
            rows,
            "look for the damaged images; the layers only passed the values on.",
        )
    weight = non_finite_weight(model)
    if weight is not None:
        return _in_weights(model, said, weight, rows)
    found = _first_layer(model, images, done.random)
    if found is None:
        return TrainingError(
            f"{said}, though every layer's output is finite: it arose in the loss itself.",
            rows,
            _HINT,
        )
    path, module, output = found
    kind = type(module).__name__
    rows.append(("output", _counted(output), f"of {path or 'the network'}, {kind}"))
    error = TrainingError(
        f"{said}: it arose in this layer, {kind}, whose input and weights are finite and whose "
        "output is not.",
        rows,
        _HINT,
    )
    error.layer = path or kind
    return error


def require_finite_weights(model: Module, facts: Sequence[Fact]) -> None:
    """Refuse weights that are not finite, so that they are never saved over good ones.

    Raises:
        TrainingError: Naming the first layer with such weights.
    """
    weight = non_finite_weight(model)
    if weight is not None:
        raise _in_weights(model, "the last step went wrong", weight, [*facts])


def non_finite_weight(model: Module) -> str | None:
    """Return the name of the first parameter with a value that is not finite, if there is one."""
    for name, parameter in model.named_parameters():
        if not np.isfinite(parameter.array).all():
            return name
    return None


def _in_weights(model: Module, said: str, weight: str, facts: list[Fact]) -> TrainingError:
    path, _, name = weight.rpartition(".")
    array = dict(model.named_parameters())[weight].array
    facts.append((name, _counted(array), ""))
    error = TrainingError(
        f"{said}: the update of the step before made this layer's {name} not finite.", facts, _HINT
    )
    error.layer = path or type(model).__name__
    return error


def _first_layer(
    model: Module, images: NDArray[np.float32], random: tuple[int, int]
) -> tuple[str, Module, NDArray[Any]] | None:
    """Return the first layer, in the order of running, whose output is not finite."""
    found: list[tuple[str, Module, NDArray[Any]]] = []
    paths = {id(module): path for path, module in model.named_modules()}

    def look(module: Module, inputs: tuple[Any, ...], output: Any) -> None:
        if isinstance(output, Tensor) and not found and not np.isfinite(output.array).all():
            found.append((paths[id(module)], module, output.array))

    before = random_state()
    try:
        set_random_state(random)
        with ExitStack() as stack, no_grad():
            # A hook runs when its module is done, so the parts are looked at before the whole.
            for module in model.modules():
                stack.enter_context(module.register_forward_hook(look))
            model(from_numpy(images))
    finally:
        set_random_state(before)
    return found[0] if found else None


def _counted(array: NDArray[Any]) -> str:
    nan, infinite = int(np.isnan(array).sum()), int(np.isinf(array).sum())
    return f"{nan:,} NaN and {infinite:,} infinite of {array.size:,}"
