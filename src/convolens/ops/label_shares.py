"""Class labels as shares of the loss: what each score of a cross-entropy is compared with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

import numpy as np

from convolens.ops._attributes import operator
from convolens.ops._on_labels import (
    OnLabels,
    check_labels,
    label_samples,
    rows_of,
    scores_of,
)
from convolens.ops._op import Array, Cost, Mistake, Sample, Value, size_of
from convolens.spec import TensorSpec, checked


@final
@operator
class LabelShares(OnLabels):
    """y[n,k] = how much -log softmax(logits)[n,k] counts in the cross-entropy.

    That is (1 - ``label_smoothing``) w[labels[n]] for k = labels[n], and ``label_smoothing`` / K
    times w[k] more for each k; for the mean, divided by the sum of all w[labels[n]]. Of the logits
    only the shape and the type matter.

    Shapes:
        logits [N, K, *I], labels [N, *I] int64, weight w [K]? -> y [N, K, *I]

    Source: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2016,
    section 7, for the smoothing.
    """

    name: ClassVar[str] = "label_shares"
    signature: ClassVar[str] = "logits[N,K,*I], labels[N,*I], weight[K]? -> y[N,K,*I]"

    label_smoothing: float = 0.0

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        logits = specs[0]
        self.loss_spec(*specs)
        return checked(logits.shape, logits.dtype)

    def reference(self, *arrays: Array) -> Array:
        logits, labels, *weight = arrays
        rows, flat = rows_of(logits), labels.reshape(-1)
        check_labels(self.name, flat, rows.shape[1], self.ignore_index)
        w = weight[0] if weight else None
        shares = self.each(flat, w, rows)
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = shares / self.divided(self.counts(flat, w, logits.dtype))
        return np.ascontiguousarray(scores_of(shares, logits.shape))

    def each(self, labels: Array, weight: Array | None, rows: Array) -> Array:
        """Return the shares before the mean's division, a row for each of the labels."""
        c = rows.dtype.type
        counts = self.counts(labels, weight, rows.dtype)
        kept = labels != self.ignore_index
        shares = np.zeros_like(rows)
        if self.label_smoothing:
            every = np.ones(rows.shape[1], rows.dtype) if weight is None else weight
            shares[kept] = every * c(self.label_smoothing / rows.shape[1])
        at = np.flatnonzero(kept)
        shares[at, labels[at]] += c(1 - self.label_smoothing) * counts[at]
        return shares

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return tuple(None for _ in inputs)

    def cost(self, *specs: TensorSpec) -> Cost:
        return Cost(0, size_of(*specs, specs[0]), specs[1].size)

    def explain(self, *specs: TensorSpec) -> str:
        return f"Spreads each of {specs[1].size} labels over {specs[0].shape[1]} classes."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(label_samples(cls, ({}, {"label_smoothing": 0.1}), with_g=False))

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (
            Mistake(
                lambda: cls().reference(np.zeros((2, 3)), np.array([0, 3])), ("label 3", "0 to 2")
            ),
        )
