"""Networks that are computed by a plan: for speed, without Python between the kernels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

import numpy as np

from convolens.backends.call import Parts
from convolens.backends.setting import Setting, present
from convolens.errors import ArgumentError, DTypeError, GradientError
from convolens.nn import Module
from convolens.ops import Array
from convolens.planner.passes import PASSES
from convolens.planner.plan import Plan
from convolens.planner.structure import leaves
from convolens.planner.tracing import traced
from convolens.planner.watched import Watched
from convolens.tensor import Tensor, no_grad
from convolens.tensor.given import given
from convolens.tensor.grad_mode import is_grad_enabled

#: How many sizes of inputs have a plan at a time.
_MOST = 16


@final
class CompiledNetwork:
    """A network that is computed by a plan for each size of its inputs. See ``compile``."""

    def __init__(self, network: Module) -> None:
        self._network = network
        self._plans: dict[object, Plan] = {}
        self._watched = Watched(network)
        # What the next call tries first: a plan, under which setting, for which parts.
        self._last: tuple[Setting, Parts | None, Plan] | None = None

    def __call__(self, *inputs: Tensor) -> Any:
        """Return what the network returns, with the same bits.

        The first call with inputs of some size makes their plan, which takes as long as several
        calls of the network.

        Raises:
            ArgumentError: If the network or a part of it is in training mode, or if it computes
                what a plan cannot hold.
            DTypeError: If an input is no tensor, or it returns something else.
            GradientError: If the call would have to be recorded for a backward pass.
            ConvolensError: If the network refuses the inputs.
        """
        results = self._by_last(inputs)
        if results is not None:
            return results
        setting = present.decided.setting
        watched, plan = self._current(inputs)
        self._last = setting, watched.parts, plan
        if is_grad_enabled() and (
            watched.requires_grad or any(each.requires_grad for each in inputs)
        ):
            raise GradientError(
                "a compiled network records nothing for a backward pass.",
                hint="call it inside convolens.no_grad(), or call the network itself.",
            )
        return plan(*inputs)

    def _by_last(self, inputs: tuple[Tensor, ...]) -> Any:
        """Return the results of the last plan, or None if it is not the one, or not surely."""
        if self._last is None or is_grad_enabled():
            return None
        setting, parts, plan = self._last
        if parts is None or setting is not present.decided.setting:
            return None
        return plan.at_once(inputs, parts)

    def plan(self, *inputs: Tensor) -> Plan:
        """Return the plan for inputs of this size; its ``steps`` say what it computes, and how.

        Raises:
            ConvolensError: As when it is called.
        """
        return self._current(inputs)[1]

    def _current(self, inputs: tuple[Tensor, ...]) -> tuple[Watched, Plan]:
        """Return the plan, and the parts that it was made of or others that have changed since."""
        for place, value in enumerate(inputs):
            given("compile", value, f"input {place}")
        watched = self._watched
        if watched.changed():
            self._plans = {}
            watched = self._watched = Watched(self._network)
        training = watched.training()
        if training:
            raise ArgumentError(
                f"the network is in training mode ({len(training)} of its modules are), and a plan "
                "is for evaluation.",
                hint="call model.eval() first.",
            )
        key = present.decided.setting, *(each.spec for each in inputs)
        plans = self._plans
        plan = plans.get(key)
        if plan is None:
            if len(plans) >= _MOST:
                plans.clear()
            plan = plans[key] = self._planned(inputs)
        return watched, plan

    def __repr__(self) -> str:
        return f"CompiledNetwork({self._network!r})"

    def _planned(self, inputs: Sequence[Tensor]) -> Plan:
        graph = traced(self._network, inputs)
        for improve in PASSES:
            graph = improve(graph)
        plan = Plan(graph, inputs)
        self._check(plan, inputs)
        return plan

    def _check(self, plan: Plan, inputs: Sequence[Tensor]) -> None:
        """Compare a plan with the network, bit by bit, on the inputs and on others.

        Raises:
            ArgumentError: If they differ.
        """
        for tried in (inputs, [Tensor.leaf(_other(each.array)) for each in inputs]):
            with no_grad():
                pairs = zip(
                    leaves(self._network(*tried), Tensor), leaves(plan(*tried), Tensor), strict=True
                )
            for place, (ours, planned) in enumerate(pairs):
                if not _same(ours.array, planned.array):
                    raise ArgumentError(
                        f"output {place} of the network is not what its operators compute of its "
                        "inputs: a plan of them has another result.",
                        [("output", ours.spec, "")],
                        "its forward may draw random numbers, decide by numbers in a tensor, or "
                        "compute with NumPy: call the network itself.",
                    )


def compile(model: Module) -> CompiledNetwork:
    """Return the network, to be computed without Python between the kernels.

    It is for inference: ``model.eval()``, within ``no_grad()``. The first call with inputs of some
    size runs the network, writes its operators down, joins those that one kernel computes and lays
    the weights out; later calls run these kernels one after the other, in memory that a plan keeps
    for itself; threads that call it at once wait for each other. The bits are the network's own:
    each new plan is compared with it, also on other inputs. Where weights or parts change (an
    optimiser's step, ``load_state_dict``, another layer), the next call makes the plan anew.

    What is no operator is not seen: hooks, prints and other effects of ``forward`` happen while a
    plan is made, not later. Numbers that are no tensors, such as a norm's ``eps``, stay as they
    were then, and so do ways through ``forward`` that depend on numbers, which the comparison finds
    only where its inputs go another way.

    Args:
        model: The network. It returns a tensor, or tuples, lists or dicts of tensors.

    Raises:
        DTypeError: If it is no network.

    Example:
        >>> import convolens as cl
        >>> net = cl.nn.Sequential(cl.nn.Conv2d(1, 2, 3), cl.nn.BatchNorm2d(2), cl.nn.ReLU())
        >>> fast, x = cl.compile(net.eval()), cl.randn(1, 1, 5, 5)
        >>> with cl.no_grad():
        ...     bool((fast(x) == net(x)).all())
        True
        >>> [step.operator for step in fast.plan(x).steps]
        ['conv_normalize']
    """
    if not isinstance(model, Module):
        raise DTypeError(
            f"compile: model is a {type(model).__name__}, but must be a network.",
            hint="make a convolens.nn.Module of it, whose forward computes it.",
        )
    return CompiledNetwork(model)


def _same(a: Array, b: Array) -> bool:
    return np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


def _other(array: Array) -> Array:
    """Return the numbers backwards, or random ones if they are the same then."""
    backwards = np.flip(array)
    if array.dtype.kind != "f" or not _same(backwards, array):
        return backwards
    random = np.random.default_rng(0).standard_normal(array.shape)
    return random.astype(array.dtype)
