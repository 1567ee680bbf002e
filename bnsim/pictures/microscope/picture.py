"""One neuron under the microscope: its batch on three number lines, ball by ball."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bnsim.pictures.canvas import MARGIN, Canvas
from bnsim.pictures.captions import Frames
from bnsim.pictures.look import Look, shown_sample
from bnsim.pictures.microscope.balls import (
    Balls,
    along,
    balls_of,
    draw_balls,
    draw_curves,
    lit_samples,
)
from bnsim.pictures.microscope.number_line import NO_ENDS
from bnsim.pictures.microscope.rows import Row, rows_of
from bnsim.pictures.microscope.ruler import BAR, HEAD, TICKS, Place, Ruler, place_of, row_color
from bnsim.pictures.microscope.words import microscope_words, wrapped
from bnsim.pictures.names import neuron_name
from bnsim.pictures.palette import Theme
from bnsim.pictures.types import Picture
from bnsim.sim.frame import Frame
from bnsim.sim.operation import Phase

TOP, BARE_TOP = 36.0, 8.0
#: The least height for the balls of a row, and the largest for few and for many samples.
LEAST_ZONE, FEW_ZONE, MANY_ZONE = 18.0, 42.0, 60.0
#: Up to so many samples their balls are large.
FEW = 9
#: Below this height there is no room for a caption.
CAPTION_FROM = 250.0
CAPTION_SIZE, LINE = 11.0, 15.0


def microscope_picture(frames: Frames, look: Look, width: float, height: float) -> Picture:
    """Draw the selected neuron's batch on its number lines.

    Parameters
    ----------
    frames : mapping of lane to Frame
        Both lanes; a neuron with a tray is that of the lane with batch normalization.
    look : Look
        ``glide`` is how far the balls of the last operation have come, ``held`` keeps the
        ends of the line along which a value is dragged.
    width, height : float
        In logical pixels.

    Returns
    -------
    Picture
        Marks: ("raw", layer, unit, sample) for raw balls and ("slot", layer, unit, sample)
        for the others, ("gamma" or "beta", layer, unit) for the two handles, quantities for
        the numbers in words and for the outputs of a layer without a tray.
    """
    canvas, frame = Canvas(width, height, look.theme), frames["with"]
    canvas.ground()
    drawing = _Drawing(canvas, frames, look)
    with np.errstate(all="ignore"):
        drawing.draw()
    name = neuron_name(frame, *look.selected)
    if look.title:
        canvas.title(f"{name} under the microscope", _context(frame))
    return canvas.picture(f"{name} under the microscope. {drawing.caption}")


def _context(frame: Frame) -> str:
    mode = "" if frame.training else " · inference"
    return f"batch {frame.cursor.batch + 1} · m = {frame.m}{mode}"


class _Drawing:
    """The rows of one picture and where they stand."""

    def __init__(self, canvas: Canvas, frames: Frames, look: Look) -> None:
        self.canvas, self.frame, self.look = canvas, frames["with"], look
        self.rows = rows_of(frames, look, canvas.width)
        room = canvas.width - 2 * MARGIN
        self.lines = 0 if canvas.height < CAPTION_FROM else 1 + (canvas.height >= 360)
        self.caption = microscope_words(frames, look, room * max(self.lines, 1), CAPTION_SIZE)
        self.zone, self.places = self._places()
        radius = min(9.0, 0.2 * self.zone + 1.5) if self.frame.m <= FEW else 0.04 * self.zone + 4
        self.balls = [
            balls_of(row, place.axis, radius, self.zone)
            for row, place in zip(self.rows, self.places, strict=True)
        ]

    @property
    def theme(self) -> Theme:
        return self.canvas.theme

    def _places(self) -> tuple[float, list[Place]]:
        """The height for balls, and the rows: what is left over lies between them."""
        top = TOP if self.look.title else BARE_TOP
        room, count = self.canvas.height - 8 - LINE * self.lines - top, len(self.rows)
        most = FEW_ZONE if self.frame.m <= FEW else MANY_ZONE
        zone = min(max(room / count - HEAD - BAR - TICKS, LEAST_ZONE), most)
        step = (room - (HEAD + BAR + zone + TICKS)) / (count - 1)
        return zone, [place_of(top + i * step, zone) for i in range(count)]

    def draw(self) -> None:
        """From what is behind to what is in front."""
        gliding = self._gliding()
        for i in range(1, len(self.rows)):
            glide = self.look.glide if gliding == i else 1.0
            draw_curves(self.canvas, self.balls[i - 1], self.balls[i], glide, self._ringed(i))
        for row, place in zip(self.rows, self.places, strict=True):
            Ruler(self.canvas, self.frame, self.look, row, place).draw(self._has_ends(row))
        for i, row in enumerate(self.rows):
            draw_balls(self.canvas, row, self._moved(i, gliding), self._ringed(i), self._faces(row))
        self._caption()

    # -- what moves --------------------------------------------------------------
    def _gliding(self) -> int | None:
        """The row whose balls the last operation has set in motion."""
        op = self.frame.operation
        if op is None or self.look.glide >= 1 or op.layer != self.look.selected[0]:
            return None
        row = {Phase.ARRIVE: 0, Phase.NORMALIZE: 1, Phase.SCALE: 2}.get(op.phase)
        tray = self.frame.has_tray(op.layer) and row is not None and row < len(self.rows)
        return row if tray else None

    def _moved(self, index: int, gliding: int | None) -> Balls:
        """The balls of a row, on their way if they are."""
        balls = self.balls[index]
        if gliding != index or not balls.samples.size:
            return balls
        share = np.array([min(max(self.look.glide, 0.0), 1.0)])
        if index == 0:
            return self._dropping(balls, float(share[0]))
        upper = self.balls[index - 1]
        starts = [upper.place(int(s)) for s in balls.samples]
        ends = list(zip(balls.x.tolist(), balls.y.tolist(), strict=True))
        ways = [along(a or b, b, share)[0] for a, b in zip(starts, ends, strict=True)]
        x, y = np.array(ways).T
        return replace(balls, x=x, y=y, counts=())

    def _dropping(self, balls: Balls, share: float) -> Balls:
        """The sample that has just arrived falls onto its line."""
        op = self.frame.operation
        fallen = balls.samples == (op.sample if op is not None else None)
        start = self.places[0].head
        y = np.where(fallen, start + (balls.y - start) * share, balls.y)
        return replace(balls, y=y)

    def _ringed(self, index: int) -> frozenset[int]:
        shown = frozenset({shown_sample(self.frame, self.look)})
        return shown | lit_samples(self.frame, self.look, self.rows[index])

    # -- one row -----------------------------------------------------------------
    def _faces(self, row: Row) -> tuple[str, str]:
        """Fill and outline of its balls: raw ones are hollow."""
        color = row_color(self.theme, row)
        hollow = row.name in ("raw", "without")
        return (self.theme.panel, color) if hollow else (color, self.theme.panel)

    def _has_ends(self, row: Row) -> bool:
        """Whether anything is known that gives the line its ends."""
        if row.name in ("x_hat", "y") or (row.line.low, row.line.high) != NO_ENDS:
            return True
        return any(bool(balls.samples.size) for balls in self.balls)

    def _caption(self) -> None:
        if not self.lines:
            return
        room = self.canvas.width - 2 * MARGIN
        lines = wrapped(self.caption, CAPTION_SIZE, room, self.lines)
        first = self.canvas.height - 5 - LINE * (len(lines) - 0.5)
        for i, text in enumerate(lines):
            y = first + i * LINE
            self.canvas.text(MARGIN, y, text, CAPTION_SIZE, align="left", room=room)
