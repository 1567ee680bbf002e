"""The live plots: each a function of both lanes' frames, listed in one table.

They show what the cursor has reached and nothing of the future.  To add a plot, write
a function and add its row to ``PLOTS``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from bnsim.pictures.captions import Frames
from bnsim.pictures.look import Look
from bnsim.pictures.plot_gradients import gradients_plot
from bnsim.pictures.plot_loss import loss_plot
from bnsim.pictures.plot_running import running_plot
from bnsim.pictures.plot_samples import samples_plot
from bnsim.pictures.plot_spread import spread_plot
from bnsim.pictures.types import PlotPicture


class Plot(NamedTuple):
    """A row: name in files and commands, title in menus, its tab, and what draws it."""

    name: str
    title: str
    tab: str
    draw: Callable[[Frames, Look], PlotPicture]


PLOTS: tuple[Plot, ...] = (
    Plot("samples", "Raw against normalized, sample by sample", "Samples", samples_plot),
    Plot("spread", "Spread of every neuron of a layer", "Spread", spread_plot),
    Plot("loss", "Loss of both lanes", "Loss", loss_plot),
    Plot("gradients", "Gradient norm of every layer, both lanes", "Gradients", gradients_plot),
    Plot("running", "Running statistics chasing those of the batches", "Running", running_plot),
)
