"""Every text of a drawing, in English."""

from __future__ import annotations

from convolens.lens.draw.words_zh import CHINESE
from convolens.lens.language import Words

ENGLISH = {
    "title": "{model} on {shape}",
    "image": "input",
    "conv": "conv",
    "depthwise": "depthwise",
    "transposed": "transposed",
    "pool": "pool",
    "linear": "linear",
    "concat": "concatenate",
    "add": "add",
    "multiply": "multiply",
    "mean": "mean",
    "activation": "activation",
    "other": "other",
    "band": "then activation or normalisation",
    "scale": "Blocks are the maps that layers make. Height and slant: their rows and columns, to "
    "scale. Width: the root of the channels. Bars: the root of the elements of a vector. 3x3 /2: "
    "kernel and stride.",
    "stopped": "The model stopped here. {error}",
    "tip.parameters": "{count} parameters",
    "tip.multiply_adds": "{count} multiply-adds",
    "tip.sees": "sees {pixels} pixels",
}


def draw_words(lang: str | None = None) -> Words:
    """Return the texts in a language; None for what ``language`` says."""
    return Words(ENGLISH, CHINESE, lang)
