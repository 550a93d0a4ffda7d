"""Poolings."""

from tools.operator_pages.beside_torch.row import Row

_ROW = "x = cl.tensor([[[1.0, 4.0, 2.0, 3.0]]])\n"
_PAIRS = "(2,), (2,), ((0, 0),), (1,)"
_G = "cl.tensor([[[10.0, 20.0]]])"

ROWS = {
    "max_pool": Row(
        "nn.functional.max_pool1d, nn.functional.max_pool2d, nn.functional.max_pool3d",
        _ROW + "F.max_pool1d(x, 2)",
    ),
    "max_pool_grad": Row("", _ROW + f"apply(ops.MaxPoolGrad({_PAIRS}), x, {_G})"),
    "max_pool_pick": Row("", _ROW + f"apply(ops.MaxPoolPick({_PAIRS}), x, 10 * x)"),
    "max_pool_indices": Row(
        "max_pool1d to max_pool3d with `return_indices=True`",
        _ROW + f"apply(ops.MaxPoolIndices({_PAIRS}), x)",
    ),
    "max_unpool": Row(
        "nn.functional.max_unpool1d, nn.functional.max_unpool2d, nn.functional.max_unpool3d",
        "x, places = cl.tensor([[[5.0, 6.0]]]), cl.tensor([[[1, 3]]])\n"
        "F.max_unpool1d(x, places, 2)",
    ),
    "max_unpool_grad": Row(
        "",
        "places, g = cl.tensor([[[1, 3]]]), cl.tensor([[[1.0, 2.0, 3.0, 4.0]]])\n"
        "apply(ops.MaxUnpoolGrad((4,)), places, g)",
    ),
    "avg_pool": Row(
        "nn.functional.avg_pool1d, nn.functional.avg_pool2d, nn.functional.avg_pool3d",
        _ROW + "F.avg_pool1d(x, 2)",
    ),
    "avg_pool_grad": Row("", f"apply(ops.AvgPoolGrad({_PAIRS}, sizes=(4,)), {_G})"),
    "lp_pool": Row(
        "nn.functional.lp_pool1d, nn.functional.lp_pool2d, nn.functional.lp_pool3d",
        "F.lp_pool1d(cl.tensor([[[3.0, 4.0, 6.0, 8.0]]]).double(), 2.0, 2)",
    ),
    "lp_pool_grad": Row(
        "",
        "x, g = cl.tensor([[[3.0, 4.0]]]), cl.tensor([[[10.0]]])\n"
        "apply(ops.LPPoolGrad((2,), (2,), ((0, 0),), (1,), norm=2.0), x, g)",
    ),
    "adaptive_max_pool": Row(
        "nn.functional.adaptive_max_pool1d, nn.functional.adaptive_max_pool2d, "
        "nn.functional.adaptive_max_pool3d",
        _ROW + "F.adaptive_max_pool1d(x, 3)",
    ),
    "adaptive_max_pool_grad": Row("", _ROW + f"apply(ops.AdaptiveMaxPoolGrad((2,)), x, {_G})"),
    "adaptive_max_pool_pick": Row("", _ROW + "apply(ops.AdaptiveMaxPoolPick((2,)), x, 10 * x)"),
    "adaptive_max_pool_indices": Row(
        "adaptive_max_pool1d to adaptive_max_pool3d with `return_indices=True`",
        _ROW + "apply(ops.AdaptiveMaxPoolIndices((3,)), x)",
    ),
    "adaptive_avg_pool": Row(
        "nn.functional.adaptive_avg_pool1d, nn.functional.adaptive_avg_pool2d, "
        "nn.functional.adaptive_avg_pool3d",
        _ROW + "F.adaptive_avg_pool1d(x, 3)",
    ),
    "adaptive_avg_pool_grad": Row("", f"apply(ops.AdaptiveAvgPoolGrad((2,), sizes=(3,)), {_G})"),
}
