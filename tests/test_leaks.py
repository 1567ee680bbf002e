"""The check of conftest.py that a test leaves no window and no timer behind."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HEAD = """
import gc
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget
kept = []
"""
LEAKS = {
    "window": "def test_it(qtbot): kept.append(QWidget())",
    "timer": "def test_it(qtbot): kept.append(QTimer()); kept[0].start(1000)",
}
NEXT = """
def test_next(qtbot):
    from PySide6.QtWidgets import QApplication
    from shiboken6 import isValid
    assert not QApplication.topLevelWidgets()
    assert not any(isValid(one) and one.isActive() for one in kept if hasattr(one, "isActive"))
"""
CLEAN = {
    "closed by qtbot": "def test_it(qtbot): w = QWidget(); qtbot.addWidget(w); kept.append(w)",
    "stopped": "def test_it(qtbot): t = QTimer(); t.start(9); t.stop(); kept.append(t)",
    "timer of a window": (
        "def test_it(qtbot): w = QWidget(); qtbot.addWidget(w); t = QTimer(w); t.start(9)"
    ),
    "a cycle": "def test_it(qtbot): gc.disable(); w = QWidget(); w.me = w; kept[:] = []",
}


def run(folder, body):
    shutil.copy(Path(__file__).with_name("conftest.py"), folder)
    (folder / "pytest.ini").write_text("[pytest]\nqt_api = pyside6\n")
    (folder / "test_planted.py").write_text(HEAD + body)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=folder)


@pytest.mark.parametrize("leak", LEAKS)
def test_that_a_leak_is_an_error_of_its_own_test_only(tmp_path, leak):
    done = run(tmp_path, f"{LEAKS[leak]}\n{NEXT}")
    assert "left behind by the test: Q" in done.stdout
    assert "2 passed, 1 error" in done.stdout


def test_that_a_failed_test_is_not_blamed_twice(tmp_path):
    done = run(tmp_path, f"{LEAKS['window']}; assert not kept")
    assert "1 failed in" in done.stdout


@pytest.mark.parametrize("case", CLEAN)
def test_that_what_is_tidy_passes(tmp_path, case):
    done = run(tmp_path, CLEAN[case])
    assert "1 passed" in done.stdout
    assert done.returncode == 0, done.stdout
