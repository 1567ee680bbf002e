"""Where bnsim's own resources are: the only module that knows."""

from __future__ import annotations

import difflib
import re
import sys
from pathlib import Path

from bnsim.sim.errors import InputError

# One part of a path: no separator, no leading dot, so that nothing leaves the folder.
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}(\.[0-9]+)*(\.[a-z0-9]{1,5})?")
_SCENARIO = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def resource(*parts: str) -> Path:
    """Return the path of one of bnsim's own files or folders.

    Parameters
    ----------
    *parts : str
        Folder and file name below resources/, such as ``"icons", "play.svg"``.

    Raises
    ------
    InputError
        If a part is not a plain name or nothing of that name is shipped.
    """
    for part in parts:
        if not _PART.fullmatch(part):
            raise InputError(f"{part!r} is not the name of a resource: use letters and digits.")
    path = _root().joinpath(*parts)
    if not path.exists():
        raise InputError(f"bnsim's own {'/'.join(parts)!r} is missing: install bnsim again.")
    return path


def scenario_names() -> tuple[str, ...]:
    """Return the names of the scenarios that are shipped, in alphabetical order."""
    stems = (path.stem for path in resource("scenarios").glob("*.json"))
    return tuple(sorted(stem for stem in stems if _SCENARIO.fullmatch(stem)))


def scenario_path(name: str) -> Path:
    """Return the file of the shipped scenario `name`.

    Raises
    ------
    InputError
        If there is none; the sentence names the nearest ones, or all.
    """
    names = scenario_names()
    if name not in names:
        near = difflib.get_close_matches(name, names, n=2) or names
        raise InputError(f"there is no scenario {name!r}: choose one of {', '.join(near)}.")
    return resource("scenarios", f"{name}.json")


def _root() -> Path:
    """Look in a frozen application, then in an installed wheel, then beside a checkout."""
    package = Path(__file__).resolve().parent.parent
    frozen = getattr(sys, "_MEIPASS", None)
    places = [Path(frozen) / "resources"] if frozen else []
    places += [package / "_resources", package.parent / "resources"]
    return next((place for place in places if place.is_dir()), places[-1])
