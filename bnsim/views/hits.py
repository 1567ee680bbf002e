"""What is under the pointer."""

from __future__ import annotations

from typing import Final

import numpy as np

from bnsim.pictures.types import Array, Key, LineMarks, Picture

#: How far from a line the pointer may be, in pixels.
REACH: Final = 6.0


def box_at(picture: Picture, x: float, y: float) -> Key | None:
    """Return the key of the last mark whose box holds the point."""
    for mark in reversed(picture.marks):
        if abs(x - mark.x) <= mark.width / 2 and abs(y - mark.y) <= mark.height / 2:
            return mark.key
    return None


def line_at(lines: LineMarks | None, x: float, y: float) -> Key | None:
    """Return the key of the nearest line within reach."""
    if lines is None or not len(lines.keys):
        return None
    far = distances(lines.lines, x, y)
    nearest = int(far.argmin())
    return lines.keys[nearest] if far[nearest] <= REACH else None


def key_at(picture: Picture, x: float, y: float) -> Key | None:
    """Return what the point is on: a mark, else a line, else None."""
    key = box_at(picture, x, y)
    return line_at(picture.lines, x, y) if key is None else key


def distances(lines: Array, x: float, y: float) -> Array:
    """Return how far the point is from each line; a line that is not finite is far."""
    with np.errstate(all="ignore"):
        x1, y1, x2, y2 = np.asarray(lines, dtype=np.float64).reshape(-1, 4).T
        dx, dy = x2 - x1, y2 - y1
        along = ((x - x1) * dx + (y - y1) * dy) / np.maximum(dx * dx + dy * dy, 1e-12)
        share = np.clip(along, 0.0, 1.0)
        far = np.hypot(x1 + share * dx - x, y1 + share * dy - y)
    return np.where(np.isfinite(far), far, np.inf)
