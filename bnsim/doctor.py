"""What this machine lacks to run bnsim, found with the standard library alone.

Nothing of bnsim is imported, so that ``python3 bnsim/doctor.py --apt`` answers on a
machine where nothing is installed yet.  It has to be asked before Qt starts: without
its libraries or a display Qt aborts the process, which Python cannot catch.
"""

from __future__ import annotations

import ctypes
import os
import platform
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib import metadata
from importlib.util import find_spec
from typing import Final

PYSIDE_FLOOR: Final = (6, 8, 3)
"""Oldest PySide6 that is supported; the same pin as in pyproject.toml."""

PYSIDE_CEILING: Final = (6, 11)
"""First PySide6 that is not: 6.11 breaks pyqtgraph, 6.12 aborts on Python 3.11."""

LIBRARIES: Final[Mapping[str, Mapping[str, str]]] = {
    "base": {  # importing PySide6.QtWidgets and drawing offscreen
        "libGL.so.1": "libgl1",
        "libEGL.so.1": "libegl1",
        "libglib-2.0.so.0": "libglib2.0-0",
        "libgthread-2.0.so.0": "libglib2.0-0",
        "libdbus-1.so.3": "libdbus-1-3",
        "libfontconfig.so.1": "libfontconfig1",
        "libfreetype.so.6": "libfreetype6",
        "libxkbcommon.so.0": "libxkbcommon0",
        "libX11.so.6": "libx11-6",
        "libz.so.1": "zlib1g",
        "libzstd.so.1": "libzstd1",
    },
    "xcb": {  # a window under X11
        "libxcb.so.1": "libxcb1",
        "libxcb-cursor.so.0": "libxcb-cursor0",
        "libxcb-icccm.so.4": "libxcb-icccm4",
        "libxcb-image.so.0": "libxcb-image0",
        "libxcb-keysyms.so.1": "libxcb-keysyms1",
        "libxcb-randr.so.0": "libxcb-randr0",
        "libxcb-render.so.0": "libxcb-render0",
        "libxcb-render-util.so.0": "libxcb-render-util0",
        "libxcb-shape.so.0": "libxcb-shape0",
        "libxcb-shm.so.0": "libxcb-shm0",
        "libxcb-sync.so.1": "libxcb-sync1",
        "libxcb-util.so.1": "libxcb-util1",
        "libxcb-xfixes.so.0": "libxcb-xfixes0",
        "libxcb-xkb.so.1": "libxcb-xkb1",
        "libX11-xcb.so.1": "libx11-xcb1",
        "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    },
    "wayland": {  # a window under Wayland
        "libwayland-client.so.0": "libwayland-client0",
        "libwayland-cursor.so.0": "libwayland-cursor0",
        "libwayland-egl.so.1": "libwayland-egl1",
    },
}
"""Kind of screen -> soname that PySide6's wheel needs from the system -> Debian package."""

_DISPLAY_VARIABLE: Final = {"wayland": "WAYLAND_DISPLAY", "xcb": "DISPLAY"}

_HEADLESS: Final = (
    "Without a display use: bnsim run article --batches 4 --out numbers.npz"
    "   or: bnsim export article -o figure.png"
)

# On Python 3.11 None is counted like any other object; PySide6 6.12 gives one reference
# away at each void call, and the interpreter aborts once they are used up.
_NONE_PROBE: Final = (
    "import sys; from PySide6.QtCore import QObject; q = QObject(); n = sys.getrefcount(None)\n"
    "for i in range(1000): q.setObjectName('x')\n"
    "sys.exit(3 if sys.getrefcount(None) < n - 500 else 0)"
)


def missing(kind: str) -> dict[str, str]:
    """Return soname -> apt package of what `kind` ("base", "xcb", "wayland") lacks here."""
    if not sys.platform.startswith("linux"):
        return {}
    return {name: package for name, package in LIBRARIES[kind].items() if not _loads(name)}


def apt_line(packages: Iterable[str]) -> str:
    """Return the one command that installs `packages` on Debian or Ubuntu."""
    sudo = "" if _is_root() else "sudo "
    names = " ".join(_unique(packages))
    return f"{sudo}apt-get update && {sudo}apt-get install -y --no-install-recommends {names}"


def display(env: Mapping[str, str] | None = None) -> str | None:
    """Return the kind of display that answers, "wayland" or "xcb", or None.

    Off Linux there always is one.  A variable that names a display where nothing
    answers counts as none, because Qt aborts on it just the same.
    """
    if not sys.platform.startswith("linux"):
        return "native"
    env = os.environ if env is None else env
    return next((kind for kind in _kinds_named(env) if _answers(kind, env)), None)


def no_display_message(env: Mapping[str, str] | None = None) -> str:
    """Return two lines: there is no display, and the commands that need none."""
    env = os.environ if env is None else env
    named = [f"{_DISPLAY_VARIABLE[k]}={env[_DISPLAY_VARIABLE[k]]!r}" for k in _kinds_named(env)]
    why = f"nothing answers at {' or '.join(named)}" if named else "DISPLAY is not set"
    return f"bnsim: there is no display to open a window on ({why}).\n{_HEADLESS}"


def broken_pyside(probe: bool = True) -> str | None:
    """Return what is wrong with the installed PySide6 in one sentence, or None.

    With `probe` a child process also imports it and counts references to None, so
    that a crash there is reported instead of suffered.
    """
    version = _pyside_version()
    if version is None and find_spec("PySide6") is None:
        return "PySide6 is not installed: run  sh resources/setup.sh  in the checkout."
    if version and not PYSIDE_FLOOR <= _numbers(version) < PYSIDE_CEILING:
        return f"PySide6 {version} is not supported: run  pip install '{_requirement()}'"
    return _probed(version or "of unknown version") if probe else None


def refusal(env: Mapping[str, str] | None = None) -> str | None:
    """Return what to print instead of starting Qt, or None when Qt will start.

    Parameters
    ----------
    env : mapping, optional
        The variables Qt will see, `os.environ` if None.  With QT_QPA_PLATFORM set to
        "offscreen" no display is asked for.
    """
    if not sys.platform.startswith("linux"):
        return broken_pyside(probe=False)
    env = os.environ if env is None else env
    return broken_pyside(probe=False) or _lacking("base") or _no_screen(env)


def report() -> tuple[list[str], int]:
    """Return the lines that ``bnsim doctor`` prints and its exit status, 0 or 1.

    A missing display is told but is no fault: every command but the window works.
    """
    faults = [line for line in (_lacking(kind) for kind in _kinds_wanted()) if line]
    # Without its libraries PySide6 cannot be imported, which would be told twice.
    broken = broken_pyside(probe=not missing("base"))
    faults += [broken] if broken else []
    return [*_facts(), *(faults or ["No problem found."]), *_display_lines()], int(bool(faults))


def apt_packages() -> tuple[str, ...]:
    """Return every apt package that bnsim lacks here, for any kind of screen."""
    return _unique(package for kind in LIBRARIES for package in missing(kind).values())


def main(arguments: list[str]) -> int:
    """Print the report, or with ``--apt`` the missing packages only, on one line."""
    if arguments == ["--apt"]:
        lines, status = [" ".join(apt_packages())], 0
    else:
        lines, status = report()
    sys.stdout.write("\n".join(lines) + "\n")
    return status


def _loads(soname: str) -> bool:
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _kinds_named(env: Mapping[str, str]) -> tuple[str, ...]:
    """Kinds of display that the environment names, in the order in which Qt tries them."""
    return tuple(kind for kind, name in _DISPLAY_VARIABLE.items() if env.get(name))


def _kinds_wanted() -> tuple[str, ...]:
    """What has to be there: the drawing, and a window only where there is a display."""
    kind = display()
    return ("base", kind) if kind and kind in LIBRARIES else ("base",)


def _answers(kind: str, env: Mapping[str, str]) -> bool:
    return _wayland_answers(env) if kind == "wayland" else _x_answers(env)


def _x_answers(env: Mapping[str, str]) -> bool:
    """Connect and disconnect; without the library, which is told elsewhere, believe it."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(ctypes.c_char_p(os.fsencode(env["DISPLAY"])), None)
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not failed


def _wayland_answers(env: Mapping[str, str]) -> bool:
    """Try the socket itself: libwayland writes its own complaints to stderr."""
    path = os.path.join(env.get("XDG_RUNTIME_DIR", ""), env["WAYLAND_DISPLAY"])
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(path)
    except (OSError, ValueError):
        return False
    return True


def _lacking(kind: str) -> str | None:
    lacking = missing(kind)
    if not lacking:
        return None
    names = " ".join(lacking)
    return f"bnsim: system libraries are missing: {names}\n{apt_line(lacking.values())}"


def _no_screen(env: Mapping[str, str]) -> str | None:
    """Refuse unless one of the platforms that Qt will try has its display and libraries."""
    chosen = {name.split(":")[0] for name in env.get("QT_QPA_PLATFORM", "").split(";") if name}
    if chosen - {"xcb", "wayland"}:
        return None
    kinds = [kind for kind in _kinds_named(env) if kind in (chosen or _DISPLAY_VARIABLE)]
    kinds = [kind for kind in kinds if _answers(kind, env)]
    faults = [_lacking(kind) for kind in kinds] or [no_display_message(env)]
    return None if None in faults else faults[0]


def _pyside_version() -> str | None:
    try:
        return metadata.version("PySide6-Essentials")
    except metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:3] if part.isdigit())


def _requirement() -> str:
    floor, ceiling = (".".join(map(str, pin)) for pin in (PYSIDE_FLOOR, PYSIDE_CEILING))
    return f"PySide6-Essentials>={floor},<{ceiling}"


def _probed(version: str) -> str | None:
    command = [sys.executable, "-c", _NONE_PROBE]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"PySide6 {version} could not be tried: {error}"
    if done.returncode == 3:
        return f"PySide6 {version} loses references: run  pip install '{_requirement()}'"
    if done.returncode:
        last = (done.stderr.strip() or f"exit status {done.returncode}").splitlines()[-1]
        return f"PySide6 {version} cannot be imported: {last}"
    return None


def _facts() -> list[str]:
    python = f"Python {platform.python_version()}, {platform.platform()}"
    return [python, f"PySide6 {_pyside_version() or 'none'}"]


def _display_lines() -> list[str]:
    kind = display()
    return no_display_message().splitlines() if kind is None else [f"Display: {kind}"]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
