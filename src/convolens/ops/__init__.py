"""What operators are: their mathematics, in NumPy, without tensors, graphs or kernels."""

from convolens.ops._op import Array, Call, Cost, Mistake, Op, Sample, Value
from convolens.ops.abs import Abs, AbsGrad
from convolens.ops.adaptive_avg_pool import AdaptiveAvgPool, AdaptiveAvgPoolGrad
from convolens.ops.adaptive_max_pool import (
    AdaptiveMaxPool,
    AdaptiveMaxPoolGrad,
    AdaptiveMaxPoolIndices,
    AdaptiveMaxPoolPick,
)
from convolens.ops.add import Add
from convolens.ops.amax import AMax, AMin, ExtremeGrad
from convolens.ops.argmax import ArgMax, ArgMin
from convolens.ops.argsort import ArgSort, TopK
from convolens.ops.avg_pool import AvgPool, AvgPoolGrad
from convolens.ops.bce_loss import BceLoss, BceLossGrad
from convolens.ops.bce_with_logits import BceWithLogits, BceWithLogitsGrad
from convolens.ops.cast import Cast
from convolens.ops.channel_shuffle import ChannelShuffle
from convolens.ops.channel_sum import ChannelSum
from convolens.ops.clamp import Clamp, ClampGrad
from convolens.ops.concat import Concat
from convolens.ops.conv import Conv, ConvInputGrad, ConvWeightGrad
from convolens.ops.conv_normalize import ConvNormalize
from convolens.ops.conv_relu import ConvRelu
from convolens.ops.conv_transpose import ConvTranspose
from convolens.ops.cross_entropy import CrossEntropy, CrossEntropyGrad
from convolens.ops.cumsum import CumSum
from convolens.ops.div import Div
from convolens.ops.dot import Dot
from convolens.ops.dropout import Dropout
from convolens.ops.elu import Elu, EluGrad
from convolens.ops.erf import Erf
from convolens.ops.exp import Exp
from convolens.ops.flip import Flip
from convolens.ops.gather import Gather, ScatterAdd
from convolens.ops.gelu import Gelu, GeluGrad
from convolens.ops.hardsigmoid import Hardsigmoid, HardsigmoidGrad
from convolens.ops.hardswish import Hardswish, HardswishGrad
from convolens.ops.hardtanh import Hardtanh, HardtanhGrad
from convolens.ops.huber_loss import HuberLoss, HuberLossGrad
from convolens.ops.index_select import IndexAdd, IndexSelect
from convolens.ops.kl_div import KlDiv, KlDivGrad
from convolens.ops.l1_loss import L1Loss, L1LossGrad
from convolens.ops.label_shares import LabelShares
from convolens.ops.layer_norm import LayerNorm, LayerNormGrad, LayerNormSums, RowMoments
from convolens.ops.leaky_relu import LeakyRelu, LeakyReluGrad
from convolens.ops.linear import Linear
from convolens.ops.local_response_norm import LocalResponseNorm, LocalResponseNormGrad
from convolens.ops.log import Log
from convolens.ops.log_softmax import LogSoftmax, LogSoftmaxGrad
from convolens.ops.logsumexp import LogSumExp
from convolens.ops.lp_pool import LPPool, LPPoolGrad
from convolens.ops.matmul import Matmul
from convolens.ops.max_pool import MaxPool, MaxPoolGrad, MaxPoolIndices, MaxPoolPick
from convolens.ops.max_unpool import MaxUnpool, MaxUnpoolGrad
from convolens.ops.maximum import Maximum, MaximumGrad
from convolens.ops.mean import Mean
from convolens.ops.minimum import Minimum
from convolens.ops.moments import Moments
from convolens.ops.mse_loss import MseLoss, MseLossGrad
from convolens.ops.mul import Mul
from convolens.ops.nll_loss import NllLoss, NllLossGrad
from convolens.ops.norm import Norm, NormGrad
from convolens.ops.normalize import Normalize, NormalizeFixedGrad, NormalizeGrad, NormalizeSums
from convolens.ops.normalize_relu import NormalizeRelu
from convolens.ops.pad import Pad, PadGrad
from convolens.ops.pairwise_distance import PairwiseDistance, PairwiseDistanceGrad
from convolens.ops.permute import Permute
from convolens.ops.pixel_shuffle import PixelShuffle, PixelUnshuffle
from convolens.ops.pow import Pow, PowGrad
from convolens.ops.power import Power, PowerExponentGrad, PowerGrad
from convolens.ops.prelu import Prelu, PreluInputGrad, PreluWeightGrad
from convolens.ops.prod import Prod, ProdGrad
from convolens.ops.relu import Relu, ReluGrad
from convolens.ops.remainder import FloorDivide, Remainder
from convolens.ops.repeat import Repeat, RepeatGrad
from convolens.ops.resample import Resample, ResampleGrad
from convolens.ops.reshape import Reshape
from convolens.ops.roll import Roll
from convolens.ops.round import Round
from convolens.ops.scale import Scale
from convolens.ops.scaled_tanh import ScaledTanh, ScaledTanhGrad
from convolens.ops.sigmoid import Sigmoid, SigmoidGrad
from convolens.ops.silu import Silu, SiluGrad
from convolens.ops.sin import Cos, Sin
from convolens.ops.slice import Embed, Slice
from convolens.ops.smooth_l1_loss import SmoothL1Loss, SmoothL1LossGrad
from convolens.ops.softmax import Softmax, SoftmaxGrad
from convolens.ops.softplus import Softplus, SoftplusGrad
from convolens.ops.sqrt import Sqrt
from convolens.ops.stack import Stack
from convolens.ops.sub import Sub
from convolens.ops.sum import Expand, Sum
from convolens.ops.tanh import Tanh, TanhGrad
from convolens.ops.unfold import Fold, Unfold
from convolens.ops.var import Std, Var
from convolens.ops.where import Where, WhereGrad

__all__ = [
    "OPERATORS",
    "AMax",
    "AMin",
    "Abs",
    "AbsGrad",
    "AdaptiveAvgPool",
    "AdaptiveAvgPoolGrad",
    "AdaptiveMaxPool",
    "AdaptiveMaxPoolGrad",
    "AdaptiveMaxPoolIndices",
    "AdaptiveMaxPoolPick",
    "Add",
    "ArgMax",
    "ArgMin",
    "ArgSort",
    "Array",
    "AvgPool",
    "AvgPoolGrad",
    "BceLoss",
    "BceLossGrad",
    "BceWithLogits",
    "BceWithLogitsGrad",
    "Call",
    "Cast",
    "ChannelShuffle",
    "ChannelSum",
    "Clamp",
    "ClampGrad",
    "Concat",
    "Conv",
    "ConvInputGrad",
    "ConvNormalize",
    "ConvRelu",
    "ConvTranspose",
    "ConvWeightGrad",
    "Cos",
    "Cost",
    "CrossEntropy",
    "CrossEntropyGrad",
    "CumSum",
    "Div",
    "Dot",
    "Dropout",
    "Elu",
    "EluGrad",
    "Embed",
    "Erf",
    "Exp",
    "Expand",
    "ExtremeGrad",
    "Flip",
    "FloorDivide",
    "Fold",
    "Gather",
    "Gelu",
    "GeluGrad",
    "Hardsigmoid",
    "HardsigmoidGrad",
    "Hardswish",
    "HardswishGrad",
    "Hardtanh",
    "HardtanhGrad",
    "HuberLoss",
    "HuberLossGrad",
    "IndexAdd",
    "IndexSelect",
    "KlDiv",
    "KlDivGrad",
    "L1Loss",
    "L1LossGrad",
    "LPPool",
    "LPPoolGrad",
    "LabelShares",
    "LayerNorm",
    "LayerNormGrad",
    "LayerNormSums",
    "LeakyRelu",
    "LeakyReluGrad",
    "Linear",
    "LocalResponseNorm",
    "LocalResponseNormGrad",
    "Log",
    "LogSoftmax",
    "LogSoftmaxGrad",
    "LogSumExp",
    "Matmul",
    "MaxPool",
    "MaxPoolGrad",
    "MaxPoolIndices",
    "MaxPoolPick",
    "MaxUnpool",
    "MaxUnpoolGrad",
    "Maximum",
    "MaximumGrad",
    "Mean",
    "Minimum",
    "Mistake",
    "Moments",
    "MseLoss",
    "MseLossGrad",
    "Mul",
    "NllLoss",
    "NllLossGrad",
    "Norm",
    "NormGrad",
    "Normalize",
    "NormalizeFixedGrad",
    "NormalizeGrad",
    "NormalizeRelu",
    "NormalizeSums",
    "Op",
    "Pad",
    "PadGrad",
    "PairwiseDistance",
    "PairwiseDistanceGrad",
    "Permute",
    "PixelShuffle",
    "PixelUnshuffle",
    "Pow",
    "PowGrad",
    "Power",
    "PowerExponentGrad",
    "PowerGrad",
    "Prelu",
    "PreluInputGrad",
    "PreluWeightGrad",
    "Prod",
    "ProdGrad",
    "Relu",
    "ReluGrad",
    "Remainder",
    "Repeat",
    "RepeatGrad",
    "Resample",
    "ResampleGrad",
    "Reshape",
    "Roll",
    "Round",
    "RowMoments",
    "Sample",
    "Scale",
    "ScaledTanh",
    "ScaledTanhGrad",
    "ScatterAdd",
    "Sigmoid",
    "SigmoidGrad",
    "Silu",
    "SiluGrad",
    "Sin",
    "Slice",
    "SmoothL1Loss",
    "SmoothL1LossGrad",
    "Softmax",
    "SoftmaxGrad",
    "Softplus",
    "SoftplusGrad",
    "Sqrt",
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
    "Where",
    "WhereGrad",
]

#: Every operator, one line each. The contract tests run over this list.
OPERATORS: tuple[type[Op], ...] = (
    Conv,
    ConvInputGrad,
    ConvWeightGrad,
    ConvRelu,
    ConvNormalize,
    ConvTranspose,
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
    Dot,
    Relu,
    ReluGrad,
    Sigmoid,
    SigmoidGrad,
    Tanh,
    TanhGrad,
    LeakyRelu,
    LeakyReluGrad,
    Prelu,
    PreluInputGrad,
    PreluWeightGrad,
    Elu,
    EluGrad,
    Gelu,
    GeluGrad,
    Silu,
    SiluGrad,
    Softplus,
    SoftplusGrad,
    Hardtanh,
    HardtanhGrad,
    Hardsigmoid,
    HardsigmoidGrad,
    Hardswish,
    HardswishGrad,
    ScaledTanh,
    ScaledTanhGrad,
    Softmax,
    SoftmaxGrad,
    LogSoftmax,
    LogSoftmaxGrad,
    CrossEntropy,
    CrossEntropyGrad,
    LabelShares,
    NllLoss,
    NllLossGrad,
    MseLoss,
    MseLossGrad,
    L1Loss,
    L1LossGrad,
    SmoothL1Loss,
    SmoothL1LossGrad,
    HuberLoss,
    HuberLossGrad,
    BceLoss,
    BceLossGrad,
    BceWithLogits,
    BceWithLogitsGrad,
    KlDiv,
    KlDivGrad,
    PairwiseDistance,
    PairwiseDistanceGrad,
    Dropout,
    LocalResponseNorm,
    LocalResponseNormGrad,
    ChannelSum,
    Moments,
    Normalize,
    NormalizeRelu,
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
    PowGrad,
    Power,
    PowerGrad,
    PowerExponentGrad,
    Sin,
    Cos,
    Round,
    FloorDivide,
    Remainder,
    Exp,
    Clamp,
    ClampGrad,
    Abs,
    AbsGrad,
    Log,
    Sqrt,
    Erf,
    Maximum,
    MaximumGrad,
    Minimum,
    Where,
    WhereGrad,
    Sum,
    Expand,
    Mean,
    Prod,
    ProdGrad,
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
