"""Losses and their gradients."""

from tools.operator_pages.beside_torch.row import Row

_PAIR = "x, t = cl.tensor([1.0, 4.0]), cl.tensor([2.0, 1.0])\n"
_SHARES = "x, t = cl.tensor([0.5, 0.5]), cl.tensor([0.0, 1.0])\n"
_LOGITS = "logits, labels = cl.zeros(2, 4), cl.tensor([1, 3])\n"
_NOTHING = "The mean of nothing is refused; torch returns NaN."


def _of_pairs(operator: str, start: str = _PAIR) -> Row:
    """Return the row of a gradient that takes x, t and g."""
    return Row("", start + f"apply(ops.{operator}, x, t, cl.tensor(1.0))")


ROWS = {
    "cross_entropy": Row(
        "nn.functional.cross_entropy",
        "F.cross_entropy(cl.tensor([[0.0, 1000.0]]), cl.tensor([0]))",
        (_NOTHING, "A negative `label_smoothing` is refused; torch takes it as none."),
    ),
    "cross_entropy_grad": Row(
        "", _LOGITS + "apply(ops.CrossEntropyGrad(), logits, labels, cl.tensor(1.0))"
    ),
    "label_shares": Row("", _LOGITS + "apply(ops.LabelShares(), logits, labels)"),
    "nll_loss": Row(
        "nn.functional.nll_loss",
        "F.nll_loss(cl.tensor([[-1.0, -2.0], [-3.0, -4.0]]), cl.tensor([0, 1]))",
    ),
    "nll_loss_grad": Row("", _LOGITS + "apply(ops.NllLossGrad(), logits, labels, cl.tensor(1.0))"),
    "mse_loss": Row("nn.functional.mse_loss", _PAIR + "F.mse_loss(x, t)"),
    "mse_loss_grad": _of_pairs("MseLossGrad()"),
    "l1_loss": Row("nn.functional.l1_loss", _PAIR + "F.l1_loss(x, t)"),
    "l1_loss_grad": _of_pairs("L1LossGrad()"),
    "smooth_l1_loss": Row("nn.functional.smooth_l1_loss", _PAIR + "F.smooth_l1_loss(x, t)"),
    "smooth_l1_loss_grad": _of_pairs("SmoothL1LossGrad()"),
    "huber_loss": Row("nn.functional.huber_loss", _PAIR + "F.huber_loss(x, t, delta=2.0)"),
    "huber_loss_grad": _of_pairs("HuberLossGrad()"),
    "bce_loss": Row(
        "nn.functional.binary_cross_entropy",
        "F.binary_cross_entropy(cl.tensor([0.0, 1.0]), cl.tensor([0.0, 1.0])).item() == 0",
    ),
    "bce_loss_grad": _of_pairs("BceLossGrad()", _SHARES),
    "bce_with_logits": Row(
        "nn.functional.binary_cross_entropy_with_logits",
        "F.binary_cross_entropy_with_logits(cl.tensor([1000.0]), cl.tensor([0.0]))",
    ),
    "bce_with_logits_grad": _of_pairs(
        "BceWithLogitsGrad()", "x, t = cl.tensor([0.0, 0.0]), cl.tensor([0.0, 1.0])\n"
    ),
    "kl_div": Row(
        "nn.functional.kl_div",
        'F.kl_div(cl.tensor([-1.0, -3.0]), cl.tensor([1.0, 0.0]), reduction="sum")',
    ),
    "kl_div_grad": _of_pairs("KlDivGrad()", _SHARES),
    "pairwise_distance": Row(
        "nn.functional.pairwise_distance",
        "F.pairwise_distance(cl.tensor([[3.0, 4.0]]), cl.zeros(1, 2), eps=0.0)",
        ("`p=0` is refused: the number of differences has no slope.",),
    ),
    "pairwise_distance_grad": Row(
        "",
        "a, b = cl.tensor([[3.0, 4.0]]), cl.zeros(1, 2)\n"
        "apply(ops.PairwiseDistanceGrad(2.0, 0.0), a, b, cl.tensor([5.0]), cl.tensor([10.0]))",
    ),
}
