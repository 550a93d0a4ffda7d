"""What is wrong with a text that is no layer, in Chinese, and refusals of operators in Chinese."""

CHINESE = {
    "empty": "层的写法以输入的尺寸开头，但这里是空的。",
    "empty.hint": "例如写 5x5 k3 s2 p1。",
    "no_kernel": "缺少卷积核。",
    "no_kernel.hint": "例如写 k3。",
    "input": "输入的尺寸",
    "not_whole": "{what} 由整数组成，中间用 x 连接，但这里是 {found}。",
    "nothing": "空",
    "too_large": "{number} 太大：一个数最多 {digits} 位。",
    "too_small": "{what} 是 {number}，但至少应为 {least}。",
    "one_number": "{what} 是一个数。",
    "twice": "{what} 写了两次。",
    "write_p": "{item!r} 是填充：请写 p{item}。",
    "no_padding": "{item!r} 不是填充。",
    "no_padding.hint": "填充的名称有 {names}。",
    "no_item": "{item!r} 不是层的写法。",
    "no_item.hint": "可用的写法：{known}。",
    "dw_groups": "dw 已经说明了分组：每个通道一组。",
    "no_image": "{count} 个数的输入不是 {rank} 个轴的图像。",
    "no_image.hint": "写作 通道 x 高 x 宽，例如 3x224x224；其他轴数用 1d 和 3d 说明。",
    "too_many": "输入最多 4 个数，但这里有 {count} 个。",
    "too_many.hint": "写作 通道 x 高 x 宽，例如 3x224x224；其他轴数用 1d 和 3d 说明。",
    "each": "{what} 有 {count} 个数，但图像有 {rank} 个轴。",
    "each.hint": "写一个数，或每个轴一个数。",
    "name.input": "输入",
    "name.kernel": "卷积核",
    "name.stride": "步幅",
    "name.padding": "填充",
    "name.dilation": "扩张率",
    "name.groups": "分组",
    "name.out_channels": "输出通道数",
    "name.output_padding": "输出填充",
    "name.multiplier": "通道倍数",
    "name.kind": "层的种类",
    "name.padding_mode": "填充方式",
    "name.rank": "轴数",
    "name.ceil": "ceil",
    "name.nobias": "nobias",
    "name.uncounted": "uncounted",
    "torch.not_one": "这里应有一个卷积或池化。",
    "torch.after_pad": "填充层之后只能是没有填充的卷积。",
    "torch.no_call": "这不是对层的调用。",
    "torch.sequential": "nn.Sequential 的参数必须是层。",
    "torch.argument": "参数必须是数、引号里的名称、True 或 False。",
    "torch.stars": "这里不能用 ** 传递参数。",
    "torch.two": "两层只能是没有偏置的逐通道卷积和其后的 1x1 卷积。",
    "torch.no_layer": "{name} 不是 torch.nn 的层。",
    "torch.no_window": "{name} 既不是卷积也不是池化。",
    "torch.arguments": "{name} 不接受这些参数：{said}。",
    "torch.pads": "填充层接受一个整数，或 {count} 个。",
    "torch.long": "一行最多 {count} 个字符。",
    "torch.no_python": "这不是一行 Python。",
    "torch.shape": "输入的形状是 {shape}，但填充了 {count} 个轴。",
    "torch.shape.hint": "写一张图像的形状，不含批，例如 (3, 224, 224)。",
    "layer.no_window": "{layer} 没有在图像上滑动的窗口。",
    "layer.no_window.hint": "请用卷积、转置卷积、可分离卷积或池化。",
    "layer.unsayable": "{layer} 的 {name} 是 {value}，而层的写法里没有它。",
    "layer.unsayable.hint": "请去掉 {name}：它不改变输出读取哪些输入。",
    "layer.channels": "{layer} 需要 {channels} 个通道，但输入的形状是 {shape}。",
    "layer.channels.hint": "写一张图像的形状，不含批：({channels}, ...)。",
}

#: Refusals of operators and layers, as they say them, and the same in Chinese.
REFUSALS = {
    r"(\w+): along the (\w+), (.*)": r"\1：沿 \2，\3",
    r"the window covers (\d+) inputs, but the padded input has only (\d+)\.": (
        r"窗口覆盖 \1 个输入，但填充后的输入只有 \2 个。"
    ),
    r"use a smaller kernel or dilation, or more padding\.": (
        "请用更小的卷积核或扩张率，或更多的填充。"
    ),
    r"the transposed window turns (\d+) inputs into (-?\d+) outputs\.": (
        r"转置的窗口把 \1 个输入变成 \2 个输出。"
    ),
    r"use less padding or a larger kernel\.": "请用更少的填充或更大的卷积核。",
    r"output_padding is (\d+), but must be at least 0 and smaller than stride (\d+) or dilation "
    r"(\d+)\.": r"输出填充是 \1，但应不小于 0 且小于步幅 \2 或扩张率 \3。",
    r"use a smaller output_padding\.": "请用更小的输出填充。",
    r"(in|out)_channels (\d+) cannot be divided into (\d+) groups\.": (
        r"\1_channels 是 \2，不能分成 \3 组。"
    ),
    r"(in|out)_channels must be divisible by groups\.": r"\1_channels 必须能被分组数整除。",
    r"padding='same' is not supported for strided convolutions": "步幅不为 1 时不支持 psame",
    r"with a stride 'same' has two meanings: .*": (
        "有步幅时 same 有两种含义：psame_fixed 像步幅为 1 时一样填充，与输入尺寸无关；psame_tf 像 "
        "TensorFlow 那样，只填充 ceil(尺寸 / 步幅) 个输出所需要的格子。"
    ),
    r"padding_mode '(\w+)' cannot add (\d+) cells to an axis of (\d+)\.": (
        r"填充方式 \1 不能给 \3 格的轴加上 \2 格。"
    ),
    r"use a padding of at most (\d+), or another mode\.": r"填充最多 \1，或换一种方式。",
    r"(\w+): pad should be smaller than or equal to half of kernel size, but got padding (\d+) and "
    r"kernel size (\d+)\.": r"\1：填充不能超过窗口的一半，但填充是 \2，窗口是 \3。",
    r"use a padding of at most (\d+): a larger one can give windows without any input\.": (
        r"填充最多 \1：更多会产生没有输入的窗口。"
    ),
    r"a kernel of ([\d,]+) taps between ([\d,]+) inputs and ([\d,]+) outputs has more than the "
    r"([\d,]+) taps that can be looked at\.": (
        r"\2 个输入与 \3 个输出之间、\1 个抽头的卷积核，抽头总数超过可以查看的 \4 个。"
    ),
    r"use a smaller image, kernel or padding\.": "请用更小的图像、卷积核或填充。",
    r"a layer of kind (.+) cannot have (.+)\.": r"种类为 \1 的层不能有 \2。",
    r"leave (.+) out, or use another kind of layer\.": r"请去掉 \1，或换一种层。",
    r"a separable convolution has 2 spatial axes, but the image has (\d+)\.": (
        r"可分离卷积有 2 个空间轴，但图像有 \1 个。"
    ),
    r"leave 1d and 3d out and write a height and a width; or use another kind of layer\.": (
        "请去掉 1d 和 3d，写出高和宽，或换一种层。"
    ),
    r"shape \[(.+)\] of (\w+) needs more than 2\*\*63 - 1 bytes\.": (
        r"形状 [\1]（\2）需要超过 2**63 - 1 个字节。"
    ),
    r"make the tensor smaller\.": "请把张量变小。",
}
FACTS = {
    "input": "输入",
    "padding": "填充",
    "kernel": "卷积核",
    "dilation": "扩张率",
    "stride": "步幅",
    "before, after": "前，后",
    "height": "高度",
    "width": "宽度",
    "depth": "深度",
}
