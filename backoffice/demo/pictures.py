"""What the demo's illustrations are drawn with: a canvas, colours, soft shadows. No picture files in the repository."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFilter

#: Pixels of a finished picture, and how much larger it is drawn, for smooth edges.
SIZE = 800
SCALE = 2
#: How much smaller than that shadows and light are drawn.
_SOFT = 8

Colour = tuple[int, int, int]
Point = tuple[float, float]


def colour(hexadecimal: str) -> Colour:
    """Return "#rrggbb" as numbers."""
    red, green, blue = bytes.fromhex(hexadecimal.lstrip("#"))
    return red, green, blue


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return *one* with *share* (0 to 1) of *other* in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def darker(base: str, share: float = 0.18) -> str:
    return "#{:02x}{:02x}{:02x}".format(*mix(colour(base), (20, 18, 40), share))


def lighter(base: str, share: float = 0.25) -> str:
    return "#{:02x}{:02x}{:02x}".format(*mix(colour(base), (255, 255, 255), share))


class Canvas:
    """A square picture, drawn in units of 0 to 100 from the top left corner."""

    def __init__(self, background: str) -> None:
        self.image = _backdrop(background)
        self._draw = ImageDraw.Draw(self.image)

    def box(self, left: float, top: float, right: float, bottom: float, fill: str, radius: float = 0) -> None:
        self._draw.rounded_rectangle(_scaled(left, top, right, bottom), _scaled(radius)[0], fill=colour(fill))

    def oval(self, left: float, top: float, right: float, bottom: float, fill: str) -> None:
        self._draw.ellipse(_scaled(left, top, right, bottom), fill=colour(fill))

    def ring(self, left: float, top: float, right: float, bottom: float, line: str, width: float) -> None:
        self._draw.ellipse(_scaled(left, top, right, bottom), outline=colour(line), width=round(_scaled(width)[0]))

    def shape(self, points: Sequence[Point], fill: str) -> None:
        self._draw.polygon([_scaled(x, y) for x, y in points], fill=colour(fill))

    def line(self, points: Sequence[Point], fill: str, width: float) -> None:
        self._draw.line([_scaled(x, y) for x, y in points], colour(fill), round(_scaled(width)[0]), joint="curve")
        for x, y in (points[0], points[-1]):
            self.oval(x - width / 2, y - width / 2, x + width / 2, y + width / 2, fill)

    def arc(
        self, left: float, top: float, right: float, bottom: float, start: float, end: float, line: str, width: float
    ) -> None:
        """Draw a part of an oval's outline, between two angles in degrees, clockwise from three o'clock."""
        self._draw.arc(_scaled(left, top, right, bottom), start, end, colour(line), round(_scaled(width)[0]))

    def shadow(self, left: float, top: float, right: float, bottom: float, strength: float = 0.30) -> None:
        """Lay a soft oval shadow on the ground, before the thing that casts it."""
        # Soft things need few pixels: drawn small, enlarged afterwards.
        small = Image.new("L", (SIZE * SCALE // _SOFT, SIZE * SCALE // _SOFT))
        oval = tuple(edge / _SOFT for edge in _scaled(left, top, right, bottom))
        ImageDraw.Draw(small).ellipse(oval, fill=round(255 * strength))
        small = small.filter(ImageFilter.GaussianBlur(_scaled(2.2)[0] / _SOFT))
        mask = small.resize(self.image.size, Image.Resampling.BILINEAR)
        self.image.paste((30, 24, 48), mask=mask)

    def jpeg(self) -> bytes:
        stream = io.BytesIO()
        self.image.reduce(SCALE).save(stream, "JPEG", quality=90)
        return stream.getvalue()


def _scaled(*units: float) -> tuple[float, ...]:
    return tuple(unit * SIZE * SCALE / 100 for unit in units)


def _backdrop(background: str) -> Image.Image:
    """A wall that grows lighter towards the light, and a floor."""
    base = colour(background)
    light = Image.radial_gradient("L")
    bright = Image.new("RGB", light.size, mix(base, (255, 255, 255), 0.45))
    wall = Image.composite(Image.new("RGB", light.size, base), bright, light).resize((SIZE * SCALE, SIZE * SCALE))
    floor = Image.new("RGB", (wall.width, wall.height * 28 // 100), mix(base, (60, 40, 60), 0.10))
    wall.paste(floor, (0, wall.height - floor.height))
    return wall
