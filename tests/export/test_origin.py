"""Every figure says where it comes from, and ``bnsim open`` believes only what it can check."""

from __future__ import annotations

import contextlib
import zlib
from dataclasses import replace

import numpy as np
import pytest

from bnsim.export.headless import run_job
from bnsim.export.origin import origin_json, origin_of
from bnsim.files.scenario_json import loads
from bnsim.sim.errors import InputError
from tests.export.jobs import job, no_window, scenario

NAMES = ("a.png", "b.svg", "c.pdf", "d.csv")
#: Words that would break out of any of the formats.
HOSTILE = "x</metadata>]]>&lt;\n%%EOF\0 平均 \U0001f600"


def figure(tmp_path, name, **given):
    found = job(path=tmp_path / name, **given)
    run_job(found, no_window)
    return found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("at", ["1:start", "2:forward:1:3", "4:end"])
def test_that_a_figure_leads_back_to_its_moment(name, at, qapp, tmp_path):
    given = figure(tmp_path, name, picture="loss", at=at, size=(300, 200))
    origin = origin_of(given.path)
    assert (origin.scenario, origin.t, origin.picture) == (scenario(), given.t, "loss")


@pytest.mark.parametrize("name", NAMES)
def test_that_words_of_a_scenario_cannot_break_out(name, qapp, tmp_path):
    text = HOSTILE.replace("\0", "").replace("\n", " ")
    odd = replace_fields(scenario(), title=text, description=text * 3)
    given = replace(job("loss", size=(300, 200), path=tmp_path / name), scenario=odd)
    run_job(given, no_window)
    assert origin_of(given.path).scenario == odd


def replace_fields(found, **fields):
    from msgspec.structs import replace as changed

    return changed(found, **fields)


def test_that_the_origin_is_one_line_that_reads_without_us():
    text = origin_json(job())
    assert text.isascii()
    assert "\n" not in text
    import json

    facts = json.loads(text)
    assert (facts["moment"], facts["seed"], facts["picture"]) == ("1:end", 0, "graph")
    assert loads(json.dumps(facts["scenario"])) == scenario()


@pytest.mark.parametrize("name", [*NAMES, "e.txt", "f"])
@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG\r\n\x1a\n", b"<svg/>", b"# bnsim {}\n", b"\0" * 99]
)
def test_that_what_is_no_figure_of_ours_is_refused(name, data, tmp_path):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"is no figure that bnsim has written"):
        origin_of(path)


def test_that_a_missing_figure_is_told(tmp_path):
    with pytest.raises(InputError, match=r"cannot read .*No such file"):
        origin_of(tmp_path / "no.png")


@pytest.mark.parametrize("name", NAMES)
def test_that_a_damaged_figure_is_refused_or_right(name, qapp, tmp_path):
    given = figure(tmp_path, name, picture="loss", size=(120, 90))
    data = bytearray(given.path.read_bytes())
    random = np.random.RandomState(7)
    for _ in range(150):
        damaged = bytearray(data[: random.randint(1, len(data) + 1)])
        for place in random.randint(0, len(damaged), 4):
            damaged[place] = random.randint(256)
        given.path.write_bytes(damaged)
        with contextlib.suppress(InputError):
            assert origin_of(given.path).t >= 0


def test_that_a_packed_text_is_no_bomb(tmp_path):
    bomb = zlib.compress(b" " * (64 << 20), 9)
    body = b"bnsim\0\0" + bomb
    chunk = len(body).to_bytes(4, "big") + b"zTXt" + body + b"\0\0\0\0"
    path = tmp_path / "bomb.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk)
    with pytest.raises(InputError):
        origin_of(path)
