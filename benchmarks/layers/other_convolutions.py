"""Convolutions with 1x1 or 5x5 kernels, with a stride, with groups, with dilation."""

from __future__ import annotations

from benchmarks.layers.case import LayerCase
from benchmarks.layers.convolution import Conv

_RESNET = "He et al., Deep Residual Learning for Image Recognition, 2016, table 1"
_MOBILENET = "Howard et al., MobileNets, 2017, table 1"
_MOBILENET2 = "Sandler et al., MobileNetV2, 2018, table 2"
_ALEXNET = "Krizhevsky et al., ImageNet Classification, 2012, section 3.5"
_LENET = "LeCun et al., Gradient-Based Learning, 1998, section II.B"
_DCGAN = "Radford et al., DCGAN, 2016, section 3, the discriminator that mirrors figure 1"
_RESNEXT = "Xie et al., Aggregated Residual Transformations, 2017, table 1"
_INCEPTION = "Szegedy et al., Going Deeper with Convolutions, 2015, table 1"
_SRCNN = "Dong et al., Image Super-Resolution Using Deep Convolutional Networks, 2016, section 4.3"
_CYCLEGAN = "Zhu et al., Unpaired Image-to-Image Translation, 2017, appendix 7.2: c7s1-3"
_CONTEXT = "Yu and Koltun, Multi-Scale Context Aggregation, 2016, table 1"
_DEEPLAB = "Chen et al., Rethinking Atrous Convolution, 2017, figure 3"

_1X1 = (1, 1)
_3X3 = (3, 3)

CASES = (
    LayerCase("ResNet-50 conv2_x, last", _RESNET, (8, 64, 56, 56), Conv(256, _1X1)),
    LayerCase("ResNet-50 conv2_x, first", _RESNET, (8, 256, 56, 56), Conv(64, _1X1)),
    LayerCase("ResNet-50 conv4_x, first", _RESNET, (8, 1024, 14, 14), Conv(256, _1X1)),
    LayerCase("ResNet-50 conv4_x, first", _RESNET, (1, 1024, 14, 14), Conv(256, _1X1)),
    LayerCase("ResNet-50 conv5_x, last", _RESNET, (8, 512, 7, 7), Conv(2048, _1X1)),
    LayerCase("MobileNet v1, 14x14", _MOBILENET, (8, 512, 14, 14), Conv(512, _1X1)),
    LayerCase("MobileNet v1, 112x112", _MOBILENET, (1, 32, 112, 112), Conv(64, _1X1)),
    LayerCase("MobileNet v1, 7x7", _MOBILENET, (64, 512, 7, 7), Conv(1024, _1X1)),
    LayerCase("MobileNet v2, expansion", _MOBILENET2, (8, 24, 56, 56), Conv(144, _1X1)),
    LayerCase("MobileNet v2, projection", _MOBILENET2, (8, 144, 56, 56), Conv(24, _1X1)),
    LayerCase("ResNet-18 conv3_1", _RESNET, (8, 64, 56, 56), Conv(128, _3X3, stride=2, padding=1)),
    LayerCase("ResNet-18 conv5_1", _RESNET, (1, 256, 14, 14), Conv(512, _3X3, stride=2, padding=1)),
    LayerCase("ResNet-50 shortcut", _RESNET, (8, 256, 56, 56), Conv(512, _1X1, stride=2)),
    LayerCase(
        "DCGAN discriminator", _DCGAN, (8, 128, 32, 32), Conv(256, (4, 4), stride=2, padding=1)
    ),
    LayerCase("LeNet-5 C3", _LENET, (64, 6, 14, 14), Conv(16, (5, 5), bias=True)),
    LayerCase("Inception 3a, 5x5", _INCEPTION, (8, 16, 28, 28), Conv(32, (5, 5), padding=2)),
    LayerCase("Inception 4e, 5x5", _INCEPTION, (8, 32, 14, 14), Conv(128, (5, 5), padding=2)),
    LayerCase("SRCNN 9-5-5, second", _SRCNN, (16, 64, 25, 25), Conv(32, (5, 5), bias=True)),
    LayerCase(
        "CycleGAN, last", _CYCLEGAN, (1, 64, 256, 256), Conv(3, (7, 7), padding=3, bias=True)
    ),
    LayerCase(
        "AlexNet conv2",
        _ALEXNET,
        (8, 96, 27, 27),
        Conv(256, (5, 5), padding=2, groups=2, bias=True),
    ),
    LayerCase(
        "AlexNet conv4", _ALEXNET, (8, 384, 13, 13), Conv(384, _3X3, padding=1, groups=2, bias=True)
    ),
    LayerCase(
        "ResNeXt-50 32x4d conv2", _RESNEXT, (8, 128, 56, 56), Conv(128, _3X3, padding=1, groups=32)
    ),
    LayerCase(
        "ResNeXt-50 32x4d conv4", _RESNEXT, (1, 512, 14, 14), Conv(512, _3X3, padding=1, groups=32)
    ),
    LayerCase(
        "Context module, layer 4",
        _CONTEXT,
        (8, 21, 64, 64),
        Conv(21, _3X3, padding=4, dilation=4, bias=True),
    ),
    LayerCase(
        "DeepLab v3 block4", _DEEPLAB, (1, 512, 32, 32), Conv(512, _3X3, padding=2, dilation=2)
    ),
)
