"""What every program says around its formulas: titles, places, what is printed, the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bnsim.pictures.names import ACTIVATION_TITLES
from bnsim.pictures.program.moment import Moment, Shown
from bnsim.pictures.program.page import Page, Place, Program, frozen, many, number
from bnsim.sim.operation import Phase
from bnsim.sim.run import waits

_PLACEMENTS = {"before": "before the activation", "after": "after the activation"}


def layer_title(moment: Moment, index: int) -> str:
    """What a layer is, in a few words."""
    layer = moment.plan.layers[index]
    title = ACTIVATION_TITLES[layer.activation]
    sizes = f"{many(layer.n_in, 'input')}, {many(layer.n_out, 'neuron')}"
    return f"layer {index + 1}: {sizes}, {title}"


def norm_title(moment: Moment, index: int) -> str:
    """Which normalization stands where, with what is added."""
    layer = moment.plan.layers[index]
    kind = "batch" if layer.dialect.axis == 0 else "layer"
    dialect = layer.dialect
    form = f"epsilon {number(dialect.eps)}" if dialect.eps else "no epsilon"
    if dialect.added:
        form += f", {number(dialect.added)} added to the root"
    return f"{kind} normalization {_PLACEMENTS[layer.placement]}, {form}"


def passing(index: int) -> tuple[Place, ...]:
    """The places of a line that a sample passes on its way through a layer."""
    return (Phase.FORWARD, index), (Phase.ARRIVE, index)


def places_of(moment: Moment, index: int, *phases: Phase) -> tuple[Place, ...]:
    """The places of a line of normalization: of layer normalization a sample's own step."""
    layer = moment.plan.layers[index]
    if not waits(layer):
        return passing(index)
    kept = [p for p in phases if p is not Phase.LEAVE or layer.placement == "after"]
    return tuple((phase, index) for phase in kept)


def end(
    page: Page, moment: Moment, array: dict[str, str], update: Callable[[Page, Moment], None]
) -> None:
    """What is printed of the last batch, and the update; ``array`` is that of `_show`."""
    if moment.checked:
        page.add(f"\nif batch == {moment.batch}:  # what is known at the moment")
        page.indent += "    "
        _show(page, moment.shown(), array)
        page.indent = page.indent[4:]
        update(page, moment)
    else:
        if moment.written(Phase.UPDATE):
            page.add("\n# update: none, nothing trains", (Phase.UPDATE, None))
        page.section("What is known at the moment")
        page.comment("What is known at the moment")
        _show(page, moment.shown(), array)
    if moment.trained and moment.reached(Phase.UPDATE):
        page.section("After the update")
        page.comment("After the update")
        page.packed("show(", [f"next_{name}={name}" for name in moment.parameters], ")")


def _show(page: Page, groups: Sequence[Sequence[Shown]], array: dict[str, str]) -> None:
    """Print every number that is known; ``array`` says where one is not under its name."""
    for group in groups:
        items = [f"{s.label}={array.get(s.array, s.array)}{s.part}" for s in group]
        page.packed("show(", items, ")")


def finished(page: Page, moment: Moment) -> Program:
    """The program of a page."""
    lines = {
        (operation.phase, operation.layer): tuple(
            sorted({line for place in moment.places(operation) for line in page.of(place)})
        )
        for operation in moment.schedule.operations
    }
    operation = moment.operation
    lit = () if operation is None else lines[operation.phase, operation.layer]
    return Program(
        text="\n".join(page.lines) + "\n",
        lit=lit,
        lines=frozen(lines),
        title=moment.scenario.title,
        moment=moment.words,
        sections=tuple(page.sections),
    )
