"""The textbook chapter's network and the engine's are the same, number by number."""

from __future__ import annotations

import numpy as np
import pytest

import convolens as cl
from convolens import scratch
from convolens.models import from_book_params, to_book_params
from convolens.models.simple_convnet import BOOK_NAMES

BATCH, CLASSES, HIDDEN, FILTERS, SIDE = 10, 10, 100, 30, 28
FEATURES = FILTERS * 12 * 12
# The sums on the way: one convolution, two products with a matrix, each with its bias.
FORWARD = (5 * 5 + 1) + (FEATURES + 1) + (HIDDEN + 1)
LOSS = FORWARD + CLASSES + BATCH
# Back again, the longest way: to the convolution's weights.
BACKWARD = LOSS + CLASSES + HIDDEN + BATCH * 24 * 24
RATE, STEPS = 0.1, 5


@pytest.fixture(params=[np.float32, np.float64], ids=["float32", "float64"])
def dtype(request: pytest.FixtureRequest):
    return request.param


@pytest.fixture
def textbook(dtype) -> scratch.SimpleConvNet:
    return scratch.SimpleConvNet(dtype=dtype, seed=1, weight_init_std=0.1)


@pytest.fixture
def batch(dtype):
    random = np.random.default_rng(2)
    images = random.random((BATCH, 1, SIDE, SIDE)).astype(dtype)
    return images, random.integers(0, CLASSES, BATCH)


def close(actual, expected, length: int) -> bool:
    """Whether two sums of ``length`` products agree, each with its own order of rounding."""
    allowed = length * np.finfo(expected.dtype).eps * abs(expected).max()
    return bool(abs(actual - expected).max() <= allowed)


def gradients(model: cl.nn.Sequential) -> dict[str, np.ndarray]:
    found = {}
    for name, own in BOOK_NAMES.items():
        gradient = dict(model.named_parameters())[own].grad.numpy()
        found[name] = gradient.T if name in ("W2", "W3") else gradient
    return found


def test_scores_loss_and_gradients_are_equal(textbook, batch, dtype) -> None:
    images, labels = batch
    model = from_book_params(textbook.params, dtype=dtype)
    scores = model(cl.from_numpy(images))
    loss = cl.nn.functional.cross_entropy(scores, cl.from_numpy(labels))
    loss.backward()

    expected = textbook.predict(images)
    assert scores.dtype == expected.dtype == dtype
    assert close(scores.detach().numpy(), expected, FORWARD)
    assert close(loss.detach().numpy(), dtype(textbook.loss(images, labels)), LOSS)
    own = gradients(model)
    for name, gradient in textbook.gradient(images, labels).items():
        assert close(own[name], gradient, BACKWARD), name


def test_training_steps_are_equal(textbook, batch, dtype) -> None:
    images, labels = batch
    model = from_book_params(textbook.params, dtype=dtype)
    optimizer, textbook_optimizer = cl.optim.SGD(model.parameters(), lr=RATE), scratch.SGD(RATE)
    steepest = dict.fromkeys(textbook.params, 0.0)
    for _ in range(STEPS):
        optimizer.zero_grad()
        scores = model(cl.from_numpy(images))
        cl.nn.functional.cross_entropy(scores, cl.from_numpy(labels)).backward()
        optimizer.step()
        slopes = textbook.gradient(images, labels)
        steepest = {name: max(steepest[name], abs(slopes[name]).max()) for name in slopes}
        textbook_optimizer.update(textbook.params, slopes)

    eps = np.finfo(dtype).eps
    for name, array in to_book_params(model).items():
        expected = textbook.params[name]
        # Each step adds the error of a gradient and of a subtraction. Twice, since an error in the
        # weights makes one in the next gradient.
        step = RATE * BACKWARD * eps * steepest[name] + eps * abs(expected).max()
        assert abs(array - expected).max() <= 2 * STEPS * step, name
        assert abs(expected - from_seed(name, dtype)).max() > 1000 * eps * abs(expected).max(), name


def from_seed(name: str, dtype) -> np.ndarray:
    return scratch.SimpleConvNet(dtype=dtype, seed=1, weight_init_std=0.1).params[name]
