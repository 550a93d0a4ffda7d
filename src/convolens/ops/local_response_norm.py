"""Local response normalisation: numbers divided by the strength of neighbouring channels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Literal, final

from convolens.errors import ArgumentError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value, shared, size_of
from convolens.ops.add import Add
from convolens.ops.channel_sum import SHAPES, ChannelSum
from convolens.ops.mul import Mul
from convolens.ops.pow import Pow
from convolens.ops.scale import Scale
from convolens.ops.sub import Sub
from convolens.spec import TensorSpec, require_float

Scaling = Literal["mean", "sum"]


@operator
class ResponseNorm(Op):
    """The attributes and the base s = k + a (window sum of x^2) of the normalisation.

    ``scaling`` says what alpha multiplies: ``'mean'`` the mean over the window, with ``size`` as
    divisor also at the ends (torch, Caffe: a = alpha / size), ``'sum'`` the sum (the 2012 paper:
    a = alpha).
    """

    size: int = 5
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 1.0
    scaling: Scaling = "mean"

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ArgumentError(
                f"{self.name}: size is {self.size}, but must be at least 1.",
                hint="size is the number of neighbouring channels, the own one included.",
            )
        if self.scaling not in ("mean", "sum"):
            raise ArgumentError(
                f"{self.name}: scaling is {self.scaling!r}, but must be 'mean' or 'sum'.",
                hint="'mean' is torch's, 'sum' the 2012 paper's.",
            )

    @property
    def factor(self) -> float:
        """What the window sum of squares is multiplied with."""
        return self.alpha / self.size if self.scaling == "mean" else self.alpha

    def window(self) -> ChannelSum:
        """Return the sum over the neighbouring channels: for an even size one more before."""
        return ChannelSum(self.size // 2, (self.size - 1) // 2)

    def base(self, x: Array) -> Array:
        """Return s = k + a (window sum of x^2)."""
        total: Array = x.dtype.type(self.k) + x.dtype.type(self.factor) * self.window().reference(
            x * x
        )
        return total

    def base_call(self, x: Value) -> Value:
        """Return the call that computes the base."""
        one = Pow(0.0)(x)
        weighted = Scale(self.factor)(self.window()(Mul()(x, x)))
        return Add()(Scale(self.k)(one), weighted)

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        require_float(self.name, **{f"input {i}": spec for i, spec in enumerate(specs)})
        return self.window().infer(specs[0])

    def cost(self, *specs: TensorSpec) -> Cost:
        x = specs[0]
        return Cost(x.size * (self.size + 3), size_of(*specs, x), self.size + 3)

    @classmethod
    def variants(cls) -> Iterable[tuple[ResponseNorm, TensorSpec]]:
        """Yield (operator, x) for samples."""
        for shape in SHAPES:
            yield cls(5, 0.1, 0.75, 2.0, "sum"), TensorSpec(shape)
            yield cls(4, 0.3, 0.75, 1.0, "mean"), TensorSpec(shape)
            yield cls(3, 0.2, 0.6, 1.0, "mean"), TensorSpec(shape)


@final
@operator
class LocalResponseNorm(ResponseNorm):
    """y[c] = x[c] s[c]^-beta with s[c] = k + a (sum of x[i]^2 over the ``size`` channels around c).

    Shapes:
        x [N, C, *I] -> y [N, C, *I]

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep Convolutional
    Neural Networks", 2012, section 3.3.
    """

    name: ClassVar[str] = "local_response_norm"
    signature: ClassVar[str] = "x[N,C,*I] -> y[N,C,*I]"

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        y: Array = x * self.base(x) ** x.dtype.type(-self.beta)
        return y

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (LocalResponseNormGrad(**shared(self, ResponseNorm))(inputs[0], upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return (
            f"Divides each number by ({self.k:g} + {self.factor:g} times the sum of squares of "
            f"{self.size} neighbouring ones of {x.shape[1]} channels) to the power {self.beta:g}."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(Sample(op, (x,)) for op, x in cls.variants())

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (
            Mistake(lambda: cls(0), ("size is 0",)),
            Mistake(lambda: cls(scaling="paper"), ("scaling is 'paper'",)),  # type: ignore[arg-type]
            Mistake(lambda: cls().infer(TensorSpec((3,))), ("x has 1 dimensions",)),
        )


@final
@operator
class LocalResponseNormGrad(ResponseNorm):
    """dx[c] = g s^-beta - 2 a beta x (sum of g x s^(-beta-1)), over channels whose window holds c.

    Shapes:
        x [N, C, *I], g [N, C, *I] -> dx [N, C, *I]
    """

    name: ClassVar[str] = "local_response_norm_grad"
    signature: ClassVar[str] = "x[N,C,*I], g[N,C,*I] -> dx[N,C,*I]"

    def seen_from(self) -> ChannelSum:
        """Return the sum over the channels whose window holds a channel: the mirrored window."""
        window = self.window()
        return ChannelSum(window.after, window.before)

    def reference(self, *arrays: Array) -> Array:
        x, g = arrays
        s = self.base(x)
        power = s ** x.dtype.type(-self.beta)
        pulled = self.seen_from().reference(g * x * power / s)
        dx: Array = g * power - x.dtype.type(2 * self.factor * self.beta) * x * pulled
        return dx

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, g = inputs
        mul, add = Mul(), Add()
        window, mirrored = self.window(), self.seen_from()
        s = self.base_call(x)
        p1, p2 = Pow(-self.beta - 1)(s), Pow(-self.beta - 2)(s)
        c = 2 * self.factor * self.beta
        pulled_g = mirrored(mul(mul(g, x), p1))
        pushed_u = window(mul(upstream, x))
        # sum(u dx) = sum(u g s^-beta) - c sum(g x s^(-beta-1) window(u x)); its slope in s, in
        # turn, reaches x through the window of squares.
        slope_s = Sub()(
            Scale(c * (self.beta + 1))(mul(mul(mul(g, x), p2), pushed_u)),
            Scale(self.beta)(mul(mul(upstream, g), p1)),
        )
        direct = Scale(-c)(add(mul(mul(g, p1), pushed_u), mul(upstream, pulled_g)))
        through_s = Scale(2 * self.factor)(mul(x, mirrored(slope_s)))
        along_g = Sub()(mul(upstream, Pow(-self.beta)(s)), Scale(c)(mul(mul(x, p1), pushed_u)))
        return add(direct, through_s), along_g

    def explain(self, *specs: TensorSpec) -> str:
        x, _ = specs
        return (
            f"Sends {x.size} gradients back to each number itself and to the {self.size} "
            "channels whose normalisation it takes part in."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(Sample(op, (x, x)) for op, x in cls.variants())

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (Mistake(lambda: cls(-3), ("size is -3",)),)
