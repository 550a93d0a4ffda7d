from __future__ import annotations

import numpy as np
import pytest

import convolens as cl
from convolens.errors import ArgumentError, ShapeError
from convolens.models import MODELS, create_model, list_models


def test_names() -> None:
    assert list_models() == sorted(MODELS)
    assert {"alexnet", "digits_convnet", "lenet5", "simple_convnet"} <= set(list_models())


@pytest.mark.parametrize("name", ["digits_convnet", "lenet5", "simple_convnet"])
def test_a_name_gives_the_network_for_the_images_it_was_designed_for(name: str) -> None:
    entry = MODELS[name]
    scores = create_model(name)(cl.zeros(2, *entry.input_shape))
    assert scores.shape == (2, entry.num_classes)


@pytest.mark.parametrize("name", ["digits_convnet", "lenet5", "simple_convnet", "C4k3-R-F5"])
def test_other_images_and_classes(name: str) -> None:
    model = create_model(name, input_shape=(3, 32, 20), num_classes=5)
    assert model(cl.zeros(1, 3, 32, 20)).shape == (1, 5)


@pytest.mark.parametrize("name", ["LeNet5", "lenet-5", "LENET_5", "le net 5"])
def test_spellings_of_a_name(name: str) -> None:
    assert sum(p.numel() for p in create_model(name).parameters()) == 61_706


def test_a_seed_fixes_the_weights_and_leaves_other_random_numbers_alone() -> None:
    cl.manual_seed(3)
    expected = cl.rand(4).numpy()
    cl.manual_seed(3)
    first = create_model("lenet5", seed=7).state_dict()
    assert np.array_equal(cl.rand(4).numpy(), expected)
    second = create_model("lenet5", seed=7).state_dict()
    other = create_model("lenet5", seed=8).state_dict()
    assert all(np.array_equal(first[name].numpy(), second[name].numpy()) for name in first)
    assert not np.array_equal(first["fc1.weight"].numpy(), other["fc1.weight"].numpy())
    cl.manual_seed(7)
    default = create_model("lenet5").state_dict()
    assert all(np.array_equal(first[name].numpy(), default[name].numpy()) for name in first)


def test_a_refused_model_leaves_random_numbers_alone() -> None:
    cl.manual_seed(3)
    expected = cl.rand(4).numpy()
    cl.manual_seed(3)
    with pytest.raises(ShapeError):
        create_model("lenet5", input_shape=(1, 2, 2), seed=7)
    assert np.array_equal(cl.rand(4).numpy(), expected)


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_out_of_range(seed: int) -> None:
    with pytest.raises(ArgumentError, match="seed"):
        create_model("lenet5", seed=seed)


@pytest.mark.parametrize(
    ("name", "guess"),
    [("lenet", "lenet5"), ("AlexNett", "alexnet"), ("simpleconvnet2", "simple_convnet")],
)
def test_unknown_names_with_a_guess(name: str, guess: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        create_model(name)
    text = str(caught.value)
    assert f"there is no network {name!r}" in text
    assert f"did you mean {guess!r}?" in text
    assert "C30k5-R-P2-F100-R-F10" in text
    for known in list_models():
        assert known in text


@pytest.mark.parametrize("name", ["", "resnet18", "dense-block", "conv30", "///"])
def test_unknown_names_without_a_guess(name: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        create_model(name)
    text = str(caught.value)
    assert "there is no network" in text
    assert "did you mean" not in text
    assert "simple_convnet" in text
    assert "C30k5-R-P2-F100-R-F10" in text


@pytest.mark.parametrize("text", ["X3-R", "C-R", "conv30k5-R-P2", "r-q", "C30k5 → R"])
def test_what_looks_like_a_text_gets_an_error_with_a_caret(text: str) -> None:
    with pytest.raises(ArgumentError, match="the network text is wrong") as caught:
        create_model(text)
    assert "^" in str(caught.value)


def test_no_name_at_all() -> None:
    with pytest.raises(ArgumentError, match="not NoneType"):
        create_model(None)


def test_classes_of_a_text() -> None:
    assert create_model("F7")(cl.zeros(1, 1, 28, 28)).shape == (1, 7)
    with pytest.raises(ArgumentError, match="ends in 7 outputs, but there are 10 classes"):
        create_model("F7", num_classes=10)
