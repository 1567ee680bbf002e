"""The menus, made from the table of actions."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from bnsim.ui.actions import ACTIONS


class Menus(QObject):
    """Says which verb or which scenario is chosen."""

    verb = Signal(str)
    scenario = Signal(str)

    def __init__(
        self,
        window: QMainWindow,
        scenarios: Sequence[tuple[str, str]],
        panels: Sequence[QAction],
    ) -> None:
        """``scenarios`` are (name, title), ``panels`` actions that show or hide a panel."""
        super().__init__(window)
        self._menus: dict[str, QMenu] = {}
        for row in ACTIONS:
            if row.menu not in self._menus:
                self._menus[row.menu] = window.menuBar().addMenu(row.menu)
                if row.menu == "File":
                    self._scenario_menu(scenarios)
            self._menus[row.menu].addAction(self._action(row.text, row.keys, row.verb, row.tip))
        self._panel_menu(panels)

    def _action(self, text: str, keys: tuple[str, ...], verb: str, tip: str) -> QAction:
        action = QAction(text, self.parent())
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setData(verb)
        action.setStatusTip(tip)
        action.triggered.connect(self._on_action_triggered)
        return action

    def _scenario_menu(self, scenarios: Sequence[tuple[str, str]]) -> None:
        menu = self._menus["File"].addMenu("Scenario")
        for name, title in scenarios:
            action = QAction(title, self.parent())
            action.setData(name)
            action.triggered.connect(self._on_scenario_triggered)
            menu.addAction(action)

    def _panel_menu(self, panels: Sequence[QAction]) -> None:
        menu = self._menus["View"].addMenu("Panels")
        menu.addActions(panels)
        menu.addSeparator()
        menu.addAction(self._action("As at first", (), "reset_panels", "All panels in place"))

    def _on_action_triggered(self) -> None:
        self.verb.emit(self.sender().data())

    def _on_scenario_triggered(self) -> None:
        self.scenario.emit(self.sender().data())
