"""What the current operation touches: lit in the graph, the rest dimmed."""

from __future__ import annotations

from bnsim.sim.frame import Frame
from bnsim.sim.operation import Operation, Phase

#: ("inputs", 0), ("edges", layer), ("neurons", layer), ("tray", layer), ("behind", layer).
Place = tuple[str, int]


def lit_places(frame: Frame) -> set[Place] | None:
    """Places touched in the current sample step up to the cursor; None lights all."""
    if frame.operation is None:
        return None
    places: set[Place] = set()
    for op in _current_step(frame):
        places |= _touched(op, frame)
    return places


def _current_step(frame: Frame) -> list[Operation]:
    """The operations of the current sample step that have happened."""
    ops, done = frame.schedule.operations, frame.cursor.done
    if ops[done - 1].phase is Phase.BACKWARD:
        return [ops[done - 1]]
    key = ops[done - 1].sample_step
    start = done - 1
    while start > 0 and ops[start - 1].sample_step == key:
        start -= 1
    return list(ops[start:done])


def _touched(op: Operation, frame: Frame) -> set[Place]:
    if op.phase is Phase.UPDATE:
        return {("edges", i) for i in range(frame.n_layers)}
    if op.phase is Phase.LOSS:
        return {("neurons", frame.n_layers - 1), ("behind", frame.n_layers - 1)}
    layer = op.layer or 0
    if op.phase in (Phase.FORWARD, Phase.BACKWARD):
        # At work a sample passes the tray as well: nothing waits there.
        whole = op.phase is Phase.BACKWARD or not frame.training
        tray: set[Place] = {("tray", layer), ("behind", layer)} if whole else set()
        return _through(layer) | tray
    if not frame.has_tray(layer):
        return _passing(op, frame)
    places = {("tray", layer)}
    if op.phase is Phase.ARRIVE:
        places.add(("neurons", layer))
    if op.phase is Phase.LEAVE:
        places.add(("behind", layer))
    return places


def _through(layer: int) -> set[Place]:
    source = {("inputs", 0)} if layer == 0 else {("neurons", layer - 1), ("behind", layer - 1)}
    return source | {("edges", layer), ("neurons", layer)}


def _passing(op: Operation, frame: Frame) -> set[Place]:
    """The lane without a tray: the sample goes on while the other lane's waits or leaves."""
    if op.phase is Phase.ARRIVE:
        first = op.layer or 0
    elif op.phase is Phase.LEAVE:
        first = -1
    else:
        return set()
    return set().union(*(_through(i) for i in range(first + 1, frame.n_layers)))
