from __future__ import annotations

import pytest

import convolens as cl
from convolens.models import create_model
from convolens.train import OPTIMIZERS, default_model, recipe


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_few_images_get_more_and_smaller_steps(name) -> None:
    few, many = recipe((1, 8, 8), 1_437, name), recipe((1, 28, 28), 60_000, name)
    assert few.epochs > many.epochs
    assert few.batch_size < many.batch_size
    assert few.optimizer == name
    assert few.lr == many.lr > 0


@pytest.mark.parametrize(
    "shape",
    [(1, 8, 8), (3, 8, 12), (1, 13, 40), (1, 28, 28), (3, 32, 32), (1, 30, 64), (3, 224, 200)],
)
def test_the_default_model_fits_the_images(shape) -> None:
    model = create_model(default_model(shape, 7), input_shape=shape, num_classes=7)
    with cl.no_grad():
        assert model.eval()(cl.zeros(2, *shape)).shape == (2, 7)
    # Small enough for a laptop.
    assert sum(p.numel() for p in model.parameters()) < 2_000_000
