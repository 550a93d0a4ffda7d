"""The training loop: shuffle, cut into mini-batches, step; after each epoch, look how well."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np

from .arrays import Array
from .optimizer import SGD, AdaGrad, Adam, Momentum, Optimizer
from .softmax_with_loss import SoftmaxWithLoss

OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "adagrad": AdaGrad,
    "adam": Adam,
}


class Network(Protocol):
    """What a network must offer to be trained."""

    params: dict[str, Array]
    last_layer: SoftmaxWithLoss

    def gradient(self, x: Array, t: Array) -> dict[str, Array]:
        """Compute the gradient for each of ``params``, leaving the loss in ``last_layer``."""
        ...

    def accuracy(self, x: Array, t: Array) -> float:
        """Compute the share of right answers."""
        ...


class Trainer:
    """Train a network on mini-batches.

    Args:
        network: The network; its ``params`` are changed in place.
        x_train: Training images, (N, C, H, W).
        t_train: Their labels, (N,) or one-hot (N, K).
        x_test: Test images, never trained on.
        t_test: Their labels.
        epochs: How often each training image is seen.
        mini_batch_size: Images in one step.
        optimizer: A name, one of ``sgd``, ``momentum``, ``adagrad``, ``adam`` in any case, or
            any object with ``update(params, grads)``.
        optimizer_param: Arguments for the named optimizer; without them, its defaults.
        evaluate_sample_num_per_epoch: Measure accuracy on only so many of the first images.
        verbose: Print one line per epoch.
        seed: The same seed gives the same order of images; None gives a new one every time.

    Attributes:
        train_loss_list: The loss of each mini-batch, before its step.
        train_acc_list: Accuracy on the training images after each epoch.
        test_acc_list: Accuracy on the test images after each epoch.

    Raises:
        ValueError: If images and labels differ in number, or the optimizer's name is unknown.

    Example:
        Which half of the picture is bright?

        >>> from convolens.scratch import SimpleConvNet
        >>> x = np.zeros((8, 1, 4, 4)); x[:4, :, :2] = 1; x[4:, :, 2:] = 1
        >>> t = np.repeat([0, 1], 4)
        >>> net = SimpleConvNet((1, 4, 4), {"filter_size": 3}, 8, 2, weight_init_std=0.3, seed=0)
        >>> trainer = Trainer(net, x, t, x, t, epochs=2, mini_batch_size=4, optimizer="Adam",
        ...                   optimizer_param={"lr": 0.02}, seed=0)
        >>> trainer.train()
        epoch 1: train acc 1.000, test acc 1.000
        epoch 2: train acc 1.000, test acc 1.000
    """

    def __init__(
        self,
        network: Network,
        x_train: Array,
        t_train: Array,
        x_test: Array,
        t_test: Array,
        epochs: int = 20,
        mini_batch_size: int = 100,
        optimizer: str | Optimizer = "SGD",
        optimizer_param: Mapping[str, float] | None = None,
        evaluate_sample_num_per_epoch: int | None = None,
        verbose: bool = True,
        *,
        seed: int | None = None,
    ) -> None:
        for name, x, t in (("train", x_train, t_train), ("test", x_test, t_test)):
            if len(x) != len(t) or len(x) == 0:
                raise ValueError(
                    f"Trainer: x_{name} holds {len(x)} images, t_{name} {len(t)} labels.\n"
                    "Hint: there must be one label for each image, and at least one image."
                )
        if mini_batch_size < 1:
            raise ValueError(
                f"Trainer: mini_batch_size is {mini_batch_size}.\nHint: use 1 or more."
            )
        self.network = network
        self.x_train, self.t_train = x_train, t_train
        self.x_test, self.t_test = x_test, t_test
        self.epochs = epochs
        self.batch_size = mini_batch_size
        self.optimizer = _optimizer(optimizer, optimizer_param or {})
        self.evaluate_sample_num_per_epoch = evaluate_sample_num_per_epoch
        self.verbose = verbose

        # Corrected: the listing divides without rounding. 150 images in batches of 100 give an
        # epoch of 1.5 steps, and of the step numbers only every third is a multiple of that.
        self.iter_per_epoch = math.ceil(len(x_train) / mini_batch_size)
        self.current_iter = 0
        self.current_epoch = 0
        self.train_loss_list: list[float] = []
        self.train_acc_list: list[float] = []
        self.test_acc_list: list[float] = []

        self._rng = np.random.default_rng(seed)
        self._order: Array  # the training images, as shuffled for the current epoch

    def train(self) -> None:
        """Train for ``epochs`` epochs."""
        for _ in range(self.epochs * self.iter_per_epoch):
            self.train_step()

    def train_step(self) -> None:
        """Take one step on the next mini-batch; after the last of an epoch, measure accuracy."""
        position = self.current_iter % self.iter_per_epoch
        if position == 0:
            # Corrected: the listing draws each batch anew from all images. In N draws, more than
            # a third of N images (1/e) do not come up; a shuffled deck shows each once.
            self._order = self._rng.permutation(len(self.x_train))
        batch = self._order[position * self.batch_size : (position + 1) * self.batch_size]

        grads = self.network.gradient(self.x_train[batch], self.t_train[batch])
        # Corrected: the listing runs the network once more for a loss that gradient has just left.
        self.train_loss_list.append(self.network.last_layer.loss)
        self.optimizer.update(self.network.params, grads)

        self.current_iter += 1
        if self.current_iter % self.iter_per_epoch == 0:
            self._end_epoch()

    def _end_epoch(self) -> None:
        self.current_epoch += 1
        some = slice(self.evaluate_sample_num_per_epoch)
        train_acc = self.network.accuracy(self.x_train[some], self.t_train[some])
        test_acc = self.network.accuracy(self.x_test[some], self.t_test[some])
        self.train_acc_list.append(train_acc)
        self.test_acc_list.append(test_acc)
        if self.verbose:
            print(f"epoch {self.current_epoch}: train acc {train_acc:.3f}, test acc {test_acc:.3f}")


def _optimizer(optimizer: str | Optimizer, param: Mapping[str, float]) -> Optimizer:
    if not isinstance(optimizer, str):
        return optimizer
    if optimizer.lower() not in OPTIMIZERS:
        raise ValueError(
            f"Trainer: there is no optimizer {optimizer!r}.\n"
            f"Hint: use one of {', '.join(OPTIMIZERS)}, or an object with update(params, grads)."
        )
    return OPTIMIZERS[optimizer.lower()](**param)
