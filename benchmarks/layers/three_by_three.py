"""3x3 convolutions with stride 1 and 32 channels or more."""

from __future__ import annotations

from benchmarks.layers.case import LayerCase
from benchmarks.layers.convolution import Conv

_RESNET = "He et al., Deep Residual Learning for Image Recognition, 2016, table 1"
_RESNET_CIFAR = "He et al., Deep Residual Learning for Image Recognition, 2016, section 4.2"
_VGG = "Simonyan and Zisserman, Very Deep Convolutional Networks, 2015, table 1, column D"
_UNET = "Ronneberger et al., U-Net, 2015, figure 1"
_WIDE = "Zagoruyko and Komodakis, Wide Residual Networks, 2016, table 1"


def _same(K: int, bias: bool = False) -> Conv:
    return Conv(K, (3, 3), padding=1, bias=bias)


CASES = (
    LayerCase("ResNet-18/34 conv2_x", _RESNET, (8, 64, 56, 56), _same(64)),
    LayerCase("ResNet-18/34 conv3_x", _RESNET, (8, 128, 28, 28), _same(128)),
    LayerCase("ResNet-18/34 conv4_x", _RESNET, (8, 256, 14, 14), _same(256)),
    LayerCase("ResNet-18/34 conv5_x", _RESNET, (8, 512, 7, 7), _same(512)),
    LayerCase("ResNet-18/34 conv2_x", _RESNET, (1, 64, 56, 56), _same(64)),
    LayerCase("ResNet-18/34 conv4_x", _RESNET, (1, 256, 14, 14), _same(256)),
    LayerCase("ResNet-18/34 conv5_x", _RESNET, (1, 512, 7, 7), _same(512)),
    LayerCase("ResNet-18/34 conv5_x", _RESNET, (64, 512, 7, 7), _same(512)),
    LayerCase("VGG-16 conv1_2", _VGG, (1, 64, 224, 224), _same(64, True)),
    LayerCase("VGG-16 conv2_1", _VGG, (1, 64, 112, 112), _same(128, True)),
    LayerCase("VGG-16 conv3_2", _VGG, (1, 256, 56, 56), _same(256, True)),
    LayerCase("VGG-16 conv4_1", _VGG, (1, 256, 28, 28), _same(512, True)),
    LayerCase("VGG-16 conv5_1", _VGG, (8, 512, 14, 14), _same(512, True)),
    LayerCase("CIFAR ResNet-20, 16x16", _RESNET_CIFAR, (64, 32, 16, 16), _same(32)),
    LayerCase("CIFAR ResNet-20, 8x8", _RESNET_CIFAR, (64, 64, 8, 8), _same(64)),
    LayerCase("CIFAR ResNet-20, 16x16", _RESNET_CIFAR, (1, 32, 16, 16), _same(32)),
    LayerCase("Wide ResNet-28-10 conv2", _WIDE, (8, 160, 32, 32), _same(160)),
    LayerCase("U-Net, deepest", _UNET, (1, 512, 30, 30), Conv(1024, (3, 3), bias=True)),
)
