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
from convolens.nn.functional.conv_transpose import (
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
)
from convolens.nn.functional.convolve import convolve
from convolens.nn.functional.distance import pairwise_distance, triplet_margin_loss
from convolens.nn.functional.dropout import (
    alpha_dropout,
    dropout,
    dropout1d,
    dropout2d,
    dropout3d,
)
from convolens.nn.functional.fold import fold, unfold
from convolens.nn.functional.group_norm import group_norm
from convolens.nn.functional.instance_norm import instance_norm
from convolens.nn.functional.labels import one_hot
from convolens.nn.functional.layer_norm import layer_norm
from convolens.nn.functional.linear import linear
from convolens.nn.functional.loss import cross_entropy, nll_loss
from convolens.nn.functional.lp_pool import lp_pool1d, lp_pool2d, lp_pool3d
from convolens.nn.functional.max_unpool import max_unpool1d, max_unpool2d, max_unpool3d
from convolens.nn.functional.normalization import local_response_norm
from convolens.nn.functional.padding import pad
from convolens.nn.functional.pair_loss import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    huber_loss,
    kl_div,
    l1_loss,
    mse_loss,
    smooth_l1_loss,
)
from convolens.nn.functional.pooling import (
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    max_pool1d,
    max_pool2d,
    max_pool3d,
)
from convolens.nn.functional.rectifier import (
    elu,
    hardsigmoid,
    hardswish,
    hardtanh,
    leaky_relu,
    prelu,
    relu6,
    selu,
)
from convolens.nn.functional.shape import flatten
from convolens.nn.functional.shuffling import channel_shuffle, pixel_shuffle, pixel_unshuffle
from convolens.nn.functional.smooth import gelu, scaled_tanh, silu, softplus
from convolens.nn.functional.upsampling import interpolate, upsample

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "alpha_dropout",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "batch_norm",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "channel_shuffle",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "convolve",
    "cross_entropy",
    "dropout",
    "dropout1d",
    "dropout2d",
    "dropout3d",
    "elu",
    "flatten",
    "fold",
    "gelu",
    "group_norm",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "huber_loss",
    "instance_norm",
    "interpolate",
    "kl_div",
    "l1_loss",
    "layer_norm",
    "leaky_relu",
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
    "mse_loss",
    "nll_loss",
    "one_hot",
    "pad",
    "pairwise_distance",
    "pixel_shuffle",
    "pixel_unshuffle",
    "prelu",
    "relu",
    "relu6",
    "scaled_tanh",
    "selu",
    "sigmoid",
    "silu",
    "smooth_l1_loss",
    "softmax",
    "softplus",
    "tanh",
    "triplet_margin_loss",
    "unfold",
    "upsample",
]
