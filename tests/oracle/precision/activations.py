"""Functions of single numbers."""

from __future__ import annotations

from .case import Case

ACTIVATIONS: dict[str, Case] = {
    name: (call, [(20_000,)])
    for name, call in {
        "sigmoid": lambda m, F, t: t[0].sigmoid(),
        "tanh": lambda m, F, t: t[0].tanh(),
        "exp": lambda m, F, t: t[0].exp(),
        "exp of a small range": lambda m, F, t: (t[0] * 0.1).exp(),
        "log": lambda m, F, t: (t[0] * t[0] + 0.01).log(),
        "sqrt": lambda m, F, t: (t[0] * t[0] + 0.01).sqrt(),
        "erf": lambda m, F, t: t[0].erf(),
        "gelu": lambda m, F, t: F.gelu(t[0]),
        "gelu tanh": lambda m, F, t: F.gelu(t[0], approximate="tanh"),
        "silu": lambda m, F, t: F.silu(t[0]),
        "softplus": lambda m, F, t: F.softplus(t[0]),
        "softplus 2.5": lambda m, F, t: F.softplus(t[0], beta=2.5),
        "elu": lambda m, F, t: F.elu(t[0], 1.3),
        "selu": lambda m, F, t: F.selu(t[0]),
        "leaky_relu": lambda m, F, t: F.leaky_relu(t[0], 0.1),
        "hardswish": lambda m, F, t: F.hardswish(t[0]),
        "hardsigmoid": lambda m, F, t: F.hardsigmoid(t[0]),
        "power 3": lambda m, F, t: t[0] ** 3,
        "power 1.7": lambda m, F, t: (t[0] * t[0] + 0.01) ** 1.7,
        "power -0.5": lambda m, F, t: (t[0] * t[0] + 0.01) ** -0.5,
        "power of large numbers": lambda m, F, t: (t[0] * t[0] * 100 + 1) ** 4.3,
    }.items()
}
ACTIVATIONS["prelu"] = (lambda m, F, t: F.prelu(*t), [(4, 16, 20, 20), (16,)])
ACTIVATIONS["prelu of one"] = (lambda m, F, t: F.prelu(*t), [(4, 16, 20, 20), (1,)])
