"""Runs that are written down, to be computed again without Python between their kernels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import final

import numpy as np

from convolens import _native
from convolens.backends.candidate import Run
from convolens.backends.layout import are_dense
from convolens.ops import Array
from convolens.spec import TensorSpec, float32


@final
class Recording:
    """Runs in their order, each on arrays that stay where they are.

    What kernels compute is written down by the native side: to compute it again takes no Python.
    Runs that do other things are called again, and their results copied to where the first lay.
    """

    def __init__(self) -> None:
        self._kernels = _native.Recording()
        # What is called again, each with how many calls of kernels come before it.
        self._called: list[tuple[int, Callable[[], None]]] = []

    def add(self, run: Run, arrays: Sequence[Array]) -> Array:
        """Compute a run and write it down.

        An array that nobody holds any more gives its place to later ones.

        Returns:
            The result. It holds another after ``replay``.
        """
        self._kernels.begin()
        try:
            result = run(*arrays)
        finally:
            calls = self._kernels.end()
        is_view = calls == 0 and any(np.may_share_memory(result, array) for array in arrays)
        if calls > 0 or is_view:
            return result
        target = result.copy(order="K")
        again = partial(_again, run, tuple(arrays), target)
        self._called.append((self._kernels.size(), again))
        return target

    def between(
        self, inputs: Sequence[Array], outputs: Sequence[Array], specs: Sequence[TensorSpec]
    ) -> _native.Plan | None:
        """Return what computes tensors from tensors by this recording, at once.

        Args:
            inputs: The arrays to which its inputs are copied.
            outputs: Those from which its results are copied.
            specs: What these are.

        Returns:
            None if some runs are called again, or an array is one that kernels do not read.
        """
        arrays = [*inputs, *outputs]
        if self._called or not are_dense(arrays) or any(a.dtype != float32 for a in arrays):
            return None
        return _native.Plan(self._kernels, tuple(inputs), tuple(outputs), tuple(specs))

    def replay(self) -> None:
        """Compute all again, in the same order, of what the arrays hold by now."""
        done = 0
        for before, again in self._called:
            self._kernels.replay(done, before)
            again()
            done = before
        self._kernels.replay(done, self._kernels.size())


def write(source: Array, target: Array) -> None:
    """Write the numbers of an array into another of its shape and type, whatever their strides."""
    if source.dtype == float32 and source.strides != target.strides:
        _native.move(source, target)
    else:
        np.copyto(target, source)


def _again(run: Run, arrays: Sequence[Array], target: Array) -> None:
    np.copyto(target, run(*arrays))
