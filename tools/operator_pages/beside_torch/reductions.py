"""Sums, extremes, orders and places."""

from tools.operator_pages.beside_torch.row import Row

_X = "x = cl.tensor([[1.0, 4.0], [2.0, 2.0]])\n"
_SAME = "Equal numbers keep their order, as torch promises only with `stable=True`."

ROWS = {
    "sum": Row("sum", _X + "x.sum(1)"),
    "mean": Row("mean", _X + "x.mean(1)", ("The mean of nothing is refused; torch returns NaN.",)),
    "amax": Row("amax, max", _X + "cl.amax(x, 1)"),
    "amin": Row("amin, min", _X + "cl.amin(x, 1)"),
    "extreme_grad": Row(
        "",
        "x, y, g = cl.tensor([[2.0, 1.0, 2.0]]), cl.tensor([[2.0]]), cl.tensor([[1.0]])\n"
        "apply(ops.ExtremeGrad((1,)), x, y, g)",
    ),
    "argmax": Row("argmax", _X + "x.argmax(1)"),
    "argmin": Row("argmin", _X + "x.argmin(1)"),
    "argsort": Row("argsort, sort", _X + "x.argsort(1, descending=True)", (_SAME,)),
    "topk": Row("topk", "cl.tensor([3.0, 9.0, 5.0]).topk(2).indices"),
    "var": Row("var", _X + "x.var(1)"),
    "std": Row("std", "cl.tensor([1.0, 3.0]).std(correction=0)"),
    "prod": Row("prod", _X + "x.prod(1)"),
    "prod_grad": Row(
        "",
        "x, g = cl.tensor([[2.0, 0.0, 5.0]]), cl.tensor([[1.0]])\napply(ops.ProdGrad((1,)), x, g)",
    ),
    "norm": Row(
        "norm",
        "cl.tensor([3.0, 4.0]).norm()",
        ("For orders between 0 and 1 the slope of a zero beside an infinity is 0; in torch NaN.",),
    ),
    "norm_grad": Row(
        "",
        "x, y, g = cl.tensor([3.0, 4.0]), cl.tensor([5.0]), cl.tensor([10.0])\n"
        "apply(ops.NormGrad((0,)), x, y, g)",
    ),
    "logsumexp": Row("logsumexp", "cl.logsumexp(cl.tensor([0.0, 1000.0]), 0)"),
    "cumsum": Row("cumsum", _X + "x.cumsum(1)"),
    "gather": Row("gather", _X + "x.gather(1, cl.tensor([[1], [0]]))"),
    "scatter_add": Row(
        "Tensor.scatter_add",
        "index, x = cl.tensor([0, 2, 2]), cl.tensor([1.0, 2.0, 3.0])\n"
        "apply(ops.ScatterAdd(0, (4,)), index, x)",
        ("It adds to zeros of `shape`, not to a given tensor.",),
    ),
    "index_select": Row("index_select", _X + "x.index_select(0, cl.tensor([1, 1, 0]))"),
    "index_add": Row(
        "Tensor.index_add",
        "index, x = cl.tensor([0, 2, 2]), cl.tensor([1.0, 2.0, 3.0])\n"
        "apply(ops.IndexAdd(0, 4), index, x)",
        ("It adds to zeros of `size` rows, not to a given tensor.",),
    ),
}
