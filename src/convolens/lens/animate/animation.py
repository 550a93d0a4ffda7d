"""An animation: a scene with its theme and rhythm, which shows itself and saves itself."""

from __future__ import annotations

from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from convolens.errors import IndexRangeError
from convolens.lens.language import speaking
from convolens.lens.saving import save, writable

if TYPE_CHECKING:
    from PIL.Image import Image

    from convolens.lens.animate.numbers import Numbers
    from convolens.lens.animate.scene import Scene
    from convolens.lens.animate.shapes import Picture
    from convolens.lens.animate.theme import ThemeName
    from convolens.lens.notation import LayerSpec

#: The kinds of file that an animation can be.
SUFFIXES = (".gif", ".svg", ".html", ".mp4", ".png")


@final
class Animation:
    """A layer at work, frame by frame. ``animate`` makes it.

    In a notebook it shows itself, with controls.

    Args:
        spec: The layer.
        scene: What is shown.
        numbers: The numbers in it, or None.
        theme: ``'light'`` or ``'dark'``.
        seconds: How long a frame lasts.

    Raises:
        ArgumentError: If the theme is not known, or frames would be too short or too long.

    Example:
        >>> from convolens.lens import animate
        >>> animation = animate("5x5 k3 s2 p1")
        >>> animation
        Animation('5x5 k3 s2 p1', 9 frames)
        >>> animation.check()
        9
        >>> animation.save("convolution.gif")
    """

    def __init__(
        self,
        spec: LayerSpec,
        scene: Scene,
        numbers: Numbers | None,
        theme: ThemeName = "light",
        seconds: float = 0.5,
    ) -> None:
        from convolens.lens.animate.theme import theme_named
        from convolens.lens.animate.timing import Timing

        self.spec = spec
        self.scene = scene
        self.numbers = numbers
        self.theme = theme_named(theme)
        self.timing = Timing(len(scene), seconds)

    def __len__(self) -> int:
        return len(self.scene)

    def __repr__(self) -> str:
        return f"Animation({self.spec.text!r}, {len(self)} frames)"

    def check(self) -> int:
        """Compare all that is drawn with the tap table and the engine.

        Returns:
            How many outputs were compared.

        Raises:
            SceneError: If anything drawn is not so.
        """
        from convolens.lens.animate.check import check

        return check(self.scene, self.spec, self.numbers)

    @cached_property
    def values(self) -> dict[str, Any]:
        """What is drawn, as arrays.

        ``taps`` holds the tap table of each axis. Where numbers are shown, ``input``, ``weights``,
        ``bias`` and ``output`` hold them.
        """
        found: dict[str, Any] = {"taps": [table.copy() for table in self.spec.sources]}
        if self.numbers is not None:
            found |= {
                "input": self.numbers.x,
                "weights": list(self.numbers.weights),
                "bias": self.numbers.bias,
                "output": self.numbers.outputs[-1],
            }
        return found

    @cached_property
    def _drawn(self) -> tuple[list[Picture], tuple[int, int]]:
        from convolens.lens.animate.draw import draw

        return draw(self.scene)

    @property
    def size(self) -> tuple[int, int]:
        """The width and the height in pixels."""
        return self._drawn[1]

    def frame(self, number: int) -> Image:
        """Return one frame as an image; -1 is the last.

        Raises:
            IndexRangeError: If there is no such frame.
        """
        from convolens.lens.animate.raster import images

        count = len(self)
        if not -count <= number < count:
            from convolens.lens.animate.words import words

            say = words(self.scene.lang)
            raise say.problem(IndexRangeError, "wrong.frame", frame=number, frames=count)
        pictures, size = self._drawn
        return next(islice(images(pictures, size, self.theme), number % count, None))

    def gif(self) -> bytes:
        """Return the animation as GIF."""
        from convolens.lens.animate.gif import gif

        return gif(*self._drawn, self.theme, self.timing)

    def svg(self) -> str:
        """Return the animation as SVG that moves by itself."""
        from convolens.lens.animate.svg import svg
        from convolens.lens.animate.words import words

        say = words(self.scene.lang)
        title = say("alt", title=self.scene.title, count=len(self))
        return svg(*self._drawn, self.theme, self.timing, title, self.scene.lang)

    def html(self, plays: bool = True) -> str:
        """Return the animation as a page with controls.

        Args:
            plays: Whether it begins to play by itself.
        """
        from convolens.lens.animate.html import page

        return page(self.scene, *self._drawn, self.theme, self.timing, plays)

    def mp4(self) -> bytes:
        """Return the animation as video.

        Raises:
            DependencyError: If the package av is not installed.
        """
        from convolens.lens.animate.video import video

        return video(*self._drawn, self.theme, self.timing)

    def png(self) -> bytes:
        """Return nine of the frames, or all if there are fewer, as one picture."""
        from convolens.lens.animate.strip import strip

        return strip(*self._drawn, self.theme)

    def save(self, path: str | Path) -> None:
        """Write a file of the kind that its suffix says: .gif, .svg, .html, .mp4 or .png.

        Raises:
            ArgumentError: If the suffix is not known or the file cannot be written; an old file
                stays as it was.
            DependencyError: If it is .mp4 and the package av is not installed.
        """
        with speaking(self.scene.lang):
            save(path, {suffix: getattr(self, suffix[1:]) for suffix in SUFFIXES})

    def _repr_html_(self) -> str:
        from convolens.lens.animate.html import framed

        return framed(self.html(plays=False), self.size)


def require_target(path: str | Path) -> None:
    """Refuse a file that cannot be written, before anything is made.

    Raises:
        ArgumentError: If its suffix is not known, or its folder does not exist.
        DependencyError: If it is .mp4 and the package av is not installed.
    """
    target = writable(path, dict.fromkeys(SUFFIXES))
    if target.suffix.lower() == ".mp4":
        from convolens.lens.animate.video import require_video

        require_video()
