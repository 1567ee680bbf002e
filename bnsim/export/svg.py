"""A scene as SVG: a short file of true shapes and real text.

Written by hand from the shapes: Qt's generator needs five times the bytes, writes NaN
and control characters into the file, and its clipping is ignored by other programs.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Final

import numpy as np

from bnsim.export.scene import Line, Part, Scene
from bnsim.pictures.types import Array, Arrow, Box, Circle, Color, Glyphs, Outline, Strokes, Text
from bnsim.views.fonts import FAMILY
from bnsim.views.paint import FAR, LINE_DASHES, OUTLINE_DASHES, safe_lines, shown_text

FONTS: Final = f"{FAMILY},'Helvetica Neue',Arial,sans-serif"
#: What XML forbids even when escaped.
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ANCHORS: Final = {"left": "", "center": ' text-anchor="middle"', "right": ' text-anchor="end"'}
_TURNS: Final = {"up": 0, "right": 90, "down": 180, "left": 270}


class _Svg:
    """Elements in painter's order, with the gradients and clips that they name."""

    def __init__(self) -> None:
        self.defs: list[str] = []
        self._ids: dict[str, str] = {}
        self.body: list[str] = []

    def named(self, element: str) -> str:
        """The id of a definition; ``element`` has a place for it."""
        if element not in self._ids:
            self._ids[element] = f"d{len(self._ids) + 1}"
            self.defs.append(element.format(self._ids[element]))
        return self._ids[element]

    def add(self, part: Part) -> None:
        """Put a part on top; what is no number is left out, as a painter does."""
        self.body.append(_DRAW[type(part)](self, part))


def svg_text(scene: Scene, size: tuple[str, str], about: Mapping[str, str]) -> str:
    """The text of an SVG file.

    Parameters
    ----------
    scene : Scene
        What to draw.
    size : (str, str)
        Width and height with their units.
    about : mapping
        ``title``, ``desc`` and ``metadata``, elements of the file by their names.
    """
    svg = _Svg()
    for part in scene.parts:
        svg.add(part)
    box = f"0 0 {number(scene.width)} {number(scene.height)}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}" '
        f'viewBox="{box}" font-family="{FONTS}" fill="none" stroke-linejoin="round">'
    )
    words = [f"<{name}>{clean(text)}</{name}>" for name, text in about.items()]
    defs = [f"<defs>{''.join(svg.defs)}</defs>"] if svg.defs else []
    fill = _paint("fill", scene.background)
    ground = f'<rect width="{number(scene.width)}" height="{number(scene.height)}"{fill}/>'
    body = [element for element in svg.body if element]
    return "\n".join([head, *words, *defs, ground, *body, "</svg>", ""])


def clean(text: str) -> str:
    """Text as XML takes it."""
    return escape(_FORBIDDEN.sub("", text), quote=False)


def number(value: float) -> str:
    """A finite number to a hundredth, in the fewest characters."""
    value = min(max(value, -FAR), FAR) if not math.isnan(value) else 0.0
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _paint(name: str, color: Color) -> str:
    """A fill or a stroke; #aarrggbb has an opacity."""
    if not color:
        return ""
    opacity = ""
    if len(color) == 9:
        opacity = f' {name}-opacity="{number(int(color[1:3], 16) / 255)}"'
    return f' {name}="#{color[-6:]}"{opacity}'


def _pen(color: Color, width: float, dashes: tuple[float, float] | None) -> str:
    if not color or not 0 < width <= FAR:
        return ""
    line = "" if width == 1 else f' stroke-width="{number(width)}"'
    if dashes:
        line += f' stroke-dasharray="{number(dashes[0])} {number(dashes[1])}"'
    return _paint("stroke", color) + line


def _finite(*values: float) -> bool:
    return all(map(math.isfinite, values))


def _strokes(_svg: _Svg, shape: Strokes) -> str:
    lines, pen = safe_lines(shape.lines), _pen_of(shape)
    if not len(lines) or not pen:
        return ""
    path = "".join(f"M{number(a)} {number(b)}L{number(c)} {number(d)}" for a, b, c, d in lines)
    return f'<path d="{path}"{pen}/>'


def _pen_of(shape: Strokes | Line) -> str:
    return _pen(shape.color, shape.width, LINE_DASHES if shape.dashed else None)


def _line(svg: _Svg, line: Line) -> str:
    pen = _pen_of(line)
    clip = ""
    if line.clipped:
        x, y, width, height = map(number, line.clip)
        rect = f'<rect x="{x}" y="{y}" width="{width}" height="{height}"/>'
        clip = f' clip-path="url(#{svg.named(f"""<clipPath id="{{}}">{rect}</clipPath>""")})"'
    return f'<path d="{"".join(map(_run, line.runs))}"{pen}{clip}/>' if pen else ""


def _run(points: Array) -> str:
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points.tolist())


def _circle(_svg: _Svg, shape: Circle) -> str:
    if not _finite(shape.x, shape.y, shape.radius) or shape.radius <= 0:
        return ""
    pen = _pen(shape.line, shape.width, OUTLINE_DASHES if shape.dashed else None)
    place = f'cx="{number(shape.x)}" cy="{number(shape.y)}" r="{number(shape.radius)}"'
    return f"<circle {place}{_paint('fill', shape.fill)}{pen}/>"


def _box(svg: _Svg, shape: Box) -> str:
    place = (shape.x, shape.y, shape.width, shape.height)
    if not _finite(*place) or shape.width <= 0 or shape.height <= 0:
        return ""
    pen = _pen(shape.line, shape.line_width, OUTLINE_DASHES if shape.dashed else None)
    x, y, width, height = map(number, place)
    rx = f' rx="{number(shape.radius)}"' if shape.radius > 0 else ""
    fill = _paint("fill", shape.fill) if isinstance(shape.fill, str) else _across(svg, shape.fill)
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}"{rx}{fill}{pen}/>'


def _across(svg: _Svg, colors: tuple[Color, ...]) -> str:
    """The colours of a box from left to right."""
    last = max(len(colors) - 1, 1)
    stops = "".join(
        f'<stop offset="{number(i / last)}"{_paint("stop", c).replace("stop=", "stop-color=")}/>'
        for i, c in enumerate(colors)
    )
    name = svg.named(f'<linearGradient id="{{}}">{stops}</linearGradient>')
    return f' fill="url(#{name})"'


def _text(_svg: _Svg, shape: Text) -> str:
    if not shape.text or not _finite(shape.x, shape.y, shape.size) or shape.size < 1:
        return ""
    text, baseline = shown_text(shape)
    weight = ' font-weight="600"' if shape.bold else ""
    look = f"{_paint('fill', shape.color)}{weight}{_ANCHORS[shape.align]}"
    place = f'x="{number(shape.x)}" y="{number(baseline)}" font-size="{number(shape.size)}"'
    return f"<text {place}{look}>{clean(text)}</text>"


def _arrow(_svg: _Svg, shape: Arrow) -> str:
    if not _finite(shape.x, shape.y, shape.size) or shape.size <= 0:
        return ""
    half = min(shape.size, FAR) / 2
    up, down = number(-half), number(half * 0.8)
    path = f"M0 {up}L{number(half)} {down}L{up} {down}Z"
    turn = _TURNS[shape.direction]
    place = f"translate({number(shape.x)} {number(shape.y)})" + f" rotate({turn})" * bool(turn)
    return f'<path d="{path}" transform="{place}"{_paint("fill", shape.color)}/>'


def _glyphs(_svg: _Svg, shape: Glyphs) -> str:
    letters = zip(shape.outlines, shape.places.tolist(), strict=True)
    path = "".join(_letter(outline, *at) for outline, at in letters if _finite(*at))
    return f'<path d="{path}"{_paint("fill", shape.color)}/>' if path else ""


_POINTS: Final = {"M": 1, "L": 1, "Q": 2, "C": 3}


def _letter(outline: Outline, x: float, y: float, size: float) -> str:
    """One letter at its place; every contour is closed."""
    points = iter((outline.points * size + np.array([x, y])).tolist())
    parts = []
    for command in outline.commands:
        numbers = [number(v) for _ in range(_POINTS[command]) for v in next(points)]
        parts.append(("Z" if command == "M" and parts else "") + command + " ".join(numbers))
    return "".join(parts) + "Z" * bool(parts)


_DRAW: Final[dict[type, Callable[[_Svg, Any], str]]] = {
    Strokes: _strokes,
    Line: _line,
    Circle: _circle,
    Box: _box,
    Text: _text,
    Arrow: _arrow,
    Glyphs: _glyphs,
}
