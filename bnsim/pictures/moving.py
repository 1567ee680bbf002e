"""The same shapes elsewhere, for figures made of several pictures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bnsim.pictures.types import Arrow, Box, Circle, Glyphs, Picture, Shape, Strokes, Text


def moved(shape: Shape, dy: float, dx: float = 0.0) -> Shape:
    """The same shape further down, and further to the right."""
    if isinstance(shape, Strokes):
        return replace(shape, lines=shape.lines + np.array([dx, dy, dx, dy]))
    if isinstance(shape, Glyphs):
        return replace(shape, places=shape.places + np.array([dx, dy, 0.0]))
    if isinstance(shape, Circle | Box | Text | Arrow):
        return replace(shape, x=shape.x + dx, y=shape.y + dy)
    return shape


def lifted(picture: Picture, by: float) -> Picture:
    """The same picture without its uppermost stretch; its first shape is its ground."""
    ground, *rest = picture.shapes
    if isinstance(ground, Box):
        ground = replace(ground, height=ground.height - by)
    shapes = (ground, *(moved(shape, -by) for shape in rest))
    return replace(picture, height=picture.height - by, shapes=shapes, marks=(), lines=None)
