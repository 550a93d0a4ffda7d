"""What the suite measures: the layers of each group, and training steps of small networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, prod
from typing import Any, final, get_args

from benchmarks import exact, layer_exact, resnet20
from benchmarks.cases import NetCase
from benchmarks.exact import Expected
from benchmarks.layers.case import Group, LayerCase, LayerTask, Target, make_problem
from benchmarks.layers.groups import GROUPS
from benchmarks.layers.operation import Work
from benchmarks.nets import LENET5, SIMPLE_CONVNET, Conv, Linear, MaxPool, Net
from benchmarks.resnet20 import ResNet20Case

TASKS: tuple[LayerTask, ...] = get_args(LayerTask)
#: Training steps are measured as a whole, so they count as forward and backward.
STEPS = Group(
    "steps",
    "training steps of small networks",
    {"forward+backward": Target(2.0, 1.5)},
    (),
)
ALL_GROUPS = (*GROUPS, STEPS)
#: A short run takes the layers whose forward pass has at most so many products,
QUICK_PRODUCTS = 600_000_000
#: and of each group at least this share, those with the fewest.
QUICK_SHARE = 2 / 3


@final
@dataclass(frozen=True)
class Job:
    """Something to measure.

    Args:
        title: What it is, with its shape.
        source: Who published it.
        task: Forward, or forward and backward.
        work: The least work, for the limit.
        make: Returns the problem, and what every peer must compute.
    """

    title: str
    source: str
    task: LayerTask
    work: Work
    make: Callable[[], tuple[Any, Mapping[str, Expected]]]


def jobs(group: Group, threads: int, quick: bool) -> Iterator[Job]:
    """Yield the jobs of a group."""
    if group is STEPS:
        yield from steps(threads)
        return
    for case in short(group.cases) if quick else group.cases:
        for task in group.targets:
            yield layer_job(case, task)


def short(cases: Sequence[LayerCase]) -> list[LayerCase]:
    """Return those that a short run takes."""
    products = sorted(case.operation.multiply_adds(case.x) for case in cases)
    most = max(QUICK_PRODUCTS, products[ceil(QUICK_SHARE * len(products)) - 1])
    return [case for case in cases if case.operation.multiply_adds(case.x) <= most]


def layer_job(case: LayerCase, task: LayerTask) -> Job:
    """Return the job that measures a layer."""

    def make() -> tuple[Any, Mapping[str, Expected]]:
        problem = make_problem(case, task)
        return problem, layer_exact.expected(problem)

    return Job(case.title, case.source, task, case.work(task), make)


def steps(threads: int) -> Iterator[Job]:
    """Yield the training steps."""
    sources = {
        SIMPLE_CONVNET: "Saitoh, Deep Learning from Scratch, 2016, section 7.5",
        LENET5: "LeCun et al., Gradient-Based Learning, 1998, section II.B, with ReLU",
    }
    for net, source in sources.items():
        case = NetCase("step", net.name, 100, threads)

        def make(case: NetCase = case) -> tuple[Any, Mapping[str, Expected]]:
            problem = exact.make_problem(case)
            return problem, exact.exact_step(problem)

        title = f"{net.title}, training step, batch {case.batch}"
        yield Job(title, source, "forward+backward", net_work(net, case.batch), make)
    residual = ResNet20Case(128)
    problem = resnet20.make_problem(residual)
    yield Job(
        residual.title,
        residual.source,
        "forward+backward",
        Work(*resnet20.least_work(problem)),
        lambda: (problem, resnet20.expected(problem)),
    )


def net_work(net: Net, batch: int) -> Work:
    """Return the least work of a training step; every activation is written and read twice."""
    channels, side, _ = net.image
    products = activations = parameters = 0
    first = 0
    for layer in net.layers:
        if isinstance(layer, Conv | Linear):
            if isinstance(layer, Conv):
                side += 2 * layer.padding - layer.kernel + 1
                channels = layer.outputs
                outputs = channels * side * side
            else:
                outputs = layer.outputs
            one = batch * outputs * prod(layer.weight_shape[1:])
            products += one
            first = first or one
            activations += batch * outputs
            parameters += prod(layer.weight_shape) + layer.outputs
        elif isinstance(layer, MaxPool):
            side //= layer.size
            activations += batch * channels * side * side
    return Work(3 * products - first, 4 * activations + 5 * parameters)
