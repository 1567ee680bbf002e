"""Panels round the lanes: shown, hidden, remembered; the table, the code, the branches."""

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from bnsim.files.locate import scenario_path
from bnsim.files.scenario_json import load
from bnsim.files.settings import Settings, load_settings, settings_path
from bnsim.sim.spec import Edit
from bnsim.ui import dialogs
from bnsim.ui.app import make_application
from bnsim.ui.desk import DOCKS
from bnsim.ui.figures import export_window
from bnsim.ui.main_window import MainWindow
from bnsim.views.seen import is_seen


def made(settings: Settings, size=(1440, 900)) -> MainWindow:
    make_application()
    window = MainWindow(load(scenario_path("article")), settings, export_window)
    window.resize(*size)
    window.show()
    window.controller.session.seek(9)
    window.settle()
    return window


@pytest.fixture
def window(qtbot):
    one = made(Settings())
    yield one
    one.close()
    one.deleteLater()


def press(window, key) -> None:
    QTest.keyClick(window, key)
    window.settle()


def test_that_the_first_start_shows_the_panels_of_the_table(window) -> None:
    for row in DOCKS:
        assert window.desk.panels[row.name].isHidden() != row.shown
    assert is_seen(window.plots.pictures["microscope"])
    assert is_seen(window.plots.pictures["formula"])
    assert not is_seen(window.plots.pictures["geometry"])
    assert window.plots.pictures["geometry"].picture is None


@pytest.mark.parametrize(
    "name", ["geometry", "matrix", "backward", "spread", "gradients", "running"]
)
def test_that_a_panel_is_drawn_once_it_comes_to_the_front(window, name) -> None:
    window.desk.panels[name].raise_()
    window.settle()
    view = window.plots.all()[name]
    assert is_seen(view)
    assert view.picture is not None


def test_that_n_and_k_show_and_hide_the_table_and_the_code(window) -> None:
    press(window, Qt.Key.Key_N)
    assert is_seen(window.table)
    assert len(window.table.table.numbers.shown) > 100
    press(window, Qt.Key.Key_K)
    assert is_seen(window.code)
    press(window, Qt.Key.Key_K)
    assert not is_seen(window.code)


def test_that_panels_come_back_as_at_first(window) -> None:
    for panel in window.desk.panels.values():
        panel.hide()
    window.settle()
    window.do("reset_panels")
    window.settle()
    assert is_seen(window.plots.pictures["microscope"])
    assert is_seen(window.panel)


def test_that_a_panel_that_is_torn_off_gets_a_bar_to_move_it_by(window) -> None:
    panel = window.desk.panels["microscope"]
    panel.setFloating(True)
    assert panel.titleBarWidget() is None
    panel.setFloating(False)
    assert panel.titleBarWidget() is not None


def test_that_a_panel_without_a_tab_is_named_by_its_bar(window) -> None:
    panels = window.desk.panels
    bars = {name: panel.titleBarWidget() for name, panel in panels.items()}
    assert bars["formula"].height() > 10
    assert bars["microscope"].height() == 0
    panels["branches"].hide()
    panels["code"].show()
    window.settle()
    assert bars["network"].height() > 10
    assert bars["code"].height() > 10
    panels["branches"].show()
    panels["table"].show()
    window.settle()
    assert bars["network"].height() == 0
    assert bars["code"].height() == 0


def test_that_the_arrangement_is_remembered(qtbot) -> None:
    first = made(Settings())
    first.desk.panels["spread"].raise_()
    first.desk.panels["running"].hide()
    first.settle()
    first.close()
    first.deleteLater()
    settings, notice = load_settings(settings_path())
    assert notice == ""
    second = made(settings)
    assert is_seen(second.plots.views["spread"])
    assert second.desk.panels["running"].isHidden()
    second.close()
    second.deleteLater()
    settings_path().unlink()


def test_that_bytes_of_another_arrangement_change_nothing(qtbot) -> None:
    window = made(Settings(panels="bm9uc2Vuc2U="))
    assert is_seen(window.plots.pictures["microscope"])
    window.close()
    window.deleteLater()


@pytest.mark.parametrize("size", [(900, 600), (1024, 768), (1440, 900), (1920, 1080)])
def test_that_the_lanes_get_most_at_every_size(qtbot, size) -> None:
    window = made(Settings(), size)
    widths = {name: window.desk.panels[name].width() for name in ("network", "microscope")}
    center = window.center.width()
    assert center > max(widths.values())
    assert window.center.lanes["with"].height() >= 130
    window.close()
    window.deleteLater()


# -- the table ---------------------------------------------------------------------------
def test_that_the_table_compares_with_another_branch(window) -> None:
    window.controller.session.edit([Edit(batch=0, layer=0, weight=(0, 0), value=5.0)])
    press(window, Qt.Key.Key_N)
    window.table.chooser.setCurrentText("Start")
    window.table._on_chooser_activated(window.table.chooser.currentIndex())
    window.settle()
    model = window.table.table.numbers
    here, there = (
        float(model.index(0, c).data().replace("−", "-"))
        for c in range(model.columnCount())
        if model.headerData(c, Qt.Orientation.Horizontal) in ("here", "Start")
    )
    assert (here, there) == (5.0, 15.0)


# -- the code ----------------------------------------------------------------------------
def test_that_the_line_of_the_operation_is_lit_in_the_code(window) -> None:
    press(window, Qt.Key.Key_K)
    lit = [window.code.program.text.splitlines()[i] for i in window.code.program.lit]
    assert any("x_hat1" in line for line in lit)
    (selection,) = window.code.text.extraSelections()
    assert "x_hat1" in selection.cursor.block().text()
    press(window, Qt.Key.Key_Left)
    assert "var1" in window.code.text.extraSelections()[0].cursor.block().text()


def test_that_the_code_is_copied_and_saved_as_program_and_notebook(
    window, monkeypatch, tmp_path
) -> None:
    press(window, Qt.Key.Key_K)
    buttons = {b.property("verb"): b for b in window.code.findChildren(type(window.branches.undo))}
    buttons["copy"].click()
    assert QGuiApplication.clipboard().text() == window.code.program.text
    for suffix in (".py", ".ipynb"):
        monkeypatch.setattr(
            dialogs, "ask_save", lambda *_given, suffix=suffix: tmp_path / f"moment{suffix}"
        )
        buttons[suffix].click()
    assert (tmp_path / "moment.py").read_text() == window.code.program.text
    assert json.loads((tmp_path / "moment.ipynb").read_text())["nbformat"] == 4
    monkeypatch.setattr(dialogs, "ask_save", lambda *_given: tmp_path / "no" / "such.py")
    buttons[".py"].click()
    assert "does not exist" in window.notice.text or "cannot" in window.notice.text


def test_that_the_code_is_that_of_the_branch_with_its_edits(window) -> None:
    window.controller.session.edit([Edit(batch=0, layer=0, weight=(0, 0), value=5.0)])
    press(window, Qt.Key.Key_K)
    assert "W1[0, 0] = 5.0" in window.code.program.text
