"""Programs of views and changes in place, drawn at random: torch's numbers and gradients.

Where they differ, the program is refused: numbers or gradients that go elsewhere would be silent.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens.errors import GradientError

from .peer import torch

PROGRAMS = 60
VIEWS = (
    lambda draw, x: x[draw.randrange(x.shape[0])],
    lambda draw, x: x[:, draw.randrange(x.shape[1])] if x.ndim > 1 else x[0:1],
    lambda draw, x: x[..., draw.randrange(x.shape[-1])],
    lambda draw, x: x[draw.randrange(x.shape[0]) :],
    lambda draw, x: x.unsqueeze(draw.randrange(x.ndim + 1)),
    lambda draw, x: x.transpose(0, x.ndim - 1),
    lambda draw, x: x.unbind(draw.randrange(x.ndim))[0],
    lambda draw, x: x.detach(),
)


def _changed(m: Any, draw: random.Random, x: Any, y: Any) -> None:
    """Change x in place, by a number made of y."""
    number = y.sum() / 8
    change = draw.randrange(6)
    if change == 0:
        x.add_(number)
    elif change == 1:
        x.mul_(number)
    elif change == 2:
        x.fill_(draw.randrange(5))
    elif change == 3 and x.ndim:
        x[draw.randrange(x.shape[0])] = number
    elif change == 4 and x.ndim:
        x[..., 0] = x[..., -1] * number
    else:
        x.copy_(number.expand(x.shape) if x.ndim else number)


def _run(m: Any, seed: int) -> tuple[list[Any], list[Any], list[bool]]:
    """Return the numbers of all tensors, the leaves' gradients, and what is recorded."""
    draw, numbers = random.Random(seed), np.random.default_rng(seed)
    shape = tuple(draw.choice([2, 3, 4]) for _ in range(draw.choice([2, 3, 4])))
    leaves = [
        m.tensor(numbers.integers(-3, 4, shape).astype(np.float32), requires_grad=True)
        for _ in range(2)
    ]
    tensors = [*leaves, leaves[0] * 2, m.zeros(*shape)]
    for _ in range(draw.randint(3, 9)):
        x, y = draw.choice(tensors[2:]), draw.choice(tensors)
        step = draw.randrange(4)
        if step == 0 and x.ndim:
            tensors.append(draw.choice(VIEWS)(draw, x))
        elif step == 1:
            tensors.append(x + y.sum() / 8)
        else:
            _changed(m, draw, x, y)
    total = m.zeros(1)
    for place, tensor in enumerate(tensors, 1):
        total = total + tensor.sum() * float(place)
    total.backward()
    gradients = [leaf.grad for leaf in leaves]
    kept = [None if g is None else g.numpy() for g in gradients]
    return [t.detach().numpy() for t in tensors], kept, [t.requires_grad for t in tensors]


@pytest.mark.oracle
@pytest.mark.parametrize("block", range(8))
def test_programs(block: int) -> None:
    computed = 0
    for seed in range(block * PROGRAMS, (block + 1) * PROGRAMS):
        try:
            ours = _run(cl, seed)
        except GradientError:
            continue
        try:
            theirs = _run(torch, seed)
        except RuntimeError:  # torch refuses some, too
            continue
        computed += 1
        for own, other in zip(ours[0], theirs[0], strict=True):
            np.testing.assert_allclose(own, other, rtol=1e-4, atol=1e-4, err_msg=str(seed))
        for own, other in zip(ours[1], theirs[1], strict=True):
            assert (own is None) == (other is None), seed
            if own is not None:
                np.testing.assert_allclose(own, other, rtol=1e-3, atol=1e-3, err_msg=str(seed))
        # torch lets a view take part in the record of changes elsewhere in its memory, too.
        assert all(own <= other for own, other in zip(ours[2], theirs[2], strict=True)), seed
    assert computed > PROGRAMS / 4
