"""GIF files: one palette for all frames, and of each frame only what has changed."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from PIL.Image import Image

#: Colours of the palette, of which so many are exact; one more is the transparent one.
COLORS, EXACT = 255, 160
#: The last frame stays for so many frames, so that one can read it.
REST = 4

Packed = NDArray[np.uint32]
Indexed = NDArray[np.uint8]


def packed(image: QImage) -> Packed:
    """The pixels of an image as 0xRRGGBB, shape (height, width)."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width())
    return pixels & 0xFFFFFF


class Palette:
    """The colours of some frames, and the nearest of them for any colour.

    Most of them are the commonest colours as they are, for grounds and marks must not
    shift; the rest stands for the shades of smoothed edges.
    """

    def __init__(self, frames: Sequence[Packed]) -> None:
        small = np.concatenate([frame[::2, ::2].ravel() for frame in frames])
        colors, counts = np.unique(small, return_counts=True)
        ranked = colors[np.argsort(-counts, kind="stable")]
        self.colors = np.concatenate([_rgb(ranked[:EXACT]), _shades(ranked[EXACT:])])
        #: Index by colour; COLORS where nobody has asked yet.
        self._index = np.full(1 << 24, COLORS, np.uint8)

    def nearest(self, colors: Packed) -> Indexed:
        """The index of the nearest colour for each of these."""
        found = self._index.take(colors, mode="clip")  # twice as fast as with checks
        unknown = found == COLORS
        if unknown.any():
            self._learn(np.unique(colors[unknown]))
            found = self._index.take(colors, mode="clip")
        return found

    def _learn(self, colors: Packed) -> None:
        known = self.colors.astype(np.float32)
        for start in range(0, len(colors), 4096):
            part = colors[start : start + 4096]
            asked = _rgb(part).astype(np.float32)
            # |a - b|^2 without |a|^2, which is the same for all b
            far = (known**2).sum(axis=1) - 2 * asked @ known.T
            self._index[part] = far.argmin(axis=1)


def _rgb(colors: Packed) -> Indexed:
    return np.stack([colors >> 16, colors >> 8, colors], axis=1).astype(np.uint8)


def _shades(colors: Packed) -> Indexed:
    """A few colours for all of these."""
    import PIL.Image

    if not len(colors):
        return np.empty((0, 3), np.uint8)
    image = PIL.Image.frombytes("RGB", (len(colors), 1), _rgb(colors).tobytes())
    count = min(COLORS - EXACT, len(colors))
    cut = image.quantize(count, PIL.Image.Quantize.MEDIANCUT, dither=PIL.Image.Dither.NONE)
    return np.array(cut.getpalette()[: 3 * count], np.uint8).reshape(-1, 3)


class Gif:
    """Frames put in one after the other, each as what it changes of the one before."""

    def __init__(self, palette: Palette) -> None:
        self._palette = palette
        self._frames: list[Indexed] = []
        self._before: Packed | None = None

    def add(self, frame: Packed) -> None:
        """Put a frame at the end; it is transparent where nothing has changed."""
        if self._before is None:
            self._frames.append(self._palette.nearest(frame))
        else:
            changed = frame != self._before
            shown = np.full(frame.shape, COLORS, np.uint8)
            shown[changed] = self._palette.nearest(frame[changed])
            self._frames.append(shown)
        self._before = frame

    def encoded(self, fps: float, comment: str) -> bytes:
        """The file, which goes on for ever; equal frames become one that stays longer."""
        buffer = io.BytesIO()
        step = round(1000 / fps)
        durations = [step] * (len(self._frames) - 1) + [step * REST]
        images = self._images()
        next(images).save(
            buffer, "GIF", save_all=True, append_images=images, duration=durations, loop=0,
            optimize=False, disposal=1, comment=comment.encode(), transparency=COLORS,
        )  # fmt: skip
        return buffer.getvalue()

    def _images(self) -> Iterator[Image]:
        import PIL.Image

        colors = self._palette.colors.tobytes()
        for frame in self._frames:
            image = PIL.Image.frombytes("P", frame.shape[::-1], frame.tobytes())
            image.putpalette(colors)
            yield image
