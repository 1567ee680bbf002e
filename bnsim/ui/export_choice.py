"""What a person wants exported, how it is remembered, and what it means in pixels."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final, NamedTuple

from bnsim.export.job import ExportJob, Options
from bnsim.export.writers import writer_for
from bnsim.files.settings import Settings
from bnsim.pictures.palette import THEMES
from bnsim.pictures.quantity import Quantity
from bnsim.sim.errors import InputError
from bnsim.sim.moment import parse_moment
from bnsim.sim.operation import UNITS
from bnsim.sim.schedule import Cursor, Schedule
from bnsim.sim.session import schedule_of
from bnsim.sim.spec import Scenario

CM_AN_INCH: Final = 2.54
#: Sides in pixels, dots per inch and frames per second that can be chosen.
SIDE, DPI, FPS = (16, 10_000), (10, 1200), (1, 50)
CUSTOM: Final = "custom"


class Preset(NamedTuple):
    """A size that is often needed; `dpi` is what it is meant for."""

    name: str
    title: str
    width: float
    height: float
    unit: str
    dpi: int


PRESETS: Final = (
    Preset("slide", "Slide, 16:9", 1920, 1080, "px", 96),
    Preset("column", "Single column, 8.5 cm", 8.5, 6, "cm", 300),
    Preset("square", "Square", 1200, 1200, "px", 96),
)
#: The remembered ends of an animation that mean a moment wherever one is.
STARTS: Final = (
    ("start", "the start of the run"),
    ("batch", "the start of this batch"),
    ("now", "this moment"),
)
ENDS: Final = (
    ("now", "this moment"),
    ("batch", "the end of this batch"),
    ("end", "the end of the run"),
)


@dataclass(frozen=True, slots=True)
class Moment:
    """What the window shows when a picture is asked for."""

    scenario: Scenario
    t: int
    selected: tuple[int, int]
    inference: bool = False
    sample: int | None = None
    focus: Quantity | None = None


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """Everything the dialog asks; each field but ``lanes`` is remembered as ``export_<name>``."""

    picture: str
    lanes: str
    format: str
    size: str
    width: float
    height: float
    unit: str
    dpi: int
    theme: str
    title: bool
    labels: bool
    legend: bool
    caption: bool
    start: str
    until: str
    step: str
    fps: int

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return side_px(self.width, self.unit, self.dpi), side_px(self.height, self.unit, self.dpi)


def is_animation(suffix: str) -> bool:
    """Whether a format shows a stretch of steps."""
    return "animation" in writer_for(f"picture{suffix}").kinds


def is_table(suffix: str) -> bool:
    """Whether a format holds the numbers and no picture."""
    return "numbers" in writer_for(f"picture{suffix}").kinds


def side_px(length: float, unit: str, dpi: int) -> int:
    """A length in pixels, within what can be drawn."""
    dots = length * dpi / CM_AN_INCH if unit == "cm" else length
    return min(max(round(dots), SIDE[0]), SIDE[1])


def preset(name: str) -> Preset | None:
    """The preset of this name."""
    return next((row for row in PRESETS if row.name == name), None)


#: The lanes of a picture are those that the window shows.
_REMEMBERED: Final = tuple(f.name for f in fields(ExportChoice) if f.name != "lanes")


def remembered(settings: Settings, lanes: str) -> ExportChoice:
    """The last choice, as far as it still makes sense."""
    values = {name: getattr(settings, f"export_{name}") for name in _REMEMBERED}
    if preset(values["size"]) is None and values["size"] != CUSTOM:
        values |= _first_size()
    for name, known, instead in (
        ("theme", THEMES, "light"),
        ("step", UNITS, "sample"),
        ("unit", ("px", "cm"), "px"),
    ):
        values[name] = values[name] if values[name] in known else instead
    values["fps"] = min(max(values["fps"], FPS[0]), FPS[1])
    values["dpi"] = min(max(values["dpi"], DPI[0]), DPI[1])
    return ExportChoice(lanes=lanes, **values)


def _first_size() -> dict[str, object]:
    row = PRESETS[0]
    sides = {"width": float(row.width), "height": float(row.height)}
    return {"size": row.name, "unit": row.unit, "dpi": row.dpi, **sides}


def remember(settings: Settings, choice: ExportChoice) -> None:
    """Put a choice into the settings; the window saves them when it closes."""
    for name in _REMEMBERED:
        setattr(settings, f"export_{name}", getattr(choice, name))


def options_of(choice: ExportChoice) -> Options:
    """How the picture shall look."""
    return Options(
        choice.pixels,
        choice.dpi,
        choice.theme,
        choice.title,
        choice.labels,
        choice.legend,
        choice.caption,
    )


def job_of(moment: Moment, choice: ExportChoice, path: Path | None = None) -> ExportJob:
    """The picture of the moment as chosen; no animation."""
    scenario, file = moment.scenario, path or Path(f"{choice.picture}{choice.format}")
    options, lanes = options_of(choice), choice.lanes
    return ExportJob(
        scenario,
        choice.picture,
        moment.t,
        file,
        options,
        lanes,
        moment.selected,
        inference=moment.inference,
        sample=moment.sample,
        focus=moment.focus,
    )


def animation_of(moment: Moment, choice: ExportChoice, path: Path | None = None) -> ExportJob:
    """The chosen stretch of steps.

    Raises
    ------
    InputError
        When its ends are no moments, or in the wrong order.
    """
    schedule = schedule_of(moment.scenario, not moment.inference)
    first, final = stretch(choice, schedule, moment.scenario.batches, moment.t)
    job = job_of(moment, choice, path)
    return replace(job, t=first, until=final, unit=choice.step, fps=float(choice.fps))


def stretch(choice: ExportChoice, schedule: Schedule, batches: int, now: int) -> tuple[int, int]:
    """The first and the last moment of an animation.

    Raises
    ------
    InputError
        When a typed moment is none, or the end is before the start.
    """
    last, batch = batches * schedule.n, schedule.cursor(now).batch
    begin = schedule.moment(Cursor(batch, 0))
    starts = {"start": 0, "batch": begin, "now": now}
    ends = {"now": now, "batch": min(begin + schedule.n, last), "end": last}
    first = _moment(choice.start, starts, schedule, batches)
    final = _moment(choice.until, ends, schedule, batches)
    if final <= first:
        raise InputError("the animation has no steps: its end must be after its start.")
    return first, final


def _moment(text: str, known: dict[str, int], schedule: Schedule, batches: int) -> int:
    found = known.get(text)
    return parse_moment(text, schedule, batches) if found is None else found
