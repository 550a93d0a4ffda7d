"""Errors of the layers below the lens, which speak English, in Chinese."""

from __future__ import annotations

import re
from collections.abc import Sequence

from convolens.errors import ConvolensError

#: What begins a headline about an operator.
_OP = r"(?:(?P<op>\w+): )?"
_AXES = {"height": "高", "width": "宽", "depth": "深", "length": "长"}

#: (the English, as a pattern; the Chinese, with its groups): of operators with a window.
_WINDOWS: Sequence[tuple[str, str]] = (
    (
        r"the input has (?P<a>\S+) channels, but the weight expects (?P<b>\S+)\.",
        "输入有 {a} 个通道，但权重需要 {b} 个。",
    ),
    (
        r"(?P<name>\w+) has (?P<a>\S+) dimensions, but (?P<b>[\w ]+) are needed\.",
        "{name} 有 {a} 个维度，但需要 {b} 个。",
    ),
    (
        r"along the (?P<axis>\w+), the window covers (?P<a>\S+) inputs, but the padded input has "
        r"only (?P<b>\S+)\.",
        "沿{axis}的方向，窗口覆盖 {a} 个输入，但填充后的输入只有 {b} 个。",
    ),
    (
        r"along the (?P<axis>\w+), the transposed window turns (?P<a>\S+) inputs into (?P<b>\S+) "
        r"outputs\.",
        "沿{axis}的方向，转置的窗口把 {a} 个输入变成 {b} 个输出。",
    ),
    (
        r"the bias has shape (?P<a>\[.*\]), but the weight has (?P<b>\S+) output channels\.",
        "偏置的形状是 {a}，但权重有 {b} 个输出通道。",
    ),
    (r"the weight has no output channels\.", "权重没有输出通道。"),
    (
        r"(?P<a>\S+) (?:output|input) channels cannot be split into (?P<b>\S+) groups\.",
        "{a} 个通道不能分成 {b} 组。",
    ),
    (
        r"pad should be smaller than or equal to half of kernel size, but got padding (?P<a>\S+) "
        r"and kernel size (?P<b>\S+)\.",
        "填充不能超过核大小的一半，但填充是 {a}，核大小是 {b}。",
    ),
    (
        r"(?P<name>\w+) has no channels: only the batch may be empty\.",
        "{name} 没有通道：只有批可以是空的。",
    ),
    (
        r"divisor_override is (?P<a>\S+), but must be a number of 64 bits and not zero\.",
        "divisor_override 是 {a}，但必须是 64 位的数，且不为零。",
    ),
    (r"groups is (?P<a>\S+), but must be at least 1\.", "groups 是 {a}，但至少为 1。"),
    (
        r"the attributes are for different numbers of axes\.",
        "各参数的轴数不同。",
    ),
    (
        r"(?P<name>\w+) is (?P<a>.+), but must be a whole number, at least 1\.",
        "{name} 是 {a}，但必须是整数，且至少为 1。",
    ),
    (r"(?P<name>\w+) is (?P<a>.+), but must not be negative\.", "{name} 是 {a}，但不能为负。"),
    (
        r"output_padding is (?P<a>\S+), but must be at least 0 and smaller than stride (?P<b>\S+) "
        r"or dilation (?P<c>\S+)\.",
        "output_padding 是 {a}，但必须至少为 0，且小于步幅 {b} 或扩张率 {c}。",
    ),
    (
        r"a window of (?P<a>\S+) taps with dilation (?P<b>\S+), stride (?P<c>\S+) and padding "
        r"(?P<d>.+) does not fit 64 bits\.",
        "{a} 个抽头、扩张率 {b}、步幅 {c}、填充 {d} 的窗口超出了 64 位整数。",
    ),
    (
        r"shape (?P<a>\[.*\]) of (?P<b>\S+) needs more than 2\*\*63 - 1 bytes\.",
        "形状为 {a} 的 {b} 需要超过 2**63 - 1 个字节。",
    ),
    (
        r"there is no memory for (?P<a>.+): it needs (?P<b>\S+) GiB\.",
        "没有 {a} 所需的内存：它需要 {b} GiB。",
    ),
    (
        r"there is no memory for (?P<a>.+): it needs (?P<b>\S+) GiB, and the computation some "
        r"more\.",
        "没有 {a} 所需的内存：它需要 {b} GiB，计算另需一些。",
    ),
    (
        r"padding_mode (?P<a>\S+) cannot add (?P<b>\S+) cells to an axis of (?P<c>\S+)\.",
        "填充方式 {a} 不能给长为 {c} 的轴补上 {b} 格。",
    ),
)
#: Of files.
_FILES: Sequence[tuple[str, str]] = (
    (r"there is no file (?P<a>.+)\.", "没有文件 {a}。"),
    (r"(?P<a>.+) is a folder, but a file is needed\.", "{a} 是文件夹，但需要一个文件。"),
    (
        r"(?P<a>.+) may not be read: the system denies permission\.",
        "{a} 不能读取：系统拒绝访问。",
    ),
    (r"(?P<a>.+) cannot be read: (?P<b>.+)\.", "{a} 不能读取：{b}。"),
    (r"(?P<a>.+): this is no (?P<b>.+) or (?P<c>\w+) image\.", "{a}：不是 {b} 或 {c} 图像。"),
    (r"(?P<a>.+): the image has more than (?P<b>\S+) pixels\.", "{a}：图像超过 {b} 个像素。"),
    (
        r"(?P<a>.+): the image is damaged or cut short \((?P<b>.*)\)\.",
        "{a}：图像已损坏或不完整（{b}）。",
    ),
)
_HINTS: Sequence[tuple[str, str]] = (
    (
        r"weight\.shape\[1\] times groups must equal x\.shape\[1\]\.",
        "weight.shape[1] 乘以 groups 必须等于 x.shape[1]。",
    ),
    (
        r"weight\.shape\[0\] must equal x\.shape\[1\]\.",
        "weight.shape[0] 必须等于 x.shape[1]。",
    ),
    (
        r"weight\.shape\[0\] must be a positive multiple of groups\.",
        "weight.shape[0] 必须是 groups 的正整数倍。",
    ),
    (r"reshape x to (?P<a>\[.*\])\.", "把 x 的形状改成 {a}。"),
    (r"a weight is (?P<a>\[.*\])\.", "权重的形状是 {a}。"),
    (r"the bias must have shape (?P<a>\[.*\])\.", "偏置的形状必须是 {a}。"),
    (
        r"use a smaller kernel or dilation, or more padding\.",
        "请用更小的核或扩张率，或者更多的填充。",
    ),
    (r"use less padding or a larger kernel\.", "请减少填充，或者用更大的核。"),
    (r"use a smaller output_padding\.", "请用更小的 output_padding。"),
    (r"use a positive (?P<a>\w+)\.", "{a} 请用正数。"),
    (r"use 0 or more; to crop, slice the input\.", "请用 0 或更大的数；要裁剪，就对输入切片。"),
    (r"use 1 for an ordinary convolution\.", "普通的卷积用 1。"),
    (r"use smaller numbers\.", "请用更小的数。"),
    (
        r"use 1 for the sum of each window, or None for its mean\.",
        "每个窗口的和用 1，平均值用 None。",
    ),
    (r"leave empty images out\.", "请去掉空的图像。"),
    (r"make the tensor smaller\.", "请缩小张量。"),
    (r"make it smaller\.", "请缩小它。"),
    (r"use a smaller image, or smaller layers\.", "请用更小的图像，或者更小的层。"),
    (
        r"use a larger image; or use a smaller kernel or dilation, or more padding\.",
        "请用更大的图像，或者更小的核或扩张率，或者更多的填充。",
    ),
    (r"give one number an axis\.", "每个轴给出一个数。"),
    (
        r"use a padding of at most (?P<a>\S+): a larger one can give windows without any input\.",
        "填充最多为 {a}：更大的填充会使某些窗口里没有任何输入。",
    ),
    (r"use a padding of at most (?P<a>\S+), or another mode\.", "填充最多为 {a}，或换一种方式。"),
    (r"convert it to PNG\.", "请转换成 PNG。"),
    (r"copy or download the file again\.", "请重新复制或下载这个文件。"),
    (
        r"change the file's permissions, or copy it to a folder of your own\.",
        "请修改文件的权限，或者复制到自己的文件夹里。",
    ),
)


def translate(error: ConvolensError) -> None:
    """Put an English error into Chinese, in place, if its headline is known.

    Its facts are names and numbers, and stay.

    Example:
        >>> error = ConvolensError("conv: 8 output channels cannot be split into 3 groups.")
        >>> translate(error)
        >>> print(error)
        conv：8 个通道不能分成 3 组。
    """
    if error.lang != "en":
        return
    headline = _chinese(error.headline, _OP, _WINDOWS) or _chinese(error.headline, "", _FILES)
    if headline is None:
        return
    error.headline = headline
    error.hint = _chinese(error.hint, "", _HINTS) or error.hint
    error.lang = "zh"


def _chinese(text: str, before: str, table: Sequence[tuple[str, str]]) -> str | None:
    for pattern, chinese in table:
        if found := re.fullmatch(before + pattern, text, re.DOTALL):
            values = found.groupdict()
            operator = values.pop("op", None)
            if "axis" in values:
                values["axis"] = _AXES.get(values["axis"], values["axis"])
            said = chinese.format(**values)
            return f"{operator}：{said}" if operator else said
    return None
