from itertools import chain

import numpy as np
import pytest

from convolens.scratch import SGD, Adam, SimpleConvNet, SoftmaxWithLoss, Trainer


def bars(n, seed):
    """Draw n noisy 8x8 images, each with a horizontal (0), vertical (1) or diagonal (2) bar."""
    rng = np.random.default_rng(seed)
    x, t = 0.1 * rng.random((n, 1, 8, 8)), rng.integers(0, 3, n)
    for image, label, place in zip(x[:, 0], t, rng.integers(1, 7, n), strict=True):
        if label == 2:
            image[np.arange(8), (np.arange(8) + place) % 8] = 1
        else:
            (image if label == 0 else image.T)[place] = 1
    return x, t


@pytest.mark.parametrize(
    ("optimizer", "lr"), [("SGD", 0.3), ("Momentum", 0.1), ("AdaGrad", 0.1), ("Adam", 0.02)]
)
def test_learns_bars_by_heart(optimizer, lr):
    x, t = bars(30, seed=0)
    net = SimpleConvNet((1, 8, 8), {"filter_num": 6, "filter_size": 3}, 20, 3, 0.1, seed=0)
    trainer = Trainer(
        net, x, t, *bars(30, seed=1), 40, 10, optimizer, {"lr": lr}, verbose=False, seed=0
    )
    assert net.loss(x, t) > 1
    trainer.train()
    assert net.loss(x, t) < 0.01
    assert trainer.train_acc_list[-1] == 1
    # 30 guesses among 3 classes get a third right, with a deviation of 0.086.
    assert trainer.test_acc_list[-1] > 1 / 3 + 3 * 0.086


class Recorder:
    """A network that only remembers what it was asked to do, and with which images."""

    def __init__(self):
        self.params = {"W": np.zeros(1)}
        self.last_layer = SoftmaxWithLoss()
        self.batches, self.scored, self.calls = [], [], []

    def gradient(self, x, t):
        assert (x[:, 0] == t).all()
        self.batches.append(x[:, 0].tolist())
        self.calls.append("gradient")
        self.last_layer.loss = float(self.params["W"][0])
        return {"W": np.ones(1)}

    def accuracy(self, x, t):
        self.scored.append(len(x))
        self.calls.append("accuracy")
        return 0.5


def record(n=5, **options):
    network, data = Recorder(), np.arange(n)
    arguments = {"epochs": 3, "mini_batch_size": 2, "verbose": False, "seed": 0} | options
    trainer = Trainer(
        network, data[:, np.newaxis], data, data[:4, np.newaxis], data[:4], **arguments
    )
    trainer.train()
    return network, trainer


def test_an_epoch_shows_every_image_once_in_a_new_order():
    network, trainer = record()
    assert [len(batch) for batch in network.batches] == [2, 2, 1] * 3
    epochs = [[*chain(*network.batches[i : i + 3])] for i in (0, 3, 6)]
    assert all(sorted(epoch) == [0, 1, 2, 3, 4] for epoch in epochs)
    assert epochs[0] != epochs[1] != epochs[2]
    assert trainer.iter_per_epoch == 3
    assert trainer.current_epoch == 3
    assert trainer.current_iter == 9


def test_accuracy_is_measured_after_each_epoch_on_all_images_or_on_some():
    network, trainer = record()
    assert network.scored == [5, 4] * 3
    assert network.calls == (["gradient"] * 3 + ["accuracy"] * 2) * 3
    assert trainer.train_acc_list == trainer.test_acc_list == [0.5] * 3
    assert record(evaluate_sample_num_per_epoch=2)[0].scored == [2, 2] * 3


def test_the_loss_is_that_before_each_step():
    _, trainer = record(optimizer=SGD(lr=1.0), epochs=1)
    assert trainer.train_loss_list == [0, -1, -2]


def test_one_seed_one_order():
    assert record(seed=1)[0].batches == record(seed=1)[0].batches
    assert record(seed=1)[0].batches != record(seed=2)[0].batches


def test_a_batch_may_be_larger_than_the_set():
    assert [len(batch) for batch in record(mini_batch_size=100, epochs=2)[0].batches] == [5, 5]


def test_a_batch_may_be_a_single_image():
    assert [len(batch) for batch in record(mini_batch_size=1, epochs=1)[0].batches] == [1] * 5


def test_optimizers_by_name_or_as_objects():
    adam = Adam()
    assert record(optimizer=adam)[1].optimizer is adam
    chosen = record(optimizer="ADAM", optimizer_param={"lr": 0.5})[1].optimizer
    assert isinstance(chosen, Adam)
    assert chosen.lr == 0.5
    assert record()[1].optimizer.lr == SGD().lr


def test_prints_one_line_per_epoch_unless_told_not_to(capsys):
    record(epochs=2, verbose=True)
    assert capsys.readouterr().out == (
        "epoch 1: train acc 0.500, test acc 0.500\nepoch 2: train acc 0.500, test acc 0.500\n"
    )
    record()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"optimizer": "Adams"},
            "Trainer: there is no optimizer 'Adams'.\nHint: use one of sgd, momentum, adagrad, "
            "adam, or an object with update(params, grads).",
        ),
        ({"mini_batch_size": 0}, "Trainer: mini_batch_size is 0.\nHint: use 1 or more."),
        (
            {"n": 0},
            "Trainer: x_train holds 0 images, t_train 0 labels.\n"
            "Hint: there must be one label for each image, and at least one image.",
        ),
    ],
)
def test_refusals(options, text, refused):
    with refused(text):
        record(**options)


def test_refuses_images_without_labels():
    x, t = np.zeros((3, 1)), np.zeros(3, int)
    with pytest.raises(ValueError, match="x_test holds 3 images, t_test 2 labels"):
        Trainer(Recorder(), x, t, x, t[:2])
