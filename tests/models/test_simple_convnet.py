from __future__ import annotations

import numpy as np
import pytest

import convolens as cl
from convolens.data import open_dataset
from convolens.errors import ArgumentError, ShapeError
from convolens.models import from_book_params, lenet5, simple_convnet, to_book_params


def test_parameters() -> None:
    counts = {name: p.numel() for name, p in simple_convnet().named_parameters()}
    assert sum(counts.values()) == 433_890
    assert counts["conv1.weight"] + counts["conv1.bias"] == 780
    assert counts["fc1.weight"] + counts["fc1.bias"] == 432_100
    assert counts["fc2.weight"] + counts["fc2.bias"] == 1_010


def test_forward_shape() -> None:
    assert simple_convnet()(cl.zeros(3, 1, 28, 28)).shape == (3, 10)
    assert simple_convnet((3, 20, 31), 7)(cl.zeros(2, 3, 20, 31)).shape == (2, 7)


def test_initial_weights_are_the_books() -> None:
    cl.manual_seed(0)
    model = simple_convnet()
    for name, parameter in model.named_parameters():
        values = parameter.detach().numpy()
        if name.endswith("bias"):
            assert not values.any()
        else:
            # The deviation of n draws is off by 1 / sqrt(2 n) of itself, times 5 to be sure.
            assert values.std() == pytest.approx(0.01, rel=5 / np.sqrt(2 * values.size))


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((1, 4, 4), ("In layer conv1:", "covers 5 inputs", "only 4")),
        ((1, 5, 5), ("In layer pool1:", "covers 2 inputs", "only 1", "larger image")),
    ],
)
def test_small_images(shape: tuple[int, ...], words: tuple[str, ...]) -> None:
    with pytest.raises(ShapeError) as caught:
        simple_convnet(shape)
    for word in (*words, "x".join(map(str, shape))):
        assert word in str(caught.value)


@pytest.mark.parametrize("shape", [(28, 28), (1, 28, 0), (1, 28.0, 28), (True, 28, 28)])
def test_no_image_shape(shape: tuple[int, ...]) -> None:
    with pytest.raises(ArgumentError, match="three whole numbers"):
        simple_convnet(shape)


@pytest.mark.parametrize("classes", [0, -1, 2.0, True])
def test_no_number_of_classes(classes: int) -> None:
    with pytest.raises(ArgumentError, match="num_classes is"):
        simple_convnet(num_classes=classes)


def test_book_parameters_there_and_back() -> None:
    model = simple_convnet((3, 12, 12), 7, filters=4, kernel_size=3, hidden=6)
    book = to_book_params(model)
    assert book["W2"].shape == (4 * 5 * 5, 6)
    again = from_book_params(book, (3, 12, 12))
    theirs = again.state_dict()
    for name, tensor in model.state_dict().items():
        assert np.array_equal(tensor.numpy(), theirs[name].numpy()), name
    book["W1"][...] = 0
    assert model.conv1.weight.detach().numpy().any()


def test_book_parameters_keep_float64_where_asked() -> None:
    book = {name: array.astype(np.float64) / 3 for name, array in to_book_params(small()).items()}
    model = from_book_params(book, (1, 8, 8), np.float64)
    assert np.array_equal(model.fc2.weight.detach().numpy(), book["W3"].T)


def small() -> cl.nn.Sequential:
    return simple_convnet((1, 8, 8), filters=2, kernel_size=3, hidden=5)


@pytest.mark.parametrize(
    ("name", "array", "words"),
    [
        ("W1", np.zeros((2, 1, 3, 4)), ("square", "3x4")),
        ("W1", np.zeros((2, 9)), ("W1 is float64[2, 9]", "4 dimensions")),
        ("b1", np.zeros(3), ("b1 has shape [3]", "[2] fits")),
        ("W2", np.zeros((5, 18)), ("W2 has shape [5, 18]", "[18, 5] fits", "1x8x8")),
        ("W3", np.zeros((5, 10), np.int64), ("W3 is int64[5, 10]", "floats")),
        ("W3", np.zeros((5, 0)), ("W3 is float64[5, 0]",)),
    ],
)
def test_book_parameters_that_do_not_fit(name: str, array, words: tuple[str, ...]) -> None:
    with pytest.raises(ShapeError) as caught:
        from_book_params({**to_book_params(small()), name: array}, (1, 8, 8))
    for word in words:
        assert word in str(caught.value)


def test_book_parameters_of_another_image_size() -> None:
    with pytest.raises(ShapeError, match="W2 has shape"):
        from_book_params(to_book_params(small()), (1, 10, 10))


def test_names_missing_and_unexpected() -> None:
    book = to_book_params(small())
    del book["b3"]
    book["w3"] = book["W3"]
    with pytest.raises(ArgumentError) as caught:
        from_book_params(book, (1, 8, 8))
    assert "1 are missing and 1 unexpected" in str(caught.value)
    assert "missing     b3" in str(caught.value)
    assert "unexpected  w3" in str(caught.value)


def test_other_models_have_no_book_parameters() -> None:
    with pytest.raises(ArgumentError, match="only a simple_convnet"):
        to_book_params(lenet5())


def test_the_published_weights_score_98_90_percent(shared_data) -> None:
    file = shared_data / "models" / "dlfs_simple_convnet" / "params.npz"
    with np.load(file) as arrays:
        model = from_book_params(arrays).eval()
    test = open_dataset(shared_data / "mnist").test
    right = 0
    with cl.no_grad():
        for start in range(0, len(test), 1000):
            images, labels = test.batch(np.arange(start, start + 1000))
            right += int((model(cl.from_numpy(images)).numpy().argmax(axis=1) == labels).sum())
    assert (right, len(test)) == (9_890, 10_000)
