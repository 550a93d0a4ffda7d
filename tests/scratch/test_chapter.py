"""The chapter as a text: it stands alone, its examples run, and nothing public goes unexplained."""

import ast
import doctest
import importlib
import inspect
import pkgutil
import sys
from operator import attrgetter
from pathlib import Path

import numpy as np
import pytest

from convolens import scratch

MODULES = sorted(module.name for module in pkgutil.iter_modules(scratch.__path__))


def source(module):
    return Path(scratch.__path__[0], f"{module}.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("module", ["__init__", *MODULES])
def test_imports_numpy_alone(module):
    for node in ast.walk(ast.parse(source(module))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.level == 1 and node.module in MODULES:
                continue
            names = ["." * node.level + (node.module or "")]
        else:
            continue
        for name in names:
            assert name.split(".")[0] in sys.stdlib_module_names | {"numpy"}


@pytest.mark.parametrize("module", MODULES)
def test_examples_run(module):
    result = doctest.testmod(importlib.import_module(f"convolens.scratch.{module}"))
    assert result.failed == 0


@pytest.mark.parametrize("name", scratch.__all__)
def test_every_public_name_has_an_example_and_its_arguments_explained(name):
    public = getattr(scratch, name)
    doc = inspect.getdoc(public)
    assert "Example:" in doc
    assert ">>> " in doc
    first_line = doc.splitlines()[0]
    assert first_line.endswith(".")
    for argument in inspect.signature(public).parameters:
        assert f"    {argument}: " in doc


SIGNATURES = {
    "im2col": "input_data, filter_h, filter_w, stride=1, pad=0, *, pad_value=0.0",
    "col2im": "col, input_shape, filter_h, filter_w, stride=1, pad=0",
    "conv_output_size": "input_size, filter_size, stride=1, pad=0",
    "Convolution": "W, b, stride=1, pad=0",
    "Pooling": "pool_h, pool_w, stride=2, pad=0",
    "Affine": "W, b",
    "Relu": "",
    "SoftmaxWithLoss": "",
    "softmax": "x",
    "log_softmax": "x",
    "cross_entropy_error": "y, t",
    "numerical_gradient": "f, x",
    "SimpleConvNet": "input_dim=(1, 28, 28), conv_param=None, hidden_size=100, output_size=10, "
    "weight_init_std=0.01, *, dtype=float64, seed=None",
    "SimpleConvNet.predict": "self, x",
    "SimpleConvNet.loss": "self, x, t",
    "SimpleConvNet.accuracy": "self, x, t, batch_size=100",
    "SimpleConvNet.gradient": "self, x, t",
    "SimpleConvNet.numerical_gradient": "self, x, t",
    "SimpleConvNet.save_params": "self, file_name='params.npz'",
    "SimpleConvNet.load_params": "self, file_name='params.npz'",
    "SGD": "lr=0.01",
    "Momentum": "lr=0.01, momentum=0.9",
    "AdaGrad": "lr=0.01, eps=1e-07",
    "Adam": "lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08",
    "Trainer": "network, x_train, t_train, x_test, t_test, epochs=20, mini_batch_size=100, "
    "optimizer='SGD', optimizer_param=None, evaluate_sample_num_per_epoch=None, verbose=True, *, "
    "seed=None",
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_arguments_are_those_of_the_book_and_ours_come_after_them(name):
    def plain(parameter):
        if parameter.default is parameter.empty:
            return parameter.name
        shown = "float64" if parameter.default is np.float64 else repr(parameter.default)
        return f"{parameter.name}={shown}"

    parts = []
    for parameter in inspect.signature(attrgetter(name)(scratch)).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in parts:
            parts.append("*")
        parts.append(plain(parameter))
    assert ", ".join(parts) == SIGNATURES[name]


def test_all_is_complete():
    from_here = {
        name
        for name, value in vars(scratch).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert from_here == set(scratch.__all__)
    assert from_here == {name for name in SIGNATURES if "." not in name}


@pytest.mark.parametrize("module", MODULES)
def test_every_file_says_what_it_is_in_one_line(module):
    first_line = ast.get_docstring(ast.parse(source(module))).splitlines()[0]
    assert first_line.endswith(".")
    assert module in inspect.getdoc(scratch) or module in {"arrays"}
