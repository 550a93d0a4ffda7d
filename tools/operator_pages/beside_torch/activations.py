"""Activations and their gradients."""

from tools.operator_pages.beside_torch.row import Row

_X = "cl.tensor([-1.0, 0.0, 2.0])"
_G = "cl.ones(3)"


def _slope(operator: str, at: str = _X) -> Row:
    """Return the row of a gradient that takes x (or y) and g."""
    return Row("", f"apply(ops.{operator}, {at}, {_G})")


ROWS = {
    "relu": Row("relu, nn.functional.relu", f"F.relu({_X})"),
    "relu_grad": _slope("ReluGrad()"),
    "sigmoid": Row("sigmoid, nn.functional.sigmoid", "F.sigmoid(cl.tensor([0.0, 1000.0]))"),
    "sigmoid_grad": _slope("SigmoidGrad()", "cl.tensor([0.0, 0.5, 1.0])"),
    "tanh": Row("tanh, nn.functional.tanh", "F.tanh(cl.tensor([0.0, 1000.0]))"),
    "tanh_grad": _slope("TanhGrad()", "cl.tensor([-1.0, 0.0, 0.5])"),
    "leaky_relu": Row("nn.functional.leaky_relu", f"F.leaky_relu({_X}, 0.25)"),
    "leaky_relu_grad": _slope("LeakyReluGrad(0.25)"),
    "prelu": Row("nn.functional.prelu, prelu", f"F.prelu({_X}, cl.tensor([0.25]))"),
    "prelu_input_grad": Row(
        "", f"apply(ops.PreluInputGrad(), {_X}, cl.tensor([0.25]), cl.ones(3))"
    ),
    "prelu_weight_grad": Row("", f"apply(ops.PreluWeightGrad(1), {_X}, cl.ones(3))"),
    "elu": Row("nn.functional.elu, nn.functional.selu", "F.elu(cl.tensor([-1000.0, 0.0, 2.0]))"),
    "elu_grad": _slope("EluGrad()", "cl.tensor([-1000.0, 0.0, 2.0])"),
    "gelu": Row("nn.functional.gelu", "F.gelu(cl.tensor([0.0, 100.0]))"),
    "gelu_grad": Row("", "apply(ops.GeluGrad(), cl.tensor([0.0, 100.0]), cl.ones(2))"),
    "silu": Row("nn.functional.silu", "F.silu(cl.tensor([0.0, 1000.0]))"),
    "silu_grad": Row("", "apply(ops.SiluGrad(), cl.tensor([0.0, 1000.0]), cl.ones(2))"),
    "softplus": Row("nn.functional.softplus", "F.softplus(cl.tensor([-1000.0, 30.0]))"),
    "softplus_grad": _slope("SoftplusGrad()", "cl.tensor([-1000.0, 0.0, 30.0])"),
    "hardtanh": Row("nn.functional.hardtanh, nn.functional.relu6", f"F.hardtanh({_X})"),
    "hardtanh_grad": _slope("HardtanhGrad()", "cl.tensor([-1.0, 0.5, 2.0])"),
    "hardsigmoid": Row("nn.functional.hardsigmoid", "F.hardsigmoid(cl.tensor([-4.0, 0.0, 4.0]))"),
    "hardsigmoid_grad": _slope("HardsigmoidGrad()", "cl.tensor([-4.0, -3.0, 4.0])"),
    "hardswish": Row("nn.functional.hardswish", "F.hardswish(cl.tensor([-1.5, 0.0, 4.0]))"),
    "hardswish_grad": _slope("HardswishGrad()", "cl.tensor([-4.0, 0.0, 4.0])"),
    "scaled_tanh": Row("", "F.scaled_tanh(cl.tensor([0.0]))"),
    "scaled_tanh_grad": Row(
        "", "apply(ops.ScaledTanhGrad(), cl.tensor([0.0]), cl.ones(1)).item() > 1"
    ),
    "softmax": Row("softmax, nn.functional.softmax", "F.softmax(cl.tensor([5.0, 5.0]), 0)"),
    "softmax_grad": Row(
        "", "apply(ops.SoftmaxGrad(0), cl.tensor([0.5, 0.5]), cl.tensor([1.0, 0.0]))"
    ),
    "log_softmax": Row(
        "log_softmax, nn.functional.log_softmax", "F.log_softmax(cl.tensor([0.0, 1000.0]), 0)"
    ),
    "log_softmax_grad": Row(
        "", "apply(ops.LogSoftmaxGrad(0), cl.tensor([0.0, -1000.0]), cl.tensor([1.0, 2.0]))"
    ),
    "dropout": Row(
        "nn.functional.dropout",
        "(F.dropout(cl.ones(1000), 0.25) == 0).float().mean().item() < 0.5",
        (
            "The random numbers are Philox's for a seed and a count: one seed gives one mask for "
            "any number of threads. It is another mask than torch's.",
        ),
    ),
}
