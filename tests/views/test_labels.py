"""Labels take every text literally."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from bnsim.views.labels import plain_label


def test_that_markup_is_shown_as_typed(qtbot):
    bold, plain = plain_label("<b>x</b>"), plain_label("x")
    qtbot.addWidget(bold)
    qtbot.addWidget(plain)
    assert bold.textFormat() == Qt.TextFormat.PlainText
    assert bold.sizeHint().width() > 3 * plain.sizeHint().width()


def test_that_later_text_stays_literal_too(qtbot):
    label = plain_label()
    qtbot.addWidget(label)
    label.setText("<img src='x.png'>")
    assert label.textFormat() == Qt.TextFormat.PlainText


def test_that_the_choices_reach_the_label(qtbot):
    owner = QWidget()
    qtbot.addWidget(owner)
    label = plain_label("x", "title", parent=owner, wrap=True, selectable=True)
    assert (label.parent(), label.objectName(), label.wordWrap()) == (owner, "title", True)
    assert label.textInteractionFlags() == Qt.TextInteractionFlag.TextSelectableByMouse
    assert plain_label("x", parent=owner).textInteractionFlags() != label.textInteractionFlags()
