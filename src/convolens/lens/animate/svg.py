"""Writes an animation as SVG that moves by CSS, so that it moves inside an image, too."""

from __future__ import annotations

from convolens.lens.animate.shapes import Picture
from convolens.lens.animate.theme import Theme
from convolens.lens.animate.timing import Timing
from convolens.lens.animate.vector import PREFIX, colours, elements, letters
from convolens.lens.report.html import Html, element, join, raw


def svg(
    pictures: list[Picture],
    size: tuple[int, int],
    theme: Theme,
    timing: Timing,
    title: str,
    lang: str,
) -> str:
    """Return the file's text."""
    timeline = _Timeline(timing)
    groups, first = [], 0
    for picture in pictures:
        end = first + len(picture.passes)
        content = [elements(picture.base)]
        content += [
            timeline.group(elements(shapes), first + number, end)
            for number, shapes in enumerate(picture.stays)
            if shapes
        ]
        content += [
            timeline.group(elements(shapes), first + number, first + number + 1)
            for number, shapes in enumerate(picture.passes)
        ]
        stage = join(content)
        groups.append(stage if len(pictures) == 1 else timeline.group(stage, first, end))
        first = end
    width, height = size
    style = colours(theme) + letters(lang) + timeline.rules()
    return element(
        "svg",
        element("title", title),
        element("style", raw(style)),
        element("rect", class_=f"{PREFIX}page", width=width, height=height),
        *groups,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        class_=f"{PREFIX}picture",
        role="img",
        lang=lang,
    )


class _Timeline:
    """When groups are seen: each is told by a class, and a rule for each length of time."""

    def __init__(self, timing: Timing) -> None:
        self.timing = timing
        self.lengths: dict[str, str] = {}

    def group(self, content: Html, begin: int, end: int) -> Html:
        """Return content that is seen from one frame to before another."""
        if begin == 0 and end == self.timing.frames:
            return element("g", content)
        seconds = self.timing.seconds
        whole = end == self.timing.frames
        until = self.timing.total if whole else end * seconds
        share = f"{100 * (until - begin * seconds) / self.timing.total:.4f}"
        name = self.lengths.setdefault(share, f"{PREFIX}{len(self.lengths)}")
        delay = f"animation-delay:{begin * seconds:.3f}s"
        return element("g", content, class_=f"{PREFIX}seen {name}", style=delay if begin else None)

    def rules(self) -> str:
        """Return the rules of all groups."""
        total = f"{self.timing.total:.3f}s"
        seen = f".{PREFIX}seen{{visibility:hidden;animation:{total} step-end infinite}}"
        names = "".join(
            f".{name}{{animation-name:{name}}}"
            f"@keyframes {name}{{0%{{visibility:visible}}{share}%{{visibility:hidden}}}}"
            for share, name in self.lengths.items()
        )
        still = (
            f"@media(prefers-reduced-motion:reduce){{.{PREFIX}seen{{animation-play-state:paused}}}}"
        )
        return seen + names + still
