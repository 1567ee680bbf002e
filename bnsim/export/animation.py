"""A stretch of steps as GIF or MP4: frames that differ in nothing but the moment."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from PySide6.QtGui import QImage

from bnsim.export.gif import Gif, Palette, packed
from bnsim.export.images import image_of
from bnsim.export.job import CancelledError, ExportJob, Progress, Window, session_for
from bnsim.export.origin import KEY, facts, origin_json
from bnsim.export.sheet import stretch
from bnsim.sim.errors import InputError

MOST_FRAMES = 5_000
#: Frames and their pixels are held in memory: one byte each.
MOST_BYTES = 2 << 30
#: Pixels a logical pixel of an animation that nobody has given a size.
TIMES = 1.25
#: Frames that the palette is made from.
SAMPLES = 8
FPS = (0.1, 50.0)

#: No system takes longer arguments for certain.
LONGEST_COMMENT = 30_000

NO_FFMPEG = (
    "an MP4 needs ffmpeg: install it (Debian: apt install ffmpeg) or "
    "`pip install bnsim[video]`, or write a .gif."
)


def moments_of(job: ExportJob) -> list[int]:
    """The moments of an animation, from ``t`` to ``until``, or of the batch of ``t``.

    Raises
    ------
    InputError
        When there are too many, or the last is before the first.
    """
    session = session_for(job)
    first, last = job.t, job.until
    if last is None:
        first = session.schedule.cursor(job.t).batch * session.schedule.n
        last = first + session.schedule.n
    return stretch(session, first, min(last, session.last), job.unit, MOST_FRAMES)


def frames_of(job: ExportJob, window: Window) -> Callable[[int], QImage]:
    """The picture of any moment; one session serves all."""
    session = session_for(job)

    def at(t: int) -> QImage:
        return image_of(replace(job, t=t, until=None), window, session, TIMES)

    return at


def _checked(job: ExportJob) -> list[int]:
    """The moments of a job that can be drawn."""
    if not FPS[0] <= job.fps <= FPS[1]:
        raise InputError(f"{job.fps:g} frames a second; use {FPS[0]:g} to {FPS[1]:g}.")
    return moments_of(job)


# -- GIF -------------------------------------------------------------------------------
def gif_bytes(job: ExportJob, window: Window, progress: Progress) -> bytes:
    """The animation as GIF with one palette for all frames.

    Raises
    ------
    InputError
        When there are too many moments, or too many pixels in all.
    CancelledError
        When ``progress`` says so.
    """
    moments, at = _checked(job), frames_of(job, window)
    first = at(moments[0])
    _check_memory(len(moments) * first.width() * first.height())
    gif = Gif(Palette([packed(at(t)) for t in _spread(moments, SAMPLES)]))
    for done, t in enumerate(moments):
        if not progress(done, len(moments)):
            raise CancelledError
        gif.add(packed(at(t)))
    return gif.encoded(job.fps, f"{KEY} {origin_json(job)}")


def _check_memory(size: int) -> None:
    if size > MOST_BYTES:
        raise InputError("the animation would be too large; use fewer moments or a smaller size.")


def _spread(moments: list[int], count: int) -> list[int]:
    """First, last and some between them."""
    last = len(moments) - 1
    return [moments[round(i * last / (count - 1))] for i in range(count)]


# -- MP4 -------------------------------------------------------------------------------
def mp4_bytes(job: ExportJob, window: Window, progress: Progress) -> bytes:
    """The animation as MP4, made by ffmpeg.

    Raises
    ------
    InputError
        When there is no ffmpeg, or it fails; too many moments.
    CancelledError
        When ``progress`` says so.
    """
    program = ffmpeg()
    moments, at = _checked(job), frames_of(job, window)
    first = at(moments[0])
    with tempfile.TemporaryDirectory(prefix="bnsim-") as folder:
        out = Path(folder) / "film.mp4"
        _run([program, *_arguments(job, first), str(out)], _raw_frames(moments, at, progress))
        return out.read_bytes()


def ffmpeg() -> str:
    """The program of the machine, or that of the extra ``video``.

    Raises
    ------
    InputError
        When there is neither.
    """
    found = shutil.which("ffmpeg")
    if found:
        return found
    try:
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        raise InputError(NO_FFMPEG) from None


def _arguments(job: ExportJob, image: QImage) -> list[str]:
    """Raw pictures in, a film for every player out; players want even sides."""
    size, rate = f"{image.width()}x{image.height()}", f"{job.fps:g}"
    source = ["-f", "rawvideo", "-pix_fmt", "bgr0", "-video_size", size, "-framerate", rate]
    even = "pad=ceil(iw/2)*2:ceil(ih/2)*2:color=white"
    codec = ["-c:v", "libx264", "-preset", "medium", "-crf", "16", "-tune", "animation"]
    about = f"{KEY} {origin_json(job)}"
    if len(about) > LONGEST_COMMENT:
        about = f"{KEY} {json.dumps(facts(job) | {'scenario': job.scenario.name})}"
    return [
        "-hide_banner", "-loglevel", "fatal", "-y", *source, "-i", "-", "-vf", even, *codec,
        "-pix_fmt", "yuv420p", "-bitexact", "-movflags", "+faststart",
        "-metadata", f"comment={about}",
    ]  # fmt: skip


def _raw_frames(
    moments: list[int], at: Callable[[int], QImage], progress: Progress
) -> Iterator[bytes]:
    for done, t in enumerate(moments):
        if not progress(done, len(moments)):
            raise CancelledError
        yield bytes(at(t).convertToFormat(QImage.Format.Format_RGB32).constBits())


def _run(command: list[str], frames: Iterator[bytes]) -> None:
    """Feed ffmpeg; whatever happens it ends."""
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    with (
        subprocess.Popen(command, stdin=pipe, stdout=nowhere, stderr=pipe) as process,
        contextlib.ExitStack() as unless_done,
    ):
        unless_done.callback(process.kill)
        with contextlib.suppress(BrokenPipeError):  # it says why below
            for frame in frames:
                process.stdin.write(frame)
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        said = process.stderr.read().decode(errors="replace").strip()
        unless_done.pop_all()
    if process.returncode:
        why = said.splitlines()[-1] if said else f"status {process.returncode}"
        raise InputError(f"ffmpeg failed ({why[:200]}); write a .gif instead.")
