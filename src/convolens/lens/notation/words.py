"""What is wrong with a text that is no layer, in English."""

from __future__ import annotations

import re
from typing import TypeVar

from convolens.errors import ConvolensError
from convolens.lens.language import Words, language
from convolens.lens.notation.words_zh import CHINESE, FACTS, REFUSALS

ENGLISH = {
    "empty": "a layer begins with the size of its input, but the text is empty.",
    "empty.hint": "write, for instance, 5x5 k3 s2 p1.",
    "no_kernel": "the kernel is missing.",
    "no_kernel.hint": "write, for instance, k3.",
    "input": "the size of the input",
    "not_whole": "{what} is made of whole numbers joined by x, but here is {found}.",
    "nothing": "nothing",
    "too_large": "{number} is too large: a number has at most {digits} digits.",
    "too_small": "{what} is {number}, but must be at least {least}.",
    "one_number": "{what} is one number.",
    "twice": "the {what} is said twice.",
    "write_p": "{item!r} is a padding: write p{item}.",
    "no_padding": "{item!r} is no padding.",
    "no_padding.hint": "its names are {names}.",
    "no_item": "{item!r} is no part of a layer.",
    "no_item.hint": "the words are {known}.",
    "dw_groups": "dw says the groups already: one a channel.",
    "no_image": "an input of {count} numbers is no image of {rank} axes.",
    "no_image.hint": "write channels x height x width, such as 3x224x224; 1d and 3d say other "
    "ranks.",
    "too_many": "an input has at most 4 numbers, but here are {count}.",
    "too_many.hint": "write channels x height x width, such as 3x224x224; 1d and 3d say other "
    "ranks.",
    "each": "the {what} has {count} numbers, but the image {rank} axes.",
    "each.hint": "write one number, or one an axis.",
    "name.input": "input",
    "name.kernel": "kernel",
    "name.stride": "stride",
    "name.padding": "padding",
    "name.dilation": "dilation",
    "name.groups": "groups",
    "name.out_channels": "out channels",
    "name.output_padding": "output padding",
    "name.multiplier": "multiplier",
    "name.kind": "kind",
    "name.padding_mode": "padding mode",
    "name.rank": "number of axes",
    "name.ceil": "word ceil",
    "name.nobias": "word nobias",
    "name.uncounted": "word uncounted",
    "torch.not_one": "there is not one convolution or pooling here.",
    "torch.after_pad": "only a convolution without padding can follow a padding layer.",
    "torch.no_call": "this is no call of a layer.",
    "torch.sequential": "the arguments of nn.Sequential must be layers.",
    "torch.argument": "an argument must be a number, a name in quotes, True or False.",
    "torch.stars": "arguments cannot be handed on with ** here.",
    "torch.two": "two layers are read only as a depthwise convolution without bias and a 1x1 one.",
    "torch.no_layer": "{name} is no layer of torch.nn.",
    "torch.no_window": "{name} is no convolution and no pooling.",
    "torch.arguments": "{name} does not take these arguments: {said}.",
    "torch.pads": "a padding layer takes one whole number, or {count} of them.",
    "torch.long": "a line has at most {count} characters.",
    "torch.no_python": "this is no line of Python.",
    "torch.shape": "the input has shape {shape}, but {count} axes are padded.",
    "torch.shape.hint": "write the shape of one image without the batch, such as (3, 224, 224).",
    "layer.no_window": "a {layer} has no window that slides over an image.",
    "layer.no_window.hint": "use a convolution, a transposed or separable convolution, or a "
    "pooling.",
    "layer.unsayable": "{name} of {layer} is {value}, and no text of a layer says that.",
    "layer.unsayable.hint": "leave {name} out: it does not change which inputs an output reads.",
    "layer.channels": "{layer} takes {channels} channels, but the input has shape {shape}.",
    "layer.channels.hint": "write the shape of one image without the batch: ({channels}, ...).",
}

_Refusal = TypeVar("_Refusal", bound=ConvolensError)


def notation_words(lang: str | None = None) -> Words:
    """Return the texts in a language; None for what ``language`` says."""
    return Words(ENGLISH, CHINESE, lang)


def in_language(error: _Refusal) -> _Refusal:
    """Say a refusal of an operator in the language of the texts, and return it.

    Example:
        >>> from convolens.errors import ShapeError
        >>> from convolens.lens.language import speaking
        >>> headline = "conv: along the height, the window covers 9 inputs, but the padded input "
        >>> with speaking("zh"):
        ...     print(in_language(ShapeError(headline + "has only 5.")))
        conv：沿 高度，窗口覆盖 9 个输入，但填充后的输入只有 5 个。
    """
    if language() == "zh":
        error.headline, error.hint = _translated(error.headline), _translated(error.hint)
        error.facts = [
            (FACTS.get(name, name), value, FACTS.get(meaning, meaning))
            for name, value, meaning in error.facts
        ]
        error.lang = "zh"
    return error


def _translated(text: str) -> str:
    for pattern, chinese in REFUSALS.items():
        found = re.fullmatch(pattern, text)
        if found is not None:
            # The first pattern wraps another text.
            parts = (
                [FACTS.get(part, _translated(part)) for part in found.groups()]
                if pattern[0] == "("
                else None
            )
            if parts is None:
                return found.expand(chinese)
            for number, part in enumerate(parts, start=1):
                chinese = chinese.replace(f"\\{number}", part)
            return chinese
    return text
