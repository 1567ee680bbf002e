"""The guard between Qt and Python: nothing escapes, everything is told."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest
from PySide6.QtCore import QSize, QTimer
from PySide6.QtWidgets import QWidget

from bnsim.views import guard


@pytest.fixture(autouse=True)
def restored(monkeypatch):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    yield
    guard.set_handler(None)


@pytest.fixture
def told():
    seen = []
    guard.set_handler(seen.append)
    return seen


class Faulty(QWidget):
    """Raises what C code raises, which crashes Python 3.11 when it reaches Qt."""

    @guard.guarded()
    def paintEvent(self, _event):
        1 / 0  # noqa: B018

    @guard.guarded(QSize)
    def sizeHint(self):
        return [][1]

    @guard.guarded(False)
    def event(self, event):
        """Answer an event."""
        return super().event(event)


def test_that_a_fault_in_paint_event_is_told_and_the_widget_lives(qtbot, told):
    widget = Faulty()
    qtbot.addWidget(widget)
    widget.resize(50, 50)
    widget.grab()
    assert [type(fault) for fault in told] == [ZeroDivisionError]


def test_that_a_default_type_gives_a_new_instance(qtbot, told):
    widget = Faulty()
    qtbot.addWidget(widget)
    assert widget.sizeHint() == QSize()
    assert widget.sizeHint() is not widget.sizeHint()
    assert {type(fault) for fault in told} == {IndexError}


def test_that_a_default_value_is_returned_as_it_is(told):
    assert guard.guarded(7)(len)(3) == 7
    assert guard.guarded()(len)(3) is None
    assert len(told) == 2


def test_that_results_and_arguments_pass_through():
    assert guard.guarded(0)(lambda a, *, b: a + b)(1, b=2) == 3


def test_that_the_decorated_method_keeps_its_name_and_text():
    assert Faulty.event.__name__ == "event"
    assert Faulty.event.__doc__ == "Answer an event."


def test_that_keyboard_interrupt_is_not_swallowed(told):
    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        guard.guarded()(stop)()
    assert told == []


def test_that_without_a_handler_the_fault_reaches_excepthook(qtbot):
    with qtbot.captureExceptions() as faults:
        guard.guarded()(lambda: {}["x"])()
    assert [kind for kind, _value, _trace in faults] == [KeyError]


def test_that_a_failing_handler_lets_nothing_out(monkeypatch):
    def fail(_fault):
        raise RuntimeError("the handler")

    printed = []
    monkeypatch.setattr(sys, "__excepthook__", lambda *fault: printed.append(fault[0]))
    guard.set_handler(fail)
    assert guard.guarded(1)(len)(3) == 1
    assert printed == [RuntimeError]


def test_that_a_failing_handler_without_stderr_lets_nothing_out(monkeypatch):
    monkeypatch.setattr(sys, "__excepthook__", None)
    guard.set_handler(len)
    assert guard.guarded(1)(len)(3) == 1


def test_that_excepthook_sends_slots_and_overrides_to_one_handler(qtbot):
    seen = []
    guard.install_excepthook(seen.append)
    timer = QTimer(singleShot=True)
    timer.timeout.connect(fail_in_slot)
    timer.start(0)
    qtbot.waitUntil(lambda: len(seen) == 1)
    guard.guarded()(len)(3)
    assert [type(fault) for fault in seen] == [LookupError, TypeError]


def fail_in_slot():
    raise LookupError


@pytest.mark.parametrize("kind", [KeyboardInterrupt, ValueError])
def test_that_excepthook_without_a_handler_or_for_ctrl_c_prints(monkeypatch, kind):
    printed, seen = [], []
    monkeypatch.setattr(sys, "__excepthook__", lambda *fault: printed.append(fault[0]))
    guard.install_excepthook(seen.append)
    if kind is ValueError:
        guard.set_handler(None)
    sys.excepthook(kind, kind(), None)
    assert (printed, seen) == ([kind], [])


def test_that_an_unguarded_like_fault_does_not_end_the_process():
    """The real thing, in a child: 200 faults of every kind of C-raised exception."""
    source = """
        import sys
        from PySide6.QtWidgets import QApplication, QWidget
        from bnsim.views import guard
        faults = [lambda: 1 / 0, lambda: int("x"), lambda: [][1], lambda: len(3)]
        class Faulty(QWidget):
            @guard.guarded()
            def paintEvent(self, event):
                faults[len(seen) % 4]()
        seen = []
        app = QApplication([])
        guard.set_handler(seen.append)
        widget = Faulty()
        widget.resize(9, 9)
        for _ in range(200):
            widget.grab()
        sys.exit(0 if len(seen) == 200 else 1)
    """
    command = [sys.executable, "-c", textwrap.dedent(source)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
