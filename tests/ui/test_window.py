"""The window as a person uses it: keys, mouse, switches, files."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from bnsim.files.locate import scenario_path
from bnsim.files.scenario_json import load
from bnsim.files.settings import Settings, load_settings, settings_path
from bnsim.sim.operation import Phase
from bnsim.ui import dialogs
from bnsim.ui.actions import ACTIONS
from bnsim.ui.app import make_application
from bnsim.ui.export_choice import remembered
from bnsim.ui.export_dialog import ExportDialog
from bnsim.ui.figures import export_window
from bnsim.ui.main_window import MainWindow
from bnsim.views.card import shown_card


@pytest.fixture
def window(qtbot):
    make_application()
    made = MainWindow(load(scenario_path("article")), Settings(), export_window)
    made.resize(1440, 900)
    made.show()
    made.settle()
    yield made
    made.close()
    made.deleteLater()


def press(window: MainWindow, *keys: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    for key in keys:
        QTest.keyClick(window, key, modifier)
    window.settle()


def card_text(view) -> str:
    shown = shown_card(view)
    return shown.text if shown else ""


def mark_of(view, key: tuple) -> QPoint:
    mark = next(m for m in view.picture.marks if m.key == key)
    return QPoint(round(mark.x), round(mark.y))


def texts(view) -> list[str]:
    return [s.text for s in view.picture.shapes if hasattr(s, "text")]


def test_that_the_first_start_shows_the_article_paused_before_the_first_sample(window) -> None:
    session = window.controller.session
    assert session.scenario.name == "article"
    assert session.t == 0
    assert all(view.isVisible() for view in window.center.lanes.values())
    assert "Nothing is computed yet" in window.center.caption


def test_that_the_right_arrow_steps_by_a_sample_and_left_steps_back(window) -> None:
    press(window, Qt.Key.Key_Right)
    assert window.controller.session.t == 2
    assert "88.7" in texts(window.center.lanes["with"])
    press(window, Qt.Key.Key_Right, Qt.Key.Key_Left)
    assert window.controller.session.t == 2
    press(window, Qt.Key.Key_Home)
    assert window.controller.session.t == 0


def test_that_thirteen_presses_tell_the_story_of_a_batch(window) -> None:
    press(window, *[Qt.Key.Key_Right] * 13)
    assert window.controller.session.cursor.done == window.controller.session.schedule.n


def test_that_to_the_end_and_back_returns_equal_bytes(window) -> None:
    press(window, Qt.Key.Key_Right)
    session = window.controller.session
    before = {lane: f.record.arena.tobytes() for lane, f in session.frames().items()}
    press(window, Qt.Key.Key_End)
    assert session.t == session.last
    press(window, Qt.Key.Key_Home, Qt.Key.Key_Right)
    assert {lane: f.record.arena.tobytes() for lane, f in session.frames().items()} == before


def test_that_space_plays_and_pauses(window, qtbot) -> None:
    window.controller.set_speed(10)
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.controller.session.t > 6, timeout=5000)
    press(window, Qt.Key.Key_Space)
    at = window.controller.session.t
    qtbot.wait(150)
    assert window.controller.session.t == at


def test_that_playing_stops_at_the_end(window, qtbot) -> None:
    window.controller.set_speed(10)
    window.controller.seek(window.controller.session.last - 2)
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not window.controller.state.playing, timeout=5000)
    assert window.controller.session.t == window.controller.session.last


@pytest.mark.parametrize(
    ("key", "unit"),
    list(zip("12345", ["operation", "sample", "phase", "batch", "epoch"], strict=True)),
)
def test_that_number_keys_choose_the_step_size(window, key: str, unit: str) -> None:
    QTest.keyClicks(window, key)
    window.settle()
    assert window.controller.state.unit == unit
    press(window, Qt.Key.Key_Right)
    assert window.controller.session.t == window.controller.session.schedule.next(0, unit)


@pytest.mark.parametrize(
    ("key", "shown"), [("W", ["without"]), ("B", ["with"]), ("C", ["without", "with"])]
)
def test_that_lanes_are_switched_by_keys(window, key: str, shown: list[str]) -> None:
    QTest.keyClicks(window, key)
    window.settle()
    assert [lane for lane, view in window.center.lanes.items() if view.isVisible()] == shown


def test_that_every_action_finds_its_verb(window) -> None:
    for row in ACTIONS:
        if not row.verb.startswith(("unit_", "lanes_")):
            assert callable(getattr(window, row.verb, None) or getattr(window.controller, row.verb))


def test_that_no_two_actions_share_a_key() -> None:
    keys = [key for row in ACTIONS for key in row.keys]
    assert len(keys) == len(set(keys))


def test_that_clicking_a_neuron_selects_it_for_plots_and_words(window) -> None:
    press(window, *[Qt.Key.Key_Right] * 4)
    view = window.center.lanes["with"]
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=mark_of(view, ("neuron", 0, 2)))
    window.settle()
    assert window.controller.state.selected == (0, 2)
    assert "h₃" in window.center.caption
    assert window.plots.views["samples"].picture.title.startswith("h₃")


def test_that_hovering_a_neuron_swaps_the_plots_until_the_pointer_leaves(window) -> None:
    press(window, *[Qt.Key.Key_Right] * 2)
    view = window.center.lanes["with"]
    QTest.mouseMove(view, mark_of(view, ("neuron", 0, 3)))
    window.settle()
    assert window.plots.views["samples"].picture.title.startswith("h₄")
    QTest.mouseMove(view, QPoint(300, 60))
    window.settle()
    assert window.plots.views["samples"].picture.title.startswith("h₁")


def test_that_the_hover_card_gives_every_digit_and_the_sum(window) -> None:
    press(window, Qt.Key.Key_Right)
    view = window.center.lanes["with"]
    QTest.mouseMove(view, mark_of(view, ("neuron", 0, 0)))
    window.settle()
    assert "88.71463846872999" in card_text(view)
    assert "15 × 6 − 0.23 × 1 − 0.264 × 4 + 0 = 88.71" in card_text(view)
    assert "out of scale" in card_text(view)


def test_that_the_timeline_chip_seeks_its_operation(window) -> None:
    schedule, timeline = window.controller.session.schedule, window.center.timeline
    mean = schedule.find(Phase.MEAN, 0, None)
    QTest.mouseClick(
        timeline, Qt.MouseButton.LeftButton, pos=mark_of(timeline, ("ops", mean, mean))
    )
    window.settle()
    assert window.controller.session.t == mean
    assert "67.35" in window.center.caption


def drag(view, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, (start + end) / 2)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)


def test_that_dragging_the_whole_run_seeks_anywhere(window) -> None:
    timeline, session = window.center.timeline, window.controller.session
    middle = mark_of(timeline, ("run",))
    drag(timeline, middle, middle + QPoint(2000, 0))
    window.settle()
    assert session.t == session.last
    drag(timeline, middle, middle - QPoint(2000, 0))
    window.settle()
    assert session.t == 0


def test_that_dragging_over_the_chips_follows_the_pointer(window) -> None:
    timeline, session = window.center.timeline, window.controller.session
    first = next(m for m in timeline.picture.marks if m.key[0] == "ops")
    last = [m for m in timeline.picture.marks if m.key[0] == "ops"][-1]
    drag(timeline, QPoint(round(first.x), round(first.y)), QPoint(round(last.x), round(last.y)))
    window.settle()
    assert session.cursor.done == session.schedule.n


def test_that_the_wheel_zooms_both_lanes_and_zero_fits_again(window) -> None:
    view = window.center.lanes["with"]
    view.wheel_zoomed.emit(1.5, 100.0, 100.0)
    window.settle()
    assert window.controller.state.zoom == 1.5
    window.do("zoom_reset")
    window.settle()
    assert window.controller.state.zoom == 1.0


def choose(window: MainWindow, name: str, value: str) -> None:
    """Choose in the box of the form that has this name."""
    box = next(b for b in window.panel.boxes() if b.accessibleName() == name)
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


@pytest.mark.parametrize(
    ("name", "value", "check"),
    [
        ("Activation", "tanh", lambda s: s.layers[0].activation == "tanh"),
        ("Normalize inputs", "standard", lambda s: s.normalize_inputs == "standard"),
        ("BN at hidden 1", "before", lambda s: s.layers[0].batch_norm.placement == "before"),
        ("BN at hidden 1", "", lambda s: s.layers[0].batch_norm is None),
    ],
)
def test_that_switches_change_the_run_and_keep_the_place(
    window, name: str, value: str, check
) -> None:
    press(window, *[Qt.Key.Key_Right] * 2)
    choose(window, name, value)
    window.settle()
    assert check(window.controller.session.scenario)
    assert window.controller.session.cursor.batch == 0


def test_that_keys_typed_in_the_form_stay_in_the_form(window) -> None:
    field = window.panel.row(("batches",)).control
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "1 w")
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Left):
        QTest.keyClick(field, key)
    window.settle()
    assert field.text() == "1 w"
    assert window.controller.session.t == 0
    assert window.controller.state.unit == "sample"
    assert window.controller.state.lanes == "compare"
    assert window.controller.state.selected == (0, 0)
    assert not window.controller.state.playing
    QTest.keyClick(field, Qt.Key.Key_Escape)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    press(window, Qt.Key.Key_Right)
    assert window.controller.session.t == 2


def test_that_a_number_typed_in_the_form_starts_a_new_run(window) -> None:
    field = window.panel.row(("batch_size",)).control
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "6")
    QTest.keyClick(field, Qt.Key.Key_Return)
    window.settle()
    assert window.controller.session.scenario.batch_size == 6
    assert window.panel.row(("batch_size",)).control is field
    assert field.hasFocus()


def test_that_normalized_inputs_leave_h1_towering(window) -> None:
    choose(window, "Normalize inputs", "range")
    press(window, Qt.Key.Key_End)
    runs = window.controller.session.runs["without"]
    h = [runs.record(b).view(0, "a") for b in range(4)]
    assert max(a[:, 0].max() for a in h) == pytest.approx(14.5, abs=0.1)
    assert max(a[:, 1:].max() for a in h) == pytest.approx(1.9, abs=0.1)


def test_that_a_bad_file_says_one_sentence_and_keeps_the_session(window, tmp_path: Path) -> None:
    press(window, Qt.Key.Key_Right)
    bad = tmp_path / "bad.json"
    bad.write_text('{"version": 1, "layers": 3}')
    window.open_path(bad)
    window.settle()
    assert window.notice.isVisible()
    assert "bad.json" in window.notice.text
    assert window.controller.session.t == 2


def test_that_a_scenario_file_opens(window, tmp_path: Path) -> None:
    content = json.loads(scenario_path("cascade").read_text())
    content["name"], content["title"] = "mine", "My own"
    content.pop("$schema", None)
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(content))
    window.open_path(path)
    window.settle()
    assert window.controller.session.scenario.title == "My own"
    assert window.windowTitle() == "My own · bnsim"


@pytest.mark.parametrize(
    "name", ["article-before", "article-as-printed", "three-numbers", "cascade", "cascade-calm"]
)
def test_that_every_shipped_scenario_plays_in_the_window(window, name: str) -> None:
    window.open_shipped(name)
    window.settle()
    for _ in range(40):
        window.do("step")
        window.settle()
    press(window, Qt.Key.Key_End)
    assert window.controller.session.t == window.controller.session.last
    assert not window.notice.isVisible()


def test_that_an_error_in_a_slot_is_told_and_the_session_stays(window) -> None:
    press(window, Qt.Key.Key_Right)
    window.report(ZeroDivisionError("division by zero"))
    assert "ZeroDivisionError" in window.notice.text
    assert window.controller.session.t == 2


def test_that_a_picture_is_exported_at_the_chosen_size(window, tmp_path: Path, monkeypatch) -> None:
    target = tmp_path / "figure.png"
    settings = Settings(
        export_size="custom", export_width=900.0, export_height=700.0, export_theme="print"
    )
    monkeypatch.setattr(ExportDialog, "exec", lambda self: 1)
    monkeypatch.setattr(ExportDialog, "choice", lambda self: remembered(settings, "compare"))
    monkeypatch.setattr(dialogs, "ask_save", lambda *args: target)
    press(window, Qt.Key.Key_Right)
    window.do("export")
    image = QImage(str(target))
    assert (image.width(), image.height()) == (900, 700)
    assert image.text("bnsim-scenario") == "article"
    assert image.text("bnsim-moment") == "1:arrive:1:1"


def test_that_the_choices_are_remembered_and_damaged_settings_are_set_aside(window) -> None:
    window.do("toggle_theme")
    window.do("lanes_with")
    window.settle()
    window.close()
    settings, notice = load_settings(settings_path())
    assert (settings.theme, settings.lanes, notice) == ("dark", "with", "")
    text = settings_path().read_text()
    settings_path().write_text(text.replace('"dark"', '"light"'))
    settings, notice = load_settings(settings_path())
    assert settings.theme == "light"
    assert settings.lanes == "compare"
    assert "damaged" in notice
    assert settings_path().with_name("settings.json.damaged").exists()


def test_that_a_thousand_seeks_draw_once(window, qtbot) -> None:
    drawn = []
    window.controller.changed.connect(lambda_free(drawn))
    for t in range(1000):
        window.controller.seek(t % 60)
    qtbot.waitUntil(lambda: bool(drawn), timeout=3000)
    assert len(drawn) == 1


def lambda_free(drawn: list[int]):
    def note() -> None:
        drawn.append(1)

    return note


@pytest.mark.parametrize("size", [(900, 600), (1024, 768), (1920, 1080)])
def test_that_the_window_fits_small_and_large_screens(window, size: tuple[int, int]) -> None:
    window.resize(*size)
    window.settle()
    assert (window.width(), window.height()) == size
    for view in window.center.lanes.values():
        assert view.picture.width == view.width()


def test_that_help_lists_every_key(window, qtbot) -> None:
    dialog = dialogs.help_dialog(window)
    words = " ".join(label.text() for label in dialog.findChildren(type(window.notice._text)))
    assert all(key in words for row in ACTIONS for key in row.keys)
    dialog.deleteLater()


def test_that_the_pointer_on_a_weight_tells_the_rule_that_fired(window) -> None:
    press(window, Qt.Key.Key_Right)
    view = window.center.lanes["without"]
    line = view.picture.lines.lines[view.picture.lines.keys.index(("weight", 0, 0, 0))]
    at = QPointF(line[0] + 0.75 * (line[2] - line[0]), line[1] + 0.75 * (line[3] - line[1]))
    QTest.mouseMove(view, at.toPoint())
    window.settle()
    assert "15.0" in card_text(view)
    assert "outlier" in card_text(view)
