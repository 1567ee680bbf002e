"""What a program has to say: the moment, what is known at it, and what it takes to get there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from bnsim.engine.layout import Layout, Plan, layout_of
from bnsim.pictures.program.page import Place
from bnsim.pictures.program.range import divides_by_nothing, may_overflow
from bnsim.sim.edits import ARRAYS, target_of
from bnsim.sim.moment import moment_text
from bnsim.sim.operation import Operation, Phase
from bnsim.sim.phases import END, PHASES, START
from bnsim.sim.run import Lane, plan_of, waits
from bnsim.sim.schedule import Cursor, Known, Schedule
from bnsim.sim.session import schedule_of
from bnsim.sim.spec import Edit, Override, Scenario
from bnsim.sim.validate import validate

_STATISTICS = ("mean", "var", "std")
_PARAMETERS = ("W", "b", "gamma", "beta")
_TRAY_ONLY = (Phase.MEAN, Phase.VARIANCE, Phase.NORMALIZE, Phase.SCALE)


class Shown(NamedTuple):
    """A number to print: under which label, which array, and which part of it."""

    label: str
    array: str
    part: str = ""


@dataclass(frozen=True)
class Moment:
    """One lane of a valid scenario at moment ``t``."""

    scenario: Scenario
    lane: Lane
    t: int

    @classmethod
    def of(cls, scenario: Scenario, lane: Lane, t: int) -> Moment:
        """Check the scenario, and clamp ``t`` to its run.

        Raises
        ------
        InputError
            When the scenario breaks a rule.
        """
        validate(scenario)
        return cls(scenario, lane, min(max(t, 0), scenario.batches * schedule_of(scenario).n))

    # -- where it is -------------------------------------------------------------
    @cached_property
    def plan(self) -> Plan:
        """The network of the lane."""
        return plan_of(self.scenario, self.lane)

    @cached_property
    def layout(self) -> Layout:
        """The names of its arrays."""
        return layout_of(self.plan)

    @cached_property
    def schedule(self) -> Schedule:
        """The operations of a batch, those of the lane with batch normalization."""
        return schedule_of(self.scenario)

    @property
    def cursor(self) -> Cursor:
        """Batch and operations done."""
        return self.schedule.cursor(self.t)

    @property
    def batch(self) -> int:
        """The batch at the cursor, from 0."""
        return self.cursor.batch

    @property
    def operation(self) -> Operation | None:
        """What has just happened."""
        return self.schedule.operation(self.cursor)

    @property
    def words(self) -> str:
        """The moment as a person reads it."""
        text, operation = moment_text(self.schedule, self.t), self.operation
        phase = START if operation is None else operation.phase.value
        return f"{text}: {PHASES[END if text.endswith(END) else phase]}"

    # -- names -------------------------------------------------------------------
    def entering(self, layer: int) -> str:
        """What batch normalization normalizes."""
        return f"{'z' if self.plan.layers[layer].placement == 'before' else 'a'}{layer + 1}"

    def out(self, layer: int) -> str:
        """What a layer passes on, and the network's input for layer -1."""
        return f"{self.layout.output_name(layer)}{layer + 1}" if layer >= 0 else "x"

    @property
    def parameters(self) -> list[str]:
        """The names of all parameters, layer by layer."""
        layers = range(len(self.plan.layers))
        return [f"{n}{i + 1}" for i in layers for n in _PARAMETERS if n in self.layout.names(i)]

    @property
    def running(self) -> list[str]:
        """The names of all running statistics."""
        layers = range(len(self.plan.layers))
        return [f"{n}{i + 1}" for i in layers for n in self.layout.names(i) if "running" in n]

    @property
    def checked_names(self) -> list[str]:
        """The names of the numbers of a batch that have to be finite, parameters apart."""
        names = ["loss"]
        for index, layer in enumerate(self.plan.layers):
            entering = "y" if layer.placement == "before" else "z"
            here = [entering, *(n for n in _STATISTICS if n in self.layout.names(index))]
            names += [f"{name}{index + 1}" for name in here]
        return names

    # -- what it takes -----------------------------------------------------------
    @property
    def trained(self) -> bool:
        """Whether parameters move."""
        return self.plan.optimizer != "none"

    @property
    def rate_is_set(self) -> bool:
        """Whether the learning rate is another one from some batch on."""
        return any(edit.rate for edit in self.edits)

    @property
    def looped(self) -> bool:
        """Whether a batch leaves something behind for the next."""
        return self.trained or bool(self.running)

    @property
    def checked(self) -> bool:
        """Whether a batch may turn out not to be finite, and must then leave no trace."""
        risky = self.large or divides_by_nothing(self.plan)
        return self.trained or (bool(self.running) and risky)

    @property
    def counted(self) -> bool:
        """Whether the program needs to know how many batches have left a trace."""
        cumulative = any(layer.dialect.cumulative for layer in self.plan.layers)
        return self.plan.optimizer == "adam" or (cumulative and self.checked)

    @cached_property
    def large(self) -> bool:
        """Whether numbers may get so large that their squares overflow."""
        with np.errstate(all="ignore"):
            return may_overflow(self.scenario, self.plan, self.changes)

    @property
    def changes(self) -> list[Override | Edit]:
        """What is set by hand up to the batch at the cursor."""
        return [*self.scenario.overrides, *self.edits]

    @property
    def edits(self) -> list[Edit]:
        """The edits of this lane up to the batch at the cursor, in their order."""
        edits = [e for e in self.scenario.edits if e.lane in ("both", self.lane)]
        kept = [e for e in edits if e.batch <= self.batch and self.has(e)]
        return sorted(kept, key=lambda e: e.batch)

    def has(self, change: Override | Edit) -> bool:
        """Whether the lane has the number that a change sets: one without has no gamma."""
        name = ARRAYS.get(target_of(change))
        return name is None or name in self.layout.names(change.layer or 0)

    # -- how far it goes ---------------------------------------------------------
    def reached(self, phase: Phase) -> bool:
        """Whether any operation of a phase has happened in the batch at the cursor."""
        done = self.schedule.operations[: self.cursor.done]
        return any(operation.phase is phase for operation in done)

    def written(self, phase: Phase) -> bool:
        """Whether the text goes as far as the loss, the gradients or the update."""
        return self.trained or self.checked or self.reached(phase)

    # -- what is known -----------------------------------------------------------
    def shown(self) -> list[list[Shown]]:
        """What to print: groups of numbers, each of which is known at the moment."""
        layers = range(len(self.plan.layers))
        groups = [self._parameters(layer) for layer in layers]
        if self.t > 0:
            groups.append([self._first(Shown("x", "x"), self._count("z", 0))])
            groups += [self._values(layer) for layer in layers]
        if self.reached(Phase.LOSS):
            groups.append([Shown("t", "t"), Shown("loss", "loss")])
        for layer in reversed(layers):
            if self._known.backward[layer] <= self.cursor.done:
                groups.append(self._gradients(layer))
        return [group for group in groups if group]

    @property
    def _known(self) -> Known:
        return self.schedule.known[self.lane]

    def _parameters(self, layer: int) -> list[Shown]:
        return [self._whole(n, layer) for n in _PARAMETERS if n in self.layout.names(layer)]

    def _whole(self, name: str, layer: int) -> Shown:
        """All of an array; the statistics of layer normalization are a column in programs."""
        statistic = name.removeprefix("d_") in _STATISTICS and not self._waits(layer)
        column = statistic and not self.large
        return Shown(f"{name}{layer + 1}", f"{name}{layer + 1}", "[:, 0]" if column else "")

    def _values(self, layer: int) -> list[Shown]:
        given = ("x", *_PARAMETERS)
        names = [n for n in self.layout.names(layer) if n[:2] != "d_" and n not in given]
        return [
            self._first(self._whole(name, layer), count)
            for name in names
            if (count := self._count(name, layer))
        ]

    def _first(self, shown: Shown, count: int) -> Shown:
        """The first samples of what is known of some samples only."""
        if count == self.plan.batch:
            return shown
        return shown._replace(part=f"[:{count}, 0]" if shown.part else f"[:{count}]")

    def _count(self, name: str, layer: int) -> int:
        """Of how many samples, the first ones of the batch, a number is known."""
        name = name.removeprefix("running_")
        if name in _STATISTICS:
            # layer normalization has its own statistics for each sample
            name = ("mean" if name == "mean" else "var") if self._waits(layer) else "x_hat"
        return int((self._known.forward[layer][name] <= self.cursor.done).sum())

    def _waits(self, layer: int) -> bool:
        return waits(self.plan.layers[layer])

    def _gradients(self, layer: int) -> list[Shown]:
        """What the backward operation of a layer makes known."""
        own, last = "d_" + self.layout.output_name(layer), layer == len(self.plan.layers) - 1
        names = [n for n in self.layout.names(layer) if n.startswith("d_") and n != "d_x"]
        kept = [self._whole(n, layer) for n in names if last or n != own]
        behind = f"d_{self.out(layer - 1)}"
        return [*kept, Shown(behind, behind)]

    # -- which lines -------------------------------------------------------------
    def places(self, operation: Operation) -> list[Place]:
        """The places whose lines an operation computes in this lane."""
        phase, layer = operation.phase, operation.layer
        if self.lane == "with" or layer is None or phase in (Phase.FORWARD, Phase.BACKWARD):
            return [(phase, layer)]
        if phase in _TRAY_ONLY:
            return []
        # at the first tray a sample of this lane goes on to the output
        trays = [i for i, steps in enumerate(self.schedule.layers) if steps.has_tray]
        last = len(self.plan.layers) - 1
        if phase is Phase.ARRIVE and layer == trays[0] and layer < last:
            return [(Phase.FORWARD, index) for index in range(layer + 1, last + 1)]
        return [(Phase.FORWARD, layer)]
