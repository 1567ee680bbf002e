"""Every formula of every shipped scenario, worked out again from what is printed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from msgspec.structs import replace

from bnsim.engine.layout import NETWORK
from bnsim.files.locate import scenario_path
from bnsim.files.scenario_json import load
from bnsim.pictures.formula.choice import formula, parents, shown
from bnsim.pictures.formula.leaf import is_given
from bnsim.pictures.formula.numbers import canonical, exists, is_known, value_of
from bnsim.pictures.formula.statement import Statement
from bnsim.pictures.formula.tree import leaves
from bnsim.pictures.formula.update import update
from bnsim.pictures.formula.value import num_text
from bnsim.pictures.look import Look
from bnsim.pictures.palette import LIGHT
from bnsim.pictures.quantity import Quantity
from bnsim.sim.frame import Frame
from bnsim.sim.operation import Phase
from bnsim.sim.run import LANES
from bnsim.sim.session import Session
from bnsim.sim.spec import BatchNorm, Optimizer, Scenario
from tests.pictures.test_formula_reading import half_of, number_of, read
from tests.scenarios import small

SHIPPED = (
    "article", "article-before", "article-as-printed", "three-numbers", "cascade", "cascade-calm",
)  # fmt: skip
OF_A_VALUE = ("x", "z", "a", "x_hat", "y", "d_x", "d_z", "d_a", "d_x_hat", "d_y")
OF_A_NEURON = ("b", "gamma", "beta", "d_b", "d_gamma", "d_beta")
STATISTICS = ("mean", "var", "std", "d_mean", "d_var")


def shipped(name: str) -> Scenario:
    return load(scenario_path(name))


def check(frame: Frame, made: Statement) -> None:
    """The printed numbers give the printed result, and both are those of the engine."""
    line = f"{frame.lane} batch {frame.record.batch}: {made.quantity} {made.line}"
    found = read(made.line)
    assert found.relation == "=", line
    if found.formula is not None:
        assert abs(found.formula - found.result) <= found.half, line
    for leaf in leaves(made.numbers) if made.numbers is not None else ():
        text = num_text(leaf, made.settled.level)
        assert abs(number_of(text) - Decimal(repr(leaf.value))) <= half_of(text), (line, text)
        if leaf.key is not None:
            assert leaf.value == value_of(frame, leaf.key)


def check_result(frame: Frame, made: Statement) -> None:
    """The printed result is the engine's number, to its last printed digit."""
    text, value = made.settled.result, value_of(frame, canonical(frame, made.quantity))
    half = half_of(text) if "." in text else Decimal("1e-9")
    assert abs(number_of(text) - Decimal(repr(value))) <= half, (made.quantity, text, value)


def every_quantity(frame: Frame) -> Iterator[Quantity]:
    """Every number of the moment that can be asked for."""
    yield Quantity("loss", NETWORK)
    yield from (Quantity("loss", NETWORK, s) for s in range(frame.m))
    for layer, plan in enumerate(frame.plan.layers):
        for unit in range(max(plan.n_in, plan.n_out)):
            for sample in range(frame.m):
                yield from (Quantity(name, layer, sample, unit) for name in OF_A_VALUE)
                yield from (Quantity(name, layer, sample, unit) for name in STATISTICS)
            yield from (Quantity(name, layer, unit=unit) for name in OF_A_NEURON)
            sources = range(plan.n_in)
            yield from (Quantity("W", layer, unit=unit, source=j) for j in sources)
            yield from (Quantity("d_W", layer, unit=unit, source=j) for j in sources)


def all_of(frame: Frame) -> set[Quantity]:
    return {q for q in (canonical(frame, q) for q in every_quantity(frame)) if exists(frame, q)}


@pytest.mark.parametrize("name", SHIPPED)
def test_that_every_number_of_every_scenario_recomputes_from_its_formula(name: str) -> None:
    session = Session(shipped(name))
    for batch in sorted({1, 2, session.scenario.batches}):
        session.seek(batch * session.schedule.n)
        for frame in session.frames().values():
            for q in all_of(frame):
                made = formula(frame, q)
                if made.known:
                    check_result(frame, made)
                    check(frame, made)


@pytest.mark.parametrize("name", SHIPPED)
def test_that_every_operation_shows_only_what_is_known_and_recomputes(name: str) -> None:
    session = Session(shipped(name))
    for t in range(1, min(session.last, 2 * session.schedule.n) + 1):
        session.seek(t)
        for frame in session.frames().values():
            layer = frame.operation.layer or 0
            for unit in range(frame.plan.layers[layer].n_out):
                for made in shown(frame, Look(LIGHT, (layer, unit))).statements:
                    check(frame, made)
                    assert all(is_known(frame, q) for q in made.sources)


@pytest.mark.parametrize("name", ["sgd", "momentum", "adam"])
def test_that_updates_recompute_and_end_at_the_next_batch_s_parameters(name: str) -> None:
    session = Session(small(optimizer=Optimizer(name=name, rate=0.05)))
    for batch in (1, 2, 7):
        session.seek(batch * session.schedule.n)
        frame = session.frames()["with"]
        after = session.runs["with"].record(frame.record.batch + 1)
        for layer in range(frame.n_layers):
            for q in all_of(frame):
                if q.layer == layer and q.name in ("W", "b", "gamma", "beta"):
                    for made in update(frame, q):
                        check(frame, made)
                    place = (q.source, q.unit) if q.name == "W" else q.unit
                    moved = float(after.view(layer, q.name)[place])
                    half = half_of(made.settled.result)
                    assert abs(number_of(made.settled.result) - Decimal(repr(moved))) <= half


def varied() -> dict[str, Scenario]:
    """Networks of the other activations, dialects and sizes."""
    found = {kind: small(activation=kind) for kind in ("tanh", "sigmoid", "elu", "leaky_relu")}
    found["after"] = small(activation="tanh", placements=("after", ""))
    found["many"] = small((8, 7, 2), ("before", "after", ""), 9, 18)
    found["two"] = small(batch_size=2)
    found["output"] = small(placements=("", "after"))
    for dialect in ("plain", "article", "keras", "layernorm"):
        for placement in ("before", "after"):
            scenario = small()
            norm = BatchNorm(placement=placement, dialect=dialect)
            first = replace(scenario.layers[0], batch_norm=norm)
            layers = [first, *scenario.layers[1:]]
            found[f"{dialect} {placement}"] = replace(scenario, layers=layers)
    return found


@pytest.mark.parametrize("name", varied())
def test_that_other_activations_dialects_and_sizes_recompute(name: str) -> None:
    session = Session(varied()[name])
    session.seek(3 * session.schedule.n)
    for frame in session.frames().values():
        for q in all_of(frame):
            made = formula(frame, q)
            check_result(frame, made)
            check(frame, made)


def test_that_at_work_the_running_statistics_are_shown_as_such() -> None:
    session = Session(small())
    session.seek(4 * session.schedule.n)
    session.infer(True)
    session.seek(session.schedule.find(Phase.BACKWARD, 0, None) or 0)
    frame = session.frames()["with"]
    for q in all_of(frame):
        check(frame, formula(frame, q))
    made = formula(frame, Quantity("mean", 0, unit=0))
    assert made.left.text == "μ_run"
    assert "a running mean" in made.note
    assert parents(frame, Quantity("mean", 0, unit=0)) == ()
    left = formula(frame, Quantity("running_var", 0, unit=0))
    assert left.note.endswith("what the batches before it left")
    d_raw = formula(frame, Quantity("d_z", 0, 0, 0))
    assert "constants" in d_raw.note
    assert {q.name for q in d_raw.sources} == {"d_x_hat", "std"}


@pytest.mark.parametrize("name", SHIPPED)
def test_that_the_parents_of_a_number_lead_down_to_what_is_given(name: str) -> None:
    session = Session(shipped(name))
    session.seek(session.schedule.n)
    for frame in session.frames().values():
        done: set[Quantity] = set()
        start = [q for q in all_of(frame) if q.name in ("loss", "d_W", "d_gamma")]
        while start:
            q = start.pop()
            if q in done:
                continue
            done.add(q)
            assert canonical(frame, q) == q
            assert is_given(frame, q) == (not parents(frame, q))
            start += parents(frame, q)
        names = {q.name for q in done}
        assert {"x", "W", "b", "z", "targets"} <= names
        assert ("gamma" in names) == any("gamma" in frame.record.layout.names(i) for i in range(1))


def test_that_parents_include_the_terms_that_a_long_sum_does_not_print() -> None:
    session = Session(small((8, 2), ("before", ""), 9, 18))
    session.seek(session.schedule.n)
    frame = session.frames()["with"]
    assert len(parents(frame, Quantity("mean", 0, unit=0))) == 9
    assert len(parents(frame, Quantity("z", 1, 0, 0))) == 17
    assert "(6 more terms)" in formula(frame, Quantity("mean", 0, unit=0)).line


def test_that_nothing_is_shown_before_it_is_known() -> None:
    session = Session(shipped("article"))
    for t in range(session.schedule.n + 1):
        session.seek(t)
        for lane in LANES:
            frame = session.frames()[lane]
            for q in all_of(frame):
                made = formula(frame, q)
                assert made.known == is_known(frame, q)
                if not made.known:
                    assert made.numbers is None
                    assert not any(c.isdigit() for c in made.settled.result)
