"""Layers, with torch's names."""

from convolens.nn import blocks, functional, init, utils
from convolens.nn.activation import LogSoftmax, ReLU, Sigmoid, Softmax, Softmax2d, Tanh
from convolens.nn.adaptive_pool import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveAvgPool3d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
)
from convolens.nn.batch_norm import BatchNorm1d, BatchNorm2d, BatchNorm3d
from convolens.nn.container import Sequential
from convolens.nn.conv import Conv1d, Conv2d, Conv3d
from convolens.nn.conv_transpose import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from convolens.nn.distance import PairwiseDistance, TripletMarginLoss
from convolens.nn.dropout import (
    AlphaDropout,
    Dropout,
    Dropout1d,
    Dropout2d,
    Dropout3d,
    DropoutScaledAtTest,
)
from convolens.nn.flatten import Flatten, Unflatten
from convolens.nn.fold import Fold, Unfold
from convolens.nn.group_norm import GroupNorm
from convolens.nn.instance_norm import InstanceNorm1d, InstanceNorm2d, InstanceNorm3d
from convolens.nn.layer_norm import LayerNorm
from convolens.nn.lazy_conv import (
    LazyConv1d,
    LazyConv2d,
    LazyConv3d,
    LazyConvTranspose1d,
    LazyConvTranspose2d,
    LazyConvTranspose3d,
)
from convolens.nn.lazy_linear import LazyLinear
from convolens.nn.lazy_norm import (
    LazyBatchNorm1d,
    LazyBatchNorm2d,
    LazyBatchNorm3d,
    LazyInstanceNorm1d,
    LazyInstanceNorm2d,
    LazyInstanceNorm3d,
)
from convolens.nn.linear import Identity, Linear
from convolens.nn.loss import CrossEntropyLoss, NLLLoss
from convolens.nn.lp_pool import LPPool1d, LPPool2d, LPPool3d
from convolens.nn.matrix import conv_matrix, deconvolve
from convolens.nn.max_unpool import MaxUnpool1d, MaxUnpool2d, MaxUnpool3d
from convolens.nn.module import Module
from convolens.nn.module_dict import ModuleDict
from convolens.nn.module_list import ModuleList
from convolens.nn.normalization import LocalResponseNorm
from convolens.nn.padding import (
    CircularPad1d,
    CircularPad2d,
    CircularPad3d,
    ConstantPad1d,
    ConstantPad2d,
    ConstantPad3d,
    ReflectionPad1d,
    ReflectionPad2d,
    ReflectionPad3d,
    ReplicationPad1d,
    ReplicationPad2d,
    ReplicationPad3d,
    ZeroPad1d,
    ZeroPad2d,
    ZeroPad3d,
)
from convolens.nn.pair_loss import (
    BCELoss,
    BCEWithLogitsLoss,
    HuberLoss,
    KLDivLoss,
    L1Loss,
    MSELoss,
    SmoothL1Loss,
)
from convolens.nn.parameter import Parameter
from convolens.nn.parameter_dict import ParameterDict
from convolens.nn.parameter_list import ParameterList
from convolens.nn.pooling import (
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
)
from convolens.nn.rectifier import (
    ELU,
    SELU,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    LeakyReLU,
    PReLU,
    ReLU6,
)
from convolens.nn.separable import kernel_rank, separate
from convolens.nn.separable_conv import SeparableConv2d, SpatiallySeparableConv2d
from convolens.nn.shuffling import ChannelShuffle, PixelShuffle, PixelUnshuffle
from convolens.nn.smooth import GELU, ScaledTanh, SiLU, Softplus
from convolens.nn.subsampling import Subsampling
from convolens.nn.upsampling import Upsample, UpsamplingBilinear2d, UpsamplingNearest2d

__all__ = [
    "ELU",
    "GELU",
    "SELU",
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "AlphaDropout",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "BCELoss",
    "BCEWithLogitsLoss",
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "ChannelShuffle",
    "CircularPad1d",
    "CircularPad2d",
    "CircularPad3d",
    "ConstantPad1d",
    "ConstantPad2d",
    "ConstantPad3d",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "CrossEntropyLoss",
    "Dropout",
    "Dropout1d",
    "Dropout2d",
    "Dropout3d",
    "DropoutScaledAtTest",
    "Flatten",
    "Fold",
    "GroupNorm",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "HuberLoss",
    "Identity",
    "InstanceNorm1d",
    "InstanceNorm2d",
    "InstanceNorm3d",
    "KLDivLoss",
    "L1Loss",
    "LPPool1d",
    "LPPool2d",
    "LPPool3d",
    "LayerNorm",
    "LazyBatchNorm1d",
    "LazyBatchNorm2d",
    "LazyBatchNorm3d",
    "LazyConv1d",
    "LazyConv2d",
    "LazyConv3d",
    "LazyConvTranspose1d",
    "LazyConvTranspose2d",
    "LazyConvTranspose3d",
    "LazyInstanceNorm1d",
    "LazyInstanceNorm2d",
    "LazyInstanceNorm3d",
    "LazyLinear",
    "LeakyReLU",
    "Linear",
    "LocalResponseNorm",
    "LogSoftmax",
    "MSELoss",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MaxUnpool1d",
    "MaxUnpool2d",
    "MaxUnpool3d",
    "Module",
    "ModuleDict",
    "ModuleList",
    "NLLLoss",
    "PReLU",
    "PairwiseDistance",
    "Parameter",
    "ParameterDict",
    "ParameterList",
    "PixelShuffle",
    "PixelUnshuffle",
    "ReLU",
    "ReLU6",
    "ReflectionPad1d",
    "ReflectionPad2d",
    "ReflectionPad3d",
    "ReplicationPad1d",
    "ReplicationPad2d",
    "ReplicationPad3d",
    "ScaledTanh",
    "SeparableConv2d",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "SmoothL1Loss",
    "Softmax",
    "Softmax2d",
    "Softplus",
    "SpatiallySeparableConv2d",
    "Subsampling",
    "Tanh",
    "TripletMarginLoss",
    "Unflatten",
    "Unfold",
    "Upsample",
    "UpsamplingBilinear2d",
    "UpsamplingNearest2d",
    "ZeroPad1d",
    "ZeroPad2d",
    "ZeroPad3d",
    "blocks",
    "conv_matrix",
    "deconvolve",
    "functional",
    "init",
    "kernel_rank",
    "separate",
    "utils",
]
