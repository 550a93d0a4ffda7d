"""Kernels on photographs: what a hand-made filter does, and how it is computed."""

from convolens.lens.filters.bank import BANK
from convolens.lens.filters.figure import Figure
from convolens.lens.filters.filtered import Filtered, filter
from convolens.lens.filters.kernel import Kernel, as_kernel
from convolens.lens.filters.photo import Photo, read_photo
from convolens.lens.filters.plan import Plan, plan
from convolens.lens.filters.psnr import psnr, with_noise

__all__ = [
    "BANK",
    "Figure",
    "Filtered",
    "Kernel",
    "Photo",
    "Plan",
    "as_kernel",
    "filter",
    "plan",
    "psnr",
    "read_photo",
    "with_noise",
]
