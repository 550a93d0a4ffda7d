from __future__ import annotations

import pytest

import convolens as cl
from convolens.errors import ShapeError
from convolens.models import alexnet

# torchvision.models.alexnet().state_dict(), names and shapes.
TORCHVISION = {
    "features.0.weight": (64, 3, 11, 11),
    "features.0.bias": (64,),
    "features.3.weight": (192, 64, 5, 5),
    "features.3.bias": (192,),
    "features.6.weight": (384, 192, 3, 3),
    "features.6.bias": (384,),
    "features.8.weight": (256, 384, 3, 3),
    "features.8.bias": (256,),
    "features.10.weight": (256, 256, 3, 3),
    "features.10.bias": (256,),
    "classifier.1.weight": (4096, 9216),
    "classifier.1.bias": (4096,),
    "classifier.4.weight": (4096, 4096),
    "classifier.4.bias": (4096,),
    "classifier.6.weight": (1000, 4096),
    "classifier.6.bias": (1000,),
}


@pytest.fixture(scope="module")
def model() -> cl.nn.Sequential:
    return alexnet()


def test_names_and_shapes_are_torchvisions(model: cl.nn.Sequential) -> None:
    assert {name: tensor.shape for name, tensor in model.state_dict().items()} == TORCHVISION
    assert sum(p.numel() for p in model.parameters()) == 61_100_840


def test_forward_shape(model: cl.nn.Sequential) -> None:
    with cl.no_grad():
        assert model.eval()(cl.zeros(1, 3, 224, 224)).shape == (1, 1000)


@pytest.mark.parametrize("size", [223, 254])
def test_sizes_that_give_6x6(size: int) -> None:
    small = alexnet((1, size, size), 2)
    with cl.no_grad():
        assert small.features(cl.zeros(1, 1, size, size)).shape == (1, 256, 6, 6)


@pytest.mark.parametrize(("size", "maps"), [(222, "5x5"), (255, "7x7"), (63, "1x1")])
def test_other_sizes_are_refused_in_words(size: int, maps: str) -> None:
    with pytest.raises(ShapeError) as caught:
        alexnet((3, size, size))
    text = str(caught.value)
    assert f"the last maps would be {maps}, but the classifier needs 6x6" in text
    assert f"3x{size}x{size}" in text
    assert "from 223 to 254 pixels a side" in text


def test_images_too_small_for_a_layer() -> None:
    with pytest.raises(ShapeError, match=r"In layer features\.12: "):
        alexnet((3, 32, 32))


@pytest.mark.oracle
def test_scores_are_torchs_with_the_same_weights(model: cl.nn.Sequential) -> None:
    torch = pytest.importorskip("torch")
    nn = torch.nn
    features = nn.Sequential(
        nn.Conv2d(3, 64, 11, 4, 2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(64, 192, 5, 1, 2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(192, 384, 3, 1, 1), nn.ReLU(),
        nn.Conv2d(384, 256, 3, 1, 1), nn.ReLU(),
        nn.Conv2d(256, 256, 3, 1, 1), nn.ReLU(), nn.MaxPool2d(3, 2),
    )  # fmt: skip
    classifier = nn.Sequential(
        nn.Dropout(), nn.Linear(9216, 4096), nn.ReLU(),
        nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 1000),
    )  # fmt: skip
    theirs = nn.ModuleDict({"features": features, "classifier": classifier}).eval()
    model.load_state_dict({name: t.numpy() for name, t in theirs.state_dict().items()})
    image = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        pooled = nn.functional.adaptive_avg_pool2d(theirs["features"](image), (6, 6))
        expected = theirs["classifier"](pooled.flatten(1)).numpy()
    with cl.no_grad():
        scores = model.eval()(cl.from_numpy(image.numpy())).numpy()
    # The lengths of the sums from the image to a score, times the rounding of float32.
    lengths = 3 * 11**2 + 64 * 5**2 + (192 + 384 + 256) * 3**2 + 9216 + 4096 + 4096
    assert abs(scores - expected).max() <= lengths * 2**-24 * abs(expected).max()
