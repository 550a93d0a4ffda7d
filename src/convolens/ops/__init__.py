"""What operators are: their mathematics, in NumPy, without tensors, graphs or kernels."""

from convolens.ops._op import Array, Call, Cost, Mistake, Op, Sample, Value
from convolens.ops.adaptive_avg_pool import AdaptiveAvgPool, AdaptiveAvgPoolGrad
from convolens.ops.adaptive_max_pool import (
    AdaptiveMaxPool,
    AdaptiveMaxPoolGrad,
    AdaptiveMaxPoolIndices,
    AdaptiveMaxPoolPick,
)
from convolens.ops.add import Add
from convolens.ops.avg_pool import AvgPool, AvgPoolGrad
from convolens.ops.cast import Cast
from convolens.ops.channel_sum import ChannelSum
from convolens.ops.concat import Concat
from convolens.ops.conv import Conv, ConvInputGrad, ConvWeightGrad
from convolens.ops.cross_entropy import CrossEntropy, CrossEntropyGrad
from convolens.ops.div import Div
from convolens.ops.dropout import Dropout
from convolens.ops.exp import Exp
from convolens.ops.layer_norm import LayerNorm, LayerNormGrad, LayerNormSums, RowMoments
from convolens.ops.linear import Linear
from convolens.ops.local_response_norm import LocalResponseNorm, LocalResponseNormGrad
from convolens.ops.log_softmax import LogSoftmax, LogSoftmaxGrad
from convolens.ops.lp_pool import LPPool, LPPoolGrad
from convolens.ops.matmul import Matmul
from convolens.ops.max_pool import MaxPool, MaxPoolGrad, MaxPoolIndices, MaxPoolPick
from convolens.ops.max_unpool import MaxUnpool, MaxUnpoolGrad
from convolens.ops.mean import Mean
from convolens.ops.moments import Moments
from convolens.ops.mul import Mul
from convolens.ops.normalize import (
    Normalize,
    NormalizeFixedGrad,
    NormalizeGrad,
    NormalizeSums,
)
from convolens.ops.permute import Permute
from convolens.ops.pow import Pow
from convolens.ops.relu import Relu, ReluGrad
from convolens.ops.reshape import Reshape
from convolens.ops.scale import Scale
from convolens.ops.sigmoid import Sigmoid, SigmoidGrad
from convolens.ops.slice import Embed, Slice
from convolens.ops.softmax import Softmax, SoftmaxGrad
from convolens.ops.sub import Sub
from convolens.ops.sum import Expand, Sum
from convolens.ops.tanh import Tanh, TanhGrad

__all__ = [
    "OPERATORS",
    "AdaptiveAvgPool",
    "AdaptiveAvgPoolGrad",
    "AdaptiveMaxPool",
    "AdaptiveMaxPoolGrad",
    "AdaptiveMaxPoolIndices",
    "AdaptiveMaxPoolPick",
    "Add",
    "Array",
    "AvgPool",
    "AvgPoolGrad",
    "Call",
    "Cast",
    "ChannelSum",
    "Concat",
    "Conv",
    "ConvInputGrad",
    "ConvWeightGrad",
    "Cost",
    "CrossEntropy",
    "CrossEntropyGrad",
    "Div",
    "Dropout",
    "Embed",
    "Exp",
    "Expand",
    "LPPool",
    "LPPoolGrad",
    "LayerNorm",
    "LayerNormGrad",
    "LayerNormSums",
    "Linear",
    "LocalResponseNorm",
    "LocalResponseNormGrad",
    "LogSoftmax",
    "LogSoftmaxGrad",
    "Matmul",
    "MaxPool",
    "MaxPoolGrad",
    "MaxPoolIndices",
    "MaxPoolPick",
    "MaxUnpool",
    "MaxUnpoolGrad",
    "Mean",
    "Mistake",
    "Moments",
    "Mul",
    "Normalize",
    "NormalizeFixedGrad",
    "NormalizeGrad",
    "NormalizeSums",
    "Op",
    "Permute",
    "Pow",
    "Relu",
    "ReluGrad",
    "Reshape",
    "RowMoments",
    "Sample",
    "Scale",
    "Sigmoid",
    "SigmoidGrad",
    "Slice",
    "Softmax",
    "SoftmaxGrad",
    "Sub",
    "Sum",
    "Tanh",
    "TanhGrad",
    "Value",
]

#: Every operator, one line each. The contract tests run over this list.
OPERATORS: tuple[type[Op], ...] = (
    Conv,
    ConvInputGrad,
    ConvWeightGrad,
    MaxPool,
    MaxPoolGrad,
    MaxPoolPick,
    MaxPoolIndices,
    MaxUnpool,
    MaxUnpoolGrad,
    AvgPool,
    AvgPoolGrad,
    LPPool,
    LPPoolGrad,
    AdaptiveMaxPool,
    AdaptiveMaxPoolGrad,
    AdaptiveMaxPoolPick,
    AdaptiveMaxPoolIndices,
    AdaptiveAvgPool,
    AdaptiveAvgPoolGrad,
    Linear,
    Matmul,
    Relu,
    ReluGrad,
    Sigmoid,
    SigmoidGrad,
    Tanh,
    TanhGrad,
    Softmax,
    SoftmaxGrad,
    LogSoftmax,
    LogSoftmaxGrad,
    CrossEntropy,
    CrossEntropyGrad,
    Dropout,
    LocalResponseNorm,
    LocalResponseNormGrad,
    ChannelSum,
    Moments,
    Normalize,
    NormalizeSums,
    NormalizeGrad,
    NormalizeFixedGrad,
    RowMoments,
    LayerNorm,
    LayerNormSums,
    LayerNormGrad,
    Add,
    Sub,
    Mul,
    Div,
    Scale,
    Pow,
    Exp,
    Sum,
    Expand,
    Mean,
    Reshape,
    Slice,
    Embed,
    Concat,
    Permute,
    Cast,
)
