"""Layers at work, frame by frame: scenes made from the tap table, and files made from scenes."""

from convolens.lens.animate.animate import animate
from convolens.lens.animate.animation import SUFFIXES, Animation
from convolens.lens.animate.check import SceneError
from convolens.lens.animate.gallery import GALLERY, save_gallery
from convolens.lens.animate.scene import Filled, Frame, Link, Mark, Plane, Scene, Shown, Stage

__all__ = [
    "GALLERY",
    "SUFFIXES",
    "Animation",
    "Filled",
    "Frame",
    "Link",
    "Mark",
    "Plane",
    "Scene",
    "SceneError",
    "Shown",
    "Stage",
    "animate",
    "save_gallery",
]
