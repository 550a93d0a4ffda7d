"""Checkpoints: everything that a run needs to go on as if it had never stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, final

import numpy as np

from convolens.errors import CheckpointError
from convolens.nn import Module
from convolens.train.arrays_file import Arrays, read_arrays, write_arrays
from convolens.train.codec import decode, encode
from convolens.train.history import Epoch
from convolens.train.position import Position

_WEIGHT = "weight/"
_STATE = "optimizer/"


@final
@dataclass(frozen=True, eq=False)
class Checkpoint:
    """The state of a run between two batches.

    Attributes:
        weights: By the model's parameter names.
        optimizer: What the optimiser's ``state_dict`` returned.
        optimizer_name: Its class.
        scheduler: What the schedule's ``state_dict`` returned, or None without one.
        random: The state of the random numbers.
        position: Where in the epochs.
        history: The epochs that are done.
        order: What the order of the images depends on.
        about: What the run is, as its owner describes it.
    """

    weights: Arrays
    optimizer: Mapping[str, Any]
    optimizer_name: str
    scheduler: Mapping[str, Any] | None
    random: tuple[int, int]
    position: Position
    history: tuple[Epoch, ...] = ()
    order: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint; a kill at any moment leaves the old file or the new.

    Raises:
        OSError: If the file cannot be written; the old one stays.
    """
    arrays = {_WEIGHT + name: array for name, array in checkpoint.weights.items()}
    numbers: dict[str, dict[str, Any]] = {}
    for parameter, state in checkpoint.optimizer["state"].items():
        numbers[str(parameter)] = {}
        for name, value in state.items():
            if isinstance(value, np.ndarray):
                arrays[f"{_STATE}{parameter}/{name}"] = value
            else:
                numbers[str(parameter)][name] = value
    facts = {
        "optimizer": checkpoint.optimizer_name,
        "groups": checkpoint.optimizer["param_groups"],
        "numbers": numbers,
        "scheduler": checkpoint.scheduler,
        "random": checkpoint.random,
        "position": encode(checkpoint.position),
        "history": [encode(row) for row in checkpoint.history],
        "order": checkpoint.order,
        "about": checkpoint.about,
    }
    write_arrays(path, arrays, facts)


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Raises:
        CheckpointError: If the file is missing, damaged, or no checkpoint of a run.
    """
    arrays, facts = read_arrays(path)
    try:
        state: dict[int, dict[str, Any]] = {
            int(number): dict(values) for number, values in facts["numbers"].items()
        }
        for name, array in arrays.items():
            if name.startswith(_STATE):
                number, key = name.removeprefix(_STATE).split("/", 1)
                state[int(number)][key] = array
        groups = [
            {name: tuple(v) if name == "betas" else v for name, v in group.items()}
            for group in facts["groups"]
        ]
        seed, draws = map(int, facts["random"])
        return Checkpoint(
            {
                name.removeprefix(_WEIGHT): array
                for name, array in arrays.items()
                if name.startswith(_WEIGHT)
            },
            {"state": state, "param_groups": groups},
            str(facts["optimizer"]),
            facts["scheduler"],
            (seed, draws),
            decode(Position, facts["position"], path.name),
            tuple(decode(Epoch, row, path.name) for row in facts["history"]),
            facts["order"],
            facts["about"],
        )
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, CheckpointError):
            raise
        raise CheckpointError(
            f"{path.name} holds weights, but not the state of a run.",
            [("file", path.absolute(), "")],
        ) from error


def weights_of(model: Module) -> Arrays:
    """Return the weights of a model by name, sharing their memory."""
    return {name: tensor.numpy() for name, tensor in model.state_dict().items()}


def load_weights(model: Module, weights: Arrays, where: str) -> None:
    """Overwrite the weights of a model. Nothing changes if they do not fit.

    Args:
        model: The model.
        weights: By parameter name.
        where: What holds the weights, for the error.

    Raises:
        CheckpointError: If a name, shape or type differs: the weights are of another model.
    """
    check_weights(model, weights, where)
    model.load_state_dict(weights)


def check_weights(model: Module, weights: Arrays, where: str) -> None:
    """Refuse weights that are of another model.

    Raises:
        CheckpointError: With the first names whose shapes or types differ.
    """
    own = {name: _spec(array) for name, array in weights_of(model).items()}
    other = {name: _spec(array) for name, array in weights.items()}
    differing = [name for name in {**own, **other} if own.get(name) != other.get(name)]
    if not differing:
        return
    facts = [
        (name, other.get(name, "nothing"), f"the model has {own.get(name, 'nothing')}")
        for name in differing[:4]
    ]
    if len(differing) > 4:
        facts.append(("...", f"{len(differing) - 4} more", ""))
    raise CheckpointError(
        f"{where} is from another model. Parameters that do not fit: {len(differing)}.",
        facts,
        "name the run folder that belongs to this model.",
    )


def compare(saved: Mapping[str, Any], own: Mapping[str, Any], where: str) -> None:
    """Refuse what was saved under another description.

    Raises:
        CheckpointError: With the facts that differ.
    """
    differing = [name for name in {**saved, **own} if saved.get(name) != own.get(name)]
    if differing:
        raise CheckpointError(
            f"{where} is from another run.",
            [
                (name, saved.get(name, "nothing"), f"here {own.get(name, 'nothing')}")
                for name in differing
            ],
            "name the folder as it was written, with all its files.",
        )


def _spec(array: np.ndarray[Any, Any]) -> str:
    return f"{array.dtype.name}{list(array.shape)}"
