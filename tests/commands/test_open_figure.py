"""``bnsim open``: back to the moment of a figure."""

from __future__ import annotations

import pytest

from bnsim.__main__ import main
from bnsim.commands import open_figure
from bnsim.files.locate import scenario_path
from bnsim.files.scenario_json import load
from bnsim.sim.session import schedule_of
from tests.commands.test_main import bnsim_process, refused


@pytest.fixture
def opened(monkeypatch):
    """What each window was opened on; none is shown."""
    import bnsim.ui.app

    calls = []

    def run_app(scenario, _draw_window, t=0, inference=False):
        calls.append((scenario, t, inference))
        return 0

    monkeypatch.setattr(bnsim.ui.app, "run_app", run_app)
    return calls


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf", "csv"])
def test_that_a_figure_opens_the_window_at_its_moment(suffix, opened, tmp_path):
    path = str(tmp_path / f"a.{suffix}")
    drawn = bnsim_process("export", "cascade", "-o", path, "--at", "3:loss", "--picture", "loss")
    assert drawn.returncode == 0, drawn.stderr
    assert main(["open", path]) == 0
    cascade = load(scenario_path("cascade"))
    schedule = schedule_of(cascade)
    [(scenario, t, inference)] = opened
    assert not inference
    assert scenario == cascade
    assert (t // schedule.n, schedule.operation(schedule.cursor(t)).phase.value) == (2, "loss")


def test_that_what_is_no_figure_is_told(capsys, opened, tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"no")
    assert "is no figure that bnsim has written" in refused(capsys, "open", str(path))
    assert opened == []


def test_that_missing_libraries_are_told(monkeypatch, capsys, opened, tmp_path):
    path = str(tmp_path / "a.csv")
    assert bnsim_process("export", "article", "-o", path).returncode == 0
    monkeypatch.setattr(open_figure, "refusal", lambda: "bnsim: missing")
    assert main(["open", path]) == 2
    assert capsys.readouterr().err == "bnsim: missing\n"
    assert opened == []


def test_that_the_window_starts_at_that_moment(qtbot, monkeypatch):
    import sys

    from bnsim.ui import app

    shown = []

    def run_until_closed(self):
        [window] = (w for w in self.topLevelWidgets() if isinstance(w, app.MainWindow))
        shown.append(window.controller.session.t)
        window.close()
        window.dispose()
        return 0

    monkeypatch.setattr(app.QApplication, "exec", run_until_closed)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    handler = app.qInstallMessageHandler(None)
    try:
        assert app.run_app(load(scenario_path("article")), lambda _job: None, 17) == 0
    finally:
        app.qInstallMessageHandler(handler)
        app.set_handler(None)
    assert shown == [17]
