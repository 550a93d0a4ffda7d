"""Optimisers and learning-rate schedules, with torch's names and numbers."""

from convolens.optim import lr_scheduler
from convolens.optim.adagrad import Adagrad
from convolens.optim.adam import Adam, AdamW
from convolens.optim.optimizer import Optimizer
from convolens.optim.rmsprop import RMSprop
from convolens.optim.sgd import SGD

AdaGrad = Adagrad

__all__ = ["SGD", "AdaGrad", "Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop", "lr_scheduler"]
