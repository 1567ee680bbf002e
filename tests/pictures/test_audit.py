"""The audit's rows are the record's numbers, as far as they are known, and no others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bnsim.export.job import ExportJob
from bnsim.export.numbers_of import moment_numbers
from bnsim.files.locate import scenario_names, scenario_path
from bnsim.files.scenario_json import load
from bnsim.pictures.audit import _BITS, KINDS, audit_rows, audit_table, difference
from bnsim.pictures.quantity import Quantity
from bnsim.sim.frame import Status
from bnsim.sim.ranges import RANGES
from bnsim.sim.run import LANES
from bnsim.sim.session import Session
from bnsim.sim.spec import BatchNorm, Layer, Override
from tests.scenarios import small

PARAMETERS = ("W", "b", "gamma", "beta")


def moments(session):
    """The start, moments all over the first batch, the next batch, the end of the run."""
    n = session.schedule.n
    return sorted({0, 1, 2, n // 3, n // 2, n - 3, n - 2, n - 1, n, n + 1, 2 * n, session.last})


def session_at(t, scenario=None):
    session = Session(scenario or load(scenario_path("article")))
    session.seek(t)
    return session


def expected(frame):
    """Number by number, what a frame says is known."""
    found = {}
    for layer in range(frame.n_layers):
        for name in frame.record.layout.names(layer):
            if (layer, name) == (layer, "x") and layer > 0:
                continue
            array = frame.record.view(layer, name)
            for place in np.ndindex(array.shape):
                quantity = place_of(frame, layer, name, place)
                if known(frame, quantity):
                    found[quantity] = float(array[place])
    for sample, unit in np.ndindex(frame.record.targets.shape):
        if frame.input_known(sample):
            found["targets", -1, sample, unit, -1] = float(frame.record.targets[sample, unit])
    if frame.loss is not None:
        found["loss", -1, -1, -1, -1] = frame.loss
    return found


def place_of(frame, layer, name, place):
    if len(place) == 2:
        is_weight = name in ("W", "d_W")
        sample, source = (-1, place[0]) if is_weight else (place[0], -1)
        return Quantity(name, layer, sample, place[1], source)
    by_sample = frame.plan.layers[layer].dialect.axis == 1
    if by_sample and name.removeprefix("d_") in ("mean", "var", "std"):
        return Quantity(name, layer, place[0], -1, -1)
    return Quantity(name, layer, -1, place[0], -1)


def known(frame, quantity):
    name, layer, sample = quantity[:3]
    if name in PARAMETERS:
        return True
    if name.startswith("d_"):
        return frame.gradient_known(layer)
    plain = name.removeprefix("running_")
    if plain in ("mean", "var", "std") and not frame.has_tray(layer):
        plain = "x_hat"
    return frame.status(layer, plain, max(sample, 0)) is Status.KNOWN


def same(first, second):
    """Equal keys with equal bits; NaN is NaN."""
    assert first.keys() == second.keys()
    values = list(first.values()), [second[key] for key in first]
    np.testing.assert_array_equal(*values)


@pytest.mark.parametrize("name", scenario_names())
def test_that_rows_are_the_numbers_that_are_known_and_no_others(name):
    session = Session(load(scenario_path(name)))
    for t in moments(session):
        session.seek(t)
        for lane in LANES:
            frame = session.frame(lane)
            rows = audit_rows(frame)
            same({row.quantity: row.value for row in rows}, expected(frame))
            assert len({row.name for row in rows}) == len(rows)


@pytest.mark.parametrize("dialect", ["pytorch", "keras", "article", "plain", "layernorm"])
@pytest.mark.parametrize("placement", ["before", "after"])
def test_that_every_dialect_is_listed_as_it_becomes_known(dialect, placement):
    norm = BatchNorm(placement=placement, dialect=dialect)
    layers = [
        Layer(units=4, activation="tanh", batch_norm=norm),
        Layer(units=3, activation="relu", batch_norm=norm),
        Layer(units=2, activation="identity"),
    ]
    session = Session(small(sizes=(4, 3, 2), placements=("", "", ""), layers=layers))
    for t in range(session.schedule.n + 1):
        session.seek(t)
        frame = session.frame("with")
        rows = audit_rows(frame)
        same({row.quantity: row.value for row in rows}, expected(frame))
        assert len({row.name for row in rows}) == len(rows)


def test_that_what_is_exported_is_listed_too():
    session = session_at(25)
    job = ExportJob(session.scenario, "graph", session.t, Path("x.csv"), lanes="with")
    columns, rows = moment_numbers(session, job)
    at = {name: index for index, (name, _) in enumerate(columns)}
    listed = {row.quantity: row.value for row in audit_rows(session.frame("with"))}
    for row in rows:
        layer, name, sample, value = (row[at[n]] for n in ("layer", "quantity", "sample", "value"))
        unit, source = row[at["neuron"]], row[at["input"]]
        if name in ("x", "d_x"):
            unit, source = source, None
        place = (-1 if part is None else part for part in (layer, sample, unit, source))
        if not (name == "x" and layer):
            assert listed[Quantity(name, *place)] == value


def test_that_rows_are_named_as_a_person_reads_them():
    rows = {row.name: row for row in audit_rows(session_at(10**6).frame("with"))}
    for name in (
        "w(x₁→h₁)", "b of h₂", "γ of h₁", "x₁, sample 2", "target of o₂, sample 1",
        "z of h₁, sample 3", "x̂ of h₁, sample 2", "running σ² of h₄", "loss",
        "∂L/∂w(h₃→o₁)", "∂L/∂x̂ of h₁, sample 1", "∂L/∂input h₁ of output, sample 1",
    ):  # fmt: skip
        assert name in rows
    row = rows["w(x₁→h₁)"]
    assert (row.kind, row.layer, row.sample, row.unit) == ("weight w", "hidden 1", "", "h₁")
    assert row.value == 15.0
    assert rows["x₃, sample 1"].unit == "x₃"


def test_that_words_of_columns_are_those_of_rows():
    table = audit_table(session_at(10**6).frame("with"))
    words = table.words()
    for index in range(len(table)):
        row = table.row(index)
        kind, layer, sample, unit = (
            words[n].words[words[n].codes[index]] for n in ("kind", "layer", "sample", "unit")
        )
        assert (kind, layer, sample, unit) == (row.kind, row.layer, row.sample, row.unit)
        source = words["source"].words[words["source"].codes[index]]
        assert (source == "") == (row.quantity.source == -1)
        assert f"({source}→" in row.name or not source


def test_that_codes_are_ascending_and_hold_the_largest_network():
    frame = session_at(10**6).frame("with")
    assert (np.diff(audit_table(frame).code) > 0).all()
    most = {"layer": "Scenario.layers", "sample": "Scenario.batch_size", "unit": "Layer.units"}
    limits = {part: RANGES[name].high for part, name in most.items()}
    limits |= {"source": RANGES["Data.x[]"].high, "kind": len(KINDS) - 1}
    for part, high in limits.items():
        assert high < 1 << _BITS[part][1]


def test_that_the_difference_is_exact_and_blank_where_one_is_absent():
    frames = session_at(12).frames()
    ours, theirs = (audit_table(frames[lane]) for lane in ("without", "with"))
    joined = difference(ours, theirs)
    first = {row.quantity: row.value for row in audit_rows(frames["without"])}
    second = {row.quantity: row.value for row in audit_rows(frames["with"])}
    assert {joined.quantity(i) for i in range(len(joined))} == first.keys() | second.keys()
    assert first.keys() - second.keys()
    assert second.keys() - first.keys()
    a, b, gap = joined.columns
    for index in range(len(joined)):
        q = joined.quantity(index)
        assert a.known[index] == (q in first)
        assert b.known[index] == (q in second)
        assert gap.known[index] == (q in first and q in second)
        if gap.known[index]:
            assert gap.values[index] == second[q] - first[q]
        assert np.isnan(a.values[index]) == (q not in first)
        assert joined.name(index)


def test_that_two_moments_and_two_networks_can_be_compared():
    early, late = (
        audit_table(session_at(3).frame("with")),
        audit_table(session_at(30).frame("with")),
    )
    joined = difference(early, late)
    assert len(joined) == len(set(early.code.tolist()) | set(late.code.tolist()))
    other = session_at(10**6, small(sizes=(6, 5, 3), placements=("before", "after", "")))
    joined = difference(late, audit_table(other.frame("with")))
    names = [joined.name(index) for index in range(len(joined))]
    assert all(names)
    for column in joined.words().values():
        assert column.codes.max() < len(column.words)
        assert column.codes.min() >= 0


def test_that_infinities_are_listed_and_subtracted_in_silence():
    overrides = [Override(layer=0, weight=(0, 0), value=1e300)]
    layers = [Layer(units=4, activation="identity"), Layer(units=2, activation="identity")]
    scenario = small(layers=layers, overrides=overrides, loss="mse")
    session = session_at(10**6, scenario)
    table = audit_table(session.frame("without"))
    assert not np.isfinite(table.values).all()
    joined = difference(table, table)
    assert joined.columns[2].known.all()
    assert np.isnan(joined.columns[2].values).any()


def test_that_a_large_batch_is_listed_whole():
    session = session_at(10**6, small(sizes=(64, 2), batch_size=256, n_samples=256))
    table = audit_table(session.frame("with"))
    assert len(table) > 100_000
    for name, layer, sample, unit in (("x_hat", 0, 255, 63), ("d_z", 1, 0, 1), ("a", 0, 17, 40)):
        row = [i for i in np.flatnonzero(table.part("sample") == sample)
               if table.quantity(i)[:4] == (name, layer, sample, unit)]  # fmt: skip
        assert table.values[row] == session.frame("with").record.view(layer, name)[sample, unit]
