"""Layers at work, frame by frame: scenes made from the tap table, and files made from scenes."""

from convolens.lens.animate.animate import animate
from convolens.lens.animate.animation import SUFFIXES, Animation
from convolens.lens.animate.errors import SceneError
from convolens.lens.animate.gallery import GALLERY, classic, save_gallery

__all__ = [
    "GALLERY",
    "SUFFIXES",
    "Animation",
    "SceneError",
    "animate",
    "classic",
    "save_gallery",
]
