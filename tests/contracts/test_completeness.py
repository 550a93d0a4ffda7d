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


#: Classes whose objects come from methods of others.
MADE_BY_METHODS = {"ConvWeights"}


@pytest.mark.parametrize("name", classes())
def test_the_stub_has_the_members_of_a_class(name: str) -> None:
    made = getattr(_native, name)
    public = {member for member in vars(made) if not member.startswith("_")}
    public |= set() if name in MADE_BY_METHODS else {"__init__"}
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
    "nn/activated": "oracle/test_in_place",
    "tensor/assignment": "oracle/test_assignment",
    "planner/graph": "planner/test_tracing",
    "planner/watched": "planner/test_compiled",
    "ops/_axis": "ops/test_softmax",
    "ops/_conv_calls": "ops/test_conv",
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
    "ops/power": "ops/test_arithmetic",
    "ops/remainder": "oracle/test_names",
    "ops/round": "oracle/test_names",
    "ops/sin": "oracle/test_names",
    "tensor/contraction": "oracle/test_einsum",
    "tensor/counting": "oracle/test_names",
    "tensor/in_place_functions": "oracle/test_names",
    "tensor/joining": "oracle/test_names",
    "tensor/masks": "oracle/test_names",
    "tensor/named": "oracle/test_names",
    "tensor/named_functions": "oracle/test_names",
    "tensor/rounding": "oracle/test_names",
    "tensor/scattering": "oracle/test_names",
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
    "ops/channel_shuffle": "ops/test_pixel_shuffle",
    "ops/flip": "tensor/test_rearranging",
    "ops/repeat": "tensor/test_rearranging",
    "ops/roll": "tensor/test_rearranging",
    "ops/stack": "tensor/test_shape_functions",
    "backends/candidate": "backends/test_choose",
    "backends/isa": "contracts/test_instruction_sets",
    "backends/native": "contracts/test_completeness",
    "backends/pixels": "contracts/each_isa/check_pixels",
    "backends/kernels/_common": "contracts/each_isa/check_calls",
    "backends/kernels/conv": "contracts/each_isa/check_calls",
    "backends/kernels/conv_blocks": "contracts/each_isa/check_calls",
    "backends/kernels/conv_cost": "backends/test_choose",
    "backends/kernels/conv_geometry": "backends/test_choose",
    "backends/kernels/conv_normalize": "contracts/each_isa/check_conv_normalize",
    "backends/kernels/conv_phases": "contracts/each_isa/check_calls",
    "backends/kernels/conv_merged": "backends/test_conv_merged",
    "backends/kernels/conv_slices": "backends/test_conv_slices",
    "backends/kernels/slice_parts": "backends/test_conv_slices",
    "backends/kernels/conv_transpose": "contracts/each_isa/check_calls",
    "backends/kernels/dense": "contracts/each_isa/check_calls",
    "backends/kernels/elementwise": "contracts/each_isa/check_calls",
    "backends/kernels/move": "contracts/each_isa/check_calls",
    "backends/kernels/pointwise": "contracts/each_isa/check_orders",
    "backends/kernels/patches": "contracts/each_isa/check_calls",
    "backends/kernels/phases": "contracts/each_isa/check_calls",
    "backends/kernels/weigh": "contracts/each_isa/check_calls",
    "backends/kernels/pool": "contracts/each_isa/check_calls",
    "backends/kernels/rows": "contracts/each_isa/check_calls",
    "backends/kernels/tile_cost": "backends/test_choose",
    "backends/kernels/transform_cost": "backends/test_choose",
    "backends/kernels/weight_grad_cost": "backends/test_choose",
    "backends/kernels/winograd_cost": "backends/test_choose",
    "tensor/axes": "tensor/test_tensor",
    "tensor/base": "tensor/test_tensor",
    "tensor/arithmetic": "ops/test_arithmetic",
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
    "nn/fold": "nn/test_image_layers",
    "nn/padding": "nn/test_image_layers",
    "nn/shuffling": "nn/test_image_layers",
    "nn/upsampling": "nn/test_image_layers",
    "nn/functional/fold": "nn/test_image_layers",
    "nn/functional/padding": "nn/test_image_layers",
    "nn/functional/shuffling": "nn/test_image_layers",
    "nn/functional/upsampling": "nn/test_image_layers",
    "nn/conv_base": "nn/test_conv",
    "nn/hooks": "nn/test_module",
    "nn/lazy_conv": "nn/test_lazy",
    "nn/lazy_linear": "nn/test_lazy",
    "nn/numbered": "nn/test_container",
    "nn/owner": "nn/test_tree",
    "nn/uninitialized": "nn/test_lazy",
    "nn/blocks/_defaults": "nn/blocks/test_basic_block",
    "nn/state": "nn/test_module",
    **{
        f"nn/utils/{stem}": "nn/test_utils"
        for stem in ("clip_grad", "convert_parameters", "total_norm")
    },
    "optim/group": "optim/test_optimizer",
    # Schedules.
    **{
        f"optim/lr_scheduler/{stem}": "optim/test_lr_scheduler"
        for stem in (
            "constant",
            "cosine_annealing",
            "exponential",
            "functions",
            "linear",
            "multi_step",
            "polynomial",
            "scheduler",
            "step",
            "warm_restarts",
        )
    },
    "optim/lr_scheduler/one_cycle": "optim/test_one_cycle",
    "optim/lr_scheduler/plateau": "optim/test_plateau",
    "optim/lr_scheduler/sequential": "optim/test_sequential",
    "ops/_differentiate": "ops/test_differentiate",
    "nn/flatten": "nn/test_functional",
    "nn/activation": "nn/test_functional",
    "nn/normalization": "nn/test_functional",
    # Poolings and normalisations.
    "ops/_adaptive_geometry": "ops/test_adaptive_pool",
    "ops/_avg_windows": "ops/test_avg_pool",
    "ops/_max_windows": "ops/test_max_pool",
    "ops/_channel_statistics": "ops/test_normalize",
    "ops/_row_statistics": "ops/test_layer_norm",
    "ops/_statistics": "ops/test_normalize",
    "ops/adaptive_avg_pool": "ops/test_adaptive_pool",
    "ops/adaptive_max_pool": "ops/test_adaptive_pool",
    "ops/moments": "ops/test_normalize",
    "backends/kernels/layer_norm": "contracts/each_isa/check_calls",
    "backends/kernels/normalize": "contracts/each_isa/check_calls",
    "nn/functional/_norm": "ops/test_normalize",
    "nn/functional/adaptive_pool": "ops/test_adaptive_pool",
    "nn/functional/batch_norm": "ops/test_normalize",
    "nn/functional/group_norm": "ops/test_normalize",
    "nn/functional/instance_norm": "ops/test_normalize",
    "nn/functional/layer_norm": "ops/test_layer_norm",
    "nn/functional/lp_pool": "ops/test_lp_pool",
    "nn/functional/max_unpool": "ops/test_max_unpool",
    "nn/group_norm": "nn/test_batch_norm",
    "nn/instance_norm": "nn/test_batch_norm",
    "nn/layer_norm": "nn/test_batch_norm",
    "nn/lp_pool": "nn/test_adaptive_pool",
    "nn/max_unpool": "nn/test_adaptive_pool",
    "nn/norm_base": "nn/test_batch_norm",
    # Elementwise functions, activations and losses.
    "ops/_activation": "ops/test_curves",
    "ops/_on_labels": "ops/test_label_loss",
    "ops/_pairwise_loss": "ops/test_pair_loss",
    "ops/_reduction": "ops/test_pair_loss",
    "ops/abs": "ops/test_functions",
    "ops/clamp": "ops/test_functions",
    "ops/erf": "ops/test_functions",
    "ops/log": "ops/test_functions",
    "ops/maximum": "ops/test_functions",
    "ops/minimum": "ops/test_functions",
    "ops/sqrt": "ops/test_functions",
    "ops/where": "ops/test_functions",
    "ops/elu": "ops/test_curves",
    "ops/gelu": "ops/test_curves",
    "ops/hardsigmoid": "ops/test_curves",
    "ops/hardswish": "ops/test_curves",
    "ops/hardtanh": "ops/test_curves",
    "ops/leaky_relu": "ops/test_curves",
    "ops/prelu": "ops/test_curves",
    "ops/scaled_tanh": "ops/test_curves",
    "ops/silu": "ops/test_curves",
    "ops/softplus": "ops/test_curves",
    "ops/bce_loss": "ops/test_pair_loss",
    "ops/bce_with_logits": "ops/test_pair_loss",
    "ops/huber_loss": "ops/test_pair_loss",
    "ops/kl_div": "ops/test_pair_loss",
    "ops/l1_loss": "ops/test_pair_loss",
    "ops/mse_loss": "ops/test_pair_loss",
    "ops/smooth_l1_loss": "ops/test_pair_loss",
    "ops/label_shares": "ops/test_label_loss",
    "ops/nll_loss": "ops/test_label_loss",
    "backends/kernels/activation": "contracts/each_isa/check_calls",
    "backends/kernels/label_loss": "contracts/each_isa/check_calls",
    "backends/kernels/pair_loss": "contracts/each_isa/check_calls",
    "backends/kernels/select": "contracts/each_isa/check_calls",
    "tensor/functions": "ops/test_functions",
    "tensor/pointwise": "ops/test_functions",
    "nn/functional/_weights": "ops/test_pair_loss",
    "nn/functional/distance": "ops/test_pairwise_distance",
    "nn/functional/pair_loss": "ops/test_pair_loss",
    "nn/functional/rectifier": "ops/test_curves",
    "nn/functional/smooth": "ops/test_curves",
    "nn/distance": "nn/test_loss",
    "nn/pair_loss": "nn/test_loss",
    "nn/rectifier": "nn/test_loss",
    "nn/smooth": "nn/test_loss",
    # The tensor's surface: reductions, order, picking, products, types.
    **{
        f"backends/kernels/{stem}": "contracts/each_isa/check_calls"
        for stem in ("axis", "middle", "order", "pick", "reduce", "share")
    },
    "ops/_indices": "tensor/test_picking",
    "ops/gather": "tensor/test_picking",
    "ops/index_select": "tensor/test_picking",
    "ops/_over_axes": "tensor/test_reductions",
    "ops/cumsum": "tensor/test_reductions",
    "ops/logsumexp": "tensor/test_reductions",
    "ops/norm": "tensor/test_reductions",
    "ops/var": "tensor/test_reductions",
    "ops/amax": "tensor/test_extremes",
    "ops/argmax": "tensor/test_extremes",
    "ops/argsort": "tensor/test_ordering",
    "ops/dot": "tensor/test_matrices",
    "tensor/arrays": "tensor/test_types",
    "tensor/device": "tensor/test_types",
    "tensor/comparison_functions": "tensor/test_comparing",
    "tensor/matrix_functions": "tensor/test_matrices",
    "tensor/ordering_functions": "tensor/test_ordering",
    "tensor/places": "tensor/test_picking",
    "tensor/reduction_functions": "tensor/test_reductions",
}
FOLDERS = ("ops", "backends", "tensor", "nn", "optim", "planner")
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
