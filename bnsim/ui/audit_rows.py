"""The audit as its table takes it: rows, what they are compared with, colours."""

from __future__ import annotations

from typing import NamedTuple

from bnsim.pictures.audit import KINDS, AuditTable
from bnsim.pictures.names import layer_name
from bnsim.pictures.palette import Theme
from bnsim.sim.frame import Frame
from bnsim.sim.phases import END, PHASES, START
from bnsim.views.number_model import NumberRows, Numbers, Words

#: Kinds in the colour of their stage.
_STAGES = {"x_hat": "normalized", "y": "scaled"}
_WORDS = (("kind", "kind"), ("layer", "layer"), ("sample", "sample"), ("neuron", "unit"))


class Choice(NamedTuple):
    """What the numbers can be compared with: nothing, lane, marked, or a branch by its key."""

    what: str
    text: str
    key: object = None


NOTHING = Choice("nothing", "nothing")


def rows_of(table: AuditTable, titles: tuple[str, ...], theme: Theme) -> NumberRows:
    """A table of the moment as the view takes it; one title a column of numbers."""
    words = table.words()
    colors = tuple(
        getattr(theme, _STAGES[kind.name]) if kind.name in _STAGES else "" for kind in KINDS
    )
    columns = []
    for title, name in (*_WORDS, ("", "source")):
        column = words[name]
        tints = colors if name == "kind" else ()
        columns.append(Words(title, column.codes, column.words, column.found, tints))
    tips = ("", "", f"{titles[1]} minus {titles[0]}") if len(titles) == 3 else ("",)
    numbers = tuple(
        Numbers(title, column.values, column.known, tip)
        for title, column, tip in zip(titles, table.columns, tips, strict=True)
    )
    return NumberRows(table.code, table.name, table.quantity, tuple(columns), numbers)


def moment_words(frame: Frame) -> str:
    """``batch 1: sample 2 has passed hidden 1``: a moment as a name."""
    operation, text = frame.operation, PHASES[START]
    if operation is not None:
        text = PHASES[END if frame.cursor.done == frame.schedule.n else operation.phase.value]
        if operation.sample is not None:
            text = text.replace("a sample", f"sample {operation.sample + 1}")
        if operation.layer is not None:
            text = text.replace("a layer", layer_name(frame, operation.layer))
    return f"batch {frame.cursor.batch + 1}: {text}"
