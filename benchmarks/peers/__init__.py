"""The peers: who is measured, with which options and in which environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, final


@final
@dataclass(frozen=True)
class Peer:
    """One way to compute a problem, in a process of its own.

    Args:
        name: As printed.
        module: The file in this folder that loads problems.
        options: Arguments of its ``load``.
        environment: Variables that must be set before the process starts.
    """

    name: str
    module: str
    options: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


#: glibc then keeps returned memory instead of handing it back to the system, and pages stay warm.
#: 32 MiB is the largest threshold that it accepts.
KEEP_MEMORY = {"MALLOC_TRIM_THRESHOLD_": str(1 << 32), "MALLOC_MMAP_THRESHOLD_": str(1 << 25)}

CONVOLENS = Peer("convolens", "convolens")
CONVOLENS_COMPILED = Peer("convolens.compile", "convolens", {"compiled": True})
#: As the book has it, and with half the bytes.
SCRATCH = Peer("scratch", "scratch", {"dtype": "float64"})
SCRATCH_FLOAT32 = Peer("scratch float32", "scratch", {"dtype": "float32"})
TORCH = Peer("torch", "torch")
TORCH_CHANNELS_LAST = Peer("torch channels_last", "torch", {"channels_last": True})
TORCH_COMPILE = Peer("torch.compile", "torch", {"compile_it": True})
TORCH_COMPILE_CHANNELS_LAST = Peer(
    "torch.compile channels_last", "torch", {"compile_it": True, "channels_last": True}
)
ONNX_RUNTIME = Peer("ONNX Runtime", "onnxruntime")
OPENVINO = Peer("OpenVINO", "openvino")

#: What keeps each library to an instruction set. ONNX Runtime has no such variable.
ISA_VARIABLES = {
    "avx2": {
        "CONVOLENS_ISA": "avx2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "ATEN_CPU_CAPABILITY": "avx2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    }
}


def limited(peer: Peer, isa: str) -> Peer:
    """Return the peer kept to an instruction set."""
    environment = {**peer.environment, **ISA_VARIABLES[isa]}
    return Peer(peer.name, peer.module, peer.options, environment)


def keeping_memory(peer: Peer) -> Peer:
    """Return the peer with an allocator that keeps memory."""
    return Peer(f"{peer.name}, tuned malloc", peer.module, peer.options, KEEP_MEMORY)


#: Those that the targets name.
PLAIN_TORCH = (TORCH, TORCH_CHANNELS_LAST, TORCH_COMPILE)
#: What more can be had from torch by someone who knows how.
TUNED_TORCH = (
    keeping_memory(TORCH),
    keeping_memory(TORCH_CHANNELS_LAST),
    keeping_memory(TORCH_COMPILE),
    keeping_memory(TORCH_COMPILE_CHANNELS_LAST),
)
