"""What every test stands on: no screen, no settings of the person, nothing left behind."""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import sys
import tempfile

import pytest
from hypothesis import settings

# Before anything imports Qt, and again in each process of pytest-xdist.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_SCALE_FACTOR"] = "1"
os.environ.pop("QT_QPA_PLATFORMTHEME", None)
os.environ["BNSIM_CONFIG_DIR"] = tempfile.mkdtemp(prefix="bnsim-tests-")

# The same examples at each run: a red test is red for everyone, and a slow machine is no bug.
settings.register_profile("ci", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None)  # BNSIM_HYPOTHESIS=search looks further
settings.load_profile(os.environ.get("BNSIM_HYPOTHESIS", "ci"))

#: Tests of layers that may not import Qt: looking for its objects takes longer than they do.
QT_FREE = ("engine", "sim", "files", "pictures")
CALL_PASSED = pytest.StashKey[bool]()


def pytest_unconfigure():
    shutil.rmtree(os.environ["BNSIM_CONFIG_DIR"], ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        item.stash[CALL_PASSED] = report.passed
    return report


@pytest.fixture(autouse=True)
def no_qt_leak(request):
    """Fail a test that leaves a window or a running timer, which would disturb the next."""
    if request.path.parent.name in QT_FREE:
        yield
        return
    before = _alive()
    yield
    # A failed test is told already, and its traceback keeps its widgets alive.
    if "PySide6.QtWidgets" in sys.modules and request.node.stash.get(CALL_PASSED, False):
        leaked = _settled() - before
        names = sorted(f"{type(one).__name__} {one.objectName()!r}" for one in leaked)
        _end(leaked)
        assert not names, f"left behind by the test: {', '.join(names)}"


def _settled():
    """What is alive once everything that was to be deleted is."""
    _delete_later()
    if _alive():  # not kept in a name, which would keep the windows alive
        gc.collect()
        _delete_later()
    return _alive()


def _delete_later():
    from PySide6.QtCore import QCoreApplication, QEvent

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _alive():
    """Windows, also hidden ones, and running timers; nothing without a QApplication."""
    if "PySide6.QtWidgets" not in sys.modules:
        return set()
    from PySide6.QtWidgets import QApplication

    # The tooltip's label belongs to Qt, which keeps one for the next tooltip.
    windows = {w for w in QApplication.topLevelWidgets() if not w.inherits("QTipLabel")}
    return windows | _running_timers()


def _running_timers():
    from PySide6.QtCore import QTimer
    from shiboken6 import isValid

    # By exact type: isinstance would run the __class__ of whatever is alive, and is slower.
    kinds = _with_subclasses(QTimer)
    timers = [one for one in gc.get_objects() if type(one) in kinds]
    return {timer for timer in timers if isValid(timer) and timer.isActive()}


def _with_subclasses(kind):
    return {kind}.union(*(_with_subclasses(below) for below in kind.__subclasses__()))


def _end(leaked):
    """Leave the next test a clean process."""
    for one in leaked:
        with contextlib.suppress(RuntimeError):
            if hasattr(one, "isActive"):
                one.stop()
            one.deleteLater()  # without close(), which might ask whether to save
    _delete_later()
