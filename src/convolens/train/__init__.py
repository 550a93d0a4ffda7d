"""Training: fit a model to images, judge it, save it, and go on where it stopped."""

from convolens.train.augment import parse_augment
from convolens.train.build import make_optimizer, make_schedule
from convolens.train.checkpoint import Checkpoint, load_checkpoint, load_weights, save_checkpoint
from convolens.train.evaluation import Evaluation, evaluate, predict
from convolens.train.fresh import fresh_folder
from convolens.train.history import Epoch, read_history
from convolens.train.interrupt import Interrupted
from convolens.train.metrics import ClassScore, class_scores, confusion_matrix
from convolens.train.order import fingerprint
from convolens.train.recipe import default_model, recipe
from convolens.train.run import Run, load_run, save_run
from convolens.train.settings import OPTIMIZERS, SCHEDULES, Settings, Task
from convolens.train.trainer import Trainer
from convolens.wilson import wilson_interval

__all__ = [
    "OPTIMIZERS",
    "SCHEDULES",
    "Checkpoint",
    "ClassScore",
    "Epoch",
    "Evaluation",
    "Interrupted",
    "Run",
    "Settings",
    "Task",
    "Trainer",
    "class_scores",
    "confusion_matrix",
    "default_model",
    "evaluate",
    "fingerprint",
    "fresh_folder",
    "load_checkpoint",
    "load_run",
    "load_weights",
    "make_optimizer",
    "make_schedule",
    "parse_augment",
    "predict",
    "read_history",
    "recipe",
    "save_checkpoint",
    "save_run",
    "wilson_interval",
]
