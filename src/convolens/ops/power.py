"""One number to the power of another, element by element."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import ClassVar, final

import numpy as np

from convolens.errors import ShapeError
from convolens.ops._activation import on_each_shape, ones
from convolens.ops._attributes import operator
from convolens.ops._elementwise import Binary, Elementwise
from convolens.ops._op import Array, Mistake, Sample, Value
from convolens.ops.add import Add
from convolens.ops.log import Log
from convolens.ops.maximum import spread
from convolens.ops.mul import Mul
from convolens.ops.sub import Sub
from convolens.ops.sum import unbroadcast
from convolens.spec import TensorSpec


def _away_from_zero(arrays: list[Array]) -> list[Array]:
    """Make a positive, as fractional powers need it, and nowhere nearly zero."""
    a, *rest = arrays
    return [np.abs(a) + a.dtype.type(0.5), *rest]


@final
@operator
class Power(Binary):
    """y = a to the power b, with NumPy's broadcasting; NaN where that is not a real number.

    Shapes:
        a [*A], b [*B] -> y [*P]

    Source: IEEE 754-2019, section 9.2, for special numbers.
    """

    name: ClassVar[str] = "power"
    signature: ClassVar[str] = "a[*A], b[*B] -> y[*P]"

    def reference(self, *arrays: Array) -> Array:
        a, b = arrays
        with np.errstate(all="ignore"):
            power: Array = a**b
        return power

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        a, b = (spread(value, output.shape) for value in inputs)
        return (
            unbroadcast(PowerGrad()(a, b, upstream), inputs[0].shape),
            unbroadcast(PowerExponentGrad()(a, b, upstream), inputs[1].shape),
        )

    def explain(self, *specs: TensorSpec) -> str:
        return f"Raises numbers to the powers of others in {self.infer(*specs).size} places."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(replace(sample, prepare=_away_from_zero) for sample in super().samples())


@operator
class _Slope(Elementwise):
    """What the gradients towards the base and the exponent share: three inputs of one shape."""

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        if len({spec.shape for spec in specs}) > 1:
            raise ShapeError(
                f"{self.name}: {' and '.join(str(list(s.shape)) for s in specs)} differ.",
                hint="all three must have one shape.",
            )
        return super().infer(*specs)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        a, b, g = inputs
        both, below = Mul()(upstream, g), Sub()(b, ones(b))
        # The slope of b a^(b-1) along b, and of a^b log a along a.
        mixed = Add()(Mul()(both, Power()(a, below)), PowerExponentGrad()(a, below, Mul()(both, b)))
        return (*self.own(a, b, below, both, mixed), self(a, b, upstream))

    def own(
        self, a: Value, b: Value, below: Value, both: Value, mixed: Value
    ) -> tuple[Value, Value]:
        """Return the gradients towards a and b; ``below`` is b - 1, ``both`` upstream times g."""
        raise NotImplementedError

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return on_each_shape([cls()], inputs=3, prepare=_away_from_zero)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        a, b = TensorSpec((2, 3)), TensorSpec((1, 3))
        return (Mistake(lambda: cls().infer(a, b, a), ("[1, 3]", "one shape")),)


@final
@operator
class PowerGrad(_Slope):
    """da = g b a^(b - 1), and 0 where b is 0, as in torch.

    Shapes:
        a [*I], b [*I], g [*I] -> da [*I]
    """

    name: ClassVar[str] = "power_grad"
    signature: ClassVar[str] = "a[*I], b[*I], g[*I] -> da[*I]"

    def reference(self, *arrays: Array) -> Array:
        a, b, g = arrays
        with np.errstate(all="ignore"):
            slope = g * (b * a ** (b - 1))
        return np.asarray(np.where(b == 0, g.dtype.type(0), slope))

    def own(
        self, a: Value, b: Value, below: Value, both: Value, mixed: Value
    ) -> tuple[Value, Value]:
        return PowerGrad()(a, below, Mul()(both, b)), mixed

    def explain(self, *specs: TensorSpec) -> str:
        a, _, _ = specs
        return f"Multiplies {a.size} gradients by the slopes of powers along their bases."


@final
@operator
class PowerExponentGrad(_Slope):
    """db = g a^b log a, and 0 where a is 0 and b is not negative, as in torch.

    Shapes:
        a [*I], b [*I], g [*I] -> db [*I]
    """

    name: ClassVar[str] = "power_exponent_grad"
    signature: ClassVar[str] = "a[*I], b[*I], g[*I] -> db[*I]"

    def reference(self, *arrays: Array) -> Array:
        a, b, g = arrays
        with np.errstate(all="ignore"):
            slope = g * (a**b * np.log(a))
        return np.asarray(np.where((a == 0) & (b >= 0), g.dtype.type(0), slope))

    def own(
        self, a: Value, b: Value, below: Value, both: Value, mixed: Value
    ) -> tuple[Value, Value]:
        return mixed, PowerExponentGrad()(a, b, Mul()(both, Log()(a)))

    def explain(self, *specs: TensorSpec) -> str:
        a, _, _ = specs
        return f"Multiplies {a.size} gradients by the slopes of powers along their exponents."
