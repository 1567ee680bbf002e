"""What the command line loads: no Qt before a window or a picture is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
QT = {"PySide6", "shiboken6", "pyqtgraph"}


def loaded_by(source):
    """Run `source` in a fresh interpreter and return the top-level modules it loaded."""
    report = "import sys; sys.stderr.write(' '.join({m.split('.')[0] for m in sys.modules}))"
    command = [sys.executable, "-c", f"{source}\n{report}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


@pytest.mark.parametrize("package", ["engine", "sim", "files", "pictures"])
def test_that_the_lower_layers_load_no_qt(package):
    files = (ROOT / "bnsim" / package).glob("*.py")
    modules = sorted(f"bnsim.{package}.{path.stem}" for path in files)
    names = [name.removesuffix(".__init__") for name in modules]
    assert not loaded_by(f"import {', '.join(names)}") & QT


def test_that_the_planted_import_would_be_seen():
    assert loaded_by("import PySide6.QtCore") & QT


def test_that_doctor_loads_the_standard_library_alone():
    assert not loaded_by("import bnsim.doctor") & (QT | {"numpy", "msgspec"})


@pytest.mark.parametrize("word", ["--version", "--help"])
def test_that_the_command_line_answers_without_qt_and_numpy(word):
    source = f"""
import runpy, sys
sys.argv = ["bnsim", {word!r}]
try:
    runpy.run_module("bnsim", run_name="__main__")
except SystemExit as end:
    assert not end.code, end.code
"""
    assert not loaded_by(source) & (QT | {"numpy", "msgspec"})


def test_that_doctor_runs_as_a_plain_file_without_any_package():
    command = [sys.executable, "-I", "-S", "bnsim/doctor.py", "--apt"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, env={"PATH": os.defpath}
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
