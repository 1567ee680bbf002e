"""The numbers behind the pictures: all that is known, nothing of the future, exact."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from bnsim.export.job import ExportJob
from bnsim.export.tables import csv_bytes, npz_bytes, table_of, tsv_text
from bnsim.files.numbers import NAMES
from bnsim.sim.session import Session
from bnsim.sim.spec import BatchNorm, Data, Layer
from tests.export.jobs import SHAPES, job, scenario
from tests.scenarios import small


def loaded(data):
    return np.load(io.BytesIO(data), allow_pickle=False)


def rows_of(table, **wanted):
    places = {name: table.columns.index(name) for name in wanted}
    return [r for r in table.rows if all(r[places[n]] == v for n, v in wanted.items())]


@pytest.mark.parametrize("picture", SHAPES)
def test_that_the_csv_reads_back_exactly(picture):
    table = table_of(job(picture, "1:loss" if picture == "formula" else "1:end"))
    lines = csv_bytes(table).decode().splitlines()
    assert lines[0].startswith("# bnsim {")
    assert lines[1].startswith("# units: t: operations done")
    head, *rows = csv.reader(lines[2:])
    assert tuple(head) == table.columns
    assert len(rows) == len(table.rows) > 0
    for given, read in zip(table.rows, rows, strict=True):
        for cell, text in zip(given, read, strict=True):
            assert text == "" if cell is None else type(cell)(text) == cell


@pytest.mark.parametrize("picture", SHAPES)
def test_that_the_npz_holds_the_same_columns(picture):
    table = table_of(job(picture))
    arrays = loaded(npz_bytes(table))
    assert set(arrays.files) == {*table.columns, "units", "bnsim"}
    assert json.loads(str(arrays["bnsim"]))["picture"] == picture
    for index, name in enumerate(table.columns):
        column = [row[index] for row in table.rows]
        assert arrays[name].shape == (len(column),)
        missing = -1 if arrays[name].dtype == np.int64 else ""
        assert arrays[name].tolist() == [missing if v is None else v for v in column]


def test_that_the_numbers_are_those_of_the_run():
    table = table_of(job("graph", "2:end"))
    session = Session(scenario())
    session.seek(2 * session.schedule.n)
    for lane, frame in session.frames().items():
        for layer, name in ((0, "z"), (0, "a"), (1, "W"), (1, "d_W"), (0, "d_x")):
            found = [row[-1] for row in rows_of(table, lane=lane, layer=layer, quantity=name)]
            np.testing.assert_array_equal(found, frame.record.view(layer, name).ravel())
        assert rows_of(table, lane=lane, quantity="loss")[0][-1] == frame.loss


def test_that_nothing_of_the_future_is_in_a_table():
    for at in ("1:start", "1:forward:1:2", "1:mean:1", "1:normalize:1", "1:loss"):
        for picture in SHAPES:
            given = job(picture, at)
            table = table_of(given)
            step = table.columns.index("t")
            assert all(row[step] <= given.t for row in table.rows)
    assert not rows_of(table_of(job("graph", "1:mean:1")), lane="with", quantity="x_hat")
    assert rows_of(table_of(job("graph", "1:normalize:1")), lane="with", quantity="x_hat")


def at_moment(found, t, **given):
    return ExportJob(found, "graph", t, Path("x.csv"), **given)


def test_that_the_step_says_when_a_number_became_known():
    """At its step a number is in the table, one operation earlier it is not."""
    for row in table_of(job("graph", "1:end")).rows[::7]:
        t = row[0]
        if t > 0:
            assert row in table_of(at_moment(scenario(), t)).rows
            assert row not in table_of(at_moment(scenario(), t - 1)).rows


@pytest.mark.parametrize("dialect", ["pytorch", "keras", "article", "plain", "layernorm"])
def test_that_at_the_end_of_a_batch_every_number_is_in_the_table(dialect):
    norm = BatchNorm(dialect=dialect)
    layers = [Layer(units=4, batch_norm=norm), Layer(units=2, activation="identity")]
    found = small(layers=layers)
    session = Session(found)
    session.seek(session.schedule.n)
    table = table_of(at_moment(found, session.t))
    for lane, frame in session.frames().items():
        for layer in range(2):
            for name in NAMES:
                if frame.record.has(layer, name):
                    rows = rows_of(table, lane=lane, layer=layer, quantity=name)
                    expected = frame.record.view(layer, name).ravel().tolist()
                    assert [row[-1] for row in rows] == expected, name
                    per_sample = name.removeprefix("d_") in ("mean", "var")
                    if per_sample and dialect == "layernorm":
                        assert [row[5] for row in rows] == [0, 1, 2]


def test_that_one_lane_alone_has_no_numbers_of_the_other():
    table = table_of(job("graph", lanes="with"))
    assert {row[table.columns.index("lane")] for row in table.rows} == {"with"}


def test_that_the_loss_of_every_batch_so_far_is_in_its_table():
    table = table_of(job("loss", "3:end", "cascade"))
    assert [row[2] for row in rows_of(table, lane="with")] == [0, 1, 2]


def test_that_what_is_not_finite_survives_a_file():
    data = Data(x=[[1e200, 1.0, 1.0]] * 9, targets=[[1.0, 0.0]] * 9)
    huge = small(data=data)
    with np.errstate(all="ignore"):
        table = table_of(at_moment(huge, Session(huge).schedule.n, lanes="without"))
    values = np.array([row[-1] for row in table.rows])
    assert not np.isfinite(values).all()
    np.testing.assert_array_equal(loaded(npz_bytes(table))["value"], values)
    rows = list(csv.reader(csv_bytes(table).decode().splitlines()[3:]))
    np.testing.assert_array_equal([float(row[-1]) for row in rows], values)


def test_that_a_spreadsheet_takes_the_table():
    table = table_of(job("samples"))
    lines = tsv_text(table).splitlines()
    assert lines[0].split("\t") == list(table.columns)
    assert [len(line.split("\t")) for line in lines] == [len(table.columns)] * len(lines)
    assert float(lines[1].split("\t")[-1]) == table.rows[0][-1]
