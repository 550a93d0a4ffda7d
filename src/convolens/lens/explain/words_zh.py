"""Every text of an explanation, in Chinese, and why an algorithm is refused."""

CHINESE = {
    "error.shape": "x 的形状是 {shape}，但层 {layer!r} 的输入图像的形状是 {expected}。",
    "error.shape.hint": "请去掉 x，或给出这种形状的图像。",
    "error.no_shape": "缺少图像的形状：{layer} 做什么取决于它。",
    "error.no_shape.hint": "explain(layer, (3, 224, 224))，或 explain(layer, x)。",
    "error.no_numbers": "要拆解一个输出值，x 必须有数值。",
    "error.no_numbers.hint": "explain(layer, x, at=(0, 0, 2, 2))，其中 x 是图像 [N, C, *I]。",
    "error.no_images": "x 里没有图像。",
    "error.no_images.hint": "请至少给出一张。",
    "error.at": "at 是 {at}，但应是 {count} 个整数。",
    "error.no_output": "没有输出 {at}：输出的形状是 {shape}。",
    "error.no_output.hint": "图像、通道和位置都从 0 数起。",
    "error.want": "想要的尺寸是 {want}，但应是一个不小于 1 的整数，或 {rank} 个。",
    "error.want.hint": "例如写 112 或 112x112。",
    "kind.conv": "卷积",
    "kind.depthwise": "逐通道卷积",
    "kind.conv_transpose": "转置卷积",
    "kind.max_pool": "最大池化",
    "kind.avg_pool": "平均池化",
    "kind.separable": "深度可分离卷积",
    "headline": "{kind}：输入 {sizes}，{inputs}；输出 {results}，{outputs}",
    "channels": "{count} 个通道",
    "height": "高度",
    "width": "宽度",
    "depth": "深度",
    "and": "和",
    "comma": "、",
    "semicolon": "；",
    "size": "输出尺寸",
    "size.sliding": "(输入 + 填充 - 跨度) / 步幅 + 1",
    "size.transposed": "(输入 - 1) 步幅 - 填充 + 跨度 + 输出填充",
    "size.down": "{axes}：{formula}，向下取整：{size}",
    "size.up": "{axes}：{formula}，向上取整：{size}",
    "size.dropped": "{axes}：{formula}，向上取整；最后一个窗口会从填充里开始，因此舍去：{size}",
    "size.whole": "{axes}：{formula}",
    "size.span": "大小 {kernel}、扩张率 {dilation} 的卷积核跨越 {dilation} ({kernel} - 1) + 1 = "
    "{span}",
    "size.named": "填充 {name!r} 是前后各 {pairs} 格",
    "taps": "每个输出读取哪些输入",
    "taps.axis": "{axes}：{size} 个输入，{outputs} 个输出",
    "taps.output": "输出 {p}",
    "taps.reads": "读取 {cells}",
    "taps.none": "不读取任何输入",
    "taps.times": "次数",
    "taps.legend": "● 输入，○ 填充；下面是每个输入被读取的次数",
    "taps.legend_moved": "● 构成一个输出的输入；下面是每个输入被读取的次数",
    "taps.negative": "小于 0 或不小于 {size} 的格子是填充",
    "taps.copies": "填充处读取的是替代它的格子（{mode}）",
    "taps.often": "输入被读取的次数：{runs}",
    "taps.run": "{cells}：{times}",
    "taps.range": "{first} 至 {last}",
    "taps.turns": "远离边缘处依次为：{turns}",
    "cost": "一张图像的开销",
    "cost.layer": "本层",
    "cost.dense": "全连接层",
    "cost.share": "倍数",
    "cost.weights": "权重",
    "cost.parameters": "参数",
    "cost.multiply_adds": "乘加",
    "cost.note": "相同形状之间的全连接层，每个输入与每个输出之间都有一个权重：{inputs} x {outputs}"
    "。与填充相乘的不计。",
    "cost.separable": "相同通道之间的普通卷积有 {plain} 个权重，是它的 {share} 倍。",
    "sees": "一个输出看到什么",
    "sees.line": "沿{axes}看到 {sees} 个输入，与相邻输出所看到的相距 {step}",
    "sees.moved": "沿{axes}最多看到 {sees} 个输入；相邻的 {stride} 个输出看到的大致相同",
    "sees.cells": "窗口跨越 {span} 格，读取其中 {taps} 格",
    "notes": "值得注意",
    "notes.none": "所有输入都被读取，远离边缘处读取次数相同。",
    "notes.never": "沿{axes}从不被读取：{cells}",
    "notes.holes": "空洞：沿{axes}，输出依次由 {turns} 个输入构成；为 0 之处只有偏置",
    "notes.checkerboard": "棋盘效应：沿{axes}，相邻输出依次是 {turns} 个输入之和，因为步幅 "
    "{stride} 不能整除卷积核大小 {kernel}；卷积核大小为 {better} 时各输出相同",
    "notes.even": "沿{axes}没有棋盘效应：远离边缘处，每个输出都是 {count} 个输入之和",
    "notes.gradient": "沿{axes}，输入依次被读取 {turns} 次，因此梯度有棋盘效应：步幅 {stride} 不能"
    "整除卷积核大小 {kernel}",
    "notes.gridding": "网格效应：沿{axes}，输出分成 {grids} 组交错的集合，彼此没有共同的输入；下一"
    "层换一个扩张率可以把它们连起来",
    "notes.alone": "沿{axes}，任何两个输出都没有共同的输入",
    "notes.odd_same": "沿{axes}前后的填充不同，输出偏移半格：跨度 {span} 是偶数",
    "memory": "内存（float32）",
    "memory.input": "输入",
    "memory.parameters": "参数",
    "memory.output": "输出",
    "memory.im2col": "窗口矩阵，如果展开的话（im2col）",
    "candidates": "在这里计算它的方法",
    "candidates.call": "调用",
    "candidates.name": "算法",
    "candidates.time": "单核估计用时",
    "candidates.packed": "重排的权重",
    "candidates.scratch": "临时内存",
    "candidates.memory": "重排的权重：按算法自己的顺序存放，权重不变就保留；临时内存：一次调用另外"
    "占用的内存",
    "candidates.chosen": "选用",
    "candidates.slower": "较慢",
    "candidates.refused": "不可用：{reason}",
    "torch": "torch 里的写法",
    "number": "拆解输出 {at}",
    "number.step": "第二步，1x1：它读取的是第一步的输出",
    "number.channel": "通道 {channel}",
    "number.padding": "填充",
    "number.partial": "通道 {channel} 的部分和",
    "number.left_out": "……另有 {count} 个通道，它们的部分和都在总和里",
    "number.sum": "{terms} = {total}",
    "number.bias": "偏置 {bias}",
    "number.average": "每个输入占 1/{divisor}",
    "number.max": "{values} 中最大的是 {total}",
    "number.agrees": "引擎算得 {engine}：在舍入误差内相同（差 {difference}，允许 {tolerance}）。",
    "number.equal": "引擎算得 {engine}：完全相同。",
    "number.differs": "引擎算得 {engine}，并不相同：差 {difference}，而舍入只能解释 {tolerance}。"
    "请报告这个问题。",
    "picture.title": "{text} 的抽头",
    "picture.input": "输入",
    "picture.read": "读取次数",
    "picture.begin": "最前面的 {count} 个输出",
    "picture.end": "最后面的 {count} 个输出",
    "wanted": "{input} 到 {want}：{count} 种方法",
    "wanted.none": "{input} 到 {want}：卷积核不超过 {kernel}、步幅不超过 {stride} 时没有办法。",
    "wanted.near": "最接近的尺寸是 {sizes}。",
    "wanted.kernel": "卷积核",
    "wanted.stride": "步幅",
    "wanted.padding": "填充",
    "wanted.output_padding": "输出填充",
    "wanted.dropped": "末尾舍去",
    "wanted.text": "层",
    "wanted.more": "另有 {count} 种没有列出；--json 里有全部，固定某些项（如 k3 或 s2）会更少。",
}

#: Why a candidate is refused, as the backends say it, and the same in Chinese.
REASONS = {
    r"kernels compute in float32, not (\w+)": r"内核以 float32 计算，而不是 \1",
    r"an input is empty": "有一个输入是空的",
    r"kernels have 1 or 2 spatial axes, not 3": "内核只支持 1 或 2 个空间轴，不支持 3 个",
    r"kernels are for windows along 1 axis or 2 neighbouring ones": (
        "内核只适用于沿 1 个轴或 2 个相邻轴的窗口"
    ),
    r"the padded rows that one row of outputs reads have (\d+) numbers": (
        r"一行输出所读取的、含填充的输入行有 \1 个数"
    ),
    r"(\w+) is (\S+), and kernels count to (\d+)": r"\1 是 \2，而内核最多数到 \3",
    r"only where each channel is a group of its own": "只适用于每个通道自成一组的情形",
    r"only where windows lie side by side": "只适用于窗口首尾相接的情形",
    r"only where the taps of a kernel's row lie side by side in one group": (
        "只适用于不分组、且卷积核一行的抽头首尾相接的情形"
    ),
    r"only one group, and windows that fill the image": "只适用于不分组、且窗口正好排满图像的情形",
    r"only groups of 2, 4 or 8 channels with as many outputs": (
        "只适用于每组 2、4 或 8 个通道、且输出通道数相同的分组卷积"
    ),
    r"(\d+) groups of (\d+) do not fill (\d+) lanes": r"\1 组、每组 \2 个通道，填不满 \3 个通道位",
    r"only (\S+) kernels with stride 1 and one group": (r"只适用于步幅为 1、不分组的 \1 卷积核"),
    r"only (\S+) and (\S+) kernels with stride 1 and one group": (
        r"只适用于步幅为 1、不分组的 \1 和 \2 卷积核"
    ),
    r"only strided convolutions along one axis or two have phases": (
        "只有沿一个或两个轴的带步幅卷积才有相位"
    ),
    r"only one group, and dilation 1": "只适用于不分组、扩张率为 1 的情形",
    r"the kernel becomes (\S+), which (\S+) refuses": r"卷积核变成 \1，\2 不适用",
    r"slices are for three spatial axes, not (\d+)": r"slices 用于三个空间轴，而不是 \1 个",
    r"the taps of the depth read (\d+) slices": r"深度方向的抽头读取 \1 个切片",
    r"only a 1x1 kernel with stride 1 and no padding is one product": (
        "只有步幅为 1、没有填充的 1x1 卷积核才是一次矩阵乘法"
    ),
    r"only kernels of (\d+) taps to (\S+), with stride 1 and dilation 1": (
        r"只适用于步幅为 1、扩张率为 1 的卷积核，至少 \1 个抽头，至多 \2"
    ),
    r"only (\d+) to (\d+) taps along one axis, with stride 1": (
        r"只适用于沿一个轴有 \1 到 \2 个抽头、步幅为 1 的情形"
    ),
    r"transformed weights would be (\d+) numbers": r"变换后的权重会有 \1 个数",
    r"no slice is read": "没有读取任何切片",
    r"planes need one channel and stride 1": "planes 需要单通道且步幅为 1",
    r"output_padding makes room for windows that no input has": (
        "output_padding 腾出了没有输入对应的窗口"
    ),
}
