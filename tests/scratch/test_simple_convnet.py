import re

import numpy as np
import pytest

from convolens.scratch import Adam, Relu, SimpleConvNet

TINY = ((1, 6, 6), {"filter_num": 2, "filter_size": 3}, 5, 3)


def test_the_network_of_the_book():
    net = SimpleConvNet()
    assert {name: param.shape for name, param in net.params.items()} == {
        "W1": (30, 1, 5, 5),
        "b1": (30,),
        "W2": (4320, 100),
        "b2": (100,),
        "W3": (100, 10),
        "b3": (10,),
    }
    sizes = [param.size for param in net.params.values()]
    assert sizes[0] + sizes[1] == 780
    assert sizes[2] + sizes[3] == 432_100
    assert sizes[4] + sizes[5] == 1_010
    assert sum(sizes) == 433_890
    assert list(net.layers) == ["Conv1", "Relu1", "Pool1", "Affine1", "Relu2", "Affine2"]
    assert net.predict(np.zeros((10, 1, 28, 28))).shape == (10, 10)


def test_weights_have_the_deviation_asked_for_and_biases_are_0():
    """The deviation of n draws is off by about 1/sqrt(2n), 0.1 % here; allow 6 times that."""
    params = SimpleConvNet(seed=0).params
    assert params["W2"].std() == pytest.approx(0.01, rel=6 / (2 * params["W2"].size) ** 0.5)
    assert all((params[name] == 0).all() for name in ("b1", "b2", "b3"))


def test_one_seed_one_network():
    one, same, other = (SimpleConvNet(*TINY, seed=seed).params for seed in (1, 1, 2))
    assert all((one[name] == same[name]).all() for name in one)
    assert (one["W1"] != other["W1"]).any()
    assert (SimpleConvNet(*TINY).params["W1"] != SimpleConvNet(*TINY).params["W1"]).any()


@pytest.mark.parametrize(
    ("input_dim", "conv_param", "rows"),
    [
        ((1, 28, 20), {}, 30 * 12 * 8),  # not square
        ((3, 9, 8), {"filter_num": 4, "filter_size": 3}, 4 * 3 * 3),  # 7 and 6, halved: 3 and 3
        ((2, 9, 12), {"filter_num": 4, "filter_size": 3, "pad": 1, "stride": 2}, 4 * 2 * 3),
        ((1, 6, 6), {"filter_num": 1, "pad": 2}, 1 * 3 * 3),
    ],
)
def test_any_size_of_image(input_dim, conv_param, rows):
    net = SimpleConvNet(input_dim, conv_param, hidden_size=4, output_size=3)
    assert net.params["W2"].shape == (rows, 4)
    x = np.random.default_rng(0).random((2, *input_dim))
    assert net.predict(x).shape == (2, 3)
    grads = net.gradient(x, np.array([0, 2]))
    assert {name: g.shape for name, g in grads.items()} == {
        name: p.shape for name, p in net.params.items()
    }


def test_two_networks_share_no_settings():
    param = {"filter_num": 2, "filter_size": 3}
    SimpleConvNet((1, 6, 6), param)
    assert param == {"filter_num": 2, "filter_size": 3}
    assert SimpleConvNet().params["W1"].shape == (30, 1, 5, 5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_holds_from_end_to_end(dtype):
    net = SimpleConvNet(*TINY, dtype=dtype, seed=0)
    x, t = np.ones((2, 1, 6, 6), dtype), np.array([0, 1])
    assert net.predict(x).dtype == dtype
    grads = net.gradient(x, t)
    Adam().update(net.params, grads)
    assert {a.dtype for a in (*net.params.values(), *grads.values())} == {np.dtype(dtype)}


def test_predict_is_the_layers_in_turn_and_w2_reads_c_h_w():
    net = SimpleConvNet(*TINY, weight_init_std=0.5, seed=3)
    x = np.random.default_rng(3).random((4, 1, 6, 6))
    maps = x
    for name in ("Conv1", "Relu1", "Pool1"):
        maps = net.layers[name].forward(maps)
    assert maps.shape == (4, 2, 2, 2)
    p = net.params
    hidden = np.einsum("nchw,chwk->nk", maps, p["W2"].reshape(2, 2, 2, 5)) + p["b2"]
    expected = np.maximum(hidden, 0) @ p["W3"] + p["b3"]
    # Sums of 9 and of 6 terms of size less than 8, in another order.
    assert net.predict(x) == pytest.approx(expected, rel=0, abs=15 * 8 * np.finfo(float).eps)


def test_a_parameter_written_into_reaches_its_layer():
    net = SimpleConvNet(*TINY)
    for number, name in enumerate(("Conv1", "Affine1", "Affine2"), start=1):
        assert net.layers[name].W is net.params[f"W{number}"]
        assert net.layers[name].b is net.params[f"b{number}"]


def test_a_network_that_knows_nothing_loses_log_k():
    net = SimpleConvNet(*TINY, weight_init_std=0.0)
    assert net.loss(np.ones((2, 1, 6, 6)), np.array([0, 2])) == np.log(3)


def test_a_step_down_the_gradient_lowers_the_loss_as_predicted():
    """L(p - s*g) = L(p) - s*|g|^2 + O(s*s): halving s must quarter what is left over."""
    x, t = np.random.default_rng(1).random((5, 1, 6, 6)), np.array([0, 1, 2, 0, 1])
    left = []
    for step in (2e-4, 1e-4):
        net = SimpleConvNet(*TINY, weight_init_std=0.5, seed=1)
        before, grads = net.loss(x, t), net.gradient(x, t)
        for name, grad in grads.items():
            net.params[name] -= step * grad
        square = sum(float((grad**2).sum()) for grad in grads.values())
        left.append(net.loss(x, t) - before + step * square)
    assert left[0] / left[1] == pytest.approx(4, rel=0.01)


def brightest(n=5):
    """Make a network whose class is the bright pixel's, of three, and n images for it."""
    net = SimpleConvNet((1, 2, 6), {"filter_num": 1, "filter_size": 1}, 3, 3)
    values = {"W1": np.ones((1, 1, 1, 1)), "W2": np.eye(3), "W3": np.eye(3)}
    for name, value in values.items():
        net.params[name][...] = value
    t = np.arange(n) % 3
    x = np.zeros((n, 1, 2, 6))
    x[np.arange(n), 0, 0, 2 * t] = 1
    return net, x, t


@pytest.mark.parametrize("batch_size", [1, 2, 3, 5, 100])
def test_accuracy_counts_every_image_whatever_the_batch(batch_size):
    """In batches of 2 the listing would score 4 of the 5 images and divide by 5."""
    net, x, t = brightest()
    assert net.accuracy(x, t, batch_size) == 1
    assert net.accuracy(x, np.eye(3)[t], batch_size) == 1
    wrong = t.copy()
    wrong[-1] = 2 - wrong[-1] + (wrong[-1] == 1)
    assert net.accuracy(x, wrong, batch_size) == 0.8


@pytest.mark.parametrize(
    ("n", "labels", "batch_size"), [(0, 0, 100), (2, 3, 100), (3, 2, 100), (2, 2, 0)]
)
def test_accuracy_refuses_what_it_cannot_count(n, labels, batch_size, refused):
    net = SimpleConvNet(*TINY)
    text = (
        f"accuracy: {n} images, {labels} labels, batch_size {batch_size}.\n"
        "Hint: pass one label for each image, at least one image, and a batch of 1 or more."
    )
    with refused(text):
        net.accuracy(np.zeros((n, 1, 6, 6)), np.zeros(labels, int), batch_size)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            {"input_dim": (28, 28)},
            "input_dim is (28, 28), which has 2 entries, not 3.\n"
            "Hint: pass (channels, height, width); a grey image has 1 channel.",
        ),
        (
            {"conv_param": {"filter_nums": 3}},
            "conv_param does not know ['filter_nums'].\n"
            "Hint: its keys are ['filter_num', 'filter_size', 'pad', 'stride'].",
        ),
        ({"conv_param": {"stride": 0}}, "stride is 0: the window would never reach the other end."),
        ({"input_dim": (1, 28, 4)}, "A window of 5 does not fit into 4 cells with pad 0"),
        ({"input_dim": (1, 28, 5)}, "A window of 2 does not fit into 1 cells with pad 0"),
        (
            {"dtype": int},
            f"dtype is {np.dtype(int)}, in which a weight of 0.01 is 0.\n"
            "Hint: use np.float64 or np.float32.",
        ),
    ],
)
def test_refuses_to_be_built_wrong(arguments, words):
    with pytest.raises(ValueError, match=rf"\A{re.escape(words)}"):
        SimpleConvNet(**arguments)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((2, 784), "Convolution: the shape (2, 784) has 2 axes, not 4."),
        ((2, 3, 28, 28), "Convolution: the images have 3 channels, but each filter has 1."),
        ((2, 1, 30, 28), "Affine: a sample has 4680 numbers, but W has 4320 rows."),
    ],
)
def test_refuses_images_of_another_kind(shape, words):
    with pytest.raises(ValueError, match=rf"\A{re.escape(words)}"):
        SimpleConvNet().predict(np.zeros(shape))


def test_the_two_relus_are_two():
    """One object could not remember two masks."""
    layers = SimpleConvNet(*TINY).layers
    assert isinstance(layers["Relu1"], Relu)
    assert layers["Relu1"] is not layers["Relu2"]
