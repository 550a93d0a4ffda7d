from __future__ import annotations

import numpy as np
import pytest

import convolens as cl
from convolens.data import Loader, load_digits
from convolens.errors import ShapeError
from convolens.models import digits_convnet


def test_parameters_and_shape() -> None:
    model = digits_convnet()
    assert sum(p.numel() for p in model.parameters()) == 9_930
    assert model(cl.zeros(5, 1, 8, 8)).shape == (5, 10)


def test_small_images() -> None:
    with pytest.raises(ShapeError, match="In layer pool1: "):
        digits_convnet((1, 8, 1))


def test_the_recipe_reads_97_5_percent_of_the_test_digits() -> None:
    cl.manual_seed(0)
    digits = load_digits()
    model = digits_convnet()
    optimizer = cl.optim.Adam(model.parameters(), lr=1e-3)
    loader = Loader(digits.train, batch_size=32, seed=0)
    for epoch in range(30):
        for images, labels in loader.epoch(epoch):
            optimizer.zero_grad()
            scores = model(cl.from_numpy(images))
            cl.nn.functional.cross_entropy(scores, cl.from_numpy(labels)).backward()
            optimizer.step()
    images, labels = digits.test.batch(np.arange(360))
    with cl.no_grad():
        read = model.eval()(cl.from_numpy(images)).numpy().argmax(axis=1)
    assert (read == labels).mean() >= 0.975
