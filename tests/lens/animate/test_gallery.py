from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from convolens.errors import ArgumentError
from convolens.lens import parse_layer
from convolens.lens.animate import GALLERY, classic, save_gallery
from convolens.lens.animate.gallery import classic_called

#: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016: the sizes of
#: input and output in each figure.
SIZES = {
    "no_padding_no_strides": (4, 2),
    "arbitrary_padding_no_strides": (5, 6),
    "same_padding": (5, 5),
    "full_padding": (5, 7),
    "no_padding_no_strides_transposed": (2, 4),
    "arbitrary_padding_no_strides_transposed": (6, 5),
    "same_padding_transposed": (5, 5),
    "full_padding_transposed": (7, 5),
    "no_padding_strides": (5, 2),
    "padding_strides": (5, 3),
    "padding_strides_odd": (6, 3),
    "no_padding_strides_transposed": (2, 5),
    "padding_strides_transposed": (3, 5),
    "padding_strides_odd_transposed": (3, 6),
    "dilation": (7, 3),
    "numerical_no_padding_no_strides": (5, 3),
    "numerical_padding_strides": (5, 3),
    "numerical_max_pooling": (5, 3),
    "numerical_average_pooling": (5, 3),
}


def test_sizes_of_the_guide() -> None:
    assert list(GALLERY) == list(SIZES)
    for name, (before, after) in SIZES.items():
        spec = parse_layer(GALLERY[name].layer)
        assert spec.input_shape == (1, before, before), name
        assert spec.output_shape == (1, after, after), name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("numerical_no_padding_no_strides", [[12, 12, 17], [10, 17, 19], [9, 6, 14]]),
        ("numerical_padding_strides", [[6, 17, 3], [8, 17, 13], [6, 4, 4]]),
        ("numerical_max_pooling", [[3, 3, 3], [3, 3, 3], [3, 2, 3]]),
        ("numerical_average_pooling", [[1.7, 1.7, 1.7], [1.0, 1.2, 1.8], [1.1, 0.8, 1.3]]),
    ],
)
def test_numbers_of_the_guide(name: str, expected: list[list[float]]) -> None:
    output = classic(name).values["output"][0]
    np.testing.assert_allclose(np.round(output.astype(np.float64), 1), expected, rtol=1e-9)


@pytest.mark.parametrize("name", GALLERY)
def test_every_classic_is_what_the_engine_computes(name: str) -> None:
    animation = classic(name)
    assert animation.check() == SIZES[name][1] ** 2


def test_a_folder_of_them(tmp_path: Path) -> None:
    told: list[Path] = []
    begin = time.process_time()
    written = save_gallery(tmp_path / "new" / "folder", tell=told.append)
    # Two cores have ten seconds; one takes about two.
    assert time.process_time() - begin < 20
    assert written == told
    assert [path.name for path in written] == [f"{name}.gif" for name in GALLERY]
    assert all(path.read_bytes()[:6] == b"GIF89a" for path in written)


def test_other_kinds_of_file(tmp_path: Path) -> None:
    save_gallery(tmp_path, ".svg", theme="dark", lang="zh")
    assert sorted(file.stem for file in tmp_path.iterdir()) == sorted(GALLERY)


def test_refusals(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="no kind of file"):
        save_gallery(tmp_path / "none", ".doc")
    assert not (tmp_path / "none").exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(ArgumentError, match="cannot be made"):
        save_gallery(tmp_path / "file")
    with pytest.raises(ArgumentError, match="no classic animation 'full'"):
        classic("full")


@pytest.mark.parametrize(
    "name", ["padding_stride", "padding-stride", "Padding Stride", " padding_stride"]
)
def test_the_nearest_names_are_suggested(name: str) -> None:
    for refuse in (classic, classic_called):
        with pytest.raises(ArgumentError, match=r"did you mean padding_strides, .*The names are"):
            refuse(name)
    with pytest.raises(ArgumentError, match="是不是 padding_strides"):
        classic(name, lang="zh")


@pytest.mark.parametrize(
    "layer", ["5x5 k3", "k3 5", "T k3 2x2", "psame_tf 5x5 k3", "nn.Conv2d(1, 1, 3)", ""]
)
def test_what_may_be_a_layer_is_no_misspelt_name(layer: str) -> None:
    assert classic_called(layer) is None
