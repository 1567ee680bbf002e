"""The two timelines: the operations of this batch, and the whole run."""

from __future__ import annotations

from dataclasses import dataclass

from bnsim.pictures.canvas import MARGIN, Canvas, text_width
from bnsim.pictures.palette import Theme
from bnsim.pictures.scale import round_up
from bnsim.pictures.types import Picture
from bnsim.sim.operation import Operation, Phase
from bnsim.sim.schedule import Schedule

LABEL_WIDTH = 76.0
STAGE_Y, CHIP_Y, CHIP_HEIGHT, RUN_Y, BATCH_Y = 20.0, 42.0, 23.0, 70.0, 85.0
HEIGHT = 96.0
LEAST_CHIP = 13.0

_WORDS = {
    Phase.MEAN: ("μ", 0.75),
    Phase.VARIANCE: ("σ²", 0.75),
    Phase.NORMALIZE: ("x̂", 0.75),
    Phase.SCALE: ("γ β", 0.8),
    Phase.LOSS: ("loss", 1.1),
    Phase.BACKWARD: ("backward", 1.9),
    Phase.UPDATE: ("update", 1.5),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A stretch of operations ``first`` to ``last`` (from 1) shown as one box."""

    text: str
    weight: float
    first: int
    last: int
    stage: str
    segment: int


def _chip(schedule: Schedule, first: int, last: int) -> Chip:
    op = schedule.operations[first - 1]
    text, weight = _WORDS.get(op.phase, ("", 1.0)) if op.sample is None else _sample(op)
    return Chip(text, weight, first, last, _stage(op), op.segment)


def _sample(op: Operation) -> tuple[str, float]:
    return f"s{(op.sample or 0) + 1}", 1.0


def _stage(op: Operation) -> str:
    statistics = op.stage in ("statistics", "normalize")
    return "batch norm" if statistics else op.stage


def chips(schedule: Schedule, width: float) -> list[Chip]:
    """One box a sample step; samples of one stretch merge where boxes grow too narrow."""
    found = [_chip(schedule, first, last) for first, last in schedule.groups("sample")]
    if width / sum(chip.weight for chip in found) >= LEAST_CHIP:
        return found
    return _merged(found, schedule.m)


def _merged(found: list[Chip], m: int) -> list[Chip]:
    result: list[Chip] = []
    for chip in found:
        last = result[-1] if result else None
        same = last is not None and (last.stage, last.segment) == (chip.stage, chip.segment)
        if last is not None and same and chip.text.startswith("s") and chip.text[1:].isdigit():
            result[-1] = Chip(f"s1–s{m}", 2.0, last.first, chip.last, chip.stage, chip.segment)
        else:
            result.append(chip)
    return result


def timeline_picture(
    schedule: Schedule, t: int, batches: int, theme: Theme, width: float
) -> Picture:
    """Draw both timelines; a chip's mark is ("ops", first, last), the run's ("run",)."""
    canvas = Canvas(width, HEIGHT, theme)
    cursor = schedule.cursor(t)
    canvas.ground()
    canvas.title("Timeline", f"batch {cursor.batch + 1} of {batches:,}")
    left, room = MARGIN + LABEL_WIDTH, width - 2 * MARGIN - LABEL_WIDTH
    canvas.text(MARGIN, CHIP_Y, "this batch", 11.5, theme.muted, align="left")
    _draw_chips(canvas, chips(schedule, room), cursor.done, left, room)
    canvas.text(MARGIN, RUN_Y, "whole run", 11.5, theme.muted, align="left")
    _draw_run(canvas, t / (batches * schedule.n), batches, left, room)
    return canvas.picture(
        f"Batch {cursor.batch + 1} of {batches}, operation {cursor.done} of {schedule.n}"
    )


def _draw_chips(canvas: Canvas, found: list[Chip], done: int, left: float, room: float) -> None:
    unit = room / sum(chip.weight for chip in found)
    x, shown = left, (-1, "")
    label_end = -1.0
    for chip in found:
        width = chip.weight * unit
        _box(canvas, chip, x, width - min(4.0, 0.2 * width), done)
        head = _heading(chip)
        fits = label_end <= x <= canvas.width - MARGIN - 104 - text_width(head, 10.5)
        if head and (chip.segment, chip.stage) != shown and fits:
            color = canvas.theme.normalized if chip.stage == "batch norm" else canvas.theme.muted
            canvas.text(
                x, STAGE_Y, head, 10.5, color, bold=chip.stage == "batch norm", align="left"
            )
            label_end = x + 6.0 * len(head) + 4
        shown = (chip.segment, chip.stage)
        x += width


def _heading(chip: Chip) -> str:
    return chip.stage if chip.stage not in ("loss", "backward", "update") else ""


def _box(canvas: Canvas, chip: Chip, x: float, width: float, done: int) -> None:
    theme, top = canvas.theme, CHIP_Y - CHIP_HEIGHT / 2
    now = chip.first <= done <= chip.last
    fill = theme.accent_soft if done >= chip.first else theme.field
    canvas.box(x, top, width, CHIP_HEIGHT, fill, radius=4)
    if now:
        canvas.box(x, top, width, CHIP_HEIGHT, theme.accent, radius=4)
        share = (done - chip.first + 1) / (chip.last - chip.first + 1)
        if share < 1:
            canvas.box(x + 3, top + CHIP_HEIGHT - 5, (width - 6) * share, 2.5, theme.accent_text)
    color = theme.accent_text if now else (theme.text if done >= chip.first else theme.muted)
    if width >= 5.6 * len(chip.text) + 3:
        canvas.text(x + width / 2, CHIP_Y, chip.text, 11, color, bold=True)
    else:
        _small_word(canvas, chip.text, x + width / 2, width, color)
    canvas.mark(("ops", chip.first, chip.last), x + width / 2, CHIP_Y, width + 4, CHIP_HEIGHT + 6)


#: Words for chips that are too narrow for the full ones.
_SHORT = {"γ β": "γβ", "loss": "L", "backward": "back", "update": "upd"}


def _small_word(canvas: Canvas, text: str, x: float, width: float, color: str) -> None:
    fitting = [word for word in (text, _SHORT.get(text, "")) if width >= 5.2 * len(word)]
    if fitting:
        canvas.text(x, CHIP_Y, fitting[0], 9, color)


def _draw_run(canvas: Canvas, share: float, batches: int, left: float, room: float) -> None:
    theme = canvas.theme
    canvas.box(left, RUN_Y - 3, room, 6, theme.grid, radius=3)
    canvas.box(left, RUN_Y - 3, max(room * share, 0.1), 6, theme.accent, radius=3)
    step = max(1, int(round_up(batches / 8)))
    each = room / batches
    for batch in range(1, batches if each >= 8 else 0):
        canvas.box(left + batch * each - 0.5, RUN_Y - 6, 1, 12, theme.faint, radius=0)
    for batch in range(0, batches, step):
        text = f"batch {batch + 1}" if step * each >= 56 else f"{batch + 1}"
        canvas.text(left + (batch + 0.5) * each, BATCH_Y, text, 10.5, theme.muted)
    canvas.circle(left + room * share, RUN_Y, 7, theme.accent, theme.panel, 2)
    canvas.mark(("run",), left + room / 2, RUN_Y, room + 16, 20)


_EXPLAINED = {
    Phase.FORWARD: "a sample goes through a layer: its sums and activations",
    Phase.ARRIVE: "a sample goes through the layers up to the next tray and waits there",
    Phase.MEAN: "μ, mean: the average of each neuron over the m samples of the batch",
    Phase.VARIANCE: "σ², variance: the mean squared distance from μ, neuron by neuron",
    Phase.NORMALIZE: "x̂ (x-hat), standardized: (value − μ) / √(σ² + ε), mean 0 and deviation 1",
    Phase.SCALE: "y = γ x̂ + β: scaled by gamma and shifted by beta, both learned",
    Phase.LEAVE: "a sample leaves the tray and goes on to the next one or to the output",
    Phase.LOSS: "loss: how far the outputs of the batch are from their targets",
    Phase.BACKWARD: "backward: the gradient of the loss, layer by layer from the last",
    Phase.UPDATE: "update: the optimizer moves the parameters",
}


def timeline_card(schedule: Schedule, first: int, last: int) -> str:
    """What a chip stands for, symbols explained."""
    ops = schedule.operations[first - 1 : last]
    title = f"operations {first} to {last}" if last > first else f"operation {first}"
    phases = dict.fromkeys(op.phase for op in ops)
    return "\n".join([f"This batch, {title} of {schedule.n}", *(_EXPLAINED[p] for p in phases)])


def run_share(x: float, width: float) -> float:
    """Where on the whole run a pointer at ``x`` is, 0 to 1."""
    left, room = MARGIN + LABEL_WIDTH, width - 2 * MARGIN - LABEL_WIDTH
    return min(max((x - left) / room, 0.0), 1.0)
