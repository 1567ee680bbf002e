"""Plots made by hand, for the tests of views."""

from __future__ import annotations

import numpy as np

from bnsim.pictures.types import Axis, Curve, LegendEntry, Panel, PlotPicture

TICKS = ((0.0, "0"), (2.0, "2"), (4.0, "4"))
NAN, INF = float("nan"), float("inf")


def curve(x, y, **more):
    return Curve(
        np.array(x, dtype=float), np.array(y, dtype=float), more.pop("color", "#ff0000"), **more
    )


def panel(*curves, x=None, y=None, **more):
    return Panel(
        x or Axis(0, 4, TICKS, "batch"), y or Axis(0, 4, TICKS, "", True), curves=curves, **more
    )


def plot(*panels, **more):
    parts = {"title": "Loss", "subtitle": "of a batch", "conclusion": "Both start alike."} | more
    legend = (
        LegendEntry("without BN", "#ff0000", "ring", True, True),
        LegendEntry("band", "#00ff00"),
    )
    return PlotPicture(
        "loss", panels=panels, background="#ffffff", text_color="#111111",
        muted_color="#555555", grid_color="#dddddd", **({"legend": legend} | parts),
    )  # fmt: skip
