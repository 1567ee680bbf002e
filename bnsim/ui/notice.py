"""One bar for what the person should know: errors, damaged settings, non-finite numbers."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout

from bnsim.ui.buttons import tool_button
from bnsim.views.labels import plain_label


def sentence(text: str) -> str:
    """Errors begin small, as the command line puts a word before them."""
    return text[:1].upper() + text[1:]


class NoticeBar(QFrame):
    """Hidden until there is something to say; closed by its button."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("notice")
        box = QHBoxLayout(self)
        box.setContentsMargins(12, 6, 6, 6)
        self._text = plain_label("", "", wrap=True)
        box.addWidget(self._text, 1)
        close = tool_button("Close", "Close this notice")
        close.clicked.connect(self.hide)
        box.addWidget(close)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    def say(self, text: str, error: bool = False) -> None:
        """Show one sentence."""
        self.setProperty("kind", "error" if error else "note")
        self.style().unpolish(self)
        self.style().polish(self)
        self._text.setText(sentence(text))
        self.show()
