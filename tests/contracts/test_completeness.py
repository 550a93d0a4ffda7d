"""Nothing is forgotten: operators, kernels, bindings, source files are named where they belong."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

import convolens.ops
from contracts.calls import SMALL, big
from contracts.stub import classes, functions
from convolens import _native
from convolens.backends.candidate import Candidate
from convolens.backends.choose import candidates
from convolens.backends.native import KERNELS
from convolens.ops import OPERATORS, Op
from tolerance import allowed, drawn

TESTS = Path(__file__).parents[1]
SOURCE = Path(convolens.__file__).parent


def test_every_operator_is_listed() -> None:
    defined = {
        item
        for module in pkgutil.iter_modules(convolens.ops.__path__)
        for item in vars(importlib.import_module(f"convolens.ops.{module.name}")).values()
        if inspect.isclass(item) and issubclass(item, Op) and not inspect.isabstract(item)
    }
    bases = {base for item in defined for base in item.__mro__[1:]}
    assert defined - bases == set(OPERATORS)
    assert len(set(OPERATORS)) == len(OPERATORS)


def test_names_are_unique() -> None:
    names = [operator.name for operator in OPERATORS]
    assert len(set(names)) == len(names)


def test_kernels_are_operators() -> None:
    assert set(KERNELS) <= set(OPERATORS)
    assert set(KERNELS) == set(SMALL)
    for operator in KERNELS:
        assert big(operator)


EACH_CANDIDATE = [
    pytest.param(operator, candidate, id=f"{operator.name}-{candidate.name}")
    for operator, row in KERNELS.items()
    for candidate in row
]


@pytest.mark.parametrize(("operator", "candidate"), EACH_CANDIDATE)
def test_a_sample_is_computed_by_each_candidate(operator: type[Op], candidate: Candidate) -> None:
    accepted = [s for s in operator.samples() if not candidate.refuse(s.op, s.specs)]
    assert accepted
    for sample in operator.samples():
        (verdict,) = [v for v in candidates(sample.op, sample.specs) if v.candidate is candidate]
        assert (verdict.reason != "") == (verdict.nanoseconds == float("inf"))
        assert verdict.nanoseconds > 0


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_every_operator_has_a_tolerance(operator: type[Op]) -> None:
    for sample in operator.samples():
        assert (allowed(sample.op, drawn(sample)) >= 0).all()


def test_the_stub_has_the_names_of_the_extension() -> None:
    public = {name for name in dir(_native) if not name.startswith("_")}
    assert set(functions()) | set(classes()) == public


@pytest.mark.parametrize("name", functions())
def test_the_stub_has_the_parameters_of_a_function(name: str) -> None:
    assert parameters(getattr(_native, name)) == functions()[name]


@pytest.mark.parametrize("name", classes())
def test_the_stub_has_the_members_of_a_class(name: str) -> None:
    made = getattr(_native, name)
    public = {member for member in vars(made) if not member.startswith("_")} | {"__init__"}
    assert set(classes()[name]) == public
    for member, own in classes()[name].items():
        if callable(getattr(made, member)) and name != "Update":
            assert parameters(getattr(made, member)) == own


def parameters(function: object) -> list[str]:
    ((signature, *_),) = function.__nb_signature__
    inside = signature[signature.index("(") + 1 : signature.rindex(")")]
    names = [part.split(":")[0].split("=")[0].strip() for part in split(inside)]
    return [name for name in names if name not in ("", "self", "/")]


def split(text: str) -> list[str]:
    """Split at commas that are outside of brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "[(") - (letter in "])")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


#: Source files without a test file of their own name, and the tests that cover them.
COVERED_BY = {
    "ops/_axis": "ops/test_softmax",
    "ops/_conv_geometry": "ops/test_conv",
    "ops/_elementwise": "ops/test_arithmetic",
    "ops/_op": "contracts/test_operators",
    "ops/_philox": "ops/test_dropout",
    "ops/_pool_geometry": "ops/test_max_pool",
    "ops/_spatial": "ops/test_conv",
    "ops/add": "ops/test_arithmetic",
    "ops/sub": "ops/test_arithmetic",
    "ops/mul": "ops/test_arithmetic",
    "ops/div": "ops/test_arithmetic",
    "ops/scale": "ops/test_arithmetic",
    "ops/pow": "ops/test_arithmetic",
    "ops/exp": "ops/test_activations",
    "ops/relu": "ops/test_activations",
    "ops/sigmoid": "ops/test_activations",
    "ops/tanh": "ops/test_activations",
    "ops/log_softmax": "ops/test_softmax",
    "ops/mean": "ops/test_sum",
    "ops/matmul": "ops/test_linear",
    "ops/channel_sum": "ops/test_local_response_norm",
    "ops/reshape": "ops/test_rearranging",
    "ops/slice": "ops/test_rearranging",
    "ops/concat": "ops/test_rearranging",
    "ops/cast": "ops/test_rearranging",
    "ops/permute": "ops/test_rearranging",
    "ops/_rearrangement": "ops/test_rearranging",
    "backends/candidate": "backends/test_choose",
    "backends/isa": "contracts/test_instruction_sets",
    "backends/native": "contracts/test_completeness",
    "backends/pixels": "contracts/each_isa/check_pixels",
    "backends/kernels/_common": "contracts/each_isa/check_values",
    "backends/kernels/conv": "contracts/each_isa/check_values",
    "backends/kernels/conv_cost": "backends/test_choose",
    "backends/kernels/conv_transpose": "contracts/each_isa/check_values",
    "backends/kernels/dense": "contracts/each_isa/check_values",
    "backends/kernels/elementwise": "contracts/each_isa/check_values",
    "backends/kernels/move": "contracts/each_isa/check_values",
    "backends/kernels/pool": "contracts/each_isa/check_values",
    "backends/kernels/rows": "contracts/each_isa/check_values",
    "tensor/axes": "tensor/test_tensor",
    "tensor/base": "tensor/test_tensor",
    "tensor/arithmetic": "ops/test_arithmetic",
    "tensor/reductions": "ops/test_sum",
    "tensor/shaping": "ops/test_rearranging",
    "tensor/program": "tensor/test_backward",
    "tensor/promote": "ops/test_arithmetic",
    **{
        f"nn/functional/{stem}": "nn/test_functional"
        for stem in (
            "_arguments",
            "activation",
            "conv",
            "dropout",
            "linear",
            "loss",
            "normalization",
            "pooling",
            "shape",
        )
    },
    "nn/conv_base": "nn/test_conv",
    "nn/hooks": "nn/test_module",
    "nn/lazy_conv": "nn/test_lazy",
    "nn/lazy_linear": "nn/test_lazy",
    "nn/numbered": "nn/test_container",
    "nn/owner": "nn/test_tree",
    "nn/uninitialized": "nn/test_lazy",
    "nn/blocks/_defaults": "nn/blocks/test_basic_block",
    "nn/state": "nn/test_module",
    "ops/_differentiate": "ops/test_differentiate",
    "nn/flatten": "nn/test_functional",
    "nn/loss": "nn/test_functional",
    "nn/activation": "nn/test_functional",
    "nn/normalization": "nn/test_functional",
}
FOLDERS = ("ops", "backends", "tensor", "nn", "optim")
STEMS = sorted(
    str(path.relative_to(SOURCE).with_suffix(""))
    for folder in FOLDERS
    for path in (SOURCE / folder).rglob("*.py")
    if path.stem != "__init__"
)


@pytest.mark.parametrize("stem", STEMS)
def test_every_source_file_has_a_test_file(stem: str) -> None:
    folder, name = stem.rsplit("/", 1)
    own = TESTS / folder / f"test_{name.lstrip('_')}.py"
    covering = TESTS / f"{COVERED_BY[stem]}.py" if stem in COVERED_BY else own
    assert covering.is_file(), f"{stem}.py has no {own.relative_to(TESTS)}"


def test_the_table_names_no_file_that_is_gone() -> None:
    assert set(COVERED_BY) <= set(STEMS)
