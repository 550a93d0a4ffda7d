"""Convolutions of other networks than those that the groups with targets take their layers from.

Kernels were not made with these in mind: they show whether what was measured holds elsewhere.
"""

from __future__ import annotations

from benchmarks.layers.case import LayerCase
from benchmarks.layers.convolution import Conv, ConvTranspose

_ALEXNET = "Krizhevsky et al., ImageNet Classification, 2012, section 3.5"
_CONFORMER = "Gulati et al., Conformer, 2020, table 1 (M), with kernels of 31"
_CONVNEXT = "Liu et al., A ConvNet for the 2020s, 2022, table 9 (T)"
_DEEPLAB = "Chen et al., Rethinking Atrous Convolution, 2017, figure 5"
_DENSENET = "Huang et al., Densely Connected Convolutional Networks, 2017, table 1 (121)"
_DNCNN = "Zhang et al., Beyond a Gaussian Denoiser, 2017, patches of 40x40"
_EDSR = "Lim et al., Enhanced Deep Residual Networks, 2017, patches of 48x48"
_EEGNET = "Lawhern et al., EEGNet, 2018, table 2, with 64 electrodes and a second of 128 Hz"
_EFFICIENTNET = "Tan and Le, EfficientNet, 2019, table 1, stage 7"
_ESPCN = "Shi et al., Real-Time Super-Resolution by Sub-Pixel Convolution, 2016"
_FCN = "Long et al., Fully Convolutional Networks, 2015 (FCN-8s, FCN-16s)"
_FSRCNN = "Dong et al., Accelerating the Super-Resolution CNN, 2016, section 3.3: (56, 12, 4)"
_GOOGLENET = "Szegedy et al., Going Deeper with Convolutions, 2015, table 1"
_HIFIGAN = "Kong et al., HiFi-GAN, 2020, appendix A.1 (V1)"
_INCEPTION3 = "Szegedy et al., Rethinking the Inception Architecture, 2016, table 1"
_M5 = "Dai et al., Very Deep CNNs for Raw Waveforms, 2017, table 1 (M5)"
_MOBILENET3 = "Howard et al., Searching for MobileNetV3, 2019, table 1"
_PIX2PIX = "Isola et al., Image-to-Image Translation, 2017"
_R2PLUS1D = "Tran et al., A Closer Look at Spatiotemporal Convolutions, 2018, table 1, eq. 1"
_REGNET = "Radosavovic et al., Designing Network Design Spaces, 2020 (RegNetX-400MF)"
_REPLKNET = "Ding et al., Scaling Up Your Kernels to 31x31, 2022 (31B), stage 1"
_RES2NET = "Gao et al., Res2Net, 2021: 26w x 4s"
_SHUFFLENET = "Zhang et al., ShuffleNet, 2018, table 1, g = 3"
_SQUEEZENET = "Iandola et al., SqueezeNet, 2016, table 1"
_TASNET = "Luo and Mesgarani, Conv-TasNet, 2019, 4 seconds of 8 kHz"
_TCN = "Bai et al., An Empirical Evaluation of Generic Convolutional Networks, 2018"
_TEXT = "Kim, Convolutional Neural Networks for Sentence Classification, 2014, section 3.1"
_UNET = "Ronneberger et al., U-Net, 2015, figure 1"
_UNET3D = "Cicek et al., 3D U-Net, 2016, figure 2, a part of its volume"
_VDSR = "Kim et al., Accurate Super-Resolution, 2016, patches of 41x41"
_VGG = "Simonyan and Zisserman, Very Deep Convolutional Networks, 2015, table 1"
_VIT = "Dosovitskiy et al., An Image is Worth 16x16 Words, 2021, section 3.1 (B)"
_WAV2VEC = "Baevski et al., wav2vec 2.0, 2020, section 4.2, one second of 16 kHz"
_WHISPER = "Radford et al., Robust Speech Recognition, 2022, section 2.2 (tiny)"
_WIDE = "Zagoruyko and Komodakis, Wide Residual Networks, 2016, table 1 (28-10)"
_X3D = "Feichtenhofer, X3D, 2020, table 1 (S), res2"
_XCEPTION = "Chollet, Xception, 2017, figure 5"
_YOLO = "Redmon and Farhadi, YOLOv3, 2018, table 1"

_1X1, _3X3, _5X5, _7X7, _4X4 = (1, 1), (3, 3), (5, 5), (7, 7), (4, 4)
_3X3X3 = (3, 3, 3)


def _depthwise(C: int, kernel: tuple[int, ...], stride: int = 1, dilation: int = 1) -> Conv:
    padding = tuple(dilation * (taps - 1) // 2 for taps in kernel)
    return Conv(C, kernel, stride, padding, dilation, groups=C)


_IMAGES = (
    LayerCase("DenseNet-121, 1x1", _DENSENET, (8, 256, 28, 28), Conv(128, _1X1)),
    LayerCase("DenseNet-121, 3x3", _DENSENET, (8, 128, 28, 28), Conv(32, _3X3, padding=1)),
    LayerCase("SqueezeNet fire3, squeeze", _SQUEEZENET, (8, 128, 55, 55), Conv(16, _1X1)),
    LayerCase("SqueezeNet fire3, expand", _SQUEEZENET, (8, 16, 55, 55), Conv(64, _3X3, padding=1)),
    LayerCase("SqueezeNet fire9, expand", _SQUEEZENET, (8, 64, 13, 13), Conv(256, _3X3, padding=1)),
    LayerCase(
        "Inception v3, 1x7", _INCEPTION3, (8, 160, 17, 17), Conv(160, (1, 7), padding=(0, 3))
    ),
    LayerCase(
        "Inception v3, 7x1", _INCEPTION3, (8, 128, 17, 17), Conv(192, (7, 1), padding=(3, 0))
    ),
    LayerCase("Inception v3, 1x3", _INCEPTION3, (8, 384, 8, 8), Conv(384, (1, 3), padding=(0, 1))),
    LayerCase("Inception v3, first", _INCEPTION3, (8, 3, 299, 299), Conv(32, _3X3, 2), first=True),
    LayerCase("Inception v3, second", _INCEPTION3, (2, 32, 149, 149), Conv(32, _3X3)),
    LayerCase("ShuffleNet, first 1x1", _SHUFFLENET, (8, 240, 28, 28), Conv(60, _1X1, groups=3)),
    LayerCase(
        "MobileNet v3, first", _MOBILENET3, (8, 3, 224, 224), Conv(16, _3X3, 2, 1), first=True
    ),
    LayerCase("MobileNet v3, 56x56", _MOBILENET3, (8, 72, 56, 56), _depthwise(72, _5X5, 2)),
    LayerCase("MobileNet v3, 28x28", _MOBILENET3, (8, 120, 28, 28), _depthwise(120, _5X5)),
    LayerCase("MobileNet v3, 14x14", _MOBILENET3, (8, 672, 14, 14), _depthwise(672, _5X5)),
    LayerCase("EfficientNet-B0, 7x7", _EFFICIENTNET, (8, 1152, 7, 7), _depthwise(1152, _5X5)),
    LayerCase(
        "EfficientNet-B0, squeeze", _EFFICIENTNET, (8, 1152, 1, 1), Conv(48, _1X1, bias=True)
    ),
    LayerCase("EfficientNet-B0, excite", _EFFICIENTNET, (8, 48, 1, 1), Conv(1152, _1X1, bias=True)),
    LayerCase(
        "ConvNeXt, first", _CONVNEXT, (8, 3, 224, 224), Conv(96, _4X4, 4, bias=True), first=True
    ),
    LayerCase("ConvNeXt, 56x56", _CONVNEXT, (8, 96, 56, 56), _depthwise(96, _7X7)),
    LayerCase("ConvNeXt, 14x14", _CONVNEXT, (8, 384, 14, 14), _depthwise(384, _7X7)),
    LayerCase("ConvNeXt, down", _CONVNEXT, (8, 96, 56, 56), Conv(192, (2, 2), 2, bias=True)),
    LayerCase(
        "ViT, patches", _VIT, (1, 3, 224, 224), Conv(768, (16, 16), 16, bias=True), first=True
    ),
    LayerCase("RepLKNet, 31x31", _REPLKNET, (1, 128, 56, 56), _depthwise(128, (31, 31))),
    LayerCase("Wide ResNet, 32x32", _WIDE, (8, 160, 32, 32), Conv(160, _3X3, padding=1)),
    LayerCase("Wide ResNet, down", _WIDE, (8, 160, 32, 32), Conv(320, _3X3, 2, 1)),
    LayerCase("Res2Net, 56x56", _RES2NET, (8, 26, 56, 56), Conv(26, _3X3, padding=1)),
    LayerCase("RegNet, 56x56", _REGNET, (8, 64, 56, 56), Conv(64, _3X3, 2, 1, groups=4)),
    LayerCase("Xception, middle", _XCEPTION, (8, 728, 19, 19), _depthwise(728, _3X3)),
    LayerCase("AlexNet conv3", _ALEXNET, (8, 256, 13, 13), Conv(384, _3X3, padding=1, bias=True)),
    LayerCase("VGG-16 conv1_2", _VGG, (1, 64, 224, 224), Conv(64, _3X3, padding=1, bias=True)),
    LayerCase("VGG-16 conv5_1", _VGG, (1, 512, 14, 14), Conv(512, _3X3, padding=1, bias=True)),
    LayerCase("GoogLeNet conv2", _GOOGLENET, (8, 64, 56, 56), Conv(192, _3X3, padding=1)),
    LayerCase("YOLO v3, first", _YOLO, (1, 3, 416, 416), Conv(32, _3X3, padding=1), first=True),
    LayerCase("YOLO v3, second", _YOLO, (1, 32, 416, 416), Conv(64, _3X3, 2, 1)),
    LayerCase("YOLO v3, detection", _YOLO, (1, 1024, 13, 13), Conv(255, _1X1, bias=True)),
    LayerCase("DeepLab v3, rate 18", _DEEPLAB, (1, 2048, 33, 33), Conv(256, _3X3, 1, 18, 18)),
    LayerCase("FCN-16s, up", _FCN, (1, 21, 17, 17), ConvTranspose(21, _4X4, 2)),
    LayerCase("FCN-8s, up", _FCN, (1, 21, 34, 34), ConvTranspose(21, (16, 16), 8)),
    LayerCase("U-Net, first", _UNET, (1, 64, 196, 196), Conv(64, _3X3, bias=True)),
    LayerCase("U-Net, last", _UNET, (1, 64, 388, 388), Conv(2, _1X1, bias=True)),
    LayerCase("pix2pix, last", _PIX2PIX, (1, 128, 128, 128), ConvTranspose(3, _4X4, 2, 1)),
    LayerCase("pix2pix, PatchGAN", _PIX2PIX, (1, 256, 32, 32), Conv(512, _4X4, 1, 1)),
    LayerCase("EDSR", _EDSR, (16, 64, 48, 48), Conv(64, _3X3, padding=1, bias=True)),
    LayerCase("VDSR, last", _VDSR, (16, 64, 41, 41), Conv(1, _3X3, padding=1)),
    LayerCase("DnCNN, first", _DNCNN, (16, 1, 40, 40), Conv(64, _3X3, padding=1), first=True),
    LayerCase("ESPCN, first", _ESPCN, (1, 1, 128, 128), Conv(64, _5X5, padding=2), first=True),
    LayerCase("FSRCNN, shrink", _FSRCNN, (1, 56, 128, 128), Conv(12, _1X1, bias=True)),
    LayerCase("FSRCNN, map", _FSRCNN, (1, 12, 128, 128), Conv(12, _3X3, padding=1, bias=True)),
    LayerCase(
        "EEGNet, first", _EEGNET, (16, 1, 64, 128), Conv(8, (1, 64), padding=(0, 32)), first=True
    ),
)
_SOUND_AND_TEXT = (
    LayerCase("TCN, dilation 8", _TCN, (16, 25, 784), Conv(25, (7,), 1, 48, 8)),
    LayerCase("Conv-TasNet, dilation 8", _TASNET, (1, 512, 3199), _depthwise(512, (3,), 1, 8)),
    LayerCase("wav2vec 2.0, first", _WAV2VEC, (1, 1, 16000), Conv(512, (10,), 5), first=True),
    LayerCase("wav2vec 2.0, second", _WAV2VEC, (1, 512, 3199), Conv(512, (3,), 2)),
    LayerCase("Whisper, first", _WHISPER, (1, 80, 3000), Conv(384, (3,), 1, 1, bias=True)),
    LayerCase("Whisper, second", _WHISPER, (1, 384, 3000), Conv(384, (3,), 2, 1, bias=True)),
    LayerCase("M5, first", _M5, (8, 1, 8000), Conv(128, (80,), 4, bias=True), first=True),
    LayerCase("Sentences, 5 words", _TEXT, (64, 300, 56), Conv(100, (5,), bias=True)),
    LayerCase("HiFi-GAN, first up", _HIFIGAN, (1, 512, 64), ConvTranspose(256, (16,), 8, 4)),
    LayerCase("HiFi-GAN, kernel 11", _HIFIGAN, (1, 128, 4096), Conv(128, (11,), 1, 5, bias=True)),
    LayerCase("Conformer", _CONFORMER, (8, 256, 400), _depthwise(256, (31,))),
)
_VOLUMES = (
    LayerCase(
        "R(2+1)D-18, space", _R2PLUS1D, (1, 64, 8, 56, 56), Conv(144, (1, 3, 3), 1, (0, 1, 1))
    ),
    LayerCase(
        "R(2+1)D-18, time", _R2PLUS1D, (1, 144, 8, 56, 56), Conv(64, (3, 1, 1), 1, (1, 0, 0))
    ),
    LayerCase(
        "R3D-18, first",
        _R2PLUS1D,
        (1, 3, 8, 112, 112),
        Conv(64, (3, 7, 7), (1, 2, 2), (1, 3, 3)),
        first=True,
    ),
    LayerCase("X3D", _X3D, (1, 54, 13, 40, 40), _depthwise(54, _3X3X3)),
    LayerCase("3D U-Net, second", _UNET3D, (1, 32, 32, 32, 32), Conv(64, _3X3X3, 1, 1)),
    LayerCase("3D U-Net, first", _UNET3D, (1, 3, 32, 64, 64), Conv(32, _3X3X3, 1, 1), first=True),
    LayerCase("3D U-Net, up", _UNET3D, (1, 64, 16, 16, 16), ConvTranspose(64, (2, 2, 2), 2)),
)

CASES = (*_IMAGES, *_SOUND_AND_TEXT, *_VOLUMES)
