"""Where a figure comes from: written into every file, read again by ``bnsim open``."""

from __future__ import annotations

import json
import os
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import PurePath
from typing import Any

from bnsim import __version__
from bnsim.export.job import ExportJob, schedule_for
from bnsim.files.scenario_json import dumps, loads
from bnsim.sim.errors import InputError
from bnsim.sim.moment import moment_text, parse_moment
from bnsim.sim.session import schedule_of
from bnsim.sim.spec import Scenario

MOST_BYTES = 256 << 20
#: The JSON of a scenario of 1 MiB is the largest text that we write.
MOST_TEXT = 8 << 20
KEY = "bnsim"


@dataclass(frozen=True, slots=True)
class Origin:
    """The scenario and moment that a figure shows."""

    scenario: Scenario
    t: int
    picture: str
    inference: bool = False


def facts(job: ExportJob) -> dict[str, Any]:
    """Version, scenario, seed, moment and picture; equal jobs have equal facts."""
    return {
        "version": __version__,
        "picture": job.picture,
        "moment": moment_text(schedule_for(job), job.t),
        "seed": job.scenario.seed,
        "inference": job.inference,
        "lanes": job.lanes,
        "selected": list(job.selected),
        "scenario": json.loads(dumps(job.scenario)),
    }


def origin_json(job: ExportJob) -> str:
    """The facts on one line of ASCII."""
    return json.dumps(facts(job), separators=(",", ":"))


def origin_of(path: str | os.PathLike[str]) -> Origin:
    """What a figure of ours shows.

    Raises
    ------
    InputError
        When it cannot be read or is no figure of bnsim.
    """
    name = os.fspath(path)
    data = _bytes(name)
    try:
        text = _READERS.get(PurePath(name).suffix.lower(), _no_reader)(data)
        found = json.loads(text)
        scenario = loads(json.dumps(found["scenario"]), name)
        inference = found.get("inference") is True
        schedule = schedule_of(scenario, not inference)
        t = parse_moment(str(found["moment"]), schedule, scenario.batches)
    except (ValueError, KeyError, TypeError, RecursionError, struct.error, zlib.error):
        known = ", ".join(_READERS)
        raise InputError(f"{name!r} is no figure that bnsim has written ({known}).") from None
    return Origin(scenario, t, str(found.get("picture", "graph")), inference)


def _bytes(name: str) -> bytes:
    try:
        with open(name, "rb") as file:
            return file.read(MOST_BYTES)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot read {name!r}: {why}; check the path.") from None


def _no_reader(_data: bytes) -> str:
    raise ValueError("unknown suffix")


def _png(data: bytes) -> str:
    return next(text for key, text in _png_texts(data) if key == KEY)


def _png_texts(data: bytes) -> Iterator[tuple[str, str]]:
    """Keys and texts of a PNG, however its writer has stored them."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("no PNG")
    at = 8
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        key, _, body = data[at + 8 : at + 8 + size].partition(b"\0")
        if kind in _CHUNKS:
            yield key.decode("latin-1"), _CHUNKS[kind](body)
        at += 12 + size
    raise ValueError("no text of ours")


def _unpacked(data: bytes) -> bytes:
    """A compressed text, which may not be a bomb."""
    return zlib.decompressobj().decompress(data, MOST_TEXT)


def _international(body: bytes) -> str:
    packed, rest = body[0], body[2:].split(b"\0", 2)[2]
    return (_unpacked(rest) if packed else rest).decode()


_CHUNKS: dict[bytes, Callable[[bytes], str]] = {
    b"tEXt": lambda body: body.decode("latin-1"),
    b"zTXt": lambda body: _unpacked(body[1:]).decode("latin-1"),
    b"iTXt": _international,
}


def _element(data: bytes) -> str:
    """The text of the element that SVG and the metadata of PDF keep it in."""
    found = re.search(rb"<metadata>(\{.*?\})</metadata>|<bnsim:origin>(\{.*?\})</bnsim", data)
    if not found:
        raise ValueError("no element of ours")
    return unescape((found[1] or found[2]).decode())


def _comment(data: bytes) -> str:
    """The first line of a table."""
    first = data.split(b"\n", 1)[0].decode()
    return first.removeprefix(f"# {KEY} ")


_READERS: dict[str, Callable[[bytes], str]] = {
    ".png": _png,
    ".svg": _element,
    ".pdf": _element,
    ".csv": _comment,
}
