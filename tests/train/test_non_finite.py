"""A loss that is not finite stops the run and names the layer; the last good state stays."""

from __future__ import annotations

import numpy as np
import pytest

import convolens as cl
from convolens.data import Splits
from convolens.errors import TrainingError
from convolens.nn import Module
from convolens.train import Trainer

from .makers import brightened, digits, fit, network, trainer, weights


@cl.no_grad()
def scale(model: Module, name: str, factor: float) -> None:
    parameter = dict(model.named_parameters())[name]
    parameter.copy_(parameter.array * np.float32(factor))


def failed(made: Trainer, epochs: int = 3, splits: Splits | None = None) -> str:
    with pytest.raises(TrainingError) as caught:
        fit(made, epochs, splits)
    return str(caught.value)


def test_the_layer_whose_output_overflows_is_named() -> None:
    made = trainer()
    scale(made.model, "conv.weight", 1e20)
    scale(made.model, "fc.weight", 1e20)
    text = failed(made)
    assert text.startswith("In layer fc: the loss is")
    assert "Linear" in text.splitlines()[0]
    assert "epoch          1" in text
    assert "learning rate  0.01" in text
    assert "Hint: use a smaller learning rate" in text


def test_a_layer_within_layers_is_named_with_its_path() -> None:
    inner = network()
    model = cl.nn.Sequential({"body": inner})
    scale(model, "body.conv.weight", 1e38)
    scale(model, "body.conv.bias", 1e38)
    with cl.no_grad():
        dict(model.named_parameters())["body.conv.weight"].fill_(3e38)
    made = Trainer(model, cl.optim.SGD(model.parameters()), progress=False)
    assert failed(made).startswith("In layer body.conv: ")


def test_weights_that_an_update_ruined_are_named() -> None:
    made = trainer(optimizer="sgd")
    # The gradient is finite, the step is not.
    made.optimizer.param_groups[0]["lr"] = 1e39
    text = failed(made)
    first_line = text.splitlines()[0]
    assert first_line.startswith("In layer ")
    assert "the update of the step before made this layer's" in first_line
    assert "batch" in text


def test_images_that_are_not_finite_are_named() -> None:
    data = digits()
    text = failed(trainer(), 1, Splits(brightened(data.train, np.inf), data.test, "x"))
    assert "the images hold values that are not finite" in text
    assert "0 NaN and 1,280 infinite of 1,280" in text


def test_a_loss_that_is_its_own_fault_is_named() -> None:
    class Broken(Module):
        def forward(self, logits, labels):
            return logits.sum() * float("inf")

    made = trainer(loss=Broken())
    assert "it arose in the loss itself" in failed(made)


def test_test_images_far_outside_are_named() -> None:
    data = digits()
    made = trainer()
    scale(made.model, "fc.weight", 1e3)
    text = failed(made, 1, Splits(data.train, brightened(data.test, 3e37), "x"))
    assert "the loss on the test images is" in text


def test_dropout_is_drawn_again_as_it_was() -> None:
    # The overflow may need what another mask would drop.
    made = trainer()
    scale(made.model, "conv.weight", 3e37)
    scale(made.model, "fc.weight", 1e3)
    text = failed(made)
    assert "In layer" in text
    assert "it arose in the loss itself" not in text


def test_the_last_good_state_stays(tmp_path) -> None:
    made = trainer(tmp_path, optimizer="sgd")

    def spoil(row) -> None:
        if row.epoch == 2:
            made.optimizer.param_groups[0]["lr"] = 1e39

    made.on_epoch.append(spoil)
    failed(made)
    again = trainer(tmp_path, optimizer="sgd", seed=8)
    again.resume()
    assert len(again.history) == 2
    assert all(np.isfinite(p.numpy()).all() for p in again.model.state_dict().values())


def test_ruined_weights_are_never_saved(tmp_path) -> None:
    # The last step of the first epoch ruins the weights, and no loss has told yet.
    made = trainer(tmp_path, optimizer="sgd")
    data = digits(20)
    good = weights(made.model)
    made.optimizer.param_groups[0]["lr"] = 1e39
    with pytest.raises(TrainingError):
        made.fit(data.train, data.test, 1, 20)
    again = trainer(tmp_path, optimizer="sgd", seed=8)
    again.resume()
    assert weights(again.model) == good
    # Nor by Ctrl-C.
    stopped = trainer(tmp_path / "stopped", optimizer="sgd", stop_after=1)
    stopped.optimizer.param_groups[0]["lr"] = 1e39
    with pytest.raises(TrainingError, match="went wrong"):
        fit(stopped)
    again = trainer(tmp_path / "stopped", optimizer="sgd", seed=8)
    again.resume()
    assert weights(again.model) == good


def test_ruined_weights_that_the_test_does_not_use_are_found(tmp_path) -> None:
    class Helped(Module):
        def __init__(self):
            super().__init__()
            self.main = cl.nn.Linear(64, 10)
            self.helper = cl.nn.Linear(64, 10)

        def forward(self, x):
            x = x.flatten(1)
            return self.main(x) + self.helper(x) if self.training else self.main(x)

    model = Helped()
    groups = [
        {"params": model.main.parameters()},
        {"params": model.helper.parameters(), "lr": 1e39},
    ]
    made = Trainer(model, cl.optim.SGD(groups, lr=0.0), out=tmp_path, progress=False)
    data = digits(20)
    with pytest.raises(TrainingError, match="In layer helper: the last step went wrong"):
        made.fit(data.train, data.test, 1, 20)
    assert made.history == []
