"""Layers, with torch's names."""

from convolens.nn import functional, init
from convolens.nn.activation import LogSoftmax, ReLU, Sigmoid, Softmax, Tanh
from convolens.nn.container import Sequential
from convolens.nn.conv import Conv1d, Conv2d, Conv3d
from convolens.nn.conv_transpose import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from convolens.nn.dropout import Dropout
from convolens.nn.flatten import Flatten
from convolens.nn.lazy_conv import (
    LazyConv1d,
    LazyConv2d,
    LazyConv3d,
    LazyConvTranspose1d,
    LazyConvTranspose2d,
    LazyConvTranspose3d,
)
from convolens.nn.lazy_linear import LazyLinear
from convolens.nn.linear import Identity, Linear
from convolens.nn.loss import CrossEntropyLoss
from convolens.nn.module import Module
from convolens.nn.module_dict import ModuleDict
from convolens.nn.module_list import ModuleList
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

__all__ = [
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "CrossEntropyLoss",
    "Dropout",
    "Flatten",
    "Identity",
    "LazyConv1d",
    "LazyConv2d",
    "LazyConv3d",
    "LazyConvTranspose1d",
    "LazyConvTranspose2d",
    "LazyConvTranspose3d",
    "LazyLinear",
    "Linear",
    "LocalResponseNorm",
    "LogSoftmax",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "Module",
    "ModuleDict",
    "ModuleList",
    "Parameter",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "functional",
    "init",
]
