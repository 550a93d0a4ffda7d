"""Every text of a drawing, in Chinese."""

CHINESE = {
    "title": "{model}，输入 {shape}",
    "image": "输入",
    "conv": "卷积",
    "depthwise": "逐通道卷积",
    "transposed": "转置卷积",
    "pool": "池化",
    "linear": "全连接",
    "concat": "拼接",
    "add": "相加",
    "multiply": "相乘",
    "mean": "平均",
    "activation": "激活",
    "other": "其他",
    "band": "之后的激活或归一化",
    "scale": "方块是各层产生的特征图。高和斜边：行数和列数，按比例；宽：通道数的平方根；竖条：向量"
    "元素数的平方根；3x3 /2：卷积核与步幅。",
    "stopped": "模型在这里停止。{error}",
    "tip.parameters": "{count} 个参数",
    "tip.multiply_adds": "{count} 次乘加",
    "tip.sees": "感受野 {pixels} 像素",
}
