"""Transposed convolution of any rank: each input adds a scaled kernel to the output."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import prod
from typing import ClassVar, final

from convolens.errors import ShapeError
from convolens.ops import _spatial as spatial
from convolens.ops._attributes import operator
from convolens.ops._conv_geometry import ConvGeometry
from convolens.ops._op import Array, Cost, Mistake, Sample, Value, counted, shared, size_of
from convolens.ops._taps import Pair, require_output_padding, transposed_size
from convolens.ops.conv import Conv, ConvWeightGrad
from convolens.ops.slice import Embed, Slice
from convolens.ops.sum import Sum
from convolens.spec import TensorSpec, checked, require_float

_WEIGHT_LETTERS = {1: "C, K/groups, S", 2: "C, K/groups, R, S", 3: "C, K/groups, T, R, S"}


@final
@operator
class ConvTranspose(ConvGeometry):
    """y[n,k,p] = bias[k] + sum of weight[c,k,r] x[n,c,i] where p = i stride + r dilation - padding.

    If a convolution is y = A x with a matrix A, this is x = A^T y: it restores the shape that the
    convolution had, not the values. It is the input gradient of that convolution. Its attributes
    are those of the convolution, so padding takes cells away here. A stride rounds sizes down, so
    several sizes lead to one; ``output_padding`` says how many cells more than the smallest.

    Shapes:
        x [N, C, *I], weight [C, K/groups, *R], bias [K] (optional) -> y [N, K, *P]

    Source: Zeiler et al., "Deconvolutional Networks", 2010; Dumoulin and Visin, "A guide to
    convolution arithmetic", 2016, chapter 4.
    """

    name: ClassVar[str] = "conv_transpose"
    signature: ClassVar[str] = "x[N,C,*I], weight[C,K/groups,*R], bias[K]? -> y[N,K,*P]"

    output_padding: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not self.output_padding:
            object.__setattr__(self, "output_padding", (0,) * len(self.stride))
        super().__post_init__()
        spatial.require_same_rank(self.name, stride=self.stride, output_padding=self.output_padding)
        for window, extra in zip(self.windows((1,) * self.rank), self.output_padding, strict=True):
            require_output_padding(window, extra)

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        x, weight, *bias = specs
        dtype = require_float(self.name, x=x, weight=weight, **({"bias": bias[0]} if bias else {}))
        spatial.require_image(self.name, x, self.rank)
        letters = _WEIGHT_LETTERS[self.rank]
        facts = [
            ("x", x, spatial.IMAGE_LETTERS[self.rank]),
            ("weight", weight, letters),
            ("groups", self.groups, ""),
        ]
        if weight.rank != self.rank + 2:
            raise ShapeError(
                f"{self.name}: weight has {weight.rank} dimensions, but {self.rank + 2} are "
                "needed.",
                facts,
                f"a weight is [{letters}].",
            )
        if weight.shape[0] != x.shape[1]:
            raise ShapeError(
                f"{self.name}: the input has {x.shape[1]} channels, but the weight expects "
                f"{weight.shape[0]}.",
                facts,
                "weight.shape[0] must equal x.shape[1].",
            )
        if x.shape[1] % self.groups or x.shape[1] == 0:
            raise ShapeError(
                f"{self.name}: {x.shape[1]} input channels cannot be split into {self.groups} "
                "groups.",
                facts,
                "weight.shape[0] must be a positive multiple of groups.",
            )
        outputs = weight.shape[1] * self.groups
        if outputs == 0:
            raise ShapeError(f"{self.name}: the weight has no output channels.", facts)
        if bias and bias[0].shape != (outputs,):
            raise ShapeError(
                f"{self.name}: the bias has shape {list(bias[0].shape)}, but the weight has "
                f"{outputs} output channels.",
                [*facts, ("bias", bias[0], "K")],
                f"the bias must have shape [{outputs}].",
            )
        return checked((x.shape[0], outputs, *self.sizes(x.shape[2:], weight.shape[2:])), dtype)

    def sizes(self, inputs: Sequence[int], kernel: Sequence[int]) -> tuple[int, ...]:
        """Return the spatial sizes of the output for an input of sizes ``inputs``.

        Raises:
            ShapeError: If the padding takes all cells away; the text names the axis.
        """
        results = []
        for axis, size, window, extra in zip(
            spatial.AXIS_NAMES[self.rank],
            inputs,
            self.windows(kernel),
            self.output_padding,
            strict=True,
        ):
            try:
                results.append(transposed_size(size, window, extra))
            except ShapeError as error:
                error.headline = f"{self.name}: along the {axis}, {error.headline}"
                raise
        return tuple(results)

    def reference(self, *arrays: Array) -> Array:
        x, weight, *bias = arrays
        y = self.sent_back(weight, x, self.sizes(x.shape[2:], weight.shape[2:]))
        return y + bias[0].reshape(-1, *(1,) * self.rank) if bias else y

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, weight, *bias = inputs
        attributes = shared(self, ConvGeometry)
        read: Value = Conv(**attributes)(upstream, weight)
        sent = x
        if read.shape != x.shape:
            # An output_padding that reaches the stride makes room for windows that no input has.
            own = tuple((0, extent, 1) for extent in x.shape)
            read, sent = Slice(own)(read), Embed(own, read.shape)(x)
        over_all_but_channels = (0, *range(2, self.rank + 2))
        return (
            read,
            ConvWeightGrad(**attributes, kernel=weight.shape[2:])(upstream, sent),
            *(Sum(over_all_but_channels)(upstream) for _ in bias),
        )

    def cost(self, *specs: TensorSpec) -> Cost:
        x, weight, *_ = specs
        y = self.infer(*specs)
        tables = spatial.tables(self.windows(weight.shape[2:]), y.shape[2:])
        own = [table[:count] for table, count in zip(tables, x.shape[2:], strict=True)]
        products = spatial.valid_reads(own) * x.shape[0] * prod(weight.shape[:2])
        length = weight.shape[0] // self.groups * prod(weight.shape[2:])
        return Cost(products, size_of(*specs, y), length + 1)

    def explain(self, *specs: TensorSpec) -> str:
        x, weight, *_ = specs
        y = self.infer(*specs)
        return (
            f"Lets each of {spatial.times(x.shape[2:])} inputs in "
            f"{counted(x.shape[1], 'channel')} add a scaled kernel of "
            f"{self.describe(weight.shape[2:])} to {counted(y.shape[1], 'channel')} of "
            f"{spatial.times(y.shape[2:])}: the transpose of a convolution from there."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(op, (x, weight, TensorSpec((op.groups * weight.shape[1],))))
            if bias
            else Sample(op, (x, weight))
            for op, x, weight, bias in _geometries(cls)
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        plain = cls((1, 1), ((0, 0), (0, 0)), (1, 1))
        image, weight = TensorSpec((1, 4, 5, 5)), TensorSpec((4, 6, 3, 3))

        def padded(*output_padding: int) -> ConvTranspose:
            return cls((2, 2), ((0, 0), (0, 0)), (1, 1), 1, output_padding)

        return (
            Mistake(
                lambda: plain.infer(TensorSpec((1, 3, 5, 5)), weight),
                ("the input has 3 channels, but the weight expects 4", "weight.shape[0]"),
            ),
            Mistake(
                lambda: plain.infer(TensorSpec((4, 5, 5)), weight),
                ("x has 3 dimensions, but 4 are needed", "N, C, H, W"),
            ),
            Mistake(
                lambda: plain.infer(image, TensorSpec((4, 6, 3))),
                ("weight has 3 dimensions", "C, K/groups, R, S"),
            ),
            Mistake(
                lambda: plain.infer(image, weight, TensorSpec((4,))),
                ("bias has shape [4]", "6 output channels"),
            ),
            Mistake(
                lambda: cls((1, 1), ((0, 0),) * 2, (1, 1), 3).infer(image, weight),
                ("4 input channels", "3 groups"),
            ),
            Mistake(lambda: plain.infer(image, TensorSpec((4, 0, 3, 3))), ("no output channels",)),
            Mistake(
                lambda: cls((1, 1), ((0, 0), (4, 4)), (1, 1)).infer(image, weight),
                ("along the width", "5 inputs into -1 outputs"),
            ),
            Mistake(lambda: padded(2, 0), ("output_padding is 2", "smaller than stride 2")),
            Mistake(lambda: padded(0, -1), ("output_padding is -1", "at least 0")),
            Mistake(lambda: padded(1, 1, 1), ("different numbers of axes",)),
            Mistake(lambda: cls((0, 1), ((0, 0),) * 2, (1, 1)), ("stride is 0",)),
            Mistake(
                lambda: plain.infer(image, TensorSpec((4, 6, 0, 3))), ("kernel is 0", "at least 1")
            ),
            Mistake(
                lambda: cls((2**40,), ((0, 0),), (1,)).infer(
                    TensorSpec((1, 1, 2**30)), TensorSpec((1, 1, 1))
                ),
                ("2**63",),
            ),
        )


def _geometries(
    operator: type[ConvTranspose],
) -> Iterator[tuple[ConvTranspose, TensorSpec, TensorSpec, bool]]:
    """Yield (operator, x, weight, has bias): ranks, strides, paddings, dilations, groups, edges."""
    none: tuple[Pair, Pair] = ((0, 0), (0, 0))
    for x, weight, stride, padding, dilation, groups, extra, bias in (
        ((2, 4, 5, 6), (4, 3, 3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1), 1, (0, 0), True),
        ((1, 8, 4, 4), (8, 4, 2, 2), (2, 2), none, (1, 1), 1, (0, 0), True),
        ((2, 3, 4, 5), (3, 5, 3, 3), (2, 2), ((1, 1), (1, 1)), (1, 1), 1, (1, 1), True),
        ((2, 6, 4, 3), (6, 2, 3, 2), (2, 3), ((1, 0), (0, 1)), (1, 1), 2, (1, 2), False),
        ((1, 6, 5, 5), (6, 1, 4, 4), (2, 2), ((1, 1), (1, 1)), (1, 1), 6, (0, 0), True),
        ((1, 2, 4, 5), (2, 3, 3, 2), (1, 2), ((2, 2), (0, 1)), (3, 2), 1, (0, 1), False),
        # output_padding reaches the stride, with room for one window more, and beyond all windows.
        ((1, 2, 4, 4), (2, 2, 3, 3), (1, 1), ((1, 1), (0, 0)), (3, 3), 1, (1, 2), True),
        ((1, 40, 5, 5), (40, 33, 1, 1), (1, 1), none, (1, 1), 1, (0, 0), True),
        ((1, 2, 3, 3), (2, 2, 1, 2), (3, 3), none, (1, 1), 1, (2, 0), True),
        ((1, 3, 1, 1), (3, 2, 4, 4), (1, 1), none, (1, 1), 1, (0, 0), True),
        ((1, 3, 4, 4), (3, 4, 4, 4), (2, 2), ((1, 1), (1, 1)), (1, 1), 1, (0, 0), True),
        ((2, 2, 4, 3), (2, 3, 5, 5), (2, 2), ((2, 2), (1, 1)), (1, 1), 1, (1, 0), True),
        ((1, 2, 3, 6), (2, 3, 1, 9), (1, 1), ((0, 0), (4, 4)), (1, 1), 1, (0, 0), True),
        ((2, 3, 9, 2), (3, 5, 3, 1), (1, 1), ((2, 1), (0, 0)), (2, 1), 1, (0, 0), True),
        ((2, 2, 9), (2, 3, 6), (2,), ((1, 1),), (1,), 1, (1,), True),
        ((1, 2, 8), (2, 3, 10), (1,), ((4, 4),), (1,), 1, (0,), True),
        ((1, 2, 8), (2, 3, 20), (1,), ((4, 4),), (1,), 1, (0,), False),
        ((1, 2, 4, 5, 6), (2, 3, 2, 4, 4), (1, 1, 1), ((0, 0),) * 3, (1, 1, 1), 1, (), True),
        ((0, 2, 5, 5), (2, 3, 3, 3), (1, 1), none, (1, 1), 1, (0, 0), True),
        ((3, 2, 6), (2, 4, 3), (2,), ((1, 1),), (2,), 1, (1,), True),
        (
            (1, 2, 3, 4, 2),
            (2, 3, 2, 3, 2),
            (1, 2, 2),
            ((0, 0), (1, 1), (0, 1)),
            (1, 1, 1),
            1,
            (),
            True,
        ),
        (
            (2, 5, 3, 2, 4),
            (5, 20, 2, 3, 2),
            (2, 3, 2),
            ((0, 0), (0, 0), (0, 0)),
            (1, 1, 1),
            1,
            (),
            True,
        ),
        (
            (2, 3, 3, 4, 5),
            (3, 4, 2, 3, 3),
            (2, 1, 1),
            ((1, 0), (1, 1), (0, 1)),
            (1, 1, 1),
            1,
            (),
            True,
        ),
    ):
        yield (
            operator(stride, padding, dilation, groups, extra),
            TensorSpec(x),
            TensorSpec(weight),
            bias,
        )
