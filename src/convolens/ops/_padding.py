"""Paddings that have a name."""

from __future__ import annotations

from collections.abc import Sequence

from convolens.errors import ArgumentError

NAMES = "'valid', 'same', 'same_fixed', 'same_tf' or 'full'"


def named_padding(
    name: str,
    kernel: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    sizes: Sequence[int] | None = None,
) -> tuple[tuple[int, int], ...]:
    """Return the cells before and after each axis that a name means.

    ================  ==================================  ===============================
    name              cells before and after together     outputs of I inputs
    ================  ==================================  ===============================
    ``'valid'``       0                                   floor((I - E) / s) + 1
    ``'same'``        E - 1                               I, and s must be 1
    ``'same_fixed'``  E - 1                               ceil(I / s)
    ``'same_tf'``     max(0, (ceil(I / s) - 1) s + E - I)  ceil(I / s)
    ``'full'``        2 (E - 1)                           floor((I + E - 2) / s) + 1
    ================  ==================================  ===============================

    E = dilation (kernel - 1) + 1 is how far a window reaches, s the stride. Where the number of
    cells is odd, the extra one goes after. ``'same_fixed'`` and ``'same_tf'`` agree at stride 1;
    else windows begin elsewhere, and only ``'same_tf'`` depends on the size of the input.

    Raises:
        ArgumentError: If the name is not known, ``'same'`` is asked for with a stride other than 1,
            or ``'same_tf'`` without sizes.

    Example:
        >>> named_padding("same_fixed", (3, 3), (2, 2), (1, 1))
        ((1, 1), (1, 1))
        >>> named_padding("same_tf", (3, 3), (2, 2), (1, 1), sizes=(8, 7))
        ((0, 1), (1, 1))

    Source: Dumoulin and Visin, "A guide to convolution arithmetic", 2016, section 2.2; TensorFlow,
    ``tf.nn.convolution``, for ``'same_tf'``.
    """
    reach = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    if name == "valid":
        return ((0, 0),) * len(reach)
    if name == "full":
        return tuple((cells, cells) for cells in reach)
    if name == "same" and any(step != 1 for step in stride):
        raise ArgumentError(
            "padding='same' is not supported for strided convolutions",
            [("stride", tuple(stride), "")],
            "with a stride 'same' has two meanings: padding='same_fixed' pads as at stride 1, "
            "whatever the size of the input; padding='same_tf' as TensorFlow, by as few cells as "
            "ceil(size / stride) outputs need.",
        )
    if name in ("same", "same_fixed"):
        return tuple((cells // 2, cells - cells // 2) for cells in reach)
    if name != "same_tf":
        known = name.strip().lower()
        raise ArgumentError(
            f"padding is {name!r}, but a name must be {NAMES}.",
            hint=f"write {known!r}."
            if known in ("valid", "same", "full")
            else "use one of these, a number, or one number an axis.",
        )
    if sizes is None:
        raise ArgumentError("padding='same_tf' depends on the size of the input.")
    if min(stride) < 1:
        raise ArgumentError(f"stride is {min(stride)}, but must be a whole number, at least 1.")
    totals = [
        max(0, ((size - 1) // step) * step + cells + 1 - size)
        for size, step, cells in zip(sizes, stride, reach, strict=True)
    ]
    return tuple((total // 2, total - total // 2) for total in totals)
