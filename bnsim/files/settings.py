"""What the program remembers between starts: one JSON file with a checksum.

Qt's own window state can abort the program when its bytes are damaged, so it is only
handed back when the checksum of the whole file is right.
"""

from __future__ import annotations

import json
import os
import zlib
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from bnsim.files.atomic import write_bytes
from bnsim.sim.errors import InputError

VERSION = 1
MOST_BYTES = 256 * 1024


@dataclass(slots=True)
class Settings:
    """Remembered choices; ``geometry`` and ``panels`` are Qt's bytes in base64."""

    theme: str = "light"
    lanes: str = "compare"
    unit: str = "sample"
    speed: int = 4
    geometry: str = ""
    panels: str = ""
    arranged: bool = False
    still: bool = False
    open_folder: str = ""
    export_folder: str = ""
    export_picture: str = "graph"
    export_format: str = ".png"
    export_size: str = "slide"
    export_width: float = 1920.0
    export_height: float = 1080.0
    export_unit: str = "px"
    export_dpi: int = 96
    export_theme: str = "light"
    export_title: bool = True
    export_labels: bool = True
    export_legend: bool = True
    export_caption: bool = True
    export_start: str = "batch"
    export_until: str = "batch"
    export_step: str = "sample"
    export_fps: int = 2


def settings_path() -> Path:
    """Where the settings lie: $BNSIM_CONFIG_DIR, else the platform's folder."""
    given = os.environ.get("BNSIM_CONFIG_DIR")
    if given:
        return Path(given) / "settings.json"
    if os.name == "nt":
        return Path(os.environ.get("APPDATA", Path.home())) / "bnsim" / "settings.json"
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "bnsim" / "settings.json"


def load_settings(path: Path) -> tuple[Settings, str]:
    """The settings and a notice: "" when all is well.

    A damaged file is set aside under another name and the defaults are used.
    """
    try:
        text = path.read_bytes()[:MOST_BYTES].decode()
    except FileNotFoundError:
        return Settings(), ""
    except (OSError, ValueError):
        return Settings(), _set_aside(path)
    try:
        return _parsed(text), ""
    except (ValueError, TypeError, KeyError, RecursionError):
        return Settings(), _set_aside(path)


def save_settings(path: Path, settings: Settings) -> None:
    """Write the settings with their checksum; the old file stays when that fails."""
    values = asdict(settings)
    content = {"version": VERSION, "crc": _checksum(values), "values": values}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot make the settings folder {str(path.parent)!r}: {error}"
        ) from error
    write_bytes(path, (json.dumps(content, indent=1) + "\n").encode())


def _parsed(text: str) -> Settings:
    content = json.loads(text)
    values = content["values"]
    if content["version"] != VERSION or content["crc"] != _checksum(values):
        raise ValueError("the checksum of the settings is wrong")
    types = {f.name: type(getattr(Settings(), f.name)) for f in fields(Settings)}
    known = {k: v for k, v in values.items() if k in types and type(v) is types[k]}
    return Settings(**known)


def _checksum(values: dict[str, object]) -> int:
    return zlib.crc32(json.dumps(values, sort_keys=True).encode())


def _set_aside(path: Path) -> str:
    """Move the damaged file away and say so."""
    aside = path.with_name(path.name + ".damaged")
    try:
        os.replace(path, aside)
    except OSError as error:
        why = f"is damaged and cannot be moved: {error.strerror}"
        return f"The settings file {str(path)!r} {why}. Defaults are used."
    return (
        f"The settings file was damaged: it is kept as {str(aside)!r}, and the defaults are used."
    )
