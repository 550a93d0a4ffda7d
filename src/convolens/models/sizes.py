"""The sizes that layers make of an image, worked out from the operators' rules before any run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import prod

from convolens import nn
from convolens.errors import ArgumentError, ConvolensError, ShapeError
from convolens.nn.functional.conv import conv_operator
from convolens.spec import TOO_LARGE_HINT, TensorSpec

Image = tuple[int, int, int]


def checked_image(shape: Sequence[int]) -> Image:
    """Return the shape of one image, C, H, W, after checking it.

    Raises:
        ArgumentError: If it is not three whole numbers of at least 1.

    Example:
        >>> checked_image([1, 28, 28])
        (1, 28, 28)
    """
    whole = [isinstance(extent, int) and not isinstance(extent, bool) for extent in shape]
    if len(shape) != 3 or not all(whole) or min(shape) < 1:
        raise ArgumentError(
            f"input_shape is {tuple(shape)}, but must be three whole numbers of at least 1.",
            hint="it is one image's channels, height and width, such as (1, 28, 28).",
        )
    channels, height, width = shape
    return channels, height, width


def checked_classes(count: int) -> int:
    """Return the number of classes, after checking it.

    Raises:
        ArgumentError: If it is not a whole number of at least 1.
    """
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise ArgumentError(
            f"num_classes is {count!r}, but must be a whole number of at least 1.",
            hint="it is the number of outputs of the last layer.",
        )
    return count


def maps_after(layers: Mapping[str, nn.Module], image: Sequence[int]) -> Image:
    """Return the feature maps, C, H, W, that convolutions and poolings make of an image.

    Layers of other kinds leave the sizes as they are. Nothing is run.

    Raises:
        ArgumentError: If ``image`` is not C, H, W.
        ShapeError: If a layer does not fit what comes to it; the text begins with its name.

    Example:
        >>> maps_after({"conv": nn.Conv2d(1, 30, 5), "pool": nn.MaxPool2d(2)}, (1, 28, 28))
        (30, 12, 12)
    """
    spec = TensorSpec((1, *checked_image(image)))
    for name, layer in layers.items():
        with at_layer(name, image):
            spec = _after(layer, spec)
    return checked_image(spec.shape[1:])


def features_after(layers: Mapping[str, nn.Module], image: Sequence[int]) -> int:
    """Return how many numbers the feature maps of an image are, all together.

    Raises:
        ArgumentError: If ``image`` is not C, H, W.
        ShapeError: If a layer does not fit what comes to it; the text begins with its name.
    """
    return prod(maps_after(layers, image))


def _after(layer: nn.Module, spec: TensorSpec) -> TensorSpec:
    if isinstance(layer, nn.Conv2d):
        operator = conv_operator(
            layer.kernel_size, layer.stride, layer.padding, layer.dilation, layer.groups
        )
        return operator.infer(spec, layer.weight.spec)
    if isinstance(layer, nn.MaxPool2d | nn.AvgPool2d):
        return layer.operator.infer(spec)
    return spec


@contextmanager
def at_layer(name: str, image: Sequence[int]) -> Iterator[None]:
    """Give errors raised inside a with block a layer's name, and the image's shape as a fact."""
    try:
        yield
    except ConvolensError as error:
        error.enter(name)
        error.facts.append(("image", "x".join(map(str, image)), "C, H, W"))
        if error.hint == TOO_LARGE_HINT:
            error.hint = "use a smaller image, or smaller layers."
        elif isinstance(error, ShapeError) and error.hint:
            error.hint = f"use a larger image; or {error.hint}"
        raise
