"""The network of one lane at one moment, as a picture."""

from __future__ import annotations

from bnsim.pictures.canvas import MARGIN, Canvas
from bnsim.pictures.edges import DIMMED, WAITED, draw_edges, hidden_lines
from bnsim.pictures.headings import draw_headings, draw_sentence
from bnsim.pictures.layout import (
    LABEL_RADIUS,
    NUMBER_RADIUS,
    TINY_RADIUS,
    Column,
    Layout,
    network_layout,
)
from bnsim.pictures.lighting import draw_lit
from bnsim.pictures.lit import Place, lit_places
from bnsim.pictures.look import Look
from bnsim.pictures.moving import lifted
from bnsim.pictures.names import (
    input_name,
    lane_title,
    neuron_name,
)
from bnsim.pictures.palette import mix, text_on, value_color
from bnsim.pictures.scales import neuron_gradient_reach, value_reach
from bnsim.pictures.status import lane_status
from bnsim.pictures.tray import draw_links, draw_tray
from bnsim.pictures.types import Key, Picture
from bnsim.pictures.words import number
from bnsim.sim.frame import Frame, Status

#: The base size of the picture in an export, in logical pixels.
BASE = (820.0, 330.0)
#: So far apart outputs have room for a name and a target.
TWO_ROWS = 28.0
#: What the title takes.
BARE = 24.0


def layout_of(frame: Frame, width: float, height: float) -> Layout:
    """Both lanes share the columns of the lane with batch normalization.

    In the lane without, lines start at the neurons: there is no tray in their way.
    """
    plan, placements = frame.plan, frame.schedule.placements
    sizes = (plan.layers[0].n_in, *(layer.n_out for layer in plan.layers))
    has_tray = tuple(p != "none" for p in placements)
    last = len(placements) - 1
    behind = tuple(p == "before" or (p == "after" and i == last) for i, p in enumerate(placements))
    layout = network_layout(sizes, has_tray, behind, frame.m, width, height)
    own = [frame.has_tray(i) for i in range(frame.n_layers)]
    return layout.keeping(own)


def graph_picture(frame: Frame, look: Look, width: float, height: float) -> Picture:
    """Draw one lane: columns, lines, trays, the outlier, the flagged, what is lit.

    Parameters
    ----------
    frame : Frame
        The lane at a moment.
    look : Look
        Theme, selection, zoom.
    width, height : float
        Logical pixels of the picture.
    """
    # Without a title the columns begin where it would be.
    bare = 0.0 if look.title else BARE
    canvas = Canvas(width, height + bare, look.theme)
    hidden = hidden_lines(frame)
    status = lane_status(frame)
    canvas.ground()
    layout = layout_of(frame, width * look.zoom, canvas.height * look.zoom)
    layout = layout.moved(look.pan[0] * width, look.pan[1] * height)
    _Graph(canvas, frame, look, layout).draw()
    if look.title:
        canvas.title(lane_title(frame), f"{status} · {hidden}" if hidden else status)
    picture = canvas.picture(f"{lane_title(frame)}: {status}")
    return lifted(picture, bare) if bare else picture


class _Graph:
    """Draws one lane on a canvas."""

    def __init__(self, canvas: Canvas, frame: Frame, look: Look, layout: Layout) -> None:
        self.canvas, self.frame, self.look, self.layout = canvas, frame, look, layout
        self.theme = look.theme
        self.lit = lit_places(frame)
        self.reach, self.gradients = value_reach(frame), neuron_gradient_reach(frame)

    def draw(self) -> None:
        """Lines first, then trays, then neurons, then words."""
        for layer in range(self.frame.n_layers):
            dim = self._edge_dim(layer)
            draw_edges(self.canvas, self.frame, self.layout, layer, dim, self.frame.flags[layer])
        self._inputs()
        for layer in range(self.frame.n_layers):
            self._layer(layer)
        draw_lit(self.canvas, self.frame, self.look.lit)
        if self.look.zoom > 1:
            # What has been zoomed out at the top may not lie under the headings.
            self.canvas.shapes += self.canvas.top
            self.canvas.top = []
            self.canvas.box(2, 2, self.canvas.width - 4, 50, self.theme.panel)
        if self.look.labels:
            draw_headings(self.canvas, self.frame, self.layout)
        draw_sentence(self.canvas, self.frame, self.layout, self.look.selected)

    # -- light -------------------------------------------------------------------
    def _dim(self, place: Place) -> float:
        return 0.0 if self.lit is None or place in self.lit else DIMMED

    def _edge_dim(self, layer: int) -> float:
        sample = self.frame.sample
        if sample is not None and layer > 0 and not self._passed(layer - 1, sample):
            return WAITED
        return self._dim(("edges", layer))

    def _passed(self, layer: int, sample: int) -> bool:
        return self.frame.status(layer, "out", sample) is Status.KNOWN

    # -- neurons -----------------------------------------------------------------
    def _inputs(self) -> None:
        frame, column = self.frame, self.layout.inputs
        sample = frame.sample
        known = sample is not None and frame.input_known(sample)
        name = "d_x" if frame.backward_shown and frame.gradient_known(0) else "x"
        for i, y in enumerate(column.y):
            value = float(frame.record.view(0, name)[sample, i]) if known else None
            key = ("input", i)
            self._node(key, column, y, value, Status.AHEAD, self._dim(("inputs", 0)), False)
            if self._labelled(column, i):
                at = column.x - column.radius - 8
                self.canvas.text(at, y, input_name(i), 11, self.theme.muted, align="right")

    def _layer(self, layer: int) -> None:
        column = self.layout.neurons[layer]
        selected = self.look.selected[1] if self.look.selected[0] == layer else None
        if self.frame.has_tray(layer):
            dim = self._dim(("tray", layer))
            draw_tray(self.canvas, self.frame, self.layout, layer, dim, selected)
        for unit, y in enumerate(column.y):
            self._neuron(layer, unit, column, float(y), unit == selected)
        behind = self.layout.activations[layer]
        if behind is not None:
            self._behind(layer, behind)

    def _neuron(self, layer: int, unit: int, column: Column, y: float, selected: bool) -> None:
        frame, sample = self.frame, self.frame.sample
        name = frame.raw_name(layer)
        value, status = None, Status.AHEAD
        if sample is not None:
            shown = self._shown_name(layer, name)
            value = frame.value(layer, shown, sample, unit)
            status = frame.status(layer, name, sample)
        flagged = bool(frame.flags[layer].out_of_scale[unit]) and not self._gradients(layer)
        dim = self._dim(("neurons", layer))
        self._node(("neuron", layer, unit), column, y, value, status, dim, flagged, selected)
        self._neuron_label(layer, unit, column, y)

    def _gradients(self, layer: int) -> bool:
        return self.frame.backward_shown and self.frame.gradient_known(layer)

    def _shown_name(self, layer: int, name: str) -> str:
        return "d_" + name if self._gradients(layer) else name

    def _shown_out(self, layer: int, name: str) -> str:
        return "d_" + name if self._gradients(layer) else "out"

    def _behind(self, layer: int, column: Column) -> None:
        """The activation behind a tray: what the layer passes on."""
        frame, sample = self.frame, self.frame.sample
        draw_links(self.canvas, self.layout, layer, self._dim(("behind", layer)))
        for unit, y in enumerate(column.y):
            value, status = None, Status.AHEAD
            if sample is not None:
                name = frame.record.layout.output_name(layer)
                value = frame.value(layer, self._shown_out(layer, name), sample, unit)
                status = frame.status(layer, "out", sample)
            dim = self._dim(("behind", layer))
            self._node(("behind", layer, unit), column, float(y), value, status, dim, False)
            if layer == frame.n_layers - 1:
                self._output_label(unit, column, float(y), neuron_name(frame, layer, unit))

    def _node(
        self,
        key: Key,
        column: Column,
        y: float,
        value: float | None,
        status: Status,
        dim: float,
        flagged: bool,
        selected: bool = False,
    ) -> None:
        """One circle: its colour says sign and size, dashes that the number is not there."""
        theme, r = self.theme, column.radius
        self.canvas.mark(key, column.x, y, 2 * r + 4, 2 * r + 4)
        if value is None:
            self.canvas.circle(
                column.x,
                y,
                r,
                theme.panel,
                theme.faint if status is Status.AHEAD else theme.muted,
                1.2,
                dashed=True,
            )
            if status is Status.WAITING and r >= LABEL_RADIUS:
                self.canvas.text(column.x, y, "…", min(14.0, r), theme.muted, bold=True)
            return
        fill = theme.flagged if flagged else value_color(theme, value, self._reach(key))
        fill = mix(fill, theme.panel, dim * 0.55)
        ring, width = self._ring(flagged, selected, dim)
        if r < TINY_RADIUS and not (flagged or selected):
            ring = ""
        self.canvas.circle(
            column.x, y, r, fill, ring, width if r >= LABEL_RADIUS else min(width, 1.5)
        )
        if r >= NUMBER_RADIUS:
            color = theme.flagged_text if flagged else text_on(theme, fill)
            text = number(value)
            size = min(12.5, max(r * 0.66, 7.5), 2.9 * r / max(len(text), 1))
            self.canvas.text(column.x, y, text, size, color, bold=True)

    def _reach(self, key: Key) -> float:
        """Gradients have a scale of their own: full colour at the largest of the lane."""
        layer = 0 if key[0] == "input" else int(str(key[1]))
        return self.gradients if self._gradients(layer) else self.reach

    def _ring(self, flagged: bool, selected: bool, dim: float) -> tuple[str, float]:
        theme = self.theme
        if flagged:
            return mix(theme.outlier, theme.panel, dim * 0.6), 3.2
        if selected:
            return theme.accent, 2.4
        return mix(theme.node_line, theme.panel, dim), 1.0

    def _labelled(self, column: Column, index: int) -> bool:
        """Where neurons are crowded only some carry their name: the first and every 8th."""
        if not self.look.labels:
            return False
        if column.radius >= LABEL_RADIUS:
            return True
        step = 8 if column.spacing * 8 >= 12 else 16
        return index % step == 0

    def _neuron_label(self, layer: int, unit: int, column: Column, y: float) -> None:
        if not self._labelled(column, unit):
            return
        theme, name = self.theme, neuron_name(self.frame, layer, unit)
        if layer == self.frame.n_layers - 1 and not self.frame.has_tray(layer):
            self._output_label(unit, column, y, name)
        elif column.spacing - 2 * column.radius >= 13:
            self.canvas.text(column.x, y + column.radius + 7.5, name, 10, theme.muted)
        else:
            at = column.x - column.radius - 4
            self.canvas.text(at, y - column.radius * 0.8, name, 9, theme.muted, align="right")

    def _output_label(self, unit: int, column: Column, y: float, name: str) -> None:
        """The output's name, and what it should have said."""
        if not self.look.labels:
            return
        theme, sample = self.theme, self.frame.sample
        x = column.x + column.radius + 7
        roomy = column.radius >= LABEL_RADIUS and column.spacing >= TWO_ROWS
        if self._gradients(self.frame.n_layers - 1):
            self.canvas.text(x, y, f"∂L/∂{name}", 11, theme.muted, align="left")
            return
        target = sample is not None and roomy and self.frame.input_known(sample)
        self.canvas.text(x, y - (7 if target else 0), name, 11, theme.muted, align="left")
        if target:
            wanted = number(float(self.frame.record.targets[sample, unit]))
            room = self.canvas.width - x - MARGIN / 2
            self.canvas.mark(("target", unit), x + room / 2, y + 7, room, 14)
            self.canvas.text(
                x,
                y + 7,
                f"target {wanted}",
                10.5,
                theme.muted,
                align="left",
                room=room,
            )
