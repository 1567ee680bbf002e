"""Every picture that can be exported, by name: one row each, in the order of the lists."""

from __future__ import annotations

from bnsim.pictures.plots import PLOTS

WINDOW, SHEET = "window", "sheet"

PICTURES: tuple[tuple[str, str], ...] = (
    ("graph", "The network"),
    *((plot.name, plot.title) for plot in PLOTS),
    ("timeline", "The timelines of the batch and of the run"),
    (SHEET, "Contact sheet of the network, phase by phase"),
    (WINDOW, "The whole window"),
)
