"""Blocks: the parts of published networks, with torchvision's names where it has them."""

from convolens.nn.blocks.basic_block import BasicBlock
from convolens.nn.blocks.bottleneck import Bottleneck
from convolens.nn.blocks.conv_norm import ConvNorm
from convolens.nn.blocks.csp import CSPBlock
from convolens.nn.blocks.dense import DenseBlock, DenseLayer, Transition
from convolens.nn.blocks.depthwise_separable import DepthwiseSeparable
from convolens.nn.blocks.inverted_residual import InvertedResidual
from convolens.nn.blocks.shortcut import PaddedShortcut, projection
from convolens.nn.blocks.squeeze_excitation import SqueezeExcitation
from convolens.nn.blocks.unet import DoubleConv, Down, Up
from convolens.nn.blocks.xception import XceptionBlock

__all__ = [
    "BasicBlock",
    "Bottleneck",
    "CSPBlock",
    "ConvNorm",
    "DenseBlock",
    "DenseLayer",
    "DepthwiseSeparable",
    "DoubleConv",
    "Down",
    "InvertedResidual",
    "PaddedShortcut",
    "SqueezeExcitation",
    "Transition",
    "Up",
    "XceptionBlock",
    "projection",
]
