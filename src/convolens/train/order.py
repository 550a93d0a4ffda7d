"""What the order of a run's images depends on, to refuse going on in the midst of another order."""

from __future__ import annotations

import hashlib
from typing import Any

from convolens.data import Dataset, Loader


def fingerprint(dataset: Dataset) -> str:
    """Return a short text that differs if the images' number, order or classes differ.

    Pixels are not read, since they may lie in many files: labels stand for the images.

    Example:
        >>> from convolens.data import load_digits
        >>> fingerprint(load_digits().test)
        '360-4f3689c42963ad04'
    """
    digest = hashlib.sha256(dataset.labels.astype("<i8").tobytes())
    digest.update(repr((dataset.classes, dataset.image_shape)).encode())
    return f"{len(dataset)}-{digest.hexdigest()[:16]}"


def order_facts(loader: Loader) -> dict[str, Any]:
    """Return what the batches of an epoch depend on, in values that JSON has."""
    return {
        "seed": loader.seed,
        "batch_size": loader.batch_size,
        "images": fingerprint(loader.dataset),
        "transforms": [repr(transform) for transform in loader.transforms],
    }
