"""Arithmetic, element by element."""

from tools.operator_pages.beside_torch.row import Row

_A, _B = "cl.tensor([1.0, 2.0])", "cl.tensor([3.0])"

ROWS = {
    "add": Row("add", f"{_A} + {_B}"),
    "sub": Row("sub", f"{_A} - {_B}"),
    "mul": Row("mul", f"{_A} * {_B}"),
    "div": Row("div", f"{_A} / cl.tensor([4.0, 0.0])"),
    "scale": Row("mul by a number", f"3 * {_A}"),
    "pow": Row("pow by a number", f"{_A} ** 3"),
    "pow_grad": Row("", "apply(ops.PowGrad(3.0), cl.tensor([1.0, -2.0]), cl.ones(2))"),
    "power": Row("pow", f"{_A} ** cl.tensor([-1.0, 0.5])"),
    "power_grad": Row("", f"apply(ops.PowerGrad(), {_A}, cl.tensor([2.0, 0.0]), cl.ones(2))"),
    "power_exponent_grad": Row(
        "", f"apply(ops.PowerExponentGrad(), cl.tensor([0.0, 1.0]), {_A}, cl.ones(2))"
    ),
    "floor_divide": Row(
        "floor_divide, div by rounding_mode='floor'",
        "cl.tensor([7.0, -7.0]) // 2",
        ("The gradient of `//` is 0, as that of `div`; torch has none for `//`.",),
    ),
    "remainder": Row("remainder", "cl.tensor([7.0, -7.0]) % 2"),
    "round": Row("round, floor, ceil, trunc", "cl.round(cl.tensor([0.5, 1.5, -1.7]))"),
    "sin": Row("sin", "cl.sin(cl.tensor([0.0, 1.0]))"),
    "cos": Row("cos", "cl.cos(cl.tensor([0.0, 1.0]))"),
    "exp": Row("exp", "cl.tensor([0.0, -1000.0]).exp()"),
    "log": Row("log", "cl.log(cl.tensor([1.0, 0.0]))"),
    "sqrt": Row("sqrt", "cl.sqrt(cl.tensor([9.0, -1.0]))"),
    "erf": Row("erf", "cl.erf(cl.tensor([0.0, 1000.0]))"),
    "abs": Row("abs", "cl.abs(cl.tensor([-2.0, 3.0]))"),
    "abs_grad": Row("", "apply(ops.AbsGrad(), cl.tensor([-2.0, 0.0, 3.0]), cl.ones(3))"),
    "clamp": Row("clamp, clip", "cl.clamp(cl.tensor([-2.0, 0.5, 3.0]), 0.0, 1.0)"),
    "clamp_grad": Row(
        "", "apply(ops.ClampGrad(0.0, 1.0), cl.tensor([-2.0, 0.5, 1.0]), cl.ones(3))"
    ),
    "maximum": Row("maximum", f"cl.maximum({_A}, cl.tensor([1.5]))"),
    "maximum_grad": Row(
        "", "apply(ops.MaximumGrad(), cl.tensor([1.0, 2.0]), cl.tensor([1.0, 0.0]), cl.ones(2))"
    ),
    "minimum": Row("minimum", f"cl.minimum({_A}, cl.tensor([1.5]))"),
    "where": Row("where", f"cl.where({_A} > 1, {_A}, {_B})"),
    "where_grad": Row("", f"apply(ops.WhereGrad(True), {_A} > 1, cl.ones(2))"),
    "cast": Row("Tensor.to", "cl.tensor([1.75, -1.75]).long()"),
}
