"""Pictures as SVG and PDF: true vectors with real text, the same bytes each time."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QHashSeed,
    QIODevice,
    QMarginsF,
    QRectF,
    QSizeF,
    QUuid,
)
from PySide6.QtGui import QColor, QPageLayout, QPageSize, QPainter, QPdfWriter

from bnsim import __version__
from bnsim.export.drawing import Drawing, drawing_of
from bnsim.export.job import DEFAULT_DPI, ExportJob
from bnsim.export.origin import origin_json
from bnsim.export.render import paint_scene
from bnsim.export.svg import clean, number, svg_text
from bnsim.files.scenario_json import dumps
from bnsim.sim.errors import InputError

MM_INCH: Final = 25.4
PT_INCH: Final = 72
#: Points of a PDF are divided into so many steps.
FINE: Final = 100
#: Every file has it, for the same command gives the same bytes.
DATE: Final = "2024-01-01T00:00:00Z"
_PDF_DATE: Final = b"D:20240101000000Z00'00'"
#: A PDF reader need not show more, and none shows it well.
LARGEST_PT: Final = 14_400


def svg_bytes(job: ExportJob) -> bytes:
    """The picture as an SVG file; with a resolution its size is in millimetres.

    Raises
    ------
    InputError
        When the picture would be too large or too small.
    """
    drawing = drawing_of(job, 1.0)
    about = {
        "title": drawing.scene.title,
        "desc": drawing.scene.description,
        "metadata": origin_json(job),
    }
    return svg_text(drawing.scene, _svg_size(job, drawing), about).encode()


def _svg_size(job: ExportJob, drawing: Drawing) -> tuple[str, str]:
    if job.options.dpi is None:
        return str(drawing.size[0]), str(drawing.size[1])
    mm = [number(side / job.options.dpi * MM_INCH) + "mm" for side in drawing.size]
    return mm[0], mm[1]


def pdf_bytes(job: ExportJob) -> bytes:
    """The picture as a PDF of one page that is as large as the picture.

    Raises
    ------
    InputError
        When the page would be larger than a PDF can be.
    """
    drawing = drawing_of(job, 1.0)
    dpi = job.options.dpi or DEFAULT_DPI
    points = [side / dpi * PT_INCH for side in drawing.size]
    if max(points) > LARGEST_PT:
        raise InputError(f"a PDF cannot be larger than {LARGEST_PT // PT_INCH} inches; use --dpi.")
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    # Qt rounds pages to whole points: what is over is filled with the ground.
    page = [math.ceil(side - 0.01) for side in points]
    writer = _pdf_writer(buffer, page, drawing, job)
    with _fixed_order(), QPainter(writer) as painter:
        ground = QRectF(0, 0, page[0] * FINE, page[1] * FINE)
        painter.fillRect(ground, QColor(drawing.scene.background))
        k = points[0] * FINE / drawing.scene.width
        painter.scale(k, k)
        paint_scene(painter, drawing.scene)
    return _dated(bytes(data.data()))


@contextlib.contextmanager
def _fixed_order() -> Iterator[None]:
    """Qt keeps the fonts of a PDF in a hash, whose order is another in every process."""
    QHashSeed.setDeterministicGlobalSeed()
    try:
        yield
    finally:
        QHashSeed.resetRandomGlobalSeed()


def _pdf_writer(buffer: QBuffer, points: list[int], drawing: Drawing, job: ExportJob):
    writer = QPdfWriter(buffer)
    writer.setResolution(PT_INCH * FINE)
    page = QPageSize(
        QSizeF(*points), QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch
    )
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF()))
    writer.setTitle(drawing.scene.title)
    writer.setCreator(f"bnsim {__version__}")
    writer.setDocumentId(QUuid.createUuidV5(QUuid(), origin_json(job).encode()))
    writer.setDocumentXmpMetadata(QByteArray(_xmp(drawing, job).encode()))
    writer.addFileAttachment("scenario.json", QByteArray(dumps(job.scenario).encode()))
    return writer


def _xmp(drawing: Drawing, job: ExportJob) -> str:
    """What a PDF says about itself, with where it comes from."""
    title = clean(drawing.scene.title)
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF \
xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" \
xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" \
xmlns:bnsim="https://github.com/bnsim/ns/"><dc:title><rdf:Alt>\
<rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>\
<xmp:CreatorTool>bnsim {__version__}</xmp:CreatorTool><xmp:CreateDate>{DATE}</xmp:CreateDate>\
<bnsim:origin>{clean(origin_json(job))}</bnsim:origin></rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def _dated(data: bytes) -> bytes:
    """The same file with a fixed date of the same length, so that no place in it moves."""

    def fixed(found: re.Match[bytes]) -> bytes:
        return (found[1] + _PDF_DATE).ljust(len(found[0]) - 1, b" ") + b")"

    return re.sub(rb"(/(?:Creation|Mod)Date \()D:[^)]*\)", fixed, data)
