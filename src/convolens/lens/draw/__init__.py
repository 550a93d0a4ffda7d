"""A network as a picture: blocks to scale, branches, and where they join."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from convolens.lens.draw.drawing import Drawing

if TYPE_CHECKING:
    from convolens.nn import Module

__all__ = ["Drawing", "draw"]


def draw(
    model: Module, input_shape: Sequence[int], name: str = "", lang: str | None = None
) -> Drawing:
    """Return a picture of a network, found by running it on an image of zeros.

    Each block is the map that a layer makes, to scale; activations and normalisations are bands at
    the block before them. Residual blocks, dense blocks and branches show where ways part and join;
    a network that makes maps smaller and then larger again is drawn as a U.

    Args:
        model: Any module that takes one tensor.
        input_shape: The shape of one image without the batch, such as (3, 224, 224).
        name: What to call it; its class if not given.
        lang: The language of its texts, ``'en'`` or ``'zh'``; None for what ``language`` says.

    Raises:
        ArgumentError: If ``input_shape`` is no shape.

    Example:
        >>> from convolens import nn
        >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10))
        >>> [node.kind for node in draw(net, (1, 8, 8)).nodes]
        ['image', 'conv', 'linear']
    """
    from convolens.lens.draw.graph import graph
    from convolens.lens.language import language
    from convolens.lens.summary import observed

    spoken = language(lang)
    seen = observed(model, input_shape, spoken)
    return Drawing(name or type(model).__name__, tuple(graph(seen)), seen.trace.error, spoken)
