"""The command ``convolens train``: trains a network, saves it, and writes a report."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

import convolens
from convolens.cli._data import absolute, open_images, open_task, require_readable
from convolens.cli._network import make_network
from convolens.cli._report import report_inputs
from convolens.cli._train_options import settings_from, training_options
from convolens.cli._words import accuracy_line
from convolens.data import Splits
from convolens.errors import CheckpointError
from convolens.lens.report import write_report
from convolens.nn import Module
from convolens.tensor import manual_seed
from convolens.train import (
    Interrupted,
    Run,
    Task,
    Trainer,
    default_model,
    fingerprint,
    fresh_folder,
    load_run,
    make_optimizer,
    make_schedule,
    parse_augment,
    save_run,
)
from convolens.train.store import CHECKPOINT, saving

_EPILOG = """\b
Examples:
  convolens train
      the digits inside the package, in a few seconds
  convolens train mnist --model lenet5
      a known data set, downloaded once
  convolens train path/to/mnist --model simple_convnet --lr 1e-3 --epochs 20
      the four IDX files of MNIST in a folder
  convolens train photos --size 64x64 --augment shift4+flip --early-stopping 9
      a folder with one folder of images for each class
  convolens train --model C16k3p1-R-P2-C32k3p1-R-P2-F10 --schedule cosine
      a network in one line: convolution, ReLU, pooling, fully connected
  convolens train --resume runs/digits-digits_convnet --epochs 60
      go on with a run that was stopped, or for more epochs

\b
In the run's folder are afterwards:
  report.html              what it learned, to open in a browser
  history.csv              one row an epoch
  run.json                 all settings
  checkpoint.safetensors   the state, for --resume, evaluate, predict and see
  initial.safetensors      the weights before training
  best.safetensors         with --early-stopping: the best epoch's weights
"""
_WHILE_RESUMING = {"data", "resume", "epochs", "threads", "offline"}


@click.command(epilog=_EPILOG)
@click.argument("data", default="digits")
@click.option("--data", "named_data", metavar="DATA", help="The same as DATA above.")
@training_options
@click.option(
    "--threads",
    type=click.IntRange(1, 1024),
    metavar="N",
    help="Threads to compute with; the results are the same.  [default: one a core]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The folder of the run.  [default: runs/DATA-MODEL, numbered if it is taken]",
)
@click.option(
    "--resume",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="Go on with the run in this folder, as if it had never stopped.",
)
@click.option("--offline", is_flag=True, help="Never use the network.")
@click.pass_context
def train(
    ctx: click.Context,
    /,
    data: str,
    named_data: str | None,
    threads: int | None,
    out: Path | None,
    resume: Path | None,
    offline: bool,
    **options: Any,
) -> None:
    """Train a network on images, and write a report of what it learned.

    DATA is a name (digits, mnist, fashion-mnist, cifar10) or a path: a folder of IDX or CIFAR-10
    files, a folder with one folder of images for each class, or an .npz file. Without it, the
    handwritten digits inside the package are used.

    Ctrl-C finishes the batch, saves everything and says how to go on; a second one stops at once.
    """
    given = _given(ctx)
    if named_data is not None:
        if "data" in given:
            raise click.UsageError(f"the images are named twice: {data} and --data {named_data}.")
        data = named_data
        given = given - {"named_data"} | {"data"}
    if threads is not None:
        convolens.set_num_threads(threads)
    if resume is None:
        task, splits = _new_task(data, options, offline)
        manual_seed(task.settings.seed)
        model = make_network(task)
        require_readable(splits)
        folder = fresh_folder(out or _usual_folder(task), numbered=out is None)
        run = Run(folder, task)
    else:
        if not given <= _WHILE_RESUMING:
            name = min(given - _WHILE_RESUMING).replace("_", "-")
            raise click.UsageError(f"--{name} cannot be given with --resume: a run keeps it.")
        run = _resumed(resume)
        if "epochs" in given:
            run = run.with_epochs(options["epochs"])
        splits = open_task(run.task, data if "data" in given else None, offline=offline)
        model = make_network(run.task)
    try:
        _train(run, model, splits, resuming=resume is not None)
    except Interrupted as stopped:
        click.echo(stopped, err=True)
        folder_name = shlex.quote(str(run.folder))
        click.echo(f"Go on with: convolens train --resume {folder_name}", err=True)
        ctx.exit(1)


def _resumed(folder: Path) -> Run:
    run = load_run(folder)
    if not (folder / CHECKPOINT).exists():
        raise CheckpointError(
            f"there is nothing to resume: {folder} has no {CHECKPOINT}.",
            hint=f"begin the run again, with --out {shlex.quote(str(folder))}.",
        )
    return run


def _new_task(data: str, options: Mapping[str, Any], offline: bool) -> tuple[Task, Splits]:
    size, channels, limit = (options[name] for name in ("size", "channels", "limit"))
    splits = open_images(
        data, offline=offline, size=size, channels=channels, limit=limit, seed=options["seed"]
    )
    images = splits.train
    task = Task(
        model=options["model"] or default_model(images.image_shape, len(images.classes)),
        data=absolute(data),
        name=images.name,
        size=size,
        channels=channels,
        limit=limit,
        train=fingerprint(images),
        test=fingerprint(splits.test),
        input_shape=images.image_shape,
        classes=images.classes,
        scale=images.scale,
        settings=settings_from(options, images.image_shape, len(images)),
        version=convolens.__version__,
    )
    return task, splits


def _train(run: Run, model: Module, splits: Splits, *, resuming: bool) -> None:
    settings = run.task.settings
    optimizer = make_optimizer(settings, model)
    trainer = Trainer(
        model,
        optimizer,
        scheduler=make_schedule(settings, optimizer),
        out=run.folder,
        seed=settings.seed,
        early_stopping=settings.early_stopping,
        about=run.task.about(),
    )
    if resuming:
        trainer.resume()
        done = len(trainer.history)
        if settings.epochs < done:
            raise click.UsageError(f"{done} epochs are done already, more than {settings.epochs}.")
        click.echo(f"going on after {done} of {settings.epochs} epochs")
    save_run(run)
    _announce(run, model, splits)
    trainer.fit(
        splits.train,
        splits.test,
        settings.epochs,
        settings.batch_size,
        parse_augment(settings.augment),
    )
    if trainer.has_stalled:
        click.echo(f"stopped early: the test loss was least after epoch {trainer.best_epoch}")
    evaluation = trainer.evaluate(splits.test, settings.batch_size)
    report = run.folder / "report.html"
    with saving(run.folder):
        write_report(report_inputs(run, model, splits.test, evaluation), report)
    click.echo(f"test {accuracy_line(evaluation)}")
    click.echo(f"report: {report}")


def _announce(run: Run, model: Module, splits: Splits) -> None:
    shape = "x".join(map(str, run.task.input_shape))
    parameters = sum(parameter.numel() for parameter in model.parameters())
    click.echo(
        f"{run.task.name}: {len(splits.train):,} training and {len(splits.test):,} test images "
        f"of {shape} in {len(run.task.classes)} classes"
    )
    click.echo(f"{run.task.model}: {parameters:,} parameters")
    click.echo(f"run: {run.folder}")


def _given(ctx: click.Context) -> set[str]:
    """Return the names of what was said on the command line."""
    sources = {name: ctx.get_parameter_source(name) for name in ctx.params}
    return {name for name, source in sources.items() if source is ParameterSource.COMMANDLINE}


def _usual_folder(task: Task) -> Path:
    name = re.sub(r"[^\w.-]+", "-", f"{task.name}-{task.model}").strip("-.")
    return Path("runs") / (name[:60] or "run")
