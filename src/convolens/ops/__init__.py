"""What operators are: their mathematics, in NumPy, without tensors, graphs or kernels."""

from convolens.ops._op import Array, Call, Cost, Mistake, Op, Sample, Value
from convolens.ops.add import Add
from convolens.ops.avg_pool import AvgPool, AvgPoolGrad
from convolens.ops.cast import Cast
from convolens.ops.channel_shuffle import ChannelShuffle
from convolens.ops.channel_sum import ChannelSum
from convolens.ops.concat import Concat
from convolens.ops.conv import Conv, ConvInputGrad, ConvWeightGrad
from convolens.ops.conv_transpose import ConvTranspose
from convolens.ops.cross_entropy import CrossEntropy, CrossEntropyGrad
from convolens.ops.div import Div
from convolens.ops.dropout import Dropout
from convolens.ops.exp import Exp
from convolens.ops.flip import Flip
from convolens.ops.linear import Linear
from convolens.ops.local_response_norm import LocalResponseNorm, LocalResponseNormGrad
from convolens.ops.log_softmax import LogSoftmax, LogSoftmaxGrad
from convolens.ops.matmul import Matmul
from convolens.ops.max_pool import MaxPool, MaxPoolGrad, MaxPoolPick
from convolens.ops.mean import Mean
from convolens.ops.mul import Mul
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

__all__ = [
    "OPERATORS",
    "Add",
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
    "Div",
    "Dropout",
    "Embed",
    "Exp",
    "Expand",
    "Flip",
    "Fold",
    "Linear",
    "LocalResponseNorm",
    "LocalResponseNormGrad",
    "LogSoftmax",
    "LogSoftmaxGrad",
    "Matmul",
    "MaxPool",
    "MaxPoolGrad",
    "MaxPoolPick",
    "Mean",
    "Mistake",
    "Mul",
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
    "Sigmoid",
    "SigmoidGrad",
    "Slice",
    "Softmax",
    "SoftmaxGrad",
    "Stack",
    "Sub",
    "Sum",
    "Tanh",
    "TanhGrad",
    "Unfold",
    "Value",
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
