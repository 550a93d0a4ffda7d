"""Layers, with torch's names."""

from convolens.nn import functional, init
from convolens.nn.activation import LogSoftmax, ReLU, Sigmoid, Softmax, Tanh
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
from convolens.nn.dropout import Dropout
from convolens.nn.flatten import Flatten
from convolens.nn.group_norm import GroupNorm
from convolens.nn.instance_norm import InstanceNorm1d, InstanceNorm2d, InstanceNorm3d
from convolens.nn.layer_norm import LayerNorm
from convolens.nn.linear import Identity, Linear
from convolens.nn.loss import CrossEntropyLoss
from convolens.nn.lp_pool import LPPool1d, LPPool2d, LPPool3d
from convolens.nn.max_unpool import MaxUnpool1d, MaxUnpool2d, MaxUnpool3d
from convolens.nn.module import Module
from convolens.nn.normalization import LocalResponseNorm
from convolens.nn.parameter import Parameter
from convolens.nn.pooling import (
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
)
from convolens.nn.subsampling import Subsampling

__all__ = [
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "CrossEntropyLoss",
    "Dropout",
    "Flatten",
    "GroupNorm",
    "Identity",
    "InstanceNorm1d",
    "InstanceNorm2d",
    "InstanceNorm3d",
    "LPPool1d",
    "LPPool2d",
    "LPPool3d",
    "LayerNorm",
    "Linear",
    "LocalResponseNorm",
    "LogSoftmax",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MaxUnpool1d",
    "MaxUnpool2d",
    "MaxUnpool3d",
    "Module",
    "Parameter",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Subsampling",
    "Tanh",
    "functional",
    "init",
]
