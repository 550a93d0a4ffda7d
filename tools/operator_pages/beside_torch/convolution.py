"""Convolutions and products."""

from tools.operator_pages.beside_torch.row import Row

_NO_WHOLE_NUMBERS = "Whole numbers are refused; torch convolves them. Use `x.float()`."
_PLAIN = "(1,), ((0, 0),), (1,)"

ROWS = {
    "conv": Row(
        "nn.functional.conv1d, nn.functional.conv2d, nn.functional.conv3d",
        "x, w = cl.arange(9.0).reshape(1, 1, 3, 3), cl.ones(1, 1, 2, 2)\nF.conv2d(x, w)",
        (
            _NO_WHOLE_NUMBERS,
            "Beyond torch, `padding` may be `'full'`, `'same_fixed'` or `'same_tf'`, and the cells "
            "before and after an axis may differ in number.",
        ),
    ),
    "conv_relu": Row(
        "ao.nn.intrinsic.ConvReLU1d, ao.nn.intrinsic.ConvReLU2d, ao.nn.intrinsic.ConvReLU3d",
        "x, w = cl.tensor([[[1.0, 2.0, -3.0]]]), cl.ones(1, 1, 2)\n"
        f"apply(ops.ConvRelu({_PLAIN}), x, w)",
        (
            "torch has it as a module for quantisation. Here `nn.Sequential` calls it wherever a "
            "`ReLU` follows a convolution and nobody watches what is between them.",
        ),
    ),
    "conv_normalize": Row(
        "ao.nn.intrinsic.ConvBn1d, ao.nn.intrinsic.ConvBnReLU2d",
        "x, w = cl.tensor([[[1.0, 2.0, -3.0]]]), cl.ones(1, 1, 2)\n"
        "m, k = cl.tensor([[1.0], [4.0]]), cl.ones(1)\n"
        f"apply(ops.ConvNormalize({_PLAIN}, eps=0.0), x, w, k, m, k, k)",
        (
            "torch has them as modules for quantisation, and `fuse_conv_bn_eval`, which changes "
            "the weights and with them the last bits. Here `nn.Sequential` and the blocks call it "
            "where a batch normalisation in evaluation mode follows a convolution, nothing is "
            "recorded, and nobody watches what is between them.",
        ),
    ),
    "conv_input_grad": Row(
        "nn.grad.conv1d_input, nn.grad.conv2d_input, nn.grad.conv3d_input",
        f"w, g = cl.tensor([[[1.0, 2.0]]]), cl.tensor([[[1.0, 10.0]]])\n"
        f"apply(ops.ConvInputGrad({_PLAIN}, sizes=(3,)), w, g)",
    ),
    "conv_weight_grad": Row(
        "nn.grad.conv1d_weight, nn.grad.conv2d_weight, nn.grad.conv3d_weight",
        f"x, g = cl.tensor([[[1.0, 2.0, 3.0]]]), cl.tensor([[[1.0, 10.0]]])\n"
        f"apply(ops.ConvWeightGrad({_PLAIN}, kernel=(2,)), x, g)",
    ),
    "conv_transpose": Row(
        "nn.functional.conv_transpose1d, nn.functional.conv_transpose2d, "
        "nn.functional.conv_transpose3d",
        "x, w = cl.tensor([[[1.0, 10.0]]]), cl.tensor([[[1.0, 2.0, 3.0]]])\n"
        "F.conv_transpose1d(x, w, stride=2)",
        (
            _NO_WHOLE_NUMBERS,
            "A layer with an `output_padding` that is too large is refused when it is made; torch "
            "refuses its call.",
        ),
    ),
    "linear": Row(
        "nn.functional.linear",
        "F.linear(cl.tensor([[1.0, 2.0]]), cl.tensor([[3.0, 4.0]]), cl.tensor([5.0]))",
    ),
    "matmul": Row(
        "matmul, mm, bmm, mv", "cl.tensor([[1.0, 2.0]]) @ cl.tensor([[3.0, 0.0], [4.0, 1.0]])"
    ),
    "dot": Row("dot", "cl.dot(cl.tensor([1.0, 2.0]), cl.tensor([3.0, 4.0]))"),
    "unfold": Row("nn.functional.unfold", "F.unfold(cl.arange(9.0).reshape(1, 1, 3, 3), 2)"),
    "fold": Row("nn.functional.fold", "F.fold(cl.ones(1, 4, 4), output_size=3, kernel_size=2)"),
}
