"""What the attributes of operators mean, where no docstring says it in an Args section."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields
from typing import Any

from tools.operator_pages.docstring import described

from convolens.ops import Op

#: By the attribute's name.
MEANINGS = {
    "accumulate": "add up what goes to one place; otherwise the last of it stays",
    "after": "how many channels after the own one count",
    "alpha": "the factor in the formula",
    "approximate": "`'none'`, or `'tanh'` for an approximation by a tanh",
    "axes": "which axes, in ascending order",
    "before": "how many channels before the own one count",
    "beta": "the parameter in the formula",
    "bounds": "start, stop and step along each axis",
    "ceil_mode": "keep a last window that ends beyond the padded input",
    "correction": "what is taken from the divisor: 1 for a sample, 0 for all there is",
    "count": "how many",
    "count_include_pad": "the divisor counts cells of padding",
    "delta": "where the square ends and the straight line begins",
    "descending": "the largest first",
    "dilation": "the distance between neighbouring taps, one number an axis",
    "dim": "which axis",
    "dims": "which axis of the input each axis of the output is",
    "divisor_override": "the divisor of every window, whatever it counts",
    "dtype": "the type's name",
    "eps": "added where the formula says so, against division by zero",
    "exponent": "the power",
    "factor": "the factor",
    "groups": "how many groups of channels there are, which see only themselves",
    "ignore_index": "the label that does not count",
    "k": "what is added to the sum",
    "keep": "which truth lets the gradient pass",
    "keepdim": "keep the reduced axes, with size 1",
    "kernel": "the taps of the window, one number an axis",
    "label_smoothing": "the part of the label's share that all classes divide",
    "largest": "the largest, or the smallest",
    "log_target": "the targets are logarithms",
    "max": "the upper bound, or none",
    "max_val": "the upper bound",
    "min": "the lower bound, or none",
    "min_val": "the lower bound",
    "negative_slope": "the slope below zero",
    "norm": "the order of the norm",
    "order": "the order of the norm",
    "output_padding": "cells added to the smallest possible size, one number an axis",
    "outputs": "the sizes of the output's spatial axes",
    "p": "the order of the norm",
    "padding": "cells before and after each axis",
    "pos_weighted": "the last input weighs the positive targets",
    "reduction": "`'mean'`, `'sum'` or `'none'`",
    "repeats": "how many copies along each axis",
    "reverse": "from the end",
    "scale": "the factor in front",
    "scaling": "what alpha multiplies: the `'mean'` of a window (torch), or its `'sum'`",
    "shape": "the shape of the result",
    "shifts": "how far each axis is rolled",
    "size": "how many there are",
    "sizes": "the sizes of the image's spatial axes",
    "slopes": "how many slopes there are: one a channel, or one",
    "stride": "the step from one window to the next, one number an axis",
    "threshold": "where the straight line begins",
    "transpose_a": "a is stored with its last two axes exchanged",
    "transpose_b": "b is stored with its last two axes exchanged",
    "value": "what the added cells hold",
    "weighted": "there is an input of weights",
}

#: Where the same name means something else.
SPECIAL = {
    ("dropout", "p"): "the probability that an element becomes zero",
    ("channel_shuffle", "groups"): "how many groups the channels are dealt from",
    ("local_response_norm", "size"): "how many channels are summed, the own one included",
    ("local_response_norm_grad", "size"): "how many channels are summed, the own one included",
    ("pixel_shuffle", "factor"): "how many times larger the image becomes along each axis",
    ("pixel_unshuffle", "factor"): "how many times smaller the image becomes along each axis",
}


def meaning(operator: type[Op], name: str) -> str:
    """Return what an attribute means.

    Raises:
        LookupError: If nothing says it.
    """
    special = SPECIAL.get((operator.name, name))
    found = special or described(operator).get(name) or MEANINGS.get(name)
    if not found:
        raise LookupError(
            f"{operator.name}: nothing says what {name} means. Add an Args section to its "
            "docstring, or a line to MEANINGS in tools/operator_pages/attributes.py."
        )
    return found


def rows(operator: type[Op]) -> list[tuple[str, str, str, str]]:
    """Return (name, type, default, meaning) of each attribute."""
    return [
        (field.name, str(field.type), _default(field), meaning(operator, field.name))
        for field in fields(operator)
    ]


def _default(field: Field[Any]) -> str:
    return "" if field.default is MISSING else repr(field.default)
