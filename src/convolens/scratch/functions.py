"""Softmax and the cross-entropy error: from scores to probabilities, and from those to a loss."""

from __future__ import annotations

import numpy as np

from .arrays import Array, as_float


def softmax(x: Array) -> Array:
    """Turn scores into probabilities, along the last axis.

    y[k] = exp(x[k]) / sum_j exp(x[j])

    The largest score is subtracted first. That changes nothing in the quotient, and exp cannot
    overflow any more: its argument is 0 or less.

    Args:
        x: Scores, (..., K).

    Returns:
        Probabilities, (..., K): none below 0, each row sums to 1.

    Example:
        >>> softmax(np.array([0.0, np.log(3.0)])).round(2)
        array([0.25, 0.75])
        >>> softmax(np.array([10000.0, -10000.0]))
        array([1., 0.])
    """
    x = as_float(x)
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


def log_softmax(x: Array) -> Array:
    """Compute the logarithm of softmax without ever forming a probability that rounds to 0.

    log y[k] = x[k] - log sum_j exp(x[j])

    Args:
        x: Scores, (..., K).

    Returns:
        Logarithms of probabilities, (..., K); each is 0 or less.

    Example:
        >>> log_softmax(np.array([10000.0, -10000.0]))
        array([     0., -20000.])
    """
    x = as_float(x)
    shifted = x - x.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def cross_entropy_error(y: Array, t: Array) -> float:
    """Measure how far probabilities are from the truth, as a mean over the batch.

    L = -(1/N) sum_n sum_k t[n, k] log y[n, k]

    With one true class per sample only one term of the inner sum is left: minus the logarithm of
    the probability given to the truth. A network that knows nothing scores log K.

    Args:
        y: Probabilities, (N, K), or (K,) for one sample.
        t: The truth: class numbers, (N,), or one row of probabilities (one-hot) each, (N, K).

    Returns:
        L, 0 or more. It is finite: a probability of 0 counts as the smallest normal float.

    Raises:
        ValueError: If ``t`` does not fit ``y``, or the batch is empty.

    Example:
        >>> y = np.array([[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]])
        >>> round(cross_entropy_error(y, np.array([0, 2])), 4)  # log 2
        0.6931
    """
    y, t = as_float(y), np.asarray(t)
    if y.ndim == 1:
        y, t = y[np.newaxis], t[np.newaxis]
    t = target_distribution(t, y)
    # Corrected: the listing adds 1e-7 to every probability, so that a perfect answer scores
    # below 0 and all others are a little off. A floor touches nothing but the zeros.
    log_y = np.log(np.maximum(y, np.finfo(y.dtype).tiny))
    return float((t * -log_y).sum() / len(y))


def target_distribution(t: Array, y: Array) -> Array:
    """Return the truth as one row of probabilities per sample, whichever form it came in.

    Args:
        t: Class numbers, (N,), or rows that sum to 1, (N, K).
        y: What it will be compared with, (N, K).

    Returns:
        Rows that sum to 1, (N, K), of the dtype of ``y``.
    """
    if y.ndim != 2 or len(y) == 0:
        raise ValueError(
            f"The scores have shape {y.shape}, but a loss is a mean over a batch of rows (N, K).\n"
            "Hint: pass at least one sample, and one row of scores for each."
        )
    t = np.asarray(t)
    # Corrected: the listing tells the two forms apart by their size, which fails for K = 1,
    # and takes argmax of a one-hot row, which is wrong for a row such as [0.9, 0.1].
    if t.shape == y.shape:
        return _checked_rows(t).astype(y.dtype)
    return np.eye(y.shape[1], dtype=y.dtype)[_checked_labels(t, y.shape)]


def _checked_rows(t: Array) -> Array:
    # Rows may have been divided in float32, whatever they are stored in: K roundings of that size.
    slack = t.shape[1] * float(np.finfo(np.float32).eps)
    sums = t.sum(axis=1)
    bad = ~((abs(sums - 1) <= slack) & (t >= 0).all(axis=1))
    if bad.any():
        n = int(bad.argmax())
        raise ValueError(
            f"Row {n} of t is {t[n].tolist()}: its sum is {sums[n]:g}, or an entry is negative.\n"
            "Hint: a row of t holds probabilities: none below 0, sum 1."
        )
    return t


def _checked_labels(t: Array, shape: tuple[int, ...]) -> Array:
    N, K = shape
    if t.shape != (N,) or not np.issubdtype(t.dtype, np.integer):
        raise ValueError(
            f"t is {t.dtype}{list(t.shape)}, but y is a batch of {N} rows with {K} classes.\n"
            f"Hint: t is either {N} whole numbers, one class each, or an array of shape ({N}, {K})."
        )
    bad = (t < 0) | (t >= K)
    # Corrected: the listing's indexing takes a label of -1 for the last class, silently.
    if bad.any():
        n = int(bad.argmax())
        raise ValueError(
            f"Label {n} is class {t[n]}, but there are {K} classes.\n"
            f"Hint: labels go from 0 to {K - 1}."
        )
    return t
