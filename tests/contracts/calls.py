"""Calls that try every path of the kernels: their operators' samples, all small sizes, big ones."""

from __future__ import annotations

import functools
import importlib
import itertools
import math
import os
import pkgutil
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from contracts import families
from convolens import ops
from convolens.backends.candidate import Candidate, Run
from convolens.backends.choose import candidates
from convolens.backends.native import KERNELS
from convolens.ops import Op, Sample
from convolens.ops._conv_geometry import ConvGeometry
from convolens.ops._op import shared
from convolens.ops.conv_normalize import with_variances
from convolens.spec import TensorSpec, int64

#: Beyond two registers of the widest instruction set.
WIDTHS = range(1, 36)
_SEED = 20240229
#: Of so many small calls, one is tried: 1 but for the quick run under sanitizers.
EVERY = int(os.environ.get("CONVOLENS_TEST_EVERY", "1"))


def native(sample: Sample) -> list[Candidate]:
    """Return the kernels that compute a call."""
    verdicts = candidates(sample.op, sample.specs)[:-1]
    return [verdict.candidate for verdict in verdicts if not verdict.reason]


def prepare(sample: Sample, candidate: Candidate) -> Run:
    """Return how one candidate computes a call."""
    return candidate.prepare(sample.op, sample.specs, sample.op.infer(*sample.specs))


def run(sample: Sample, candidate: Candidate, arrays: list[np.ndarray]) -> np.ndarray:
    """Compute a call by one candidate."""
    return prepare(sample, candidate)(*arrays)


def _random() -> np.random.Generator:
    return np.random.default_rng(_SEED)


def _specs(*shapes: tuple[int, ...]) -> tuple[TensorSpec, ...]:
    return tuple(map(TensorSpec, shapes))


def _convolutions() -> Iterator[tuple[ops.Conv, TensorSpec, TensorSpec, bool]]:
    """Every number of channels in and out up to 35, with windows of all kinds."""
    random = _random()

    def pick(*values: int) -> int:
        return int(random.choice(values))

    for c, k in itertools.chain(
        ((c, pick(*WIDTHS)) for c in WIDTHS),
        ((pick(*WIDTHS), k) for k in WIDTHS),
        ((c, c) for c in WIDTHS),
        ((48, 80), (70, 3), (3, 70)),
    ):
        groups = pick(*(g for g in range(1, 36) if c % g == k % g == 0))
        kernel = (pick(1, 1, 2, 3, 4, 5), pick(1, 1, 2, 3, 4, 5))
        stride = (pick(1, 1, 2, 3), pick(1, 1, 2, 3))
        dilation = (pick(1, 1, 2), pick(1, 1, 2, 3))
        padding = tuple((pick(0, 1, 2), pick(0, 1, 2)) for _ in range(2))
        extents = [d * (r - 1) + 1 for d, r in zip(dilation, kernel, strict=True)]
        sizes = [
            max(1, e - sum(p)) + pick(0, 1, 2, 3, 7) for e, p in zip(extents, padding, strict=True)
        ]
        op = ops.Conv(stride, padding, dilation, groups)
        x = TensorSpec((pick(1, 2), c, *sizes))
        yield op, x, TensorSpec((k, c // groups, *kernel)), bool(pick(0, 1))
    for c in WIDTHS:  # windows that Winograd's algorithms take
        padding = tuple((pick(0, 1, 1, 2, 3), pick(0, 1, 1, 2)) for _ in range(2))
        sizes = [max(1, 3 - sum(p)) + pick(0, 1, 2, 3, 4, 5, 9) for p in padding]
        op = ops.Conv((1, 1), padding, (1, 1), 1)
        x = TensorSpec((pick(1, 2, 3), c, *sizes))
        yield op, x, TensorSpec((pick(*WIDTHS), c, 3, 3)), bool(pick(0, 1))
    for c in WIDTHS:  # the same with other squares, and strided ones whose phases are squares
        side, step = pick(2, 3, 4, 5), pick(1, 1, 2, 2, 3)
        spacing = (pick(1, 2, 3), pick(1, 2)) if step == 1 else (1, 1)
        padding = tuple((pick(0, 1, 1, 2, 3), pick(0, 1, 1, 2)) for _ in range(2))
        sizes = [
            max(1, apart * side * step - sum(p)) + pick(0, 1, 2, 3, 4, 5, 9, 17)
            for p, apart in zip(padding, spacing, strict=True)
        ]
        op = ops.Conv((step, step), padding, spacing, 1)
        kernel = side * step - pick(*range(step))
        x = TensorSpec((pick(1, 2, 3), c, *sizes))
        yield op, x, TensorSpec((pick(*WIDTHS), c, kernel, kernel)), bool(pick(0, 1))
    for c in WIDTHS:  # and lines, along one axis, or the first or last of two
        kernel, pad = pick(2, 3, 4, 5, 8, 9, 16, 25), (pick(0, 1, 4, 9), pick(0, 1, 4))
        stride, dilation = ((1, 1), (1, 2), (2, 1), (4, 1))[pick(0, 0, 1, 2, 3)]
        length = max(1, dilation * (kernel - 1) + 1 - sum(pad)) + pick(0, 1, 2, 3, 4, 5, 9, 17, 30)
        axes = [(stride, pad, dilation, kernel, length), (1, (0, 0), 1, 1, pick(1, 2, 3))]
        axes = (axes[:1], axes, axes[::-1])[pick(0, 1, 2)]
        strides, padding, dilations, kernels, sizes = zip(*axes, strict=True)
        op = ops.Conv(strides, padding, dilations, 1)
        x = TensorSpec((pick(1, 2, 3), c, *sizes))
        yield op, x, TensorSpec((pick(*WIDTHS), c, *kernels)), bool(pick(0, 1))
    for c in (1, 5, 16, 33):  # the same along three axes
        depth = pick(1, 2, 3)
        op = ops.Conv((pick(1, 2), 1, 1), ((pick(0, 1), pick(1, 2)), (1, 0), (2, 1)), (1, 1, 1), 1)
        x = TensorSpec((pick(1, 2), c, pick(3, 4), pick(3, 5, 8), pick(4, 9)))
        yield op, x, TensorSpec((pick(*WIDTHS), c, depth, 3, 3)), bool(pick(0, 1))
    for width in range(1, 40):  # every number of columns, so every tile of rows
        op = ops.Conv((1, 1), ((1, 1), (1, 1)), (1, 1), 1)
        yield op, TensorSpec((1, 2, 2, width)), TensorSpec((5, 2, 3, 3)), False
    for c in (1, 3, 8, 16, 17, 33):  # large windows, for which there are Fourier transforms
        kernel = (pick(1, 3, 6, 7, 11, 13), pick(2, 5, 7, 9, 12))
        padding = tuple((pick(0, 1, r // 2, r), pick(0, r // 2)) for r in kernel)
        sizes = [
            max(1, r - sum(p)) + pick(0, 1, 5, 11) for r, p in zip(kernel, padding, strict=True)
        ]
        op = ops.Conv((1, 1), padding, (1, 1), 1)
        x = TensorSpec((pick(1, 2), c, *sizes))
        yield op, x, TensorSpec((pick(*WIDTHS), c, *kernel)), bool(pick(0, 1))
        line = ops.Conv((1, 1), ((0, 0), (0, 0)), (1, 1), 1)
        yield line, TensorSpec((1, 3, 1, width)), TensorSpec((17, 3, 1, 1)), True
    for width in (*WIDTHS, 63, 64, 65, 150):  # one kernel on one plane, in place and padded
        for padding in (((0, 0), (0, 0)), ((1, 0), (2, width % 4))):
            plane = ops.Conv((1, 1), padding, (1, 3), 1)
            yield plane, TensorSpec((2, 1, 4, width + 6)), TensorSpec((1, 1, 2, 3)), width % 2 == 1


def _conv() -> Iterator[Sample]:
    for op, x, weight, bias in _convolutions():
        yield Sample(op, (x, weight, TensorSpec(weight.shape[:1])) if bias else (x, weight))


def _with_relu(conv: Sample) -> Sample:
    assert isinstance(conv.op, ops.Conv)
    return Sample(ops.ConvRelu(**shared(conv.op, ConvGeometry)), conv.specs)


def _conv_relu() -> Iterator[Sample]:
    """Fewer: the sums are those of Conv, and every tile stores its outputs alike."""
    yield from map(_with_relu, itertools.islice(_conv(), 0, None, 3))


def _with_normalisation(conv: Sample, number: int) -> Sample:
    """Return a call that ends with a normalisation, with and without a rectifier and an addend."""
    assert isinstance(conv.op, ops.Conv)
    most = (None, math.inf, 0.5)[number % 3]
    op = ops.ConvNormalize(**shared(conv.op, ConvGeometry), eps=0.1, max_val=most)
    x, weight, *_ = conv.specs
    k = TensorSpec(weight.shape[:1])
    addend = (conv.op.infer(x, weight),) if number % 2 else ()
    inputs = (x, weight, k, TensorSpec((2, *k.shape)), k, k, *addend)
    return Sample(op, inputs, prepare=with_variances)


def _conv_normalize() -> Iterator[Sample]:
    """Fewer, and with an image: an empty one cannot be normalised."""
    calls = (call for call in itertools.islice(_conv(), 1, None, 3) if call.specs[0].size)
    yield from map(_with_normalisation, calls, itertools.count())


def _conv_input_grad() -> Iterator[Sample]:
    for op, x, weight, _ in _convolutions():
        grad = ops.ConvInputGrad(**shared(op, ConvGeometry), sizes=x.shape[2:])
        yield Sample(grad, (weight, op.infer(x, weight)))


def _conv_weight_grad() -> Iterator[Sample]:
    for op, x, weight, _ in _convolutions():
        grad = ops.ConvWeightGrad(**shared(op, ConvGeometry), kernel=weight.shape[2:])
        yield Sample(grad, (x, op.infer(x, weight)))


def _products() -> Iterator[tuple[int, int, int]]:
    """(M, N, K): every size up to 35 in each place; 600 columns are packed panel by panel."""
    for size in WIDTHS:
        yield from ((size, 5, 7), (6, size, 3), (4, 9, size))
    yield from ((29, 600, 11), (1, 513, 2), (1, 1, 600), (40, 70, 50))


def _linear() -> Iterator[Sample]:
    for m, n, k in _products():
        yield Sample(ops.Linear(), _specs((m, k), (n, k), (n,)))
    yield Sample(ops.Linear(), _specs((2, 3, 4, 5), (6, 5)))
    yield Sample(ops.Linear(), _specs((5,), (6, 5), (6,)))


def _shapes() -> Iterator[tuple[int, ...]]:
    """Every length up to 4 registers and one, images with every number of channels, no axes."""
    yield from ((size,) for size in range(1, 68))
    yield from ((2, channels, 3, 2) for channels in WIDTHS)
    yield from ((), (3, 5), (2, 3, 4), (2, 3, 2, 2, 2))


def _unary(op: Op) -> Iterator[Sample]:
    for shape in _shapes():
        yield Sample(op, _specs(shape))


def _pair(op: Op) -> Iterator[Sample]:
    for shape in _shapes():
        yield Sample(op, _specs(shape, shape))


def _broadcast(op: Op) -> Iterator[Sample]:
    yield from _pair(op)
    for shape in (
        (2, 3, 4, 5),
        (2, 17, 3, 2),
        (1, 16, 1, 33),
        (2, 33, 4),
        (7, 19),
        (2, 3, 2, 3, 2),
    ):
        keep = list(itertools.product((False, True), repeat=len(shape)))
        for left, right in itertools.product(keep, keep):
            a = tuple(extent if own else 1 for extent, own in zip(shape, left, strict=True))
            b = tuple(extent if own else 1 for extent, own in zip(shape, right, strict=True))
            if (hash((a, b)) & 7) == 0:  # an eighth of all patterns
                yield Sample(op, _specs(a, b))
        yield Sample(op, _specs(shape, shape[-1:]))
        yield Sample(op, _specs((), shape))
        yield Sample(op, _specs(shape[1:], shape))


def _away_from_zero(ab: list[np.ndarray]) -> list[np.ndarray]:
    return [ab[0], np.where(ab[1] < 0, ab[1] - 1, ab[1] + 1).astype(ab[1].dtype)]


def _quotients() -> Iterator[Sample]:
    for sample in _broadcast(ops.Div()):
        yield Sample(sample.op, sample.specs, prepare=_away_from_zero)


def _dropout() -> Iterator[Sample]:
    key = TensorSpec((2,), int64)
    for size in range(1, 140):
        yield Sample(ops.Dropout(0.3), (TensorSpec((size,)), key), below=2**62)
    yield Sample(ops.Dropout(0.6), (TensorSpec((2, 19, 3, 5)), key), below=2**62)


def _norms() -> Iterator[tuple[tuple[int, float, float, float, str], tuple[int, ...]]]:
    settings = itertools.cycle(
        [
            (5, 1e-4, 0.75, 2.0, "sum"),
            (4, 0.3, 0.75, 1.0, "mean"),
            (3, 0.2, 0.6, 1.0, "mean"),
            (1, 0.5, 0.5, 1.0, "sum"),
            (9, 0.4, 1.3, 0.7, "mean"),
            (80, 0.1, 0.75, 1.0, "mean"),
        ]
    )
    for channels, setting in zip((*WIDTHS, *WIDTHS), settings, strict=False):
        yield setting, (2, channels, 2, 3)


def _response_norm() -> Iterator[Sample]:
    for setting, x in _norms():
        yield Sample(ops.LocalResponseNorm(*setting), _specs(x))


def _response_norm_grad() -> Iterator[Sample]:
    for setting, x in _norms():
        yield Sample(ops.LocalResponseNormGrad(*setting), _specs(x, x))


def _reshape() -> Iterator[Sample]:
    for channels in WIDTHS:
        size = 3 * 7
        for old, new in (
            ((2, channels, 3, 7), (2, channels * size)),
            ((2, channels * size), (2, channels, 3, 7)),
            ((2, channels, 3, 7), (2 * channels, size)),
            ((2, channels, 3, 7), (2, channels, size)),
            ((2, channels, 3, 7), (channels, 2, 7, 3)),
        ):
            yield Sample(ops.Reshape(new), _specs(old))


#: Small calls beside the operators' own samples, for each operator that has kernels.
SMALL: dict[type[Op], Callable[[], Iterable[Sample]]] = {
    ops.Conv: _conv,
    ops.ConvRelu: _conv_relu,
    ops.ConvNormalize: _conv_normalize,
    ops.ConvInputGrad: _conv_input_grad,
    ops.ConvWeightGrad: _conv_weight_grad,
    ops.Linear: _linear,
    ops.Relu: functools.partial(_unary, ops.Relu()),
    ops.ReluGrad: functools.partial(_pair, ops.ReluGrad()),
    ops.Sigmoid: functools.partial(_unary, ops.Sigmoid()),
    ops.SigmoidGrad: functools.partial(_pair, ops.SigmoidGrad()),
    ops.Tanh: functools.partial(_unary, ops.Tanh()),
    ops.TanhGrad: functools.partial(_pair, ops.TanhGrad()),
    ops.Exp: functools.partial(_unary, ops.Exp()),
    ops.Scale: functools.partial(_unary, ops.Scale(0.3)),
    ops.Add: functools.partial(_broadcast, ops.Add()),
    ops.Sub: functools.partial(_broadcast, ops.Sub()),
    ops.Mul: functools.partial(_broadcast, ops.Mul()),
    ops.Div: _quotients,
    ops.Dropout: _dropout,
    ops.LocalResponseNorm: _response_norm,
    ops.LocalResponseNormGrad: _response_norm_grad,
    ops.Reshape: _reshape,
}


#: Big calls of the operators of each family; the others are below.
BIG: dict[type[Op], Callable[[], Iterable[Sample]]] = {}

for _family in pkgutil.iter_modules(families.__path__):
    _module = importlib.import_module(f"{families.__name__}.{_family.name}")
    SMALL |= _module.SMALL
    BIG |= _module.BIG


def small(operator: type[Op], every: int = EVERY) -> list[Sample]:
    """Return an operator's samples, and all small sizes; one of so many."""
    return [*operator.samples(), *SMALL[operator]()][::every]


def _big_convolutions() -> Iterator[tuple[ops.Conv, TensorSpec, TensorSpec]]:
    def conv(stride: int = 1, padding: int = 1, groups: int = 1) -> ops.Conv:
        return ops.Conv((stride,) * 2, ((padding, padding),) * 2, (1, 1), groups)

    yield conv(), TensorSpec((4, 16, 30, 30)), TensorSpec((40, 16, 3, 3))
    yield conv(2), TensorSpec((3, 24, 41, 39)), TensorSpec((24, 24, 3, 3))
    yield conv(1, 2), TensorSpec((16, 1, 28, 28)), TensorSpec((30, 1, 5, 5))
    yield conv(1, 1, 32), TensorSpec((2, 32, 40, 40)), TensorSpec((32, 1, 3, 3))
    yield conv(1, 0), TensorSpec((4, 48, 20, 20)), TensorSpec((64, 48, 1, 1))
    # One image is a few rows of long sums, a batch many.
    yield conv(1, 0), TensorSpec((5, 300, 4, 4)), TensorSpec((300, 300, 1, 1))
    yield conv(1, 1, 2), TensorSpec((2, 12, 25, 25)), TensorSpec((6, 6, 3, 3))


def _big(operator: type[Op]) -> Iterator[Sample]:
    if operator is ops.Conv:
        yield from (Sample(op, (x, w, TensorSpec(w.shape[:1]))) for op, x, w in _big_convolutions())
    elif operator is ops.ConvRelu:
        yield from map(_with_relu, _big(ops.Conv))
    elif operator is ops.ConvNormalize:
        yield from map(_with_normalisation, _big(ops.Conv), itertools.count())
    elif operator is ops.ConvInputGrad:
        for op, x, w in _big_convolutions():
            grad = ops.ConvInputGrad(**shared(op, ConvGeometry), sizes=x.shape[2:])
            yield Sample(grad, (w, op.infer(x, w)))
    elif operator is ops.ConvWeightGrad:
        for op, x, w in _big_convolutions():
            grad = ops.ConvWeightGrad(**shared(op, ConvGeometry), kernel=w.shape[2:])
            yield Sample(grad, (x, op.infer(x, w)))
    elif operator is ops.Linear:
        for m, n, k in ((300, 200, 150), (64, 700, 90), (1, 2000, 300), (500, 10, 400)):
            yield Sample(ops.Linear(), _specs((m, k), (n, k), (n,)))
    elif operator is ops.Dropout:
        yield Sample(ops.Dropout(0.4), (TensorSpec((301, 997)), TensorSpec((2,), int64)), 2**62)
    elif operator in (ops.LocalResponseNorm, ops.LocalResponseNormGrad):
        count = 1 if operator is ops.LocalResponseNorm else 2
        for beta in (0.75, 0.6):
            yield Sample(operator(5, 1e-2, beta, 2.0, "sum"), _specs((8, 41, 20, 21)) * count)
    elif operator is ops.Reshape:
        yield Sample(ops.Reshape((16, 37 * 900)), _specs((16, 37, 30, 30)))
        yield Sample(ops.Reshape((16, 37, 30, 30)), _specs((16, 37 * 900)))
    else:
        inputs = operator.signature.count("[") - 1
        yield Sample(operator(), _specs((400_001,)) * inputs)
        if operator in (ops.Add, ops.Sub, ops.Mul, ops.Div):
            yield Sample(operator(), _specs((8, 37, 40, 40), (1, 37, 1, 1)))
            yield Sample(operator(), _specs((900, 1), (1, 901)))


def big(operator: type[Op], every: int = EVERY) -> list[Sample]:
    """Return calls that are shared out in many chunks to the threads; one of so many."""
    samples = list(BIG[operator]() if operator in BIG else _big(operator))
    return samples[::every]


def with_kernels() -> list[type[Op]]:
    """Return the operators that have kernels, in the order of the table."""
    return list(KERNELS)


def operations(sample: Sample) -> int:
    """Return about how many operations a call takes."""
    cost = sample.op.cost(*sample.specs)
    return max(cost.multiply_adds, cost.elements_moved, math.prod(sample.specs[0].shape))
