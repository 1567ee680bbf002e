"""What has been tried: the branches of this session, to return to and to compare."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFont
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
)

from bnsim.pictures.branch_words import branch_name
from bnsim.sim.branches import Branch
from bnsim.ui.buttons import Segments, tool_button
from bnsim.ui.controller import Controller
from bnsim.views.labels import plain_label

NUMBER = Qt.ItemDataRole.UserRole
_LANES = (
    ("both", "Both", "A number that is set by hand is set in both lanes"),
    ("without", "Without", "Only without batch normalization: the other lane is locked"),
    ("with", "With", "Only with batch normalization: the other lane is locked"),
)


class BranchesPanel(QFrame):
    """A tree of branches; a click returns to one, the button compares with it."""

    #: Two branches are to be seen beside each other.
    compare_asked = Signal()

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self.setObjectName("card")
        self._controller = controller
        self._shown: tuple[object, ...] = ()
        self._names: dict[int, str] = {}
        self._build()

    def _build(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(13, 11, 13, 11)
        box.setSpacing(7)
        box.addWidget(plain_label("Branches", "heading"))
        box.addWidget(plain_label(ABOUT, "muted", wrap=True))
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setIndentation(12)
        self.tree.setRootIsDecorated(False)
        self.tree.setAccessibleName("Branches")
        self.tree.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.tree.itemClicked.connect(self._on_tree_item_clicked)
        self.tree.itemActivated.connect(self._on_tree_item_clicked)
        box.addWidget(self.tree, 1)
        box.addLayout(self._buttons())
        box.addWidget(self.compare)
        box.addWidget(plain_label("Edits happen in which lanes", "muted", wrap=True))
        self.lanes = Segments(_LANES, "Lanes that an edit happens in")
        self.lanes.chosen.connect(self._controller.lock)
        box.addWidget(self.lanes)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self.undo = tool_button("Undo", "Take the last change back (Ctrl+Z)")
        self.redo = tool_button("Redo", "Make it again (Ctrl+Shift+Z)")
        self.compare = tool_button("Compare", "Show the marked branch beside this one")
        self.compare.setCheckable(True)
        self.undo.clicked.connect(self._controller.undo)
        self.redo.clicked.connect(self._controller.redo)
        self.compare.clicked.connect(self._on_compare_clicked)
        for button in (self.undo, self.redo, self.compare):
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row.addWidget(self.undo)
        row.addWidget(self.redo)
        return row

    # -- showing -----------------------------------------------------------------
    def names(self) -> list[tuple[int, str]]:
        """Every branch by number and name, but the one that is shown."""
        branches = self._controller.session.branches
        return [(b.number, self._name(b)) for b in branches.all if b is not branches.now]

    def show_moment(self) -> None:
        """List the branches anew when there are others, or another is shown."""
        session, state = self._controller.session, self._controller.state
        branches = session.branches
        self.undo.setEnabled(branches.can_undo or session.tried)
        self.redo.setEnabled(branches.can_redo and not session.tried)
        self.lanes.show_value(state.edited)
        self.compare.setChecked(state.compared is not None)
        shown = (branches, len(branches.all), branches.now.number, state.compared, state.theme)
        if shown != self._shown:
            if not self._shown or self._shown[0] is not branches:
                self._names.clear()
            self._shown = shown
            self._fill()

    def _fill(self) -> None:
        branches, theme = self._controller.session.branches, self._controller.state.theme
        self.tree.clear()
        items: dict[int, QTreeWidgetItem] = {}
        for branch in branches.all:
            parent = items.get(branch.parent, self.tree.invisibleRootItem())
            item = items[branch.number] = QTreeWidgetItem(parent, [self._text(branch)])
            item.setData(0, NUMBER, branch.number)
            item.setToolTip(0, self._name(branch))
            if branch is branches.now:
                bold = QFont(self.tree.font())
                bold.setWeight(QFont.Weight.DemiBold)
                item.setFont(0, bold)
                item.setForeground(0, QBrush(QColor(theme.accent)))
        self.tree.expandAll()
        self.tree.setCurrentItem(items[branches.now.number])

    def _text(self, branch: Branch) -> str:
        compared = branch.number == self._controller.state.compared
        return f"{self._name(branch)} (compared)" if compared else self._name(branch)

    def _name(self, branch: Branch) -> str:
        found = self._names.get(branch.number)
        if found is None:
            branches = self._controller.session.branches
            parent = None if branch.parent is None else branches.all[branch.parent].scenario
            found = self._names[branch.number] = branch_name(branch.scenario, parent)
        return found

    # -- speaking ----------------------------------------------------------------
    def _on_tree_item_clicked(self, item: QTreeWidgetItem, _column: int) -> None:
        number = item.data(0, NUMBER)
        if self.compare.isChecked() and number != self._controller.session.branches.now.number:
            self._controller.compare(number)
        else:
            self._controller.switch(number)

    def _on_compare_clicked(self, on: bool) -> None:
        """Compare with the branch that this one left, until another is clicked."""
        branches = self._controller.session.branches
        others = [b.number for b in branches.all if b is not branches.now]
        chosen = branches.now.parent
        if chosen is None and others:
            chosen = others[-1]
        self._controller.compare(chosen if on else None)
        if chosen is not None and on:
            self.compare_asked.emit()


ABOUT = "Every change starts a branch; the past stays. Click one to return to it."
