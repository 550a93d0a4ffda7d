"""Every text of a race, in Chinese."""

CHINESE = {
    "headline": "{layer}，输入 {shape}：{count} 个线程，{instructions}，峰值 {peak} GFLOP/s",
    "nothing": "{layer}，输入 {shape}：没有需要计算的算子，没有可比较的算法。",
    "algorithm": "算法",
    "share": "占峰值",
    "packed": "重排的权重",
    "scratch": "临时内存",
    "error": "误差",
    "refused": "{name}：不可用，{reason}",
    "legend": "<- 是引擎选用的。GFLOP/s 按定义中的乘加计。重排的权重：按算法自己的顺序存放，权重不"
    "变就保留；\n临时内存：一次调用另外占用的内存；误差：与 float64 结果的最大差，"
    "以最大的输出为 1。",
}
