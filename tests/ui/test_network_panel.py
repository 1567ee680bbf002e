"""The form in the panel: typed into, refused, left, and never changing anything by itself."""

from __future__ import annotations

import locale

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QLocale, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from bnsim.files.locate import scenario_names, scenario_path
from bnsim.files.scenario_json import load
from bnsim.pictures.palette import LIGHT
from bnsim.sim.form import changed, fields
from bnsim.sim.spec import BatchNorm, Optimizer
from bnsim.ui.app import make_application
from bnsim.ui.network_panel import NetworkPanel
from bnsim.ui.theme import apply_theme
from tests.scenarios import small

RATE = ("optimizer", "rate")
BATCH = ("batch_size",)
SIZES = ("layers",)
SEED = ("seed",)
EPSILON = ("layers", "normalized", "batch_norm", "epsilon")
DIALECT = ("layers", "normalized", "batch_norm", "dialect")
Key = Qt.Key


@pytest.fixture
def ground(qtbot):
    """A window with the panel and one more thing that can take the focus."""
    make_application()
    made = QWidget()
    column = QVBoxLayout(made)
    made.other, made.panel = QLineEdit(), NetworkPanel()
    column.addWidget(made.other)
    column.addWidget(made.panel)
    apply_theme(made, LIGHT)
    made.resize(260, 700)
    made.show()
    made.other.setFocus()
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def panel(ground):
    ground.panel.told = []
    ground.panel.changed.connect(ground.panel.told.append)
    ground.panel.show_scenario(small())
    return ground.panel


def entry(panel: NetworkPanel, path: tuple):
    return panel.row(path).control


def write(panel: NetworkPanel, path: tuple, text: str, *keys: Qt.Key):
    field = entry(panel, path)
    field.setFocus()
    field.selectAll()
    QTest.keyClick(field, Key.Key_Backspace)
    QTest.keyClicks(field, text)
    for key in keys:
        QTest.keyClick(field, key)
    return field


def choose(panel: NetworkPanel, path: tuple, value: str) -> None:
    box = entry(panel, path)
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


# -- typing -----------------------------------------------------------------------------
def test_that_enter_changes_the_scenario_and_keeps_the_focus(panel) -> None:
    field = write(panel, RATE, "0.250", Key.Key_Return)
    assert [s.optimizer.rate for s in panel.told] == [0.25]
    assert field.hasFocus()
    assert field.text() == "0.25"
    QTest.keyClick(field, Key.Key_Return)
    assert len(panel.told) == 1


def test_that_what_a_scenario_says_of_itself_holds_at_the_start(panel) -> None:
    first = replace(small(), title="Calm", description="No weight is large.")
    panel.show_scenario(first)
    assert panel._description.text() == "No weight is large."
    panel.show_scenario(changed(first, EPSILON, "0.5"))
    assert panel._description.text() == "At the start: No weight is large."
    panel.show_scenario(first)
    assert panel._description.text() == "No weight is large."


def test_that_leaving_a_field_changes_the_scenario_once(ground, panel) -> None:
    write(panel, RATE, "0.25")
    assert panel.told == []
    ground.other.setFocus()
    assert [s.optimizer.rate for s in panel.told] == [0.25]
    entry(panel, RATE).setFocus()
    ground.other.setFocus()
    assert len(panel.told) == 1


def test_that_two_changes_in_a_row_build_on_each_other(panel) -> None:
    write(panel, RATE, "0.25", Key.Key_Return)
    write(panel, BATCH, "4", Key.Key_Return)
    assert (panel.told[-1].optimizer.rate, panel.told[-1].batch_size) == (0.25, 4)


@pytest.mark.parametrize("epsilon", [1.23456789e-5, 0.1 + 0.2, 1e-300, 0.0, 1000.0])
def test_that_looking_at_a_field_never_rounds_the_model(ground, panel, epsilon: float) -> None:
    layers = small().layers
    exact = replace(layers[0], batch_norm=BatchNorm(epsilon=epsilon))
    panel.show_scenario(replace(small(), layers=[exact, layers[1]]))
    for control in [row.control for row in panel._rows.values()]:
        control.setFocus()
        QTest.keyClick(control, Key.Key_End)
        QTest.keyClick(control, Key.Key_Tab)
    ground.other.setFocus()
    assert panel.told == []
    assert float(entry(panel, EPSILON).text()) == epsilon


def test_that_the_same_number_in_other_digits_is_no_change(panel) -> None:
    field = write(panel, RATE, "5e-2", Key.Key_Return)
    assert panel.told == []
    assert field.text() == "0.05"


def test_that_escape_brings_the_text_back_and_then_leaves(ground, panel) -> None:
    field = write(panel, RATE, "7", Key.Key_Escape)
    assert field.text() == "0.05"
    assert field.hasFocus()
    QTest.keyClick(field, Key.Key_Escape)
    assert not field.hasFocus()
    assert panel.told == []


def test_that_up_and_down_do_nothing_in_a_field_and_nothing_behind(ground, panel) -> None:
    field = write(panel, RATE, "0.25")
    for key in (Key.Key_Up, Key.Key_Down):
        QTest.keyClick(field, key)
    assert field.text() == "0.25"
    assert field.hasFocus()
    assert panel.told == []


def test_that_an_emptied_epsilon_shows_the_dialects_own(panel) -> None:
    assert entry(panel, EPSILON).placeholderText() == "1e-5"
    write(panel, EPSILON, "0.5", Key.Key_Return)
    write(panel, EPSILON, "", Key.Key_Return)
    assert panel.told[-1].layers[0].batch_norm.epsilon is None
    choose(panel, DIALECT, "keras")
    assert entry(panel, EPSILON).placeholderText() == "0.001"


@pytest.mark.parametrize("name", ["de_DE", "ar_EG"])
def test_that_the_country_changes_nothing(panel, name: str) -> None:
    before, numeric = QLocale(), locale.setlocale(locale.LC_NUMERIC)
    QLocale.setDefault(QLocale(name))
    try:
        fresh = NetworkPanel()
        told = []
        fresh.changed.connect(told.append)
        fresh.show_scenario(replace(small(), optimizer=Optimizer(name="sgd", rate=0.75)))
        assert entry(fresh, RATE).text() == "0.75"
        write(fresh, RATE, "1.5", Key.Key_Return)
        assert told[-1].optimizer.rate == 1.5
        write(fresh, RATE, "1,5", Key.Key_Return)
        assert fresh.row(RATE).refused
        fresh.deleteLater()
    finally:
        QLocale.setDefault(before)
        locale.setlocale(locale.LC_NUMERIC, numeric)


# -- refusals ---------------------------------------------------------------------------
def test_that_a_refused_text_stays_with_its_reason_until_it_is_mended(panel) -> None:
    field, row = write(panel, RATE, "0,5", Key.Key_Return), panel.row(RATE)
    assert panel.told == []
    assert field.text() == "0,5"
    assert row.refused
    assert row.reason.isVisible()
    assert row.reason.text() == '"0,5" has a comma; use a point, as in 0.5.'
    assert field.accessibleDescription() == row.reason.text()
    write(panel, RATE, "0.5", Key.Key_Return)
    assert not row.refused
    assert not row.reason.isVisible()
    assert panel.told[-1].optimizer.rate == 0.5


def test_that_escape_takes_a_refusal_away(panel) -> None:
    field = write(panel, RATE, "abc", Key.Key_Return, Key.Key_Escape)
    assert field.text() == "0.05"
    assert not panel.row(RATE).refused


def test_that_a_refused_text_outlives_a_change_elsewhere_but_not_another_scenario(panel) -> None:
    field = write(panel, RATE, "abc", Key.Key_Return)
    write(panel, BATCH, "4", Key.Key_Return)
    assert field.text() == "abc"
    assert panel.row(RATE).refused
    panel.show_scenario(replace(small(), name="another"))
    assert field.text() == "0.05"
    assert not panel.row(RATE).refused


def test_that_a_text_that_has_become_right_counts_when_the_field_is_left(ground, panel) -> None:
    write(panel, BATCH, "1", Key.Key_Return)
    assert panel.row(BATCH).refused
    choose(panel, DIALECT, "plain")
    assert (panel.told[-1].batch_size, entry(panel, BATCH).text()) == (3, "1")
    ground.other.setFocus()
    assert panel.told[-1].batch_size == 1
    assert not panel.row(BATCH).refused


def test_that_an_undone_value_replaces_what_is_typed(panel) -> None:
    field = write(panel, RATE, "abc", Key.Key_Return)
    panel.show_scenario(small(optimizer=Optimizer(name="sgd", rate=0.75)))
    assert field.text() == "0.75"
    assert not panel.row(RATE).refused


def test_that_a_refused_choice_goes_back_and_says_why(panel) -> None:
    choose(panel, DIALECT, "plain")
    write(panel, BATCH, "1", Key.Key_Return)
    choose(panel, DIALECT, "pytorch")
    assert len(panel.told) == 2
    assert entry(panel, DIALECT).currentData() == "plain"
    assert panel.row(DIALECT).reason.text().startswith("PyTorch refuses batches of 1")
    choose(panel, DIALECT, "keras")
    assert not panel.row(DIALECT).refused


def test_that_an_owner_who_refuses_is_believed(panel) -> None:
    write(panel, RATE, "0.25", Key.Key_Return)
    panel.show_scenario(small())
    assert entry(panel, RATE).text() == "0.05"


# -- choices, switches, buttons ---------------------------------------------------------
def wheel(widget: QWidget) -> QWheelEvent:
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle, QPointF(widget.mapToGlobal(middle.toPoint())), QPoint(0, -120), QPoint(0, -120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)
    return event


def test_that_the_wheel_changes_nothing_and_is_left_to_the_panel(panel) -> None:
    before = [row.value for row in panel._rows.values()]
    for row in panel._rows.values():
        row.control.setFocus(Qt.FocusReason.TabFocusReason)
        assert not wheel(row.control).isAccepted()
    assert [row.value for row in panel._rows.values()] == before
    assert panel.told == []


def test_that_typing_on_a_box_changes_nothing_and_space_opens_it(panel) -> None:
    box = panel.boxes()[0]
    box.setFocus(Qt.FocusReason.TabFocusReason)
    for key in (Key.Key_Down, Key.Key_Up, Key.Key_End, Key.Key_PageDown, Key.Key_T, Key.Key_M):
        QTest.keyClick(box, key)
    assert box.currentData() == "off"
    assert panel.told == []
    QTest.keyClick(box, Key.Key_Space)
    assert box.view().isVisible()
    QTest.keyClick(box.view(), Key.Key_Down)
    QTest.keyClick(box.view(), Key.Key_Return)
    assert panel.told[-1].normalize_inputs == "range"


def test_that_a_window_that_opens_gives_no_box_the_focus(qtbot) -> None:
    make_application()
    alone = NetworkPanel()
    alone.show_scenario(small())
    alone.show()
    alone.activateWindow()
    qtbot.waitUntil(alone.isActiveWindow)
    assert not any(box.hasFocus() for box in alone.boxes())
    alone.close()
    alone.deleteLater()


def test_that_a_switch_changes_the_scenario(panel) -> None:
    path = ("layers", "normalized", "batch_norm", "cumulative")
    entry(panel, path).click()
    assert panel.told[-1].layers[0].batch_norm.cumulative
    rate = panel.row(("layers", "normalized", "batch_norm", "running_rate"))
    assert not rate.control.isVisible()
    assert rate.fact.text() == "A plain average has no rate."


def test_that_new_weights_show_their_seed_and_what_was_dropped(panel) -> None:
    said = []
    panel.noticed.connect(said.append)
    panel.show_scenario(load(scenario_path("article")))
    assert not entry(panel, SEED).isVisible()
    panel._anew.click()
    new = panel.told[-1]
    assert 0 <= new.seed < 10_000
    assert entry(panel, SEED).isVisible()
    assert entry(panel, SEED).text() == str(new.seed)
    assert new.overrides == load(scenario_path("article")).overrides
    assert said == [
        "Dropped by this change: the given weights of 2 layers; the given biases of 2 layers."
    ]
    panel.show_scenario(new)
    assert len(panel.told) == 1


def test_that_layers_can_be_set_one_by_one(panel) -> None:
    panel.show_scenario(small((4, 4, 2), ("before", "before", "")))
    panel._each.click()
    assert panel.told == []
    choose(panel, ("layers", 1, "activation"), "tanh")
    assert [layer.activation for layer in panel.told[-1].layers] == ["relu", "tanh", "identity"]
    assert panel._each.isChecked()
    assert not panel._each.isEnabled()
    choose(panel, ("layers", 0, "activation"), "tanh")
    panel._each.click()
    assert ("layers", "hidden", "activation") in panel._rows


# -- the form as a whole ----------------------------------------------------------------
def test_that_a_change_of_a_value_keeps_every_widget_and_the_place(ground, panel) -> None:
    ground.resize(220, 400)
    QTest.qWait(1)
    widgets = [row.control for row in panel._rows.values()]
    field = entry(panel, RATE)
    field.setFocus()
    bar = panel._area.verticalScrollBar()
    bar.setValue(bar.maximum() - 20)
    write(panel, RATE, "0.25", Key.Key_Return)
    panel.show_scenario(panel.told[-1])
    QTest.qWait(1)
    assert [row.control for row in panel._rows.values()] == widgets
    assert field.hasFocus()
    assert bar.value() == bar.maximum() - 20


def test_that_more_layers_bring_more_rows_and_keep_the_focus(panel) -> None:
    field = write(panel, SIZES, "4, 4, 4", Key.Key_Return)
    assert field.hasFocus()
    assert ("layers", 3, "batch_norm", "placement") in panel._rows
    assert [row.field.path for row in panel._rows.values()] == [
        f.path for f in fields(panel.told[-1]) if f.applies or f.stays
    ]
    write(panel, SIZES, "", Key.Key_Tab)
    assert [layer.units for layer in panel.told[-1].layers] == [2]
    assert len(panel.told) == 2


def test_that_tab_goes_from_top_to_bottom(ground, panel) -> None:
    panel.show_scenario(small((4, 4, 2), ("before", "", "")))
    panel.row(("layers", 1, "batch_norm", "placement"))
    choose(panel, ("layers", 0, "batch_norm", "placement"), "")
    choose(panel, ("layers", 1, "batch_norm", "placement"), "before")
    panel._body.adjustSize()
    first = panel.boxes()[0]
    first.setFocus(Qt.FocusReason.TabFocusReason)
    seen = []
    while panel.isAncestorOf(QApplication.focusWidget()) and len(seen) < 60:
        seen.append(QApplication.focusWidget())
        QTest.keyClick(seen[-1], Key.Key_Tab)
    heights = [widget.mapTo(panel._body, QPoint(0, 0)).y() for widget in seen]
    assert heights == sorted(heights)
    applying = [row.control for row in panel._rows.values() if row.field.applies]
    assert set(seen) == {*applying, panel._anew, panel._each}


def test_that_every_field_has_a_name_and_a_tip(panel) -> None:
    names = [row.control.accessibleName() for row in panel._rows.values()]
    assert len(set(names)) == len(names)
    assert all(row.control.toolTip() for row in panel._rows.values())
    tip = panel.row(BATCH).control.toolTip()
    assert "Allowed: 1 to 9 samples." in tip
    assert max(len(line) for row in panel._rows.values()
               for line in row.control.toolTip().splitlines()) <= 56  # fmt: skip


def test_that_showing_the_same_scenario_again_disturbs_nobody(panel) -> None:
    field = write(panel, RATE, "0.2")
    panel.show_scenario(panel._scenario)
    assert field.text() == "0.2"
    assert panel.told == []


@pytest.mark.parametrize("width", [188, 220, 280])
@pytest.mark.parametrize("name", scenario_names())
def test_that_no_control_is_cut_off(ground, panel, name: str, width: int) -> None:
    ground.layout().setContentsMargins(0, 0, 0, 0)
    panel.show_scenario(load(scenario_path(name)))
    ground.setFixedWidth(width)
    QTest.qWait(1)
    room = panel._area.viewport().width()
    assert panel._body.width() == room
    for row in panel._rows.values():
        for widget in row.widgets:
            if widget.isVisible():
                assert widget.mapTo(panel._body, QPoint(widget.width(), 0)).x() <= room - 8
