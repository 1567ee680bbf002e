"""Writing a file so that it is either whole or untouched: the only module that writes.

Exporters build their bytes in memory and hand them over here, because Qt's writers
report success on a full disk and leave half a file.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from pathlib import Path
from typing import Final

from bnsim.sim.errors import InputError

_NO_FOLDER: Final = "its folder does not exist; make the folder or choose another one"
_NO_PERMISSION: Final = "there is no permission to write there; choose another folder"
_DISK_FULL: Final = "the disk is full; free some space or choose another folder"
_TOO_LONG: Final = "the name is too long; choose a shorter one"
_IS_FOLDER: Final = "that is a folder; add a file name"
_READ_ONLY: Final = "the file is read-only; choose another name"
_SPECIAL: Final = "that is not an ordinary file; choose another name"
_CONTROLS: Final = "the name holds control or unencodable characters; choose another name"
_EMPTY: Final = "the name is empty; give the file a name"

_REASONS: Final = {
    errno.ENOENT: _NO_FOLDER,
    errno.ENOTDIR: _NO_FOLDER,
    errno.EACCES: _NO_PERMISSION,
    errno.EPERM: _NO_PERMISSION,
    errno.EROFS: _NO_PERMISSION,
    errno.ENOSPC: _DISK_FULL,
    errno.EDQUOT: _DISK_FULL,
    errno.EFBIG: _DISK_FULL,
    errno.ENAMETOOLONG: _TOO_LONG,
    errno.EISDIR: _IS_FOLDER,
}


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Replace the file at `path` by `data`, or leave it exactly as it was.

    A symbolic link stays a link and its target is replaced; an existing file keeps its
    permission bits.

    Raises
    ------
    InputError
        If it cannot be done; the sentence names the path and says what to do.
    """
    name = os.fspath(path)
    fault = _bad_name(name)
    if not fault:
        try:
            fault = _save(Path(os.path.realpath(name)), data)
        except OSError as error:
            fault = _reason(error)
    if fault:
        raise InputError(f"cannot save {name!r}: {fault}.")


def _bad_name(name: str) -> str | None:
    if not name:
        return _EMPTY
    if any(character < " " or "\x7f" <= character <= "\x9f" for character in name):
        return _CONTROLS
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        return _CONTROLS
    return _IS_FOLDER if name.endswith(("/", os.sep)) else None


def _save(target: Path, data: bytes) -> str | None:
    """Return why `target` must not be replaced, or replace it."""
    mode = _mode(target)
    if mode is None:
        _replace(target, data, None)
        return None
    fault = _not_replaceable(target, mode)
    if not fault:
        _replace(target, data, stat.S_IMODE(mode))
    return fault


def _mode(target: Path) -> int | None:
    try:
        return target.stat().st_mode
    except FileNotFoundError:
        return None


def _not_replaceable(target: Path, mode: int) -> str | None:
    """Renaming over a device would destroy it, over a read-only file would succeed."""
    if stat.S_ISDIR(mode):
        return _IS_FOLDER
    if not stat.S_ISREG(mode):
        return _SPECIAL
    return None if os.access(target, os.W_OK) else _READ_ONLY


def _replace(target: Path, data: bytes, permissions: int | None) -> None:
    # The name does not grow with the target's, which may be as long as is allowed.
    temporary = target.parent / f".bnsim-{secrets.token_hex(8)}.tmp"
    try:
        _fill(temporary, data)
        if permissions is not None:
            os.chmod(temporary, permissions)
        os.replace(temporary, target)
    finally:
        # Gone after the replacement; after a failure it must not stay behind.
        with contextlib.suppress(OSError):
            temporary.unlink()


def _fill(temporary: Path, data: bytes) -> None:
    with open(temporary, "xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
        written = os.fstat(file.fileno()).st_size
    if written != len(data):
        raise OSError(errno.ENOSPC, "short write")


def _reason(error: OSError) -> str:
    known = _REASONS.get(error.errno or 0)
    return known or f"{error.strerror or error}; choose another place"
