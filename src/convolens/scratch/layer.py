"""What the layers of a network have in common."""

from __future__ import annotations

from typing import Protocol

from .arrays import Array


class Layer(Protocol):
    """One step of a network, which can be walked in both directions.

    forward:   out = f(x)
    backward:  dx = dL/dx, computed from dout = dL/dout by the chain rule

    ``forward`` keeps what ``backward`` will need. A layer with weights ``W`` and ``b`` leaves
    dL/dW and dL/db in ``dW`` and ``db`` as ``backward`` passes.
    """

    def forward(self, x: Array) -> Array:
        """Compute the output for the input ``x``."""
        ...

    def backward(self, dout: Array) -> Array:
        """Compute dL/dx from dL/dout, for the ``x`` of the last forward."""
        ...


def check_dout(layer: str, dout: Array, out_shape: tuple[int, ...] | None) -> None:
    """Refuse a gradient that does not belong to the output of the last forward, if there was one.

    A wrong shape would not always fail by itself: NumPy broadcasts, and (3,) passes for (3, 3).
    """
    if out_shape is None:
        raise ValueError(f"{layer}.backward came before forward.\nHint: call forward(x) first.")
    if dout.shape != out_shape:
        raise ValueError(
            f"{layer}.backward: dout has shape {dout.shape}, but the output had {out_shape}.\n"
            "Hint: dout holds one slope for each number that forward returned."
        )
