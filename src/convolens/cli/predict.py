"""The command ``convolens predict``: says what is on images, with a trained network."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click
import numpy as np

from convolens.cli._advice import advice_in_options
from convolens.cli._network import load_network
from convolens.cli._tables import print_table
from convolens.data import load_image
from convolens.train import predict as predicted

_EPILOG = """\b
Examples:
  convolens predict runs/mnist-lenet5 seven.png
  convolens predict runs/mnist-lenet5 scans/*.png --fit --json

An image must look like those that the network learned from: MNIST's digits are white on black, in
the middle, 28x28.
"""


@click.command(epilog=_EPILOG)
@click.argument("run", metavar="RUN")
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True)
@click.option(
    "--fit", is_flag=True, help="Turn colour into grey and stretch to the network's size."
)
@click.option(
    "--top",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    metavar="N",
    help="Name the N classes with the largest shares.",
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON instead of a table.")
def predict(run: str, images: Sequence[str], fit: bool, top: int, as_json: bool) -> None:
    """Say what is on images: the likeliest classes, each with its share.

    RUN is a folder that 'convolens train' wrote. Each IMAGE is a PNG, JPEG, BMP or WebP file of the
    size and the channels that the network takes. The shares of all classes sum to 100 percent: an
    image of something else altogether gets a class, too.
    """
    known, model = load_network(run)
    channels, height, width = known.task.input_shape
    with advice_in_options():
        pixels = [load_image(image, channels, (height, width), fit=fit) for image in images]
    shares = predicted(model, np.concatenate(pixels))
    answers = [
        [(known.task.classes[k], float(row[k])) for k in np.argsort(-row, kind="stable")[:top]]
        for row in shares
    ]
    if as_json:
        listed = [
            {
                "image": image,
                "predictions": [{"class": name, "share": share} for name, share in answer],
            }
            for image, answer in zip(images, answers, strict=True)
        ]
        click.echo(json.dumps(listed, indent=2))
        return
    places = len(answers[0])
    headers = ["image", *(part for _ in range(places) for part in ("class", "share"))]
    rows = [
        [image, *(part for name, share in answer for part in (name, f"{share:.2%}"))]
        for image, answer in zip(images, answers, strict=True)
    ]
    print_table(headers, rows)
