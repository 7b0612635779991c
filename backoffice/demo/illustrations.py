"""The pictures of the demo's products, one function each."""

from __future__ import annotations

import math
from collections.abc import Callable

from backoffice.demo.pictures import Canvas, darker, lighter


def mug(glaze: str, background: str) -> bytes:
    canvas = Canvas(background)
    canvas.shadow(22, 76, 84, 88)
    canvas.ring(60, 36, 84, 66, darker(glaze), 5)
    canvas.box(26, 26, 68, 82, glaze, 7)
    canvas.box(26, 26, 34, 82, darker(glaze, 0.12), 6)
    canvas.box(56, 31, 60, 74, lighter(glaze), 2)
    canvas.box(26, 60, 68, 66, lighter(glaze, 0.6))
    canvas.oval(26, 20, 68, 33, lighter(glaze, 0.35))
    canvas.oval(29, 22, 65, 31, "#4a2c1d")
    canvas.oval(33, 23, 52, 28, "#6b4229")
    for left in (36, 46, 56):
        canvas.line([(left, 16), (left + 2, 12), (left - 1, 8), (left + 1, 4)], lighter(background, 0.55), 1.4)
    return canvas.jpeg()


def notebook(cover: str, background: str) -> bytes:
    canvas = Canvas(background)
    canvas.shadow(20, 78, 84, 90)
    canvas.box(29, 17, 79, 85, "#e8e2d6", 2)
    for edge in range(3):
        canvas.box(78.0 - edge, 20, 78.4 - edge, 83, "#cfc6b4")
    canvas.box(24, 15, 74, 83, cover, 2)
    canvas.box(24, 15, 32, 83, darker(cover), 2)
    canvas.box(64, 13, 67, 85, "#e8a13a", 1)
    canvas.box(38, 29, 59, 43, "#f7f1e3", 1)
    canvas.box(41, 33, 56, 34.2, darker(cover))
    canvas.box(41, 37, 51, 38.2, darker(cover))
    return canvas.jpeg()


def candle(wax: str, background: str) -> bytes:
    canvas = Canvas(background)
    canvas.shadow(24, 77, 78, 89)
    canvas.oval(36, 2, 64, 30, lighter(background, 0.5))
    canvas.oval(41, 6, 59, 26, "#ffe9b8")
    canvas.shape([(50, 5), (55, 17), (53.5, 22), (50, 24), (46.5, 22), (45, 17)], "#ffb545")
    canvas.shape([(50, 11), (53, 18), (50, 23), (47, 18)], "#fff3cf")
    canvas.box(49.3, 22, 50.7, 34, "#43352b")
    canvas.box(29, 33, 71, 83, wax, 5)
    canvas.box(29, 33, 37, 83, darker(wax, 0.10), 5)
    canvas.oval(29, 28, 71, 40, lighter(wax, 0.4))
    canvas.oval(34, 30, 66, 38, lighter(wax, 0.65))
    canvas.box(35, 52, 65, 70, "#fbf7ee", 1)
    canvas.box(40, 57, 60, 58.4, "#7a6a58")
    canvas.box(43, 62, 57, 63.2, "#b8a88f")
    return canvas.jpeg()


def plant(pot: str, background: str) -> bytes:
    canvas = Canvas(background)
    canvas.shadow(26, 78, 76, 89)
    for angle, length, green in (
        (-62, 34, "#2f7a55"),
        (-34, 42, "#3b9468"),
        (-10, 47, "#2f7a55"),
        (14, 46, "#49a877"),
        (40, 40, "#3b9468"),
        (64, 32, "#2f7a55"),
    ):
        _leaf(canvas, 50, 58, angle, length, green)
    canvas.shape([(31, 56), (69, 56), (64, 83), (36, 83)], pot)
    canvas.shape([(31, 56), (39, 56), (42, 83), (36, 83)], darker(pot, 0.12))
    canvas.box(28, 52, 72, 60, lighter(pot, 0.18), 2)
    canvas.box(28, 52, 37, 60, pot, 2)
    return canvas.jpeg()


def tea(tin: str, background: str) -> bytes:
    canvas = Canvas(background)
    canvas.shadow(22, 78, 80, 89)
    canvas.box(28, 30, 72, 84, tin, 4)
    canvas.box(28, 30, 36, 84, darker(tin, 0.14), 4)
    canvas.box(65, 34, 68, 80, lighter(tin), 1)
    canvas.box(26, 20, 74, 33, darker(tin, 0.26), 4)
    canvas.box(44, 14, 56, 21, darker(tin, 0.34), 2)
    canvas.box(34, 44, 66, 73, "#fbf4e2", 2)
    _leaf(canvas, 50, 69, -24, 20, "#4f8f5b")
    _leaf(canvas, 50, 69, 24, 20, "#6aa86f")
    _leaf(canvas, 50, 69, 0, 23, "#3d7a4c")
    return canvas.jpeg()


def tote(cloth: str, background: str) -> bytes:
    canvas = Canvas(background)
    canvas.shadow(20, 79, 82, 90)
    canvas.arc(35, 6, 65, 62, 180, 360, darker(cloth, 0.25), 2.6)
    canvas.shape([(24, 34), (76, 34), (80, 85), (20, 85)], cloth)
    canvas.shape([(24, 34), (31, 34), (28, 85), (20, 85)], darker(cloth, 0.08))
    canvas.box(24, 34, 76, 38, darker(cloth, 0.10))
    canvas.oval(38, 48, 62, 72, "#e2644b")
    canvas.oval(43, 53, 57, 67, cloth)
    canvas.box(48.4, 43, 51.6, 77, "#e2644b", 1.5)
    return canvas.jpeg()


def pencils(first: str, background: str) -> bytes:
    canvas = Canvas(background)
    canvas.shadow(26, 78, 76, 89)
    for left, top, paint in ((35, 20, first), (43, 12, "#e8a13a"), (51, 17, "#2f7a9a"), (59, 23, "#d4556a")):
        canvas.box(left, top + 8, left + 6, 60, paint)
        canvas.box(left, top + 8, left + 2, 60, darker(paint, 0.15))
        canvas.shape([(left, top + 8), (left + 3, top), (left + 6, top + 8)], "#f0d9b5")
        canvas.shape([(left + 2, top + 2.7), (left + 3, top), (left + 4, top + 2.7)], darker(paint, 0.3))
    canvas.box(30, 44, 70, 84, "#f2efe8", 4)
    canvas.box(30, 44, 38, 84, "#d9d4c8", 4)
    canvas.box(30, 56, 70, 61, first)
    canvas.box(30, 64, 70, 66, lighter(first, 0.4))
    return canvas.jpeg()


def chocolate(wrapper: str, background: str) -> bytes:
    canvas = Canvas(background)
    canvas.shadow(22, 79, 82, 90)
    canvas.box(31, 12, 69, 50, "#5b3423", 2)
    for row in range(3):
        for column in range(3):
            left, top = 33 + column * 11.8, 14 + row * 10.5
            canvas.box(left, top, left + 10.4, top + 9, "#6f412c", 1)
            canvas.box(left + 1.4, top + 1.2, left + 9, top + 3, "#87553b", 0.8)
    canvas.shape([(28, 42), (36, 38), (44, 42), (52, 38), (60, 42), (68, 38), (72, 42), (72, 84), (28, 84)], wrapper)
    canvas.box(28, 42, 35, 84, darker(wrapper, 0.12))
    canvas.box(38, 52, 66, 72, "#fbf4e2", 2)
    canvas.box(43, 58, 61, 59.8, darker(wrapper, 0.2))
    canvas.box(46, 64, 58, 65.2, "#c9a24b")
    return canvas.jpeg()


def scarf(wool: str, background: str) -> bytes:
    canvas = Canvas(background)
    canvas.shadow(20, 79, 82, 90)
    for number, top in enumerate((66, 54, 42)):
        tone = wool if number % 2 == 0 else lighter(wool, 0.14)
        canvas.box(22, top, 78, top + 15, tone, 7)
        for left in range(28, 74, 9):
            canvas.box(left, top + 1.5, left + 2.6, top + 13.5, lighter(tone, 0.4), 1)
    canvas.box(46, 34, 60, 76, darker(wool, 0.10), 3)
    for top in (40, 50, 60):
        canvas.box(46, top, 60, top + 2.6, lighter(wool, 0.4))
    for left in (47, 50, 53, 56):
        canvas.line([(left + 0.8, 75), (left + 0.8, 82)], darker(wool, 0.10), 1.4)
    return canvas.jpeg()


def print_(sun: str, background: str) -> bytes:
    canvas = Canvas(background)
    canvas.shadow(20, 80, 82, 89)
    canvas.box(24, 10, 76, 84, "#3a2f2a", 1)
    canvas.box(26, 12, 74, 82, "#fbf7ee")
    canvas.box(31, 18, 69, 76, lighter(background, 0.55))
    canvas.oval(41, 26, 61, 46, sun)
    canvas.shape([(31, 58), (42, 46), (52, 57), (60, 49), (69, 58), (69, 76), (31, 76)], "#3b6d7e")
    canvas.shape([(31, 66), (44, 58), (56, 66), (69, 61), (69, 76), (31, 76)], "#264c5b")
    canvas.shape([(31, 72), (48, 68), (69, 73), (69, 76), (31, 76)], "#173541")
    return canvas.jpeg()


def gift_card(ribbon: str, background: str) -> bytes:
    canvas = Canvas(background)
    canvas.shadow(12, 70, 90, 84)
    canvas.box(13, 27, 89, 76, darker(ribbon, 0.34), 4)
    canvas.box(11, 25, 87, 74, ribbon, 4)
    canvas.box(11, 56, 87, 64, lighter(ribbon, 0.3))
    canvas.box(29, 25, 37, 74, "#f6d58b")
    canvas.ring(19, 15, 34, 32, "#f6d58b", 3.6)
    canvas.ring(32, 15, 47, 32, "#f6d58b", 3.6)
    canvas.box(30, 24, 36, 32, "#e0b65a", 1.4)
    for left in (48, 56, 64, 72):
        canvas.box(left, 58.4, left + 5.6, 61.6, "#ffffff", 0.8)
    canvas.box(48, 35, 76, 39, "#ffffff", 1)
    canvas.box(48, 43, 66, 45.6, lighter(ribbon, 0.55), 1)
    return canvas.jpeg()


def _leaf(canvas: Canvas, x: float, y: float, degrees: float, length: float, green: str) -> None:
    """Draw a leaf from its foot at (x, y), leaning *degrees* from upright."""
    angle = math.radians(degrees)
    along, across = (math.sin(angle), -math.cos(angle)), (math.cos(angle), math.sin(angle))
    outline = []
    for side in (1, -1):
        steps = range(13) if side == 1 else range(12, -1, -1)
        for step in steps:
            share = step / 12
            half = math.sin(math.pi * share**0.8) * length * 0.16 * side
            outline.append(
                (
                    x + along[0] * share * length + across[0] * half,
                    y + along[1] * share * length + across[1] * half,
                )
            )
    canvas.shape(outline, green)
    canvas.line([(x, y), (x + along[0] * length * 0.9, y + along[1] * length * 0.9)], lighter(green, 0.25), 0.7)


Illustration = Callable[[str, str], bytes]
