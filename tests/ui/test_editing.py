"""Numbers changed by hand in the window: typed, dragged, by wheel and keys."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from bnsim.pictures.quantity import Quantity
from bnsim.sim.form import changed
from bnsim.views.card import shown_card
from bnsim.views.seen import is_seen

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
RED = ("weight", 0, 0, 0)


def place(view, key) -> QPoint:
    """Where a mark or the middle of a line is; lines cross, so near its beginning."""
    for mark in view.picture.marks:
        if mark.key == key:
            return QPoint(round(mark.x), round(mark.y))
    line = view.picture.lines.lines[view.picture.lines.keys.index(key)]
    x, y = line[:2] + 0.8 * (line[2:] - line[:2])
    return QPoint(round(x), round(y))


def lane(window, name="with"):
    return window.center.lanes[name]


def click(window, view, key, double=False) -> None:
    at = place(view, key)
    QTest.mouseMove(view, at)
    (QTest.mouseDClick if double else QTest.mouseClick)(view, LEFT, NONE, at)
    window.settle()


def drag(window, view, start: QPoint, *ends: QPoint) -> None:
    QTest.mousePress(view, LEFT, NONE, start)
    for end in ends:
        at = QPointF(end)
        move = QMouseEvent(
            QEvent.Type.MouseMove, at, view.mapToGlobal(at), Qt.MouseButton.NoButton, LEFT, NONE
        )
        QApplication.sendEvent(view, move)
    window.settle()


def release(window, view, at: QPoint) -> None:
    QTest.mouseRelease(view, LEFT, NONE, at)
    window.settle()


def wheel(window, widget, at: QPoint, notches: int, modifier=NONE) -> None:
    event = QWheelEvent(
        QPointF(at), widget.mapToGlobal(QPointF(at)), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, modifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)
    window.settle()


def weight(window, of="with") -> float:
    return float(window.controller.session.frame(of).record.view(0, "W")[0, 0])


def branches(window) -> int:
    return len(window.controller.session.branches.all)


# -- typing --------------------------------------------------------------------------
def test_that_a_click_on_a_weight_asks_and_each_key_shows_what_comes_of_it(window) -> None:
    click(window, lane(window), RED)
    editor = window.editing.editor
    assert editor.isVisible()
    (field,) = editor.fields
    assert field.text() == "15"
    QTest.keyClicks(field, "5")
    window.settle()
    assert (weight(window), weight(window, "without")) == (5.0, 5.0)
    assert branches(window) == 1
    QTest.keyClick(field, Qt.Key.Key_Return)
    window.settle()
    assert not editor.isVisible()
    assert (weight(window), branches(window)) == (5.0, 2)
    assert window.controller.session.t == 9


def test_that_esc_takes_it_back(window) -> None:
    click(window, lane(window), RED)
    (field,) = window.editing.editor.fields
    QTest.keyClicks(field, "-3")
    window.settle()
    assert weight(window) == -3.0
    QTest.keyClick(field, Qt.Key.Key_Escape)
    window.settle()
    assert (weight(window), branches(window)) == (15.0, 1)


def test_that_text_that_is_no_number_is_refused_beside_the_field(window) -> None:
    click(window, lane(window), RED)
    editor = window.editing.editor
    (field,) = editor.fields
    QTest.keyClicks(field, "5,5")
    window.settle()
    assert "point" in editor.reason
    assert weight(window) == 15.0
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert editor.isVisible()
    assert branches(window) == 1
    field.setText("1e301")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert "out of range" in editor.reason or "too large" in editor.reason
    QTest.keyClick(field, Qt.Key.Key_Escape)
    window.settle()
    assert not editor.isVisible()


def test_that_arrow_keys_and_the_wheel_nudge_what_is_typed(window) -> None:
    click(window, lane(window), RED)
    (field,) = window.editing.editor.fields
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert field.text() == "16"
    QTest.keyClick(field, Qt.Key.Key_Down, SHIFT)
    assert field.text() == "6"
    wheel(window, field, QPoint(5, 5), -1)
    assert field.text() == "5"
    assert weight(window) == 5.0
    assert window.controller.state.selected == (0, 0)
    QTest.keyClick(field, Qt.Key.Key_Return)
    window.settle()
    assert branches(window) == 2


def test_that_opening_and_leaving_an_editor_changes_no_digit(window) -> None:
    before = window.controller.session.frame("with").record.arena.tobytes()
    click(window, lane(window), ("weight", 0, 1, 2))
    (field,) = window.editing.editor.fields
    assert field.text() == "-0.24003031537428055"
    QTest.keyClick(field, Qt.Key.Key_Return)
    window.settle()
    assert branches(window) == 1
    assert window.controller.session.frame("with").record.arena.tobytes() == before


def test_that_a_click_elsewhere_keeps_what_was_typed(window) -> None:
    click(window, lane(window), RED)
    QTest.keyClicks(window.editing.editor.fields[0], "2")
    window.editing.editor.fields[0].clearFocus()
    window.settle()
    assert (weight(window), branches(window)) == (2.0, 2)


@pytest.mark.parametrize(
    ("key", "double", "names"),
    [
        (("input", 1), False, ["x₂ of sample 3"]),
        (("target", 0), False, ["target o₁ of sample 3"]),
        (("neuron", 0, 2), True, ["bias of h₃"]),
        (("norm", 0, 1), True, ["γ of h₂", "β of h₂"]),
        (("slot", 0, 1, 0), True, ["γ of h₂", "β of h₂"]),
    ],
)
def test_that_everything_can_be_set(window, key, double, names) -> None:
    click(window, lane(window), key, double)
    editor = window.editing.editor
    assert [field.accessibleName() for field in editor.fields] == names
    for field in editor.fields:
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, "0.75")
    QTest.keyClick(editor.fields[-1], Qt.Key.Key_Return)
    window.settle()
    values = {edit.value for edit in window.controller.session.scenario.edits}
    assert values == {0.75}
    assert len(window.controller.session.scenario.edits) == len(names)
    assert branches(window) == 2


def test_that_a_locked_lane_keeps_its_number(window) -> None:
    window.controller.lock("without")
    said = []
    window.controller.noticed.connect(said.append)
    click(window, lane(window), RED)
    assert not window.editing.editor.isVisible()
    assert "without BN only" in said.pop()
    said.clear()  # both the press and the click say so
    click(window, lane(window, "without"), RED)
    QTest.keyClicks(window.editing.editor.fields[0], "1")
    QTest.keyClick(window.editing.editor.fields[0], Qt.Key.Key_Return)
    window.settle()
    assert (weight(window, "without"), weight(window)) == (1.0, 15.0)
    assert not said


# -- dragging and the wheel ------------------------------------------------------------
def test_that_a_line_is_dragged_live_and_becomes_one_branch(window) -> None:
    view = lane(window)
    start = place(view, RED)
    drag(window, view, start, start + QPoint(0, 10), start + QPoint(0, 24), start + QPoint(0, 60))
    assert weight(window) == 5.0
    assert branches(window) == 1
    release(window, view, start + QPoint(0, 60))
    assert (weight(window), branches(window)) == (5.0, 2)
    window.do("undo")
    window.settle()
    assert weight(window) == 15.0


def test_that_dragging_back_to_the_start_is_no_change(window) -> None:
    view = lane(window)
    start = place(view, RED)
    drag(window, view, start, start + QPoint(0, 40), start)
    release(window, view, start)
    assert (weight(window), branches(window)) == (15.0, 1)


def test_that_ctrl_and_the_wheel_nudge_a_mark_and_one_gesture_is_one_branch(window, qtbot) -> None:
    view = lane(window)
    at = place(view, ("input", 0))
    for _ in range(3):
        wheel(window, view, at, 1, CONTROL)
    frame = window.controller.session.frame("with")
    assert float(frame.record.view(0, "x")[2, 0]) == 4.3
    qtbot.waitUntil(lambda: branches(window) == 2, timeout=3000)
    assert window.controller.state.zoom == 1.0
    wheel(window, view, QPoint(5, 200), 1)
    assert window.controller.state.zoom > 1.0


def test_that_esc_ends_a_gesture_of_the_wheel(window) -> None:
    view = lane(window)
    wheel(window, view, place(view, ("input", 0)), 2, CONTROL)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    window.settle()
    assert branches(window) == 1
    assert float(window.controller.session.frame("with").record.view(0, "x")[2, 0]) == 4.0


# -- under the microscope ----------------------------------------------------------------
def test_that_a_raw_ball_is_dragged_and_everything_follows(window) -> None:
    view = window.plots.pictures["microscope"]
    start = place(view, ("raw", 0, 0, 0))
    drag(window, view, start, start + QPoint(-20, 0), start + QPoint(-60, 0))
    frame = window.controller.session.frame("with")
    raw = frame.record.view(0, "a")[:, 0]
    assert raw[0] < 80.0
    assert abs(place(view, ("raw", 0, 0, 0)).x() - (start.x() - 60)) <= 3
    assert raw[1:] == pytest.approx([55.52, 57.83], abs=0.01)
    assert branches(window) == 1
    release(window, view, start + QPoint(-60, 0))
    assert branches(window) == 2
    (edit,) = window.controller.session.scenario.edits
    assert edit.input == (0, 0)


@pytest.mark.parametrize("name", ["gamma", "beta"])
def test_that_gamma_and_beta_are_dragged_along_the_third_line(window, name) -> None:
    window.controller.seek(10)
    window.settle()
    view = window.plots.pictures["microscope"]
    start = place(view, (name, 0, 0))
    before = float(window.controller.session.frame("with").record.view(0, name)[0])
    drag(window, view, start, start + QPoint(8, 0), start + QPoint(40, 0))
    now = float(window.controller.session.frame("with").record.view(0, name)[0])
    assert now > before
    release(window, view, start + QPoint(40, 0))
    (edit,) = window.controller.session.scenario.edits
    assert getattr(edit, name) == 0
    assert (edit.value, branches(window)) == (now, 2)


def test_that_a_click_on_a_ball_chooses_its_sample_until_the_next_step(window) -> None:
    view = window.plots.pictures["microscope"]
    click(window, view, ("raw", 0, 0, 0))
    assert window.controller.state.sample == 0
    assert "sample 1" in window.plots.pictures["formula"].picture.description
    QTest.keyClick(window, Qt.Key.Key_Right)
    window.settle()
    assert window.controller.state.sample is None


# -- pointing ----------------------------------------------------------------------------
def lit_shapes(window, view) -> int:
    accent = window.controller.state.theme.accent
    return sum(getattr(s, "line", getattr(s, "color", "")) == accent for s in view.picture.shapes)


def test_that_a_number_in_a_formula_lights_its_mark_and_the_reverse(window) -> None:
    formula, graph = window.plots.pictures["formula"], lane(window)
    before = lit_shapes(window, graph)
    key = next(m.key for m in formula.picture.marks if m.key[0] == "mean")
    QTest.mouseMove(formula, place(formula, key))
    window.settle()
    assert window.controller.state.lit == key
    assert lit_shapes(window, graph) > before
    QTest.mouseMove(graph, place(graph, ("slot", 0, 0, 2)))
    window.settle()
    assert window.controller.state.lit == ("slot", 0, 0, 2)


def test_that_a_click_on_a_number_asks_for_its_formula_down_to_the_inputs(window) -> None:
    formula = window.plots.pictures["formula"]
    for name in ("mean", "a", "z", "W"):
        key = next(m.key for m in formula.picture.marks if m.key[0] == name)
        click(window, formula, key)
        assert window.controller.state.focus[:2] == key[:2]
    assert "15" in formula.picture.description
    QTest.keyClick(window, Qt.Key.Key_Escape)
    window.settle()
    assert window.controller.state.focus is None


def test_that_a_double_click_on_a_leaf_of_a_formula_asks_for_another_value(window) -> None:
    window.controller.focus(Quantity("z", 0, 0, 0))
    window.settle()
    formula = window.plots.pictures["formula"]
    key = next(m.key for m in formula.picture.marks if m.key[0] == "W")
    click(window, formula, key, double=True)
    assert window.editing.editor.fields[0].text() == "15"


def test_that_a_row_of_the_table_lights_its_mark(window) -> None:
    window.do("show_table")
    window.settle()
    window.table.search.setText("x̂ h₁ sample 2")
    window.table.table.selectRow(0)
    window.settle()
    assert window.controller.state.lit == Quantity("x_hat", 0, 1, 0)


# -- branches, inference, glides -------------------------------------------------------
def test_that_undo_and_redo_are_keys_and_branches_are_listed_by_what_changed(window) -> None:
    click(window, lane(window), RED)
    QTest.keyClicks(window.editing.editor.fields[0], "5")
    QTest.keyClick(window.editing.editor.fields[0], Qt.Key.Key_Return)
    window.settle()
    QTest.keyClick(window, Qt.Key.Key_Z, CONTROL)
    window.settle()
    assert weight(window) == 15.0
    assert window.branches.names() == [(1, "w(x₁→h₁) = 5 · batch 1")]
    QTest.keyClick(window, Qt.Key.Key_Z, CONTROL | SHIFT)
    window.settle()
    assert weight(window) == 5.0


def test_that_a_branch_is_returned_to_by_a_click(window) -> None:
    window.controller.session.edit([_edit(3.0)])
    window.desk.panels["branches"].raise_()
    window.settle()
    tree = window.branches.tree
    tree.itemClicked.emit(tree.topLevelItem(0), 0)
    window.settle()
    assert weight(window) == 15.0
    assert window.controller.session.branches.can_undo


def _edit(value: float):
    from bnsim.sim.spec import Edit

    return Edit(batch=0, layer=0, weight=(0, 0), value=value)


def test_that_restart_never_rolls_the_weights_again(window) -> None:
    window.do("new_weights")
    window.settle()
    seed = window.controller.session.scenario.seed
    drawn = window.controller.session.frame("with").record.view(1, "W").tobytes()
    window.do("restart")
    window.settle()
    assert window.controller.session.scenario.seed == seed
    assert window.controller.session.frame("with").record.view(1, "W").tobytes() == drawn


def test_that_i_shows_the_network_at_work_and_training_again(window) -> None:
    QTest.keyClick(window, Qt.Key.Key_I)
    window.settle()
    assert not window.controller.session.training
    assert "running" in lane(window).picture.description + window.center.caption
    QTest.keyClick(window, Qt.Key.Key_I)
    window.settle()
    assert window.controller.session.training


def test_that_inference_without_running_statistics_is_refused_in_words(window) -> None:
    window.open_shipped("article-as-printed")
    window.settle()
    QTest.keyClick(window, Qt.Key.Key_I)
    window.settle()
    assert "keeps no running statistics" in window.notice.text
    assert window.controller.session.training


def test_that_balls_glide_and_the_next_key_ends_it(window, qtbot) -> None:
    window.controller.seek(8)
    window.settle()
    QTest.keyClick(window, Qt.Key.Key_Right)
    assert window.controller.state.glide < 1.0
    qtbot.waitUntil(lambda: window.controller.state.glide == 1.0, timeout=3000)
    QTest.keyClick(window, Qt.Key.Key_Right)
    assert window.controller.state.glide < 1.0
    QTest.keyClick(window, Qt.Key.Key_Left)
    assert window.controller.state.glide == 1.0
    window.controller.toggle_still()
    QTest.keyClick(window, Qt.Key.Key_Right)
    assert window.controller.state.glide == 1.0


def test_that_another_branch_stands_beside_this_one_in_the_plot_of_the_loss(window) -> None:
    window.controller.session.edit([_edit(0.67)])
    window.controller.seek(window.controller.session.last)
    window.desk.panels["loss"].raise_()
    window.desk.panels["branches"].raise_()
    window.settle()
    alone = window.plots.views["loss"].picture
    window.desk.panels["samples"].raise_()
    window.branches.compare.click()
    window.settle()
    assert is_seen(window.plots.views["loss"])
    both = window.plots.views["loss"].picture
    assert len(both.panels[0].curves) == len(alone.panels[0].curves) + 2
    other = window.controller.session.frame_of(0, "without").loss
    assert f"{other:.0f}" in both.conclusion
    window.branches.compare.click()
    window.settle()
    assert window.controller.state.compared is None


def test_that_a_branch_is_no_longer_compared_once_it_is_shown(window) -> None:
    window.controller.session.edit([_edit(0.67)])
    window.controller.compare(0)
    window.controller.switch(0)
    window.settle()
    assert window.controller.state.compared is None


# -- what is begun and not ended ----------------------------------------------------------
def test_that_the_editor_closes_with_its_scenario(window) -> None:
    click(window, lane(window), RED)
    window.open_shipped("cascade")
    window.settle()
    assert not window.editing.editor.isVisible()
    assert window.controller.session.scenario.edits == []
    assert branches(window) == 1


def test_that_a_step_keeps_what_was_typed_and_closes_the_editor(window) -> None:
    click(window, lane(window), RED)
    QTest.keyClicks(window.editing.editor.fields[0], "2")
    window.do("step")
    window.settle()
    assert not window.editing.editor.isVisible()
    assert (weight(window), branches(window)) == (2.0, 2)


def test_that_a_neuron_under_the_pointer_may_be_gone_after_undo(window) -> None:
    scenario = window.controller.session.scenario
    window.controller.change(changed(scenario, ("layers",), "4, 4, 2"))
    window.settle()
    view = lane(window)
    QTest.mouseMove(view, place(view, ("neuron", 2, 0)))
    window.settle()
    assert shown_card(view) is not None
    window.do("undo")
    window.settle()
    assert len(window.controller.session.scenario.layers) == 2
    found = shown_card(view)
    assert found is None or "layer 3" not in found.text, found.text


def test_that_esc_ends_a_drag_though_the_button_stays_down(window) -> None:
    view = lane(window)
    start = place(view, RED)
    drag(window, view, start, start + QPoint(0, 24))
    assert weight(window) != 15.0
    QTest.keyClick(window, Qt.Key.Key_Escape)
    for down in (30, 60):
        at = QPointF(start + QPoint(0, down))
        move = QMouseEvent(
            QEvent.Type.MouseMove, at, view.mapToGlobal(at), Qt.MouseButton.NoButton, LEFT, NONE
        )
        QApplication.sendEvent(view, move)
    window.settle()
    release(window, view, start + QPoint(0, 60))
    assert (weight(window), branches(window)) == (15.0, 1)


def test_that_the_wheel_starts_anew_after_undo(window) -> None:
    view = lane(window)
    at = place(view, RED)
    wheel(window, view, at, 2, CONTROL)
    assert weight(window) == 17.0
    window.do("undo")
    window.settle()
    assert weight(window) == 15.0
    wheel(window, view, at, 1, CONTROL)
    assert weight(window) == 16.0


def test_that_the_card_under_a_resting_pointer_tells_the_number_of_now(window) -> None:
    view = window.plots.pictures["matrix"]
    window.desk.panels["matrix"].raise_()
    window.settle()
    QTest.mouseMove(view, place(view, ("slot", 0, 0, 0)))
    window.settle()
    before = shown_card(view).text
    window.controller.try_edits([_edit(1.0)])
    window.controller.settle()
    window.settle()
    assert shown_card(view).text != before


def test_that_a_dialog_leaves_nothing_behind(window, monkeypatch) -> None:
    monkeypatch.setattr(QDialog, "exec", lambda _self: 0)
    for show in (window.show_help, window.show_about):
        show()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not window.findChildren(QDialog)
