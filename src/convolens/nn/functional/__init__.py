"""Layers as functions, with torch's names and arguments."""

from convolens.nn.functional.activation import log_softmax, relu, sigmoid, softmax, tanh
from convolens.nn.functional.adaptive_pool import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    adaptive_max_pool3d,
)
from convolens.nn.functional.batch_norm import batch_norm
from convolens.nn.functional.conv import conv1d, conv2d, conv3d
from convolens.nn.functional.dropout import dropout
from convolens.nn.functional.group_norm import group_norm
from convolens.nn.functional.instance_norm import instance_norm
from convolens.nn.functional.layer_norm import layer_norm
from convolens.nn.functional.linear import linear
from convolens.nn.functional.loss import cross_entropy
from convolens.nn.functional.lp_pool import lp_pool1d, lp_pool2d, lp_pool3d
from convolens.nn.functional.max_unpool import max_unpool1d, max_unpool2d, max_unpool3d
from convolens.nn.functional.normalization import local_response_norm
from convolens.nn.functional.pooling import (
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    max_pool1d,
    max_pool2d,
    max_pool3d,
)
from convolens.nn.functional.shape import flatten

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "batch_norm",
    "conv1d",
    "conv2d",
    "conv3d",
    "cross_entropy",
    "dropout",
    "flatten",
    "group_norm",
    "instance_norm",
    "layer_norm",
    "linear",
    "local_response_norm",
    "log_softmax",
    "lp_pool1d",
    "lp_pool2d",
    "lp_pool3d",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "max_unpool1d",
    "max_unpool2d",
    "max_unpool3d",
    "relu",
    "sigmoid",
    "softmax",
    "tanh",
]
