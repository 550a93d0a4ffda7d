"""What operators are: their mathematics, in NumPy, without tensors, graphs or kernels."""

from convolens.ops._op import Array, Call, Cost, Mistake, Op, Sample, Value
from convolens.ops.add import Add
from convolens.ops.amax import AMax, AMin, ExtremeGrad
from convolens.ops.argmax import ArgMax, ArgMin
from convolens.ops.argsort import ArgSort, TopK
from convolens.ops.avg_pool import AvgPool, AvgPoolGrad
from convolens.ops.cast import Cast
from convolens.ops.channel_shuffle import ChannelShuffle
from convolens.ops.channel_sum import ChannelSum
from convolens.ops.concat import Concat
from convolens.ops.conv import Conv, ConvInputGrad, ConvWeightGrad
from convolens.ops.conv_transpose import ConvTranspose
from convolens.ops.cross_entropy import CrossEntropy, CrossEntropyGrad
from convolens.ops.cumsum import CumSum
from convolens.ops.div import Div
from convolens.ops.dot import Dot
from convolens.ops.dropout import Dropout
from convolens.ops.exp import Exp
from convolens.ops.flip import Flip
from convolens.ops.gather import Gather, ScatterAdd
from convolens.ops.index_select import IndexAdd, IndexSelect
from convolens.ops.linear import Linear
from convolens.ops.local_response_norm import LocalResponseNorm, LocalResponseNormGrad
from convolens.ops.log_softmax import LogSoftmax, LogSoftmaxGrad
from convolens.ops.logsumexp import LogSumExp
from convolens.ops.matmul import Matmul
from convolens.ops.max_pool import MaxPool, MaxPoolGrad, MaxPoolPick
from convolens.ops.mean import Mean
from convolens.ops.mul import Mul
from convolens.ops.norm import Norm, NormGrad
from convolens.ops.pad import Pad, PadGrad
from convolens.ops.permute import Permute
from convolens.ops.pixel_shuffle import PixelShuffle, PixelUnshuffle
from convolens.ops.pow import Pow
from convolens.ops.relu import Relu, ReluGrad
from convolens.ops.repeat import Repeat, RepeatGrad
from convolens.ops.resample import Resample, ResampleGrad
from convolens.ops.reshape import Reshape
from convolens.ops.roll import Roll
from convolens.ops.scale import Scale
from convolens.ops.sigmoid import Sigmoid, SigmoidGrad
from convolens.ops.slice import Embed, Slice
from convolens.ops.softmax import Softmax, SoftmaxGrad
from convolens.ops.stack import Stack
from convolens.ops.sub import Sub
from convolens.ops.sum import Expand, Sum
from convolens.ops.tanh import Tanh, TanhGrad
from convolens.ops.unfold import Fold, Unfold
from convolens.ops.var import Std, Var

__all__ = [
    "OPERATORS",
    "AMax",
    "AMin",
    "Add",
    "ArgMax",
    "ArgMin",
    "ArgSort",
    "Array",
    "AvgPool",
    "AvgPoolGrad",
    "Call",
    "Cast",
    "ChannelShuffle",
    "ChannelSum",
    "Concat",
    "Conv",
    "ConvInputGrad",
    "ConvTranspose",
    "ConvWeightGrad",
    "Cost",
    "CrossEntropy",
    "CrossEntropyGrad",
    "CumSum",
    "Div",
    "Dot",
    "Dropout",
    "Embed",
    "Exp",
    "Expand",
    "ExtremeGrad",
    "Flip",
    "Fold",
    "Gather",
    "IndexAdd",
    "IndexSelect",
    "Linear",
    "LocalResponseNorm",
    "LocalResponseNormGrad",
    "LogSoftmax",
    "LogSoftmaxGrad",
    "LogSumExp",
    "Matmul",
    "MaxPool",
    "MaxPoolGrad",
    "MaxPoolPick",
    "Mean",
    "Mistake",
    "Mul",
    "Norm",
    "NormGrad",
    "Op",
    "Pad",
    "PadGrad",
    "Permute",
    "PixelShuffle",
    "PixelUnshuffle",
    "Pow",
    "Relu",
    "ReluGrad",
    "Repeat",
    "RepeatGrad",
    "Resample",
    "ResampleGrad",
    "Reshape",
    "Roll",
    "Sample",
    "Scale",
    "ScatterAdd",
    "Sigmoid",
    "SigmoidGrad",
    "Slice",
    "Softmax",
    "SoftmaxGrad",
    "Stack",
    "Std",
    "Sub",
    "Sum",
    "Tanh",
    "TanhGrad",
    "TopK",
    "Unfold",
    "Value",
    "Var",
]

#: Every operator, one line each. The contract tests run over this list.
OPERATORS: tuple[type[Op], ...] = (
    Conv,
    ConvInputGrad,
    ConvWeightGrad,
    ConvTranspose,
    MaxPool,
    MaxPoolGrad,
    MaxPoolPick,
    AvgPool,
    AvgPoolGrad,
    Linear,
    Matmul,
    Dot,
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
    AMax,
    AMin,
    ExtremeGrad,
    ArgMax,
    ArgMin,
    ArgSort,
    TopK,
    Var,
    Std,
    Norm,
    NormGrad,
    LogSumExp,
    CumSum,
    Gather,
    ScatterAdd,
    IndexSelect,
    IndexAdd,
    Reshape,
    Slice,
    Embed,
    Concat,
    Permute,
    Stack,
    Repeat,
    RepeatGrad,
    Flip,
    Roll,
    Pad,
    PadGrad,
    Resample,
    ResampleGrad,
    Unfold,
    Fold,
    PixelShuffle,
    PixelUnshuffle,
    ChannelShuffle,
    Cast,
)
