"""Writing a layer as the line that makes it in torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convolens.lens.notation.spec import LayerSpec

#: torch's layer that continues an image, by padding mode.
PADS = {
    "zeros": "ZeroPad",
    "reflect": "ReflectionPad",
    "replicate": "ReplicationPad",
    "circular": "CircularPad",
}


def torch_line(spec: LayerSpec) -> str:
    """Return the line; ``nn`` is ``torch.nn`` in it.

    A padding that differs before and after takes a layer of its own in torch, and so does the
    second step of a separable convolution.

    Example:
        >>> from convolens.lens.notation import parse_layer
        >>> torch_line(parse_layer("8x8 k2 p0,1"))
        'nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(1, 1, kernel_size=2))'
    """
    lines = [_main(spec)]
    if _needs_pad(spec):
        cells = [cell for pair in reversed(spec.pads) for cell in pair]
        lines.insert(0, f"nn.{PADS[spec.padding_mode]}{spec.rank}d({_numbers(cells)})")
    if spec.kind == "separable":
        between = spec.channels * spec.multiplier
        bias = "" if spec.bias else ", bias=False"
        lines.append(f"nn.Conv{spec.rank}d({between}, {spec.out_channels}, kernel_size=1{bias})")
    return lines[0] if len(lines) == 1 else f"nn.Sequential({', '.join(lines)})"


def _main(spec: LayerSpec) -> str:
    arguments = []
    separable, moved = spec.kind == "separable", spec.kind == "conv_transpose"
    if not spec.pools:
        outputs = spec.channels * spec.multiplier if separable else spec.out_channels
        arguments += [str(spec.channels), str(outputs)]
    arguments.append(f"kernel_size={_each(spec.kernel)}")
    if spec.stride != (spec.kernel if spec.pools else (1,) * spec.rank):
        arguments.append(f"stride={_each(spec.stride)}")
    if not _needs_pad(spec):
        arguments += _padding(spec)
    if any(spec.output_padding):
        arguments.append(f"output_padding={_each(spec.output_padding)}")
    if any(d != 1 for d in spec.dilation):
        arguments.append(f"dilation={_each(spec.dilation)}")
    groups = spec.channels if separable else spec.groups
    arguments += [f"groups={groups}"] if groups != 1 else []
    arguments += ["ceil_mode=True"] if spec.ceil_mode else []
    arguments += [] if spec.count_include_pad else ["count_include_pad=False"]
    arguments += ["bias=False"] if separable or not (spec.bias or spec.pools) else []
    name = {"max_pool": "MaxPool", "avg_pool": "AvgPool"}.get(
        spec.kind, "ConvTranspose" if moved else "Conv"
    )
    return f"nn.{name}{spec.rank}d({', '.join(arguments)})"


def _needs_pad(spec: LayerSpec) -> bool:
    """Whether torch's layer cannot pad so: before and after differ, and no name of its says it."""
    return spec.padding != "same" and any(before != after for before, after in spec.pads)


def _padding(spec: LayerSpec) -> list[str]:
    found = []
    if spec.padding == "same":
        found.append("padding='same'")
    elif any(map(any, spec.pads)):
        found.append(f"padding={_each([before for before, _ in spec.pads])}")
    if spec.padding_mode != "zeros":
        found.append(f"padding_mode={spec.padding_mode!r}")
    return found


def _each(values: Sequence[int]) -> str:
    return str(values[0]) if len(set(values)) == 1 else _numbers(values)


def _numbers(values: Sequence[int]) -> str:
    return f"({', '.join(map(str, values))}{',' * (len(values) == 1)})"
