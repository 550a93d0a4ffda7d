"""The float64 result of a case, computed by the textbook chapter, and what float32 may differ.

The chapter's layers are NumPy only and written apart from the engine, so a peer that agrees with
them has computed the same training step as every other.

A float32 sum of n terms is off by about n times epsilon times its magnitude, and layers add up: so
a value may differ by (the length of all sums behind it) x epsilon x (its tensor's largest value).
Two things do not round but switch: a ReLU near zero and a maximum near a tie. Images for which one
of them could switch within that bound are not used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from benchmarks.cases import LEARNING_RATE, MOMENTUM, NetCase, NetProblem
from benchmarks.nets import Array, Conv, Flatten, Linear, MaxPool, Net, Relu
from convolens.scratch import Affine, Convolution, Pooling, SoftmaxWithLoss
from convolens.scratch import Relu as ScratchRelu

EPSILON = float(np.finfo(np.float32).eps)
#: The second step is taken with weights that rounding has moved, so a few ReLUs may switch, which
#: moves single sums by less than 1 %. A forgotten momentum would show as 0.9 / 1.9 = 47 %.
SECOND_STEP = 0.1


@final
@dataclass(frozen=True)
class Expected:
    """A float64 value, and how far from it a float32 computation may be."""

    value: Array
    tolerance: float


def scratch_layers(net: Net, weights: list[Array]) -> list[ScratchLayer]:
    """Return the network built from the chapter's layers."""
    arrays = iter(weights)
    layers: list[ScratchLayer] = []
    for layer in net.layers:
        if isinstance(layer, Conv):
            layers.append(Convolution(next(arrays), next(arrays), 1, layer.padding))
        elif isinstance(layer, Linear):
            layers.append(Affine(np.ascontiguousarray(next(arrays).T), next(arrays)))
        elif isinstance(layer, MaxPool):
            layers.append(Pooling(layer.size, layer.size, stride=layer.size))
        elif isinstance(layer, Relu):
            layers.append(ScratchRelu())
        # Affine flattens by itself.
    return layers


ScratchLayer = Convolution | Affine | Pooling | ScratchRelu


def make_problem(case: NetCase, seed: int = 0) -> NetProblem:
    """Draw images, standard normal, and labels; leave out images near a switch."""
    net = case.net
    random = np.random.default_rng(seed)
    weights = net.initial_weights(seed)
    chosen: list[Array] = []
    while len(chosen) < case.batch:
        images = random.standard_normal((case.batch, *net.image)).astype(np.float32)
        chosen.extend(images[~_near_switch(net, weights, images)])
    labels = random.integers(0, net.classes, case.batch)
    return NetProblem(case, np.stack(chosen[: case.batch]), labels, weights)


def sum_lengths(net: Net) -> list[int]:
    """Return the length of the sums of each weighted layer."""
    return [int(np.prod(layer.weight_shape[1:])) + 1 for layer in net.weighted()]


def _near_switch(net: Net, weights: list[Array], images: Array) -> Array:
    """Return for each image whether a ReLU or a maximum could switch by rounding."""
    layers = scratch_layers(net, [w.astype(np.float64) for w in weights])
    lengths = iter(sum_lengths(net))
    near = np.zeros(len(images), bool)
    bound, x = 0.0, images.astype(np.float64)
    for layer in layers:
        if isinstance(layer, ScratchRelu):
            near |= (np.abs(x) < bound).reshape(len(x), -1).any(axis=1)
        elif isinstance(layer, Pooling):
            size = layer.pool_h
            windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
            windows = windows[:, :, ::size, ::size].reshape(*x.shape[:2], -1, size * size)
            first, second = np.sort(windows, axis=-1)[..., -1], np.sort(windows, axis=-1)[..., -2]
            # Where all are zero after a ReLU, no gradient passes whoever wins.
            near |= ((first - second < bound) & (first > 0)).reshape(len(x), -1).any(axis=1)
        x = layer.forward(x)
        if isinstance(layer, Convolution | Affine):
            bound += next(lengths) * EPSILON * float(np.abs(x).max())
    return near


def exact_forward(problem: NetProblem) -> dict[str, Expected]:
    """Return the logits."""
    net = problem.case.net
    x = problem.images.astype(np.float64)
    for layer in scratch_layers(net, [w.astype(np.float64) for w in problem.weights]):
        x = layer.forward(x)
    tolerance = sum(sum_lengths(net)) * EPSILON * float(np.abs(x).max())
    return {"logits": Expected(x, tolerance)}


def exact_step(problem: NetProblem) -> dict[str, Expected]:
    """Return logits and loss, velocities and weights after one step, velocities after two."""
    net, labels = problem.case.net, problem.labels
    lengths, names = sum_lengths(net), parameter_names(net)
    weights = [w.astype(np.float64) for w in problem.weights]
    logits, loss, first = _gradients(net, weights, problem.images, labels)
    largest = float(np.abs(logits).max())
    forward = sum(lengths)
    expected = {
        "logits": Expected(logits, forward * EPSILON * largest),
        "loss": Expected(
            np.asarray(loss), (forward + net.classes + len(labels)) * EPSILON * largest
        ),
    }
    backward = _backward_lengths(net, problem.images)
    updated = [w - LEARNING_RATE * g for w, g in zip(weights, first, strict=True)]
    # Rounded as they are stored, so that no switch depends on what float32 cannot hold.
    stored_weights = [w.astype(np.float32).astype(np.float64) for w in updated]
    _, _, again = _gradients(net, stored_weights, problem.images, labels)
    for i, (name, gradient) in enumerate(zip(names, first, strict=True)):
        rounding = (forward + backward[i // 2]) * EPSILON * float(np.abs(gradient).max())
        stored = EPSILON * float(np.abs(weights[i]).max())
        second = MOMENTUM * gradient + again[i]
        expected[f"velocity of {name}"] = Expected(gradient, rounding)
        expected[name] = Expected(updated[i], LEARNING_RATE * rounding + stored)
        expected[f"second velocity of {name}"] = Expected(
            second, SECOND_STEP * float(np.abs(second).max())
        )
    return expected


def parameter_names(net: Net) -> list[str]:
    """Return a name for each array of ``net.initial_weights()``."""
    names = [f"{type(layer).__name__.lower()}{i}" for i, layer in enumerate(net.weighted(), 1)]
    return [f"{name}.{part}" for name in names for part in ("weight", "bias")]


def _gradients(
    net: Net, weights: list[Array], images: Array, labels: Array
) -> tuple[Array, float, list[Array]]:
    """Return logits, loss, and the gradient of each parameter in torch's shapes."""
    layers, last = scratch_layers(net, weights), SoftmaxWithLoss()
    x = images.astype(np.float64)
    for layer in layers:
        x = layer.forward(x)
    loss = last.forward(x, labels)
    g = last.backward()
    for layer in reversed(layers):
        g = layer.backward(g)
    gradients: list[Array] = []
    for layer in layers:
        if isinstance(layer, Convolution):
            gradients += [layer.dW, layer.db]
        elif isinstance(layer, Affine):
            gradients += [layer.dW.T, layer.db]
    return x, loss, gradients


def _backward_lengths(net: Net, images: Array) -> list[int]:
    """Return, for each weighted layer, the lengths of all sums from the loss to its gradient."""
    sides, side = [], images.shape[2]
    for layer in net.layers:
        if isinstance(layer, Conv):
            side += 2 * layer.padding - layer.kernel + 1
        elif isinstance(layer, MaxPool):
            side //= layer.size
        elif isinstance(layer, Flatten):
            side = 1
        if isinstance(layer, Conv | Linear):
            sides.append(side)
    lengths, above = [], net.classes
    for layer, side in zip(reversed(list(net.weighted())), reversed(sides), strict=True):
        lengths.append(above + len(images) * side * side)
        kernel = layer.kernel**2 if isinstance(layer, Conv) else 1
        above += layer.outputs * kernel
    return lengths[::-1]
