"""Whatever goes wrong: a clear sentence, the old file untouched, no stray file."""

from __future__ import annotations

import errno
import os

import pytest

from bnsim.export.headless import checked, run_job
from bnsim.files import atomic
from bnsim.sim.errors import InputError
from tests.export.jobs import job, no_window

SUFFIXES = (".png", ".svg", ".pdf", ".gif", ".csv", ".npz")
SMALL = {"picture": "loss", "size": (160, 120), "unit": "batch"}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_that_a_full_disk_leaves_the_old_file(suffix, qapp, tmp_path, monkeypatch):
    given = job(path=tmp_path / f"a{suffix}", **SMALL)
    given.path.write_bytes(b"old")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic.os, "fsync", full)
    with pytest.raises(InputError, match="the disk is full"):
        run_job(given, no_window)
    assert given.path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == [given.path.name]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("name", "said"),
    [("no/such/a", "folder does not exist"), ("a\nb", "control"), ("a\0b", "control")],
)
def test_that_a_place_that_cannot_be_written_is_told(name, said, suffix, qapp, tmp_path):
    with pytest.raises(InputError, match=said):
        run_job(job(path=f"{tmp_path}/{name}{suffix}", **SMALL), no_window)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_that_any_language_may_name_a_file(suffix, qapp, tmp_path):
    given = job(path=tmp_path / f"Ausgabe 平均 é ' \U0001f600{suffix}", **SMALL)
    run_job(given, no_window)
    assert os.listdir(tmp_path) == [given.path.name]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_that_an_existing_file_is_replaced_by_force_alone(suffix, qapp, tmp_path):
    given = job(path=tmp_path / f"a{suffix}", force=False, **SMALL)
    given.path.write_bytes(b"old")
    with pytest.raises(InputError, match="exists; choose another name or use --force"):
        run_job(given, no_window)
    assert given.path.read_bytes() == b"old"
    given.path.unlink()
    run_job(given, no_window)
    assert given.path.stat().st_size > 300


def test_that_a_window_as_vectors_is_refused_before_it_is_drawn():
    with pytest.raises(InputError, match=r"holds bitmaps .* use \.png, \.gif"):
        checked(job("window", path="a.svg"))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_that_the_same_job_gives_the_same_file(suffix, qapp, tmp_path):
    given = job(path=tmp_path / f"a{suffix}", **SMALL)
    run_job(given, no_window)
    first = given.path.read_bytes()
    run_job(given, no_window)
    assert given.path.read_bytes() == first
