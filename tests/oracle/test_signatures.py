"""Signatures: names, order and defaults are torch's. What differs is listed here, with a reason."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import convolens as cl

from .peer import torch

#: Arguments about devices and memory, which mean nothing here, and torch's deprecated ones.
FOREIGN = {
    "device",
    "dtype",
    "size_average",
    "reduce",
    "min_value",
    "max_value",
    "foreach",
    "fused",
    "capturable",
    "differentiable",
    "_stacklevel",
    "grad_variables",
    "verbose",
}

#: Layers that torch does not have.
OWN = {
    "DropoutScaledAtTest",
    "ScaledTanh",
    "SeparableConv2d",
    "SpatiallySeparableConv2d",
    "Subsampling",
}

#: What torch has and convolens does not have yet.
MISSING: dict[str, set[str]] = {
    "nn.functional.local_response_norm": set(),
    "nn.init.uniform_": {"generator"},
    "nn.init.normal_": {"generator"},
    "nn.init.xavier_uniform_": {"generator"},
    "nn.init.xavier_normal_": {"generator"},
    "nn.init.kaiming_uniform_": {"generator"},
    "nn.init.kaiming_normal_": {"generator"},
    "nn.Module.register_forward_hook": {"always_call"},
}
#: What convolens adds, at the end and by name.
ADDED: dict[str, set[str]] = {
    "nn.LocalResponseNorm": {"scaling"},
    "nn.functional.local_response_norm": {"scaling"},
}
#: Arguments that convolens calls otherwise: torch's name -> ours.
RENAMED: dict[str, dict[str, str]] = {
    "nn.init.constant_": {"val": "value"},
}
#: Defaults that differ: (torch's, ours) and why.
DEFAULTS: dict[str, dict[str, str]] = {
    "nn.Softmax": {"dim": "an implicit axis is deprecated in torch: here it must be given"},
    "nn.LogSoftmax": {"dim": "an implicit axis is deprecated in torch: here it must be given"},
    "nn.functional.softmax": {"dim": "an implicit axis is deprecated in torch"},
    "nn.functional.log_softmax": {"dim": "an implicit axis is deprecated in torch"},
    "nn.init.calculate_gain": {"param": "torch writes None for 0.01"},
}

NAMES = [
    *(
        f"nn.{name}"
        for name in cl.nn.__all__
        if isinstance(getattr(cl.nn, name), type)
        and name not in ("Module", "Parameter", "Sequential", "Identity")
        and name not in OWN
    ),
    *(f"optim.{name}" for name in ("SGD", "Adagrad", "Adam", "AdamW", "RMSprop")),
    *(f"optim.lr_scheduler.{name}" for name in cl.optim.lr_scheduler.__all__),
    "optim.lr_scheduler.LRScheduler.step",
    "optim.lr_scheduler.LRScheduler.load_state_dict",
    "optim.lr_scheduler.ReduceLROnPlateau.step",
    *(
        f"nn.functional.{name}"
        for name in (
            "softmax",
            "log_softmax",
            "cross_entropy",
            "alpha_dropout",
            "dropout",
            "dropout1d",
            "dropout2d",
            "dropout3d",
            "local_response_norm",
            "relu",
            "sigmoid",
            "tanh",
            "relu6",
            "hardtanh",
            "leaky_relu",
            "elu",
            "selu",
            "silu",
            "hardswish",
            "hardsigmoid",
            "nll_loss",
            "mse_loss",
            "l1_loss",
            "smooth_l1_loss",
            "huber_loss",
            "binary_cross_entropy",
            "binary_cross_entropy_with_logits",
            "kl_div",
            "triplet_margin_loss",
        )
    ),
    *(
        f"nn.init.{name}"
        for name in (
            "uniform_",
            "normal_",
            "constant_",
            "zeros_",
            "ones_",
            "xavier_uniform_",
            "xavier_normal_",
            "kaiming_uniform_",
            "kaiming_normal_",
            "calculate_gain",
        )
    ),
    "autograd.backward",
    "autograd.grad",
    "Tensor.backward",
    "nn.Module.load_state_dict",
    "nn.Module.train",
    "nn.Module.requires_grad_",
    "nn.Module.zero_grad",
    "nn.Module.register_parameter",
    "nn.Module.add_module",
    "nn.Module.apply",
    "nn.Module.buffers",
    "nn.Module.get_buffer",
    "nn.Module.get_parameter",
    "nn.Module.get_submodule",
    "nn.Module.named_buffers",
    "nn.Module.named_modules",
    "nn.Module.named_parameters",
    "nn.Module.parameters",
    "nn.Module.register_buffer",
    "nn.Module.register_forward_hook",
    "nn.Module.register_forward_pre_hook",
    "nn.Module.register_module",
    "nn.Module.set_submodule",
    "nn.Module.state_dict",
    *(f"nn.utils.{name}" for name in cl.nn.utils.__all__),
    "optim.Optimizer.zero_grad",
    "optim.Optimizer.step",
    "optim.Optimizer.load_state_dict",
    "optim.Optimizer.add_param_group",
]


def found(module: Any, name: str) -> Any:
    for part in name.split("."):
        module = getattr(module, part)
    return module


def parameters(thing: Any) -> dict[str, Any]:
    function = thing.__init__ if isinstance(thing, type) else thing
    listed = inspect.signature(function).parameters.values()
    return {
        p.name: p.default
        for p in listed
        if p.name != "self" and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    }


@pytest.mark.parametrize("name", NAMES)
def test_arguments_are_torchs(name: str) -> None:
    theirs, ours = parameters(found(torch, name)), parameters(found(cl, name))
    renamed = RENAMED.get(name, {})
    theirs = {renamed.get(k, k): v for k, v in theirs.items() if k not in FOREIGN}
    if isinstance(found(cl, name), type):
        # torch's recurrent use of *args hides nothing in these classes.
        assert theirs or not ours
    missing = {key for key in theirs if key not in ours}
    assert missing == MISSING.get(name, set())
    added = {key for key in ours if key not in theirs}
    assert added == ADDED.get(name, set())
    assert [key for key in ours if key in theirs] == [key for key in theirs if key in ours]
    assert all(list(ours).index(key) >= len(ours) - len(added) for key in added)
    for key, default in ours.items():
        if key in theirs and key not in DEFAULTS.get(name, {}):
            assert default == theirs[key] or (default in (0, 0.0) and theirs[key] in (0, 0.0)), key
    for key in DEFAULTS.get(name, {}):
        assert ours[key] != theirs[key]


@pytest.mark.parametrize("name", MISSING)
def test_arguments_by_position(name: str) -> None:
    """What is missing in the middle shifts nothing that follows."""
    renamed = RENAMED.get(name, {})
    theirs = [renamed.get(k, k) for k in parameters(found(torch, name)) if k not in FOREIGN]
    ours = list(parameters(found(cl, name)))
    shifted = [k for k in ours if k in theirs and theirs.index(k) != ours.index(k)]
    assert shifted == []
