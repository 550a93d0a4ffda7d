"""Whole networks: their published sizes, that all peers compute the same, and the verdicts."""

from __future__ import annotations

import importlib
from math import prod
from typing import Any

import numpy as np
import pytest
from benchmarks.__main__ import parser
from benchmarks.agreement import DisagreementError, check
from benchmarks.measure import Measurement
from benchmarks.peers import (
    CONVOLENS,
    CONVOLENS_COMPILED,
    ONNX_RUNTIME,
    TORCH,
    TORCH_CHANNELS_LAST,
)
from benchmarks.peers.base import Session, UnavailableError
from benchmarks.peers.network import built
from benchmarks.whole_nets import WHOLE_NETS, NetworkCase, NetworkTask, make_problem, parts

import convolens as cl
from benchmarks import networks

#: What torchvision counts, and for ResNet-20 table 6 of the paper, there rounded to 0.27 million.
PARAMETERS = {
    "resnet18": 11_689_512,
    "resnet50": 25_557_032,
    "mobilenet_v2": 3_504_872,
    "resnet20": 272_474,
}
SMALL = ("resnet20", "mobilenet_v2", "unet")
TASKS: tuple[NetworkTask, ...] = ("training", "inference")


def session(peer: str, case: NetworkCase, **options: Any) -> Session:
    made: Session = importlib.import_module(f"benchmarks.peers.{peer}").load(
        make_problem(case), 1, **options
    )
    return made


@pytest.mark.parametrize("name", PARAMETERS)
def test_they_have_the_published_number_of_parameters(name: str) -> None:
    net = WHOLE_NETS[name].build(parts(cl.nn, cl.cat))
    assert sum(prod(parameter.shape) for parameter in net.parameters()) == PARAMETERS[name]


@pytest.mark.parametrize("name", SMALL)
def test_the_output_has_the_shape_of_the_case(name: str) -> None:
    case = NetworkCase(name, "inference", 1)
    problem = make_problem(case)
    assert built(cl, problem)(cl.tensor(problem.images)).shape == case.output


def test_a_step_moves_the_weights_and_a_reset_brings_them_back() -> None:
    training: Any = session("convolens", NetworkCase("resnet20", "training", 4))
    before = training.result()
    after = training.step(), training.step()
    assert after[0].item() == before["loss"] != after[1].item()
    training.reset()
    assert training.step().item() == before["loss"]


@pytest.mark.oracle
@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("name", SMALL)
def test_torch_computes_the_same(name: str, task: NetworkTask) -> None:
    pytest.importorskip("torch")
    case = NetworkCase(name, task, 2)
    results = {
        "convolens": session("convolens", case).result(),
        "torch": session("torch", case).result(),
        "channels_last": session("torch", case, channels_last=True).result(),
    }
    if task == "inference":
        results["compiled"] = session("convolens", case, compiled=True).result()
        np.testing.assert_array_equal(results["compiled"]["y"], results["convolens"]["y"])
    for peer, result in results.items():
        assert check(peer, result, networks.expected(results)) <= 1


@pytest.mark.oracle
@pytest.mark.parametrize("peer", ["onnxruntime", "openvino"])
@pytest.mark.parametrize("name", SMALL)
def test_the_runtimes_compute_the_same(name: str, peer: str) -> None:
    pytest.importorskip("onnx")
    pytest.importorskip(peer)
    case = NetworkCase(name, "inference", 2)
    results = {"convolens": session("convolens", case).result()}
    assert check(peer, session(peer, case).result(), networks.expected(results)) <= 1
    with pytest.raises(UnavailableError, match="forward passes only"):
        session(peer, NetworkCase(name, "training", 2))


def test_another_result_has_no_time() -> None:
    training = session("convolens", NetworkCase("resnet20", "training", 4)).result()
    wanted = networks.expected({"torch": training})
    assert check("convolens", training, wanted) == 0
    for name in training:
        wrong = {**training, name: 1.5 * training[name]}
        if np.abs(training[name]).max() > 0.01:
            with pytest.raises(DisagreementError, match=name):
                check("convolens", wrong, wanted)


def test_the_verdicts_are_about_the_best_of_torch_and_of_the_runtimes() -> None:
    seconds = {
        CONVOLENS.name: [1.0, 2.0],
        CONVOLENS_COMPILED.name: [0.8, 1.6],
        TORCH.name: [3.0, 6.0],
        TORCH_CHANNELS_LAST.name: [2.0, 4.0],
        ONNX_RUNTIME.name: [0.5, 1.0],
    }
    case = NetworkCase("vgg11", "inference", 4)
    measurement = Measurement(seconds, {"OpenVINO": "not installed"})
    first, second = map(str, networks.judge(case, 2, measurement))
    assert first == (
        "PASS  VGG-11, inference, 2 threads: best of torch (torch channels_last) / "
        "convolens, at least 1x: 2.00x"
    )
    assert second == (
        "MISS  VGG-11, inference, 2 threads: best of runtimes (ONNX Runtime) / "
        "convolens.compile, at least 1x: 0.62x"
    )
    text = networks.describe([CONVOLENS, TORCH, ONNX_RUNTIME], [(case, measurement)])
    assert "VGG-11, 4x3x224x224" in text
    assert "OpenVINO: not installed" in text
    assert "0.50 (0.50 to 0.50)" in text


def test_a_tiny_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "QUICK", (1, 0.001))
    options = "networks --quick --nets resnet20 --batch 2 --threads 1 --peers none"
    outcome = networks.run(parser().parse_args(options.split()))
    assert "ResNet-20, 2x3x32x32" in str(outcome)
    assert not outcome.verdicts
