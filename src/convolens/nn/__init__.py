"""Layers, with torch's names."""

from convolens.nn import functional, init
from convolens.nn.activation import LogSoftmax, ReLU, Sigmoid, Softmax, Softmax2d, Tanh
from convolens.nn.container import Sequential
from convolens.nn.conv import Conv1d, Conv2d, Conv3d
from convolens.nn.distance import PairwiseDistance, TripletMarginLoss
from convolens.nn.dropout import Dropout
from convolens.nn.flatten import Flatten
from convolens.nn.linear import Identity, Linear
from convolens.nn.loss import CrossEntropyLoss, NLLLoss
from convolens.nn.module import Module
from convolens.nn.normalization import LocalResponseNorm
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
from convolens.nn.smooth import GELU, ScaledTanh, SiLU, Softplus

__all__ = [
    "ELU",
    "GELU",
    "SELU",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "BCELoss",
    "BCEWithLogitsLoss",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "CrossEntropyLoss",
    "Dropout",
    "Flatten",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "HuberLoss",
    "Identity",
    "KLDivLoss",
    "L1Loss",
    "LeakyReLU",
    "Linear",
    "LocalResponseNorm",
    "LogSoftmax",
    "MSELoss",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "Module",
    "NLLLoss",
    "PReLU",
    "PairwiseDistance",
    "Parameter",
    "ReLU",
    "ReLU6",
    "ScaledTanh",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "SmoothL1Loss",
    "Softmax",
    "Softmax2d",
    "Softplus",
    "Tanh",
    "TripletMarginLoss",
    "functional",
    "init",
]
