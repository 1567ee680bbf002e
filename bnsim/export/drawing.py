"""A job's scene, and how many pixels a logical pixel of it is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bnsim.export import caption
from bnsim.export.job import ExportJob
from bnsim.export.pictures import PAPER_PT, PAPER_PX, Moment, Row, Size, moment_of, place, row_of
from bnsim.export.render import check_size
from bnsim.export.scene import Scene
from bnsim.pictures.palette import Theme
from bnsim.sim.session import Session


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A scene for an image of ``size`` pixels."""

    scene: Scene
    size: tuple[int, int]
    moment: Moment


def drawing_of(job: ExportJob, times: float, session: Session | None = None) -> Drawing:
    """The scene of a job; without a size it has ``times`` pixels a logical one.

    Raises
    ------
    InputError
        When the picture would be too large or too small.
    """
    row, moment = row_of(job.picture), moment_of(job, session)
    base = _with_caption(row, moment, row.base(moment))
    size = job.options.size or (round(base[0] * times), round(base[1] * times))
    check_size(size)
    k = _factor(size, base, _with_caption(row, moment, row.least(moment)), job.options.dpi)
    return Drawing(_captioned(row, moment, size[0] / k, size[1] / k), size, moment)


def _with_caption(row: Row, moment: Moment, size: Size) -> Size:
    spare = caption.height_of(row.lines(size[0])) if moment.job.options.caption else 0.0
    return size[0], size[1] + spare


def _factor(size: tuple[int, int], base: Size, least: Size, dpi: int | None) -> float:
    """Pixels a logical pixel: all of ``base`` fits.

    On paper the letters come first: with a resolution they have a readable size as long
    as the picture still has the least that it needs.
    """
    k = min(size[0] / base[0], size[1] / base[1])
    readable = (dpi or 0) / 72 * PAPER_PT / PAPER_PX
    return max(k, min(readable, size[0] / least[0], size[1] / least[1]))


def _captioned(row: Row, moment: Moment, width: float, height: float) -> Scene:
    """The scene with its caption below."""
    if not moment.job.options.caption:
        return row.draw(moment, width, height)
    lines, theme = row.lines(width), moment.look.theme
    top = max(height - caption.height_of(lines), 1.0)
    scene = row.draw(moment, width, top)
    words = caption.caption_shapes(row.tells(moment), _color(row, theme), width, top, lines)
    return replace(scene, height=height, parts=(*scene.parts, *words))


def _color(row: Row, theme: Theme) -> str:
    """What happened is text; where a plot comes from stands back."""
    return theme.muted if row.tells is place else theme.text
