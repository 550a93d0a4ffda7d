"""Schedules: how the learning rate changes with the epochs, with torch's names and numbers."""

from convolens.optim.lr_scheduler.constant import ConstantLR
from convolens.optim.lr_scheduler.cosine_annealing import CosineAnnealingLR
from convolens.optim.lr_scheduler.exponential import ExponentialLR
from convolens.optim.lr_scheduler.functions import LambdaLR
from convolens.optim.lr_scheduler.linear import LinearLR
from convolens.optim.lr_scheduler.multi_step import MultiStepLR
from convolens.optim.lr_scheduler.one_cycle import OneCycleLR
from convolens.optim.lr_scheduler.plateau import ReduceLROnPlateau
from convolens.optim.lr_scheduler.polynomial import PolynomialLR
from convolens.optim.lr_scheduler.scheduler import LRScheduler
from convolens.optim.lr_scheduler.sequential import SequentialLR
from convolens.optim.lr_scheduler.step import StepLR
from convolens.optim.lr_scheduler.warm_restarts import CosineAnnealingWarmRestarts

__all__ = [
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]
