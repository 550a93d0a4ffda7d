"""Schedules: torch's rates and momenta over many steps, in three groups of parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convolens as cl

from .peer import torch

STEPS = 60
Make = Callable[..., Any]
MAKERS: dict[str, Make] = {
    "StepLR": lambda s, o, **k: s.StepLR(o, 7, gamma=0.3, **k),
    "StepLR default": lambda s, o, **k: s.StepLR(o, step_size=9, **k),
    "MultiStepLR": lambda s, o, **k: s.MultiStepLR(o, [30, 5, 12, 12], **k),
    "MultiStepLR of 0": lambda s, o, **k: s.MultiStepLR(o, [0, 3], 0.5, **k),
    "ExponentialLR": lambda s, o, **k: s.ExponentialLR(o, 0.95, **k),
    "LambdaLR": lambda s, o, **k: s.LambdaLR(o, lambda epoch: 0.97**epoch, **k),
    "LambdaLR of each": lambda s, o, **k: s.LambdaLR(
        o, [lambda t: 1 / (1 + t), lambda t: t // 5, lambda t: 1], **k
    ),
    "LinearLR": lambda s, o, **k: s.LinearLR(o, **k),
    "LinearLR down": lambda s, o, **k: s.LinearLR(o, 0.9, 0.0, total_iters=40, **k),
    "ConstantLR": lambda s, o, **k: s.ConstantLR(o, **k),
    "ConstantLR long": lambda s, o, **k: s.ConstantLR(o, 0.7, total_iters=33, **k),
    "ConstantLR of nothing": lambda s, o, **k: s.ConstantLR(o, 0.0, total_iters=100, **k),
    "PolynomialLR": lambda s, o, **k: s.PolynomialLR(o, **k),
    "PolynomialLR squared": lambda s, o, **k: s.PolynomialLR(o, total_iters=45, power=2.5, **k),
    "CosineAnnealingLR": lambda s, o, **k: s.CosineAnnealingLR(o, 12, eta_min=0.01, **k),
    "CosineAnnealingLR default": lambda s, o, **k: s.CosineAnnealingLR(o, T_max=100, **k),
    "CosineAnnealingLR of 1": lambda s, o, **k: s.CosineAnnealingLR(o, T_max=1, **k),
    "CosineAnnealingWarmRestarts": lambda s, o, **k: s.CosineAnnealingWarmRestarts(o, 7, **k),
    "CosineAnnealingWarmRestarts longer": lambda s, o, **k: s.CosineAnnealingWarmRestarts(
        o, 5, T_mult=2, eta_min=0.02, **k
    ),
    "OneCycleLR": lambda s, o, **k: s.OneCycleLR(o, 1.5, total_steps=61, **k),
    "OneCycleLR linear": lambda s, o, **k: s.OneCycleLR(
        o,
        [1.0, 2.0, 3.0],
        epochs=7,
        steps_per_epoch=9,
        anneal_strategy="linear",
        div_factor=10.0,
        **k,
    ),
    "OneCycleLR of three": lambda s, o, **k: s.OneCycleLR(
        o,
        1.0,
        70,
        pct_start=0.25,
        three_phase=True,
        base_momentum=[0.5, 0.6, 0.7],
        max_momentum=0.99,
        final_div_factor=100.0,
        **k,
    ),
    "OneCycleLR alone": lambda s, o, **k: s.OneCycleLR(o, 1.0, 61, cycle_momentum=False, **k),
    "OneCycleLR down": lambda s, o, **k: s.OneCycleLR(o, 1.0, 61, pct_start=0.0, **k),
    "SequentialLR": lambda s, o: s.SequentialLR(
        o, [s.LinearLR(o, 0.1, total_iters=8), s.CosineAnnealingLR(o, 30)], milestones=[8]
    ),
    "SequentialLR of five": lambda s, o: s.SequentialLR(
        o,
        [
            s.ConstantLR(o, 0.1, 20),
            s.ExponentialLR(o, 0.9),
            s.CosineAnnealingWarmRestarts(o, 4),
            s.PolynomialLR(o, 10),
            s.MultiStepLR(o, [3, 6]),
        ],
        milestones=[5, 15, 28, 45],
    ),
    "SequentialLR within another": lambda s, o: s.SequentialLR(
        o,
        [
            s.SequentialLR(o, [s.ConstantLR(o, 0.5, 9), s.StepLR(o, 3)], [6]),
            s.ExponentialLR(o, 0.9),
        ],
        [20],
    ),
}
EACH = pytest.mark.parametrize("name", MAKERS)
OPTIMIZERS: dict[str, dict[str, Any]] = {"SGD": {"momentum": 0.9}, "Adam": {}, "RMSprop": {}}


def optimizer(m: Any, name: str = "SGD") -> Any:
    groups = [{"params": [m.nn.Parameter(m.ones(2))], "lr": lr} for lr in (0.4, 0.05, 1.0)]
    return getattr(m.optim, name)(groups, lr=0.1, **OPTIMIZERS[name])


def recorded(own: Any) -> list[float]:
    """Return the rates and the momenta of all groups."""
    rates = [group["lr"] for group in own.param_groups]
    return rates + [group.get("momentum", group.get("betas", [0])[0]) for group in own.param_groups]


def close(mine: Any, theirs: Any) -> None:
    np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-15)


@EACH
@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.filterwarnings("ignore")
def test_rates_and_momenta(name: str, kind: str) -> None:
    def found(m: Any) -> list[list[float]]:
        own = optimizer(m, kind)
        schedule = MAKERS[name](m.optim.lr_scheduler, own)
        result = [recorded(own)]
        for _ in range(STEPS):
            own.step()
            schedule.step()
            assert schedule.get_last_lr() == [group["lr"] for group in own.param_groups]
            result.append([*recorded(own), schedule.last_epoch])
        return result

    for mine, theirs in zip(found(cl), found(torch), strict=True):
        close(mine, theirs)


@EACH
@pytest.mark.filterwarnings("ignore")
def test_states(name: str) -> None:
    """What one saves, the other goes on from: names and meaning are torch's."""

    def found(m: Any, state: Any = None, steps: int = 40) -> tuple[list[list[float]], Any]:
        own = optimizer(m)
        schedule = MAKERS[name](m.optim.lr_scheduler, own)
        if state is not None:
            schedule.load_state_dict(state[0])
            for group, options in zip(own.param_groups, state[1], strict=True):
                group.update(options)
        result = []
        for _ in range(steps):
            own.step()
            schedule.step()
            result.append(recorded(own))
        options = [
            {key: value for key, value in group.items() if key != "params"}
            for group in own.param_groups
        ]
        return result, (schedule.state_dict(), options)

    saved = found(torch, steps=17)[1]
    for mine, theirs in zip(found(cl, saved)[0], found(torch, saved)[0], strict=True):
        close(mine, theirs)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [name for name in MAKERS if not name.startswith("Sequential")])
def test_last_epoch(name: str) -> None:
    """A new schedule, for an optimiser that an old one has brought to its 17th step."""

    def found(m: Any) -> list[list[float]]:
        own = optimizer(m)
        schedule = MAKERS[name](m.optim.lr_scheduler, own)
        for _ in range(17):
            own.step()
            schedule.step()
        schedule = MAKERS[name](m.optim.lr_scheduler, own, last_epoch=16)
        result = [recorded(own)]
        for _ in range(30):
            own.step()
            schedule.step()
            result.append(recorded(own))
        return result

    for mine, theirs in zip(found(cl), found(torch), strict=True):
        close(mine, theirs)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [name for name in MAKERS if not name.startswith("Sequential")])
def test_epochs_by_number(name: str) -> None:
    def found(m: Any) -> list[list[float]]:
        own = optimizer(m)
        schedule = MAKERS[name](m.optim.lr_scheduler, own)
        result = []
        for epoch in (3, 50, 0, 11):
            schedule.step(epoch)
            result.append(recorded(own))
        return result

    for mine, theirs in zip(found(cl), found(torch), strict=True):
        close(mine, theirs)


@pytest.mark.filterwarnings("ignore")
def test_parts_of_epochs() -> None:
    def found(m: Any) -> list[list[float]]:
        own = optimizer(m)
        schedule = m.optim.lr_scheduler.CosineAnnealingWarmRestarts(own, 4, T_mult=3)
        result = []
        for batch in range(100):
            schedule.step(batch / 7)
            result.append([*recorded(own), schedule.last_epoch])
        return result

    for mine, theirs in zip(found(cl), found(torch), strict=True):
        close(mine, theirs)


CHAINS: dict[str, list[str]] = {
    "a warm-up and a decay": ["LinearLR", "ExponentialLR"],
    "steps and a cosine": ["StepLR", "CosineAnnealingLR"],
    "three": ["ConstantLR", "PolynomialLR squared", "MultiStepLR"],
}


@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.filterwarnings("ignore")
def test_several_of_one_optimiser(chain: str) -> None:
    """Each changes the rates that the one before has set, and so does a user in between."""

    def found(m: Any) -> list[list[float]]:
        own = optimizer(m)
        schedules = [MAKERS[name](m.optim.lr_scheduler, own) for name in CHAINS[chain]]
        result = [recorded(own)]
        for step in range(STEPS):
            if step == 10:
                own.param_groups[1]["lr"] *= 3
            own.step()
            for schedule in schedules:
                schedule.step()
                result.append(recorded(own))
        return result

    for mine, theirs in zip(found(cl), found(torch), strict=True):
        close(mine, theirs)


PLATEAUS: dict[str, dict[str, Any]] = {
    "default": {},
    "soon": {"patience": 2, "factor": 0.5},
    "more is better": {"mode": "max", "patience": 1, "threshold": 0.05},
    "a difference": {"patience": 1, "threshold": 0.1, "threshold_mode": "abs"},
    "a difference upwards": {
        "mode": "max",
        "patience": 0,
        "threshold": 0.1,
        "threshold_mode": "abs",
    },
    "cooldown": {"patience": 1, "cooldown": 4, "factor": 0.7},
    "least": {"patience": 0, "min_lr": 0.1, "eps": 0.01},
    "least of each": {"patience": 0, "min_lr": [0.1, 0.01, 0.5], "factor": 0.8},
}


@pytest.mark.parametrize("name", PLATEAUS)
@pytest.mark.parametrize("seed", range(4))
def test_plateaus(name: str, seed: int) -> None:
    random = np.random.default_rng(seed)
    metrics = np.exp(-np.arange(120) / 15) + 0.2 * random.random(120) - 0.3 * (seed == 3)
    metrics[[40, 80]] = np.nan, np.inf

    def found(m: Any) -> list[list[float]]:
        own = optimizer(m)
        schedule = m.optim.lr_scheduler.ReduceLROnPlateau(own, **PLATEAUS[name])
        result = []
        for metric in metrics:
            own.step()
            schedule.step(m.tensor(metric))
            facts = [schedule.best, schedule.num_bad_epochs, schedule.cooldown_counter]
            result.append([*recorded(own), *facts, schedule.last_epoch])
        return result

    np.testing.assert_allclose(found(cl), found(torch), rtol=1e-6)


REFUSALS: dict[str, Make] = {
    "no optimiser": lambda s, o: s.StepLR([1], 2),
    "no optimiser for a plateau": lambda s, o: s.ReduceLROnPlateau(3),
    "a first epoch": lambda s, o: s.ExponentialLR(o, 0.5, last_epoch=3),
    "constant of more": lambda s, o: s.ConstantLR(o, 1.5),
    "linear from nothing": lambda s, o: s.LinearLR(o, 0.0),
    "linear to more": lambda s, o: s.LinearLR(o, 0.5, 2.0),
    "two functions": lambda s, o: s.LambdaLR(o, [lambda t: 1.0] * 2),
    "restarts after nothing": lambda s, o: s.CosineAnnealingWarmRestarts(o, 0),
    "restarts after parts": lambda s, o: s.CosineAnnealingWarmRestarts(o, 2, 1.5),
    "restarts backwards": lambda s, o: s.CosineAnnealingWarmRestarts(o, 2).step(-1),
    "a cycle of no length": lambda s, o: s.OneCycleLR(o, 1.0),
    "a cycle of nothing": lambda s, o: s.OneCycleLR(o, 1.0, 0),
    "a cycle of epochs": lambda s, o: s.OneCycleLR(o, 1.0, epochs=3),
    "a cycle's start": lambda s, o: s.OneCycleLR(o, 1.0, 5, pct_start=1.5),
    "a cycle's rates": lambda s, o: s.OneCycleLR(o, [1.0], 5),
    "a cycle's strategy": lambda s, o: s.OneCycleLR(o, 1.0, 5, anneal_strategy="steep"),
    "a cycle that is over": lambda s, o: [
        each.step() for each in [s.OneCycleLR(o, 1.0, 2)] for _ in range(4)
    ],
    "a plateau's factor": lambda s, o: s.ReduceLROnPlateau(o, factor=1.0),
    "a plateau's mode": lambda s, o: s.ReduceLROnPlateau(o, "less"),
    "a plateau's threshold": lambda s, o: s.ReduceLROnPlateau(o, threshold_mode="more"),
    "a plateau's least rates": lambda s, o: s.ReduceLROnPlateau(o, min_lr=[0.1]),
    "nothing in sequence": lambda s, o: s.SequentialLR(o, [], []),
    "a plateau in sequence": lambda s, o: s.SequentialLR(o, [s.ReduceLROnPlateau(o)], []),
    "milestones": lambda s, o: s.SequentialLR(o, [s.StepLR(o, 1)], [3]),
}


@pytest.mark.parametrize("name", REFUSALS)
@pytest.mark.filterwarnings("ignore")
def test_refusals(name: str) -> None:
    """What torch refuses is refused, by an error of that kind too."""
    with pytest.raises(Exception) as theirs:  # noqa: PT011
        REFUSALS[name](torch.optim.lr_scheduler, optimizer(torch))
    with pytest.raises(theirs.type):
        REFUSALS[name](cl.optim.lr_scheduler, optimizer(cl))
