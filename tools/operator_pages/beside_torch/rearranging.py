"""Shapes, pieces, padding and resampling."""

from tools.operator_pages.beside_torch.row import Row

_X = "x = cl.arange(6.0).reshape(2, 3)\n"

ROWS = {
    "expand": Row(
        "Tensor.expand, broadcast_to",
        "cl.tensor([[1.0], [2.0]]).expand(2, 3)",
        ("The result cannot be changed in place, not even one number of it.",),
    ),
    "reshape": Row("reshape, Tensor.view, flatten", "cl.arange(6.0).reshape(2, 3)"),
    "slice": Row("indexing with slices", _X + "x[:, ::2]"),
    "embed": Row(
        "",
        "apply(ops.Embed(((1, 4, 2),), (5,)), cl.tensor([7.0, 8.0]))",
        ("torch does it inside the gradient of indexing.",),
    ),
    "concat": Row(
        "cat",
        "cl.cat([cl.ones(1, 2), cl.zeros(1, 2)])",
        ("`cat` makes types one, as torch does; the operator itself refuses several.",),
    ),
    "permute": Row("permute, transpose", _X + "x.permute(1, 0)"),
    "stack": Row("stack", "cl.stack([cl.ones(2), cl.zeros(2)], 1)"),
    "repeat": Row("Tensor.repeat, tile", "cl.tensor([1.0, 2.0]).repeat(2, 2)"),
    "repeat_grad": Row("", "apply(ops.RepeatGrad((2,), (2,)), cl.tensor([1.0, 2.0, 3.0, 4.0]))"),
    "flip": Row("flip", _X + "x.flip(1)"),
    "roll": Row("roll", _X + "x.roll(1, 1)"),
    "pad": Row(
        "nn.functional.pad",
        'F.pad(cl.tensor([[[1.0, 2.0, 3.0]]]), (2, 1), mode="reflect")',
    ),
    "pad_grad": Row(
        "",
        "g = cl.tensor([[[1.0, 2.0, 3.0, 4.0]]])\n"
        'apply(ops.PadGrad(((1, 0),), "replicate", sizes=(3,)), g)',
    ),
    "resample": Row(
        "nn.functional.interpolate",
        'F.interpolate(cl.tensor([[[0.0, 4.0]]]), 4, mode="linear")',
        (
            "There is no `antialias`; `mode='area'` is what shrinks without aliasing.",
            "Bytes are refused; torch resamples them. Use `x.float()`.",
        ),
    ),
    "resample_grad": Row(
        "",
        "g = cl.tensor([[[1.0, 2.0, 3.0, 4.0]]])\n"
        'apply(ops.ResampleGrad("nearest", (4,), (None,), sizes=(2,)), g)',
    ),
    "pixel_shuffle": Row(
        "nn.functional.pixel_shuffle", "F.pixel_shuffle(cl.arange(4.0).reshape(1, 4, 1, 1), 2)"
    ),
    "pixel_unshuffle": Row(
        "nn.functional.pixel_unshuffle", "F.pixel_unshuffle(cl.arange(4.0).reshape(1, 1, 2, 2), 2)"
    ),
    "channel_shuffle": Row(
        "nn.functional.channel_shuffle", "F.channel_shuffle(cl.arange(4.0).reshape(1, 4, 1), 2)"
    ),
}
