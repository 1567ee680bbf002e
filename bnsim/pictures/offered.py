"""Every picture that can be exported, by name: one row each, in the order of the lists."""

from __future__ import annotations

from bnsim.pictures.plots import PLOTS
from bnsim.pictures.understand import UNDERSTAND

WINDOW, SHEET = "window", "sheet"

PICTURES: tuple[tuple[str, str], ...] = (
    ("graph", "The network"),
    *((row.name, row.title) for row in UNDERSTAND),
    *((plot.name, plot.title) for plot in PLOTS),
    ("timeline", "The timelines of the batch and of the run"),
    (SHEET, "Contact sheet of the network, phase by phase"),
    (WINDOW, "The whole window"),
)
