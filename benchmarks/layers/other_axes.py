"""Transposed convolutions, and convolutions with one axis and with three."""

from __future__ import annotations

from benchmarks.layers.case import LayerCase
from benchmarks.layers.convolution import Conv, ConvTranspose

_DCGAN = "Radford et al., DCGAN, 2016, figure 1, with 4x4 kernels as in its later versions"
_UNET = "Ronneberger et al., U-Net, 2015, figure 1"
_FASTSPEECH = "Ren et al., FastSpeech 2, 2021, appendix A"
_R3D = "Tran et al., A Closer Look at Spatiotemporal Convolutions, 2018, table 1"
_C3D = "Tran et al., Learning Spatiotemporal Features, 2015, figure 3"


def _generator(K: int) -> ConvTranspose:
    return ConvTranspose(K, (4, 4), stride=2, padding=1)


def _up(K: int) -> ConvTranspose:
    return ConvTranspose(K, (2, 2), stride=2, bias=True)


def _speech(K: int) -> Conv:
    return Conv(K, (9,), padding=4, bias=True)


def _video(K: int) -> Conv:
    return Conv(K, (3, 3, 3), padding=1)


CASES = (
    LayerCase("DCGAN generator, 8x8", _DCGAN, (8, 512, 8, 8), _generator(256)),
    LayerCase("DCGAN generator, 16x16", _DCGAN, (8, 256, 16, 16), _generator(128)),
    LayerCase("DCGAN generator, last", _DCGAN, (64, 128, 32, 32), _generator(3)),
    LayerCase("U-Net, first up", _UNET, (1, 1024, 28, 28), _up(512)),
    LayerCase("U-Net, last up", _UNET, (1, 128, 196, 196), _up(64)),
    LayerCase("FastSpeech 2 encoder", _FASTSPEECH, (1, 256, 512), _speech(1024)),
    LayerCase("FastSpeech 2 encoder", _FASTSPEECH, (8, 256, 64), _speech(1024)),
    LayerCase("R3D-18 conv4_x", _R3D, (1, 256, 4, 14, 14), _video(256)),
    LayerCase("R3D-18 conv3_x", _R3D, (1, 128, 8, 28, 28), _video(128)),
    LayerCase("C3D conv5a", _C3D, (1, 512, 2, 7, 7), _video(512)),
)
