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
        self._begun = 0  # which of the kernels' calls no part computes yet
        self._parts: list[Callable[[], object]] = []
        self._is_whole = True  # no run has to be called again

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
        self._flush()
        self._is_whole = False
        target = result.copy(order="K")
        self._parts.append(partial(_again, run, tuple(arrays), target))
        return target

    def finish(self) -> None:
        """Say that nothing will be added."""
        self._flush()

    def between(
        self, inputs: Sequence[Array], outputs: Sequence[Array], specs: Sequence[TensorSpec]
    ) -> _native.Plan | None:
        """Return what computes tensors from tensors by this finished recording, at once.

        Args:
            inputs: The arrays to which its inputs are copied.
            outputs: Those from which its results are copied.
            specs: What these are.

        Returns:
            None if some runs are called again, or an array is one that kernels do not read.
        """
        arrays = [*inputs, *outputs]
        if not (self._is_whole and are_dense(arrays) and all(a.dtype == float32 for a in arrays)):
            return None
        return _native.Plan(self._kernels, tuple(inputs), tuple(outputs), tuple(specs))

    def replay(self) -> None:
        """Compute all again, in the same order, of what the arrays hold by now."""
        for part in self._parts:
            part()

    def _flush(self) -> None:
        """Make a part of the kernels' calls since the last one."""
        count = self._kernels.size()
        if count > self._begun:
            self._parts.append(partial(self._kernels.replay, self._begun, count))
            self._begun = count


def write(source: Array, target: Array) -> None:
    """Write the numbers of an array into another of its shape and type, whatever their strides."""
    if source.dtype == float32 and source.strides != target.strides:
        _native.move(source, target)
    else:
        np.copyto(target, source)


def _again(run: Run, arrays: Sequence[Array], target: Array) -> None:
    np.copyto(target, run(*arrays))
