from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import msgspec
import numpy as np
import pytest

from bnsim.files.locate import scenario_path
from bnsim.files.numbers import FORMATS, NAMES, format_of, write_numbers
from bnsim.files.scenario_json import load
from bnsim.sim.errors import InputError
from bnsim.sim.run import LANES, Run
from bnsim.sim.spec import BatchNorm
from tests.scenarios import small

NORMALIZED = {"mean", "var", "x_hat", "gamma", "beta", "y"}
RUNNING = {"running_mean", "running_var"}


def arrays(path):
    with np.load(path, allow_pickle=False) as archive:
        return dict(archive)


def written(scenario, folder, batches=2, lanes=LANES, name="run.npz"):
    path = folder / name
    write_numbers(scenario, lanes, batches, path)
    return path


def names_of(found, prefix):
    return {key.removeprefix(prefix) for key in found if key.startswith(prefix)}


def test_that_every_array_is_that_of_the_run(tmp_path):
    scenario = small()
    found = arrays(written(scenario, tmp_path))
    for lane in LANES:
        run = Run(scenario, lane)
        for batch in range(2):
            record = run.record(batch)
            assert found[f"{lane}/{batch}/loss"] == record.loss
            np.testing.assert_array_equal(found[f"{lane}/{batch}/samples"], record.samples)
            np.testing.assert_array_equal(found[f"{lane}/{batch}/targets"], record.targets)
            for layer in range(2):
                for name in names_of(found, f"{lane}/{batch}/{layer}/"):
                    array = found[f"{lane}/{batch}/{layer}/{name}"]
                    assert array.dtype == np.float64
                    assert array.tobytes() == record.view(layer, name).tobytes()


def test_that_names_are_those_that_the_layer_has(tmp_path):
    found = arrays(written(small(), tmp_path))
    dense = {"x", "z", "a", "W", "b"}
    full = dense | NORMALIZED
    assert names_of(found, "without/0/0/") == dense | {"d_" + n for n in dense}
    assert names_of(found, "with/0/0/") == full | {"d_" + n for n in full} | RUNNING
    assert names_of(found, "with/0/1/") == dense | {"d_" + n for n in dense}
    assert "std" not in NAMES


def test_that_the_article_dialect_has_no_gamma_beta_and_running_statistics(tmp_path):
    scenario = load(scenario_path("article-as-printed"))
    names = names_of(arrays(written(scenario, tmp_path)), "with/0/0/")
    assert {"mean", "var", "x_hat", "y", "d_x_hat"} <= names
    assert not names & {"gamma", "beta", "running_mean", "running_var"}


def test_that_shapes_and_definitions_are_as_documented(tmp_path):
    scenario = small()
    found = {k.removeprefix("with/1/0/"): v for k, v in arrays(written(scenario, tmp_path)).items()}
    assert found["x"].shape == (3, 3)
    assert found["W"].shape == (3, 4)
    np.testing.assert_allclose(found["z"], found["x"] @ found["W"] + found["b"], atol=1e-12)
    np.testing.assert_allclose(found["mean"], found["z"].mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(found["var"], found["z"].var(axis=0), atol=1e-12)
    x_hat = (found["z"] - found["mean"]) / np.sqrt(found["var"] + 1e-5)
    np.testing.assert_allclose(found["x_hat"], x_hat, atol=1e-12)
    np.testing.assert_allclose(found["y"], found["gamma"] * x_hat + found["beta"], atol=1e-12)
    np.testing.assert_allclose(found["a"], np.maximum(found["y"], 0), atol=1e-12)


def test_that_parameters_are_before_the_update_and_running_statistics_after_the_batch(tmp_path):
    scenario = small()
    found = arrays(written(scenario, tmp_path))
    start = Run(scenario, "with")._network
    np.testing.assert_array_equal(found["with/0/0/W"], start.view(0, "W"))
    moved = found["with/0/0/W"] - scenario.optimizer.rate * found["with/0/0/d_W"]
    np.testing.assert_allclose(found["with/1/0/W"], moved, rtol=1e-14)
    np.testing.assert_allclose(
        found["with/0/0/running_mean"], 0.1 * found["with/0/0/mean"], rtol=1e-14
    )


@pytest.mark.parametrize("name", ["a.npz", "a.csv"])
def test_that_equal_runs_give_equal_bytes(name, tmp_path):
    first = written(small(), tmp_path, name=name).read_bytes()
    assert written(small(), tmp_path, name=name).read_bytes() == first


def test_that_the_archive_tells_no_time(tmp_path):
    with zipfile.ZipFile(written(small(), tmp_path)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.testzip() is None


def test_that_csv_holds_the_same_numbers_bit_for_bit(tmp_path):
    scenario = load(scenario_path("article"))
    found = arrays(written(scenario, tmp_path))
    text = written(scenario, tmp_path, name="run.csv").read_text()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert text.splitlines()[0] == "lane,batch,layer,name,row,column,value"
    assert len(rows) == sum(array.size for array in found.values())
    for row in rows:
        key = "/".join(row[k] for k in ("lane", "batch", "layer", "name") if row[k])
        index = tuple(int(row[axis]) for axis in ("row", "column") if row[axis])
        assert found[key][index] == float(row["value"])


def test_that_csv_leaves_out_the_axis_that_an_array_has_not(tmp_path):
    text = written(load(scenario_path("article")), tmp_path, name="run.csv").read_text()
    assert "\nwithout,0,0,W,0,0,15.0\n" in text
    assert "\nwithout,0,0,b,,3,0.0\n" in text
    assert "\nwithout,1,,samples,0,,3\n" in text
    assert any(line.startswith("with,0,,loss,,,") for line in text.splitlines())


def test_that_one_lane_can_be_written_alone(tmp_path):
    found = arrays(written(small(), tmp_path, lanes=("with",)))
    assert {key.split("/")[0] for key in found} == {"with"}


def test_that_numbers_that_are_not_finite_survive(tmp_path):
    layers = [msgspec.structs.replace(layer, batch_norm=None) for layer in small().layers]
    huge = msgspec.structs.replace(
        small(),
        layers=[msgspec.structs.replace(layers[0], weights=[[1e300] * 4] * 3), layers[1]],
    )
    found = arrays(written(huge, tmp_path))
    assert not np.isfinite(found["without/0/loss"])
    assert ",loss,,,inf\n" in written(huge, tmp_path, name="run.csv").read_text()


@pytest.mark.parametrize("name", ["a.txt", "a", "a.npz.gz"])
def test_that_an_unknown_suffix_names_those_that_are_known(name, tmp_path):
    with pytest.raises(InputError, match=r"suffix .* use \.npz or \.csv\.$"):
        written(small(), tmp_path, name=name)


def test_that_a_suffix_may_be_in_capitals():
    assert format_of(Path("A.NPZ")).suffix == ".npz"


@pytest.mark.parametrize("name", ["a.npz", "a.csv"])
def test_that_more_than_a_gibibyte_is_refused_before_anything_is_computed(
    name, tmp_path, monkeypatch
):
    def never(*_args):
        raise AssertionError("a run was started")

    monkeypatch.setattr("bnsim.files.numbers.Run", never)
    with pytest.raises(InputError, match=r"about \d+\.\d GiB, more than 1 GiB; use --batches \d+"):
        written(small(), tmp_path, batches=1_000_000, name=name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a.npz", "a.csv"])
def test_that_the_size_told_beforehand_is_never_too_small(name, tmp_path):
    scenario = small(sizes=(40, 2), n_samples=30, batch_size=15)
    from bnsim.files.numbers import _counts

    form = format_of(Path(name))
    told = sum(form.bytes_of(*_counts(scenario, lane)) for lane in LANES)
    size = written(scenario, tmp_path, batches=1, name=name).stat().st_size
    assert 0.5 * told < size <= told


def test_that_an_unwritable_place_leaves_nothing_behind(tmp_path):
    with pytest.raises(InputError, match="cannot save"):
        written(small(), tmp_path / "no such folder")
    assert not list(tmp_path.iterdir())


def test_that_the_table_of_formats_has_each_suffix_once():
    assert [form.suffix for form in FORMATS] == [".npz", ".csv"]


def test_that_keys_sort_out_layers_with_normalization_after_the_activation(tmp_path):
    scenario = small()
    layers = [
        msgspec.structs.replace(scenario.layers[0], batch_norm=BatchNorm(placement="after")),
        scenario.layers[1],
    ]
    found = arrays(written(msgspec.structs.replace(scenario, layers=layers), tmp_path))
    np.testing.assert_array_equal(found["with/0/1/x"], found["with/0/0/y"])
    np.testing.assert_array_equal(found["without/0/1/x"], found["without/0/0/a"])
