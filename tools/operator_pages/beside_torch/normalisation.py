"""Normalisations."""

from tools.operator_pages.beside_torch.row import Row

_ROW = "x = cl.tensor([[[1.0, 3.0]]])\n"
_MOMENTS = "m = cl.tensor([[2.0], [1.0]])\n"

ROWS = {
    "local_response_norm": Row(
        "nn.functional.local_response_norm",
        "F.local_response_norm(cl.tensor([[[2.0], [4.0]]]), 1, alpha=1.0, beta=1.0, k=0.0)",
        (
            "Beyond torch, `scaling='sum'` is the scaling of the 2012 paper; `'mean'` is torch's.",
            "Rows of channels [N, C] are images of one pixel; torch refuses them.",
        ),
    ),
    "local_response_norm_grad": Row(
        "",
        "x, g = cl.tensor([[[2.0], [4.0]]]), cl.ones(1, 2, 1)\n"
        "apply(ops.LocalResponseNormGrad(1, alpha=1.0, beta=1.0, k=0.0), x, g)",
    ),
    "channel_sum": Row("", "apply(ops.ChannelSum(1, 1), cl.tensor([[[1.0], [2.0], [4.0]]]))"),
    "moments": Row(
        "", _ROW + "apply(ops.Moments(), x)", ("torch computes them inside `batch_norm`.",)
    ),
    "normalize": Row(
        "nn.functional.batch_norm, nn.functional.instance_norm, nn.functional.group_norm",
        _ROW + _MOMENTS + "apply(ops.Normalize(eps=0.0), x, m)",
    ),
    "normalize_relu": Row(
        "ao.nn.intrinsic.BNReLU2d, ao.nn.intrinsic.BNReLU3d",
        _ROW + _MOMENTS + "apply(ops.NormalizeRelu(eps=0.0), x, m)",
        (
            "torch has it as a module for quantisation. Here `nn.Sequential` calls it wherever a "
            "`ReLU` or `ReLU6` follows a normalisation of channels and nobody watches what is "
            "between them, "
            "and residual blocks with their shortcut as s.",
        ),
    ),
    "normalize_sums": Row(
        "", _ROW + _MOMENTS + "apply(ops.NormalizeSums(eps=0.0), x, m, cl.ones(1, 1, 2))"
    ),
    "normalize_grad": Row(
        "",
        _ROW
        + _MOMENTS
        + "g = cl.tensor([[[1.0, 0.0]]])\n"
        + "s = apply(ops.NormalizeSums(eps=0.0), x, m, g)\n"
        + "apply(ops.NormalizeGrad(eps=0.0), x, m, s, g)",
    ),
    "normalize_fixed_grad": Row(
        "", _MOMENTS + "apply(ops.NormalizeFixedGrad(eps=0.0), cl.ones(1, 1, 2), m)"
    ),
    "row_moments": Row(
        "",
        "apply(ops.RowMoments(1), cl.tensor([[1.0, 3.0]]))",
        ("torch computes them inside `layer_norm`.",),
    ),
    "layer_norm": Row(
        "nn.functional.layer_norm",
        "F.layer_norm(cl.tensor([[1.0, 3.0]]), (2,), eps=0.0)",
    ),
    "layer_norm_sums": Row(
        "",
        "x, m = cl.tensor([[1.0, 3.0]]), cl.tensor([[2.0], [1.0]])\n"
        "apply(ops.LayerNormSums(1, 0.0), x, m, cl.ones(1, 2))",
    ),
    "layer_norm_grad": Row(
        "",
        "x, m = cl.tensor([[1.0, 3.0]]), cl.tensor([[2.0], [1.0]])\n"
        "apply(ops.LayerNormGrad(1, 0.0), x, m, cl.tensor([[1.0, 0.0]]))",
    ),
}
