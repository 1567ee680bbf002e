"""File > Export: what is asked, what is shown, what is remembered, what goes wrong."""

from __future__ import annotations

import json
import zlib
from dataclasses import fields, replace

import pytest
from PIL import Image
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QProgressDialog, QPushButton

from bnsim.export.headless import formats_for, image_of, pictures_offered
from bnsim.files.locate import scenario_path
from bnsim.files.scenario_json import load
from bnsim.files.settings import Settings, load_settings, save_settings
from bnsim.pictures.palette import DARK, LIGHT
from bnsim.sim.errors import InputError
from bnsim.sim.session import schedule_of
from bnsim.ui import dialogs, preview, progress
from bnsim.ui.export_choice import (
    PRESETS,
    ExportChoice,
    Moment,
    job_of,
    remember,
    remembered,
    side_px,
    stretch,
)
from bnsim.ui.export_dialog import ExportDialog
from bnsim.ui.figures import export_window
from bnsim.ui.picture_used import Target

OTHER = {
    "picture": "loss", "format": ".gif", "size": "custom", "width": 12.5, "height": 7.25,
    "unit": "cm", "dpi": 200, "theme": "dark", "title": False, "labels": False, "legend": False,
    "caption": False, "start": "1:start", "until": "2:end", "step": "phase", "fps": 7,
}  # fmt: skip


def choice_with(**changes) -> ExportChoice:
    return replace(remembered(Settings(), "compare"), **changes)


@pytest.fixture
def make(qtbot):
    made = []

    def dialog(own=LIGHT, t=9, **changes) -> ExportDialog:
        moment = Moment(load(scenario_path("article")), t, (0, 0))
        made.append(ExportDialog(None, moment, choice_with(**changes), export_window, own))
        made[-1].show()
        made[-1].preview.draw_now()
        return made[-1]

    yield dialog
    for one in made:
        one.close()
        one.deleteLater()


def choose(box, value) -> None:
    assert box.findData(value) >= 0
    box.setCurrentIndex(box.findData(value))


def shown(dialog: ExportDialog) -> QImage:
    dialog.preview.draw_now()
    return dialog.preview.image


# -- choices -------------------------------------------------------------------------
def test_that_every_choice_is_remembered_over_a_restart(tmp_path) -> None:
    assert set(OTHER) | {"lanes"} == {field.name for field in fields(ExportChoice)}
    settings, choice = Settings(), choice_with(**OTHER)
    assert not {name for name in OTHER if getattr(choice_with(), name) == OTHER[name]}
    remember(settings, choice)
    save_settings(tmp_path / "s.json", settings)
    assert remembered(load_settings(tmp_path / "s.json")[0], "compare") == choice


def test_that_the_dialog_gives_back_the_choice_that_it_was_given(make) -> None:
    assert make(**OTHER).choice() == choice_with(**OTHER)


def test_that_a_remembered_choice_that_makes_no_sense_any_more_is_replaced() -> None:
    settings = Settings(
        export_size="1600 x 1000", export_theme="pink", export_unit="mile", export_dpi=0
    )
    choice = remembered(settings, "with")
    assert (choice.size, choice.theme, choice.unit, choice.dpi) == ("slide", "light", "px", 96)
    assert choice.pixels == (1920, 1080)


def test_that_settings_of_an_older_version_still_load(tmp_path) -> None:
    save_settings(tmp_path / "s.json", Settings(theme="dark"))
    content = json.loads((tmp_path / "s.json").read_text())
    content["values"] = {"theme": "dark", "export_size": "4000 x 2500", "export_dpi": 150}
    content["crc"] = zlib.crc32(json.dumps(content["values"], sort_keys=True).encode())
    (tmp_path / "s.json").write_text(json.dumps(content))
    settings, notice = load_settings(tmp_path / "s.json")
    assert (settings.theme, notice) == ("dark", "")
    assert remembered(settings, "with").pixels == (1920, 1080)


@pytest.mark.parametrize("row", PRESETS, ids=lambda row: row.name)
def test_that_a_preset_fills_the_size(make, row) -> None:
    dialog = make(size="custom", width=777.0, height=555.0)
    choose(dialog.size_fields.preset, row.name)
    choice = dialog.choice()
    assert (choice.width, choice.height, choice.unit) == (row.width, row.height, row.unit)
    assert choice.pixels == tuple(side_px(s, row.unit, row.dpi) for s in (row.width, row.height))


def test_that_a_single_column_has_the_pixels_of_its_resolution(make) -> None:
    dialog = make()
    choose(dialog.size_fields.preset, "column")
    assert dialog.choice().pixels == (1004, 709)
    dialog.size_fields.dpi.setValue(600)
    assert dialog.choice().pixels == (2008, 1417)
    assert dialog.choice().width == 8.5


def test_that_an_edited_size_is_a_custom_one(make) -> None:
    dialog = make()
    dialog.size_fields.width_box.setValue(1000)
    assert dialog.choice().size == "custom"
    assert dialog.choice().pixels == (1000, 1080)


def test_that_another_unit_keeps_the_size(make) -> None:
    dialog = make(size="custom", width=1500.0, height=900.0, dpi=300)
    choose(dialog.size_fields.unit, "cm")
    assert dialog.choice().width == pytest.approx(12.7)
    assert dialog.choice().pixels == (1500, 900)


def test_that_every_picture_offers_its_formats(make) -> None:
    dialog = make()
    for name, _title in pictures_offered():
        choose(dialog.picture, name)
        found = [dialog.format.itemData(i) for i in range(dialog.format.count())]
        assert found == [writer.suffix for writer in formats_for(name)]


def test_that_the_rows_of_an_animation_are_shown_for_animations_only(make) -> None:
    dialog = make()
    rows = dialog.animation.rows()
    assert not any(row.isVisible() for row in rows)
    choose(dialog.format, ".gif")
    assert all(row.isVisible() for row in rows)
    choose(dialog.format, ".csv")
    assert not any(row.isVisible() for row in (*rows, dialog.theme, dialog.words))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("suffix", [".png", ".gif", ".csv"])
def test_that_the_dialog_fits_a_small_screen(make, theme, suffix) -> None:
    dialog = make(own=theme, format=suffix)
    assert dialog.width() <= 1024
    assert dialog.height() <= 700
    inside = dialog.rect()
    for widget in [*dialog.findChildren(QDialogButtonBox), dialog.picture, dialog.words]:
        if widget.isVisible():
            corner = widget.mapTo(dialog, widget.rect().bottomRight())
            assert inside.contains(corner)


# -- the preview ---------------------------------------------------------------------
def test_that_the_preview_is_the_exported_picture_at_its_size(make) -> None:
    dialog = make()
    image = shown(dialog)
    assert image.width() / image.height() == pytest.approx(16 / 9, rel=0.01)
    assert image.width() <= dialog.preview.width()
    assert image.height() <= dialog.preview.height()


@pytest.mark.parametrize(
    "change",
    [
        ("picture", "loss"), ("picture", "window"), ("theme", "dark"), ("lanes", "with"),
    ],
)  # fmt: skip
def test_that_each_choice_changes_the_preview(make, change) -> None:
    dialog = make()
    before = shown(dialog).copy()
    choose(getattr(dialog, change[0]), change[1])
    assert shown(dialog) != before


@pytest.mark.parametrize("word", ["title", "labels", "legend", "caption"])
def test_that_each_switch_changes_the_preview_of_a_plot(make, word) -> None:
    dialog = make(picture="loss")
    before = shown(dialog).copy()
    dialog.words.boxes[word].setChecked(False)
    assert shown(dialog) != before


def test_that_many_changes_draw_once(make, qtbot, monkeypatch) -> None:
    dialog, drawn = make(), []
    shown(dialog)
    real = dialog.preview._draw
    dialog.preview._draw = lambda job: drawn.append(job) or real(job)
    QTest.keyClicks(dialog.size_fields.width_box.lineEdit(), "1")
    for width in range(900, 940):
        dialog.size_fields.width_box.setValue(width)
    assert not drawn, "typing waits for a picture"
    qtbot.waitUntil(lambda: bool(drawn), timeout=3000)
    qtbot.wait(2 * preview.WAIT)
    assert len(drawn) == 1
    assert preview.WAIT <= 100


def test_that_what_cannot_be_drawn_is_said_in_the_place_of_the_preview(make) -> None:
    dialog = make()

    def fail(job):
        raise InputError("the picture is too large; choose a smaller one.")

    dialog.preview._draw = fail
    choose(dialog.theme, "dark")
    assert shown(dialog) is None
    assert dialog.preview.text == "The picture is too large; choose a smaller one."


def test_that_a_table_is_previewed_as_its_first_rows(make) -> None:
    dialog = make(picture="loss", format=".csv")
    dialog.preview.draw_now()
    assert dialog.preview.image is None
    assert "\t" in dialog.preview.text


# -- animations ----------------------------------------------------------------------
def test_that_a_typed_moment_is_taken(make) -> None:
    dialog = make(format=".gif")
    dialog.animation.start.setEditText("2:start")
    dialog.animation.until.setEditText("3:end")
    n = schedule_of(load(scenario_path("article"))).n
    choice, scenario = dialog.choice(), load(scenario_path("article"))
    assert stretch(choice, schedule_of(scenario), scenario.batches, 9) == (n, 3 * n)


@pytest.mark.parametrize(
    ("start", "until", "word"), [("nonsense", "end", "nonsense"), ("2:end", "1:end", "no steps")]
)
def test_that_an_animation_without_sense_is_told_and_cannot_be_exported(
    make, start, until, word
) -> None:
    dialog = make(format=".gif")
    dialog.animation.start.setEditText(start)
    dialog.animation.until.setEditText(until)
    save = dialog.buttons.button(QDialogButtonBox.StandardButton.Save)
    assert word in dialog.preview.text
    assert not save.isEnabled()
    dialog.animation.start.setEditText("1:start")
    dialog.animation.until.setEditText("1:end")
    assert save.isEnabled()
    assert shown(dialog) is not None


# -- writing -------------------------------------------------------------------------
@pytest.fixture
def answer(monkeypatch):
    """Answer both dialogs; what the first returned is remembered by the window."""

    def with_choice(path, **changes) -> None:
        def choice(self):
            return replace(real(self), size="custom", width=480.0, height=320.0, **changes)

        real = ExportDialog.choice
        monkeypatch.setattr(ExportDialog, "exec", lambda self: 1)
        monkeypatch.setattr(ExportDialog, "choice", choice)
        monkeypatch.setattr(dialogs, "ask_save", lambda *given: path)

    return with_choice


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf", ".csv", ".npz"])
def test_that_the_window_writes_every_still_format(window, answer, tmp_path, suffix) -> None:
    path = tmp_path / f"a figure{suffix}"
    answer(path, format=suffix)
    window.exports.export(Target("loss"))
    assert path.stat().st_size > 300
    assert "Saved" in window.notice.text
    assert window._settings.export_format == suffix
    assert window._settings.export_picture == "loss"
    assert window._settings.export_folder == str(tmp_path)


def test_that_an_animation_of_the_window_has_the_chosen_frames(window, answer, tmp_path) -> None:
    path = tmp_path / "a.gif"
    answer(path, format=".gif", start="batch", until="batch", step="phase", fps=5)
    window.exports.export(Target("samples"))
    with Image.open(path) as film:
        frames, size = film.n_frames, film.size
    schedule = window.controller.session.schedule
    assert size == (480, 320)
    assert 3 <= frames <= len(schedule.groups("phase")) + 1


@pytest.mark.parametrize("old", [None, b"the file of before"])
def test_that_a_cancelled_animation_leaves_no_file(
    window, answer, tmp_path, monkeypatch, old
) -> None:
    path, seen = tmp_path / "a.gif", []
    if old:
        path.write_bytes(old)
    answer(path, format=".gif", start="start", until="end", step="operation")

    def cancel_at_three(self, value):
        seen.append(value)
        if value == 3:
            self.cancel()

    monkeypatch.setattr(QProgressDialog, "setValue", cancel_at_three)
    window.exports.export(Target("samples"))
    assert seen[-1] == 3, "it went on after Cancel"
    assert [file.read_bytes() for file in tmp_path.iterdir()] == ([old] if old else [])
    assert "Cancelled" in window.notice.text


def test_that_the_cancel_button_can_be_pressed_while_it_runs(
    window, answer, tmp_path, qtbot, monkeypatch
) -> None:
    """The real dialog, its real button: Qt handles the click in setValue."""
    monkeypatch.setattr(progress, "PATIENCE", 0)
    path, pressed = tmp_path / "a.gif", []
    answer(path, format=".gif", start="start", until="end", step="operation")

    def press() -> None:
        dialog = window.findChild(QProgressDialog)
        button = dialog.findChild(QPushButton) if dialog and dialog.isVisible() else None
        if button is not None:
            timer.stop()
            pressed.append(dialog.value())
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    timer = QTimer(window, interval=20)
    timer.timeout.connect(press)
    timer.start()
    window.exports.export(Target("samples"))
    timer.stop()
    assert pressed
    assert list(tmp_path.iterdir()) == []
    assert "Cancelled" in window.notice.text


def test_that_a_folder_that_is_not_there_says_one_sentence(window, answer, tmp_path) -> None:
    answer(tmp_path / "nowhere" / "a.png")
    before = window.controller.session.t
    window.exports.export(Target("graph"))
    assert window.notice.isVisible()
    assert "a.png" in window.notice.text
    assert "\n" not in window.notice.text
    assert window.controller.session.t == before
    assert list(tmp_path.iterdir()) == []
    window.do("step")
    window.settle()
    assert window.controller.session.t > before


def test_that_thinking_better_of_it_writes_and_remembers_nothing(window, monkeypatch) -> None:
    monkeypatch.setattr(ExportDialog, "exec", lambda self: 0)
    before = window._settings.export_picture
    window.exports.export(Target("loss"))
    assert window._settings.export_picture == before
    assert not window.notice.isVisible()


def test_that_the_file_dialog_asks_before_it_takes_an_existing_file(
    window, tmp_path, monkeypatch
) -> None:
    asked = []

    def run(self) -> int:
        asked.append(self)
        assert self.acceptMode() == QFileDialog.AcceptMode.AcceptSave
        assert not self.testOption(QFileDialog.Option.DontConfirmOverwrite)
        assert self.defaultSuffix() == "svg"
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(QFileDialog, "exec", run)
    path = dialogs.ask_save(window, tmp_path / "x.svg", "SVG (.svg)")
    assert len(asked) == 1
    assert path == tmp_path / "x.svg"


def test_that_the_exported_size_is_the_chosen_one(window, answer, tmp_path) -> None:
    path = tmp_path / "a.png"
    answer(path, theme="dark")
    window.exports.export(Target("loss"))
    job = job_of(window.exports._moment(), window.exports._choice(Target("loss")), path)
    expected = image_of(job, export_window).convertToFormat(QImage.Format.Format_RGB32)
    assert QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32) == expected
