from __future__ import annotations

import numpy as np
import pytest

import convolens as cl
from convolens.data import ArrayDataset, Normalize, Subset
from convolens.errors import ArgumentError, IndexRangeError, ShapeError
from convolens.train.evaluation import evaluate, predict

from .makers import digits, network, weights

TEST = digits().test


def test_agrees_with_the_definition() -> None:
    model = network()
    found = evaluate(model, TEST, batch_size=7)
    images, labels = TEST.batch(np.arange(len(TEST)))
    with cl.no_grad():
        logits = model.eval()(cl.from_numpy(images)).numpy().astype(np.float64)
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    rows = np.arange(len(labels))
    # Sums of 10 exponentials in float32.
    tolerance = {"rtol": 1e-5, "atol": 1e-6}
    np.testing.assert_allclose(found.surprise, -np.log(shares[rows, labels]), **tolerance)
    np.testing.assert_allclose(found.confidence, shares.max(1), **tolerance)
    assert found.loss == pytest.approx(found.surprise.mean(), rel=1e-5)
    assert (found.predicted == logits.argmax(1)).all()
    assert found.accuracy == (logits.argmax(1) == labels).mean()
    assert found.confusion.trace() == found.correct
    assert found.interval[0] < found.accuracy < found.interval[1]


def test_the_worst_mistakes_are_wrong_and_in_order() -> None:
    found = evaluate(network(), TEST)
    worst = found.worst(5)
    assert len(worst) == 5
    assert (found.labels[worst] != found.predicted[worst]).all()
    assert (np.diff(found.surprise[worst]) <= 0).all()
    wrong = found.labels != found.predicted
    assert found.surprise[worst[0]] == found.surprise[wrong].max()
    assert len(found.worst(0)) == 0


def test_the_model_stays_as_it_is() -> None:
    model = network()
    model.drop.eval()
    before = weights(model), [module.training for module in model.modules()]
    evaluate(model, TEST)
    assert (weights(model), [module.training for module in model.modules()]) == before
    assert cl.is_grad_enabled()


def test_draws_no_random_numbers() -> None:
    model = network()
    first = cl.rand(3).tolist()
    model = network()
    evaluate(model, TEST)
    assert cl.rand(3).tolist() == first


def test_normalisation_is_applied() -> None:
    model = network()
    plain = evaluate(model, TEST)
    images, _ = TEST.batch(np.arange(len(TEST)))
    normalize = Normalize(0.3, 0.4)
    changed = evaluate(model, TEST, normalize=normalize)
    assert changed.loss != plain.loss
    shares = predict(model, images, normalize=normalize)
    np.testing.assert_allclose(shares.max(1), changed.confidence, rtol=1e-6)


def test_shares_sum_to_one() -> None:
    images, _ = TEST.batch(np.arange(5))
    shares = predict(network(), images, batch_size=2)
    assert shares.shape == (5, 10)
    np.testing.assert_allclose(shares.sum(1), 1, rtol=1e-6)


def test_an_empty_dataset_is_refused() -> None:
    with pytest.raises(ArgumentError, match="no images"):
        evaluate(network(), Subset(TEST, np.arange(0)))
    with pytest.raises(ArgumentError, match="no images"):
        predict(network(), np.zeros((0, 1, 8, 8), np.float32))


def test_one_image_without_its_batch_axis_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"images\[None\]"):
        predict(network(), np.zeros((1, 8, 8), np.float32))


def test_another_number_of_classes_is_refused() -> None:
    blank = ArrayDataset(np.zeros((4, 8, 8), np.uint8), np.array([0, 1, 2, 11]), "abcdefghijkl")
    with pytest.raises(ShapeError, match="12 classes"):
        evaluate(network(), blank)


def test_a_label_outside_the_classes_is_refused() -> None:
    blank = ArrayDataset(np.zeros((4, 8, 8), np.uint8), np.arange(4), "abcdefghij")
    blank.labels = np.array([0, 1, 2, 10])
    with pytest.raises(IndexRangeError, match="10"):
        evaluate(network(), blank)


def test_images_of_another_size_are_refused_with_the_layer() -> None:
    with pytest.raises(ShapeError) as caught:
        predict(network(), np.zeros((1, 3, 8, 8), np.float32))
    assert "In layer conv" in str(caught.value)
