from __future__ import annotations

import numpy as np
import pytest

import convolens as cl
from convolens.errors import IndexRangeError, ShapeError
from convolens.tensor.random import random_state
from convolens.train.step import train_step

from .makers import digits, network, weights

IMAGES, LABELS = digits().train.batch(np.arange(20))


def step(model, images=IMAGES, labels=LABELS, lr=0.1, loss=None):
    optimizer = cl.optim.SGD(model.parameters(), lr=lr)
    return train_step(model, loss or cl.nn.CrossEntropyLoss(), optimizer, images, labels, 10)


def test_is_a_step_down_the_gradient() -> None:
    model = network()
    cl.manual_seed(3)
    logits = model(cl.from_numpy(IMAGES))
    loss = cl.nn.functional.cross_entropy(logits, cl.from_numpy(LABELS))
    loss.backward()
    expected = {name: p.numpy() - 0.1 * g for name, p, g in gradients(model)}
    cl.manual_seed(3)
    done = step(model)
    assert done.loss == loss.item()
    assert done.correct == (logits.detach().numpy().argmax(1) == LABELS).sum()
    assert done.random == (3, 0)
    for name, tensor in model.state_dict().items():
        # One multiplication and one subtraction in float32.
        np.testing.assert_allclose(tensor.numpy(), expected[name], rtol=3e-7, atol=1e-9)


def gradients(model):
    return [
        (name, p.detach().clone(), p.grad.numpy().copy()) for name, p in model.named_parameters()
    ]


def test_gradients_do_not_add_up_over_steps() -> None:
    model = network().eval()
    step(model, lr=0.0)
    first = [gradient for _, _, gradient in gradients(model)]
    step(model, lr=0.0)
    for one, other in zip(first, gradients(model), strict=True):
        assert (one == other[2]).all()


def test_nothing_changes_if_the_loss_is_not_finite() -> None:
    class Broken(cl.nn.Module):
        def forward(self, logits, labels):
            return logits.sum() * float("nan")

    model = network()
    before = weights(model), random_state()
    done = step(model, loss=Broken())
    assert np.isnan(done.loss)
    assert weights(model) == before[0]
    assert done.random == before[1]


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ShapeError, match="In layer conv"):
        step(network(), images=np.zeros((20, 2, 8, 8), np.float32))
    with pytest.raises(ShapeError, match="10 classes"):
        step(cl.nn.Sequential(cl.nn.Flatten(), cl.nn.Linear(64, 9)))
    with pytest.raises(IndexRangeError):
        step(network(), labels=LABELS + 5)
