from __future__ import annotations

import csv
import os
import struct
import zlib

import pytest

from bnsim.__main__ import main
from bnsim.commands import export
from bnsim.commands.show_list import _formats, picture_rows
from bnsim.export.job import ExportJob, Options
from bnsim.files.locate import scenario_path
from bnsim.files.scenario_json import load
from bnsim.sim.moment import parse_moment
from bnsim.sim.session import schedule_of
from tests.commands.test_main import bnsim_process, refused


@pytest.fixture
def drawn(monkeypatch):
    """The job of each drawing, which is not done."""
    import bnsim.ui.figures

    calls = []
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(bnsim.ui.figures, "export_jobs", calls.extend)
    return calls


def moment(text, name="article"):
    scenario = load(scenario_path(name))
    return parse_moment(text, schedule_of(scenario), scenario.batches)


def test_that_the_end_of_the_first_batch_is_drawn_unless_said_otherwise(drawn, tmp_path):
    path = tmp_path / "a.png"
    assert main(["export", "article", "-o", str(path)]) == 0
    article = load(scenario_path("article"))
    t = schedule_of(article).n
    assert drawn == [ExportJob(article, "graph", t, path, Options(), "both", force=False)]


def test_that_every_option_reaches_the_drawing(drawn, tmp_path):
    path = tmp_path / "b.gif"
    options = (
        "--picture loss --at 2:forward:1:3 --size 1600x900 --dpi 300 --theme dark --lane with "
        "--no-title --no-labels --no-legend --no-caption --until 3:end --unit batch --fps 12.5 "
        "--neuron 1:3 --sample 2 --force"
    )
    assert main(["export", "article", "-o", str(path), *options.split()]) == 0
    [job] = drawn
    assert job.options == Options((1600, 900), 300, "dark", False, False, False, False)
    assert (job.picture, job.t, job.path) == ("loss", moment("2:forward:1:3"), path)
    assert (job.until, job.unit, job.fps) == (moment("3:end"), "batch", 12.5)
    assert (job.lanes, job.force) == ("with", True)
    assert (job.selected, job.sample, job.inference) == ((0, 2), 1, False)


def test_that_inference_counts_its_own_operations(drawn, tmp_path):
    at = ["--inference", "--at", "2:forward:1:3", "--picture", "microscope"]
    assert main(["export", "article", "-o", str(tmp_path / "a.png"), *at]) == 0
    [job] = drawn
    assert job.inference
    schedule = schedule_of(job.scenario, training=False)
    assert job.t == parse_moment("2:forward:1:3", schedule, 4)


def test_that_an_animation_with_an_end_starts_at_the_start(drawn, tmp_path):
    main(["export", "article", "-o", str(tmp_path / "a.gif"), "--until", "2:end"])
    assert drawn[0].t == 0


@pytest.mark.parametrize(
    ("options", "size", "dpi"),
    [
        ("--size 8.5x6cm", (1004, 709), 300),
        ("--size 85x60mm --dpi 600", (2008, 1417), 600),
        ("--size 3.3x2.5in", (990, 750), 300),
        ("--size 800x600px", (800, 600), None),
        ("--preset slide", (1920, 1080), None),
        ("--preset square", (1200, 1200), None),
        ("--preset column", (1004, 1240), 300),
        ("--preset column --picture loss", (1004, 709), 300),
        ("--preset column --lane with --dpi 600", (2008, 1417), 600),
    ],
)
def test_that_paper_and_presets_become_pixels(options, size, dpi, drawn, tmp_path):
    assert main(["export", "article", "-o", str(tmp_path / "a.pdf"), *options.split()]) == 0
    assert (drawn[0].options.size, drawn[0].options.dpi) == (size, dpi)


@pytest.mark.parametrize("name", [row[0] for row in picture_rows()])
def test_that_every_listed_picture_is_taken(name, drawn, tmp_path):
    assert main(["export", "article", "-o", str(tmp_path / "c.png"), "--picture", name]) == 0
    assert drawn[0].picture == name


@pytest.mark.parametrize("size", ["16x16", "10000x10000", "16X10000"])
def test_that_the_largest_and_smallest_sizes_are_taken(size, drawn, tmp_path):
    assert main(["export", "article", "-o", str(tmp_path / "d.png"), "--size", size]) == 0
    assert drawn[0].options.size == tuple(map(int, size.lower().split("x")))


@pytest.mark.parametrize(
    ("options", "advice"),
    [
        (["--picture", "grpah"], "did you mean graph? Pictures: graph, microscope"),
        (["--at", "1:forwrad"], "did you mean forward? Allowed phases: start"),
        (["--at", "5:end"], "there is no batch '5'; use 1 to 4"),
        (["--at", "1:normalize:2"], "there is no layer '2' with normalize; use 1"),
        (["--at", ""], "it is not batch:phase"),
        (["--size", "1600"], "write WxH, such as 1600x900"),
        (["--size", "15x900"], "use 16 to 10,000 pixels a side"),
        (["--size", "900x10001"], "use 16 to 10,000 pixels a side"),
        (["--size", "9999999999x1"], "write WxH"),
        (["--size", "-5x5"], "expected one argument"),
        (["--size=-5x5"], "write WxH"),
        (["--dpi", "9"], "'9' is no number from 10 to 1,200"),
        (["--dpi", "1201"], "from 10 to 1,200"),
        (["--dpi", "1e2"], "from 10 to 1,200"),
        (["--theme", "blue"], "choose from 'light', 'dark', 'print'"),
        (["--lane", "none"], "choose from 'without', 'with', 'both'"),
        (["--size", "8.5x6"], "such as 1600x900 or 8.5x6cm"),
        (["--size", "8.5x6km"], "write WxH"),
        (["--size", "90x6cm"], "is out of range"),
        (["--size", "30x20cm", "--dpi", "1200"], "is out of range"),
        (["--size", "9x9cm", "--preset", "slide"], "not allowed with argument"),
        (["--preset", "poster"], "choose from 'slide', 'column', 'square'"),
        (["--until", "2:end"], "--until is for .gif, .mp4 and --picture sheet"),
        (["--unit", "week"], "choose from 'operation', 'sample'"),
        (["--fps", "0"], "'0' is no number from 0.1 to 50"),
        (["--fps", "nan"], "from 0.1 to 50"),
    ],
)
def test_that_bad_input_is_told_before_anything_is_drawn(options, advice, drawn, capsys, tmp_path):
    assert advice in refused(capsys, "export", "article", "-o", str(tmp_path / "e.png"), *options)
    assert drawn == []


def test_that_an_output_has_to_be_named(capsys):
    assert "required: -o/--out" in refused(capsys, "export", "article")


def test_that_missing_libraries_are_told_instead_of_crashing(monkeypatch, capsys, tmp_path, drawn):
    monkeypatch.setattr(export, "refusal", lambda: "bnsim: system libraries are missing: x\napt")
    assert main(["export", "article", "-o", str(tmp_path / "f.png")]) == 2
    assert capsys.readouterr().err == "bnsim: system libraries are missing: x\napt\n"
    assert drawn == []


def test_that_the_formats_listed_are_those_that_are_written():
    from bnsim.export.writers import WRITERS
    from bnsim.files.numbers import FORMATS

    assert [row[0] for row in _formats()] == [row.suffix for row in (*FORMATS, *WRITERS)]


# -- real pictures ---------------------------------------------------------------------
def chunks(data):
    """Type and content of every chunk of a PNG, with its checksum checked."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at = 8
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + size]
        assert struct.unpack(">I", data[at + 8 + size : at + 12 + size])[0] == zlib.crc32(
            kind + body
        )
        yield kind, body
        at += 12 + size


def test_that_a_picture_is_written_that_tells_version_scenario_and_moment(tmp_path):
    path = tmp_path / "graph.png"
    arguments = ["export", "article", "-o", str(path), "--at", "1:normalize:1", "--size", "800x600"]
    done = bnsim_process(*arguments, env={"QT_QPA_PLATFORM": ""})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    found = list(chunks(path.read_bytes()))
    assert struct.unpack(">II", found[0][1][:8]) == (800, 600)
    texts = b"\n".join(body for kind, body in found if kind in (b"tEXt", b"iTXt"))
    assert b"bnsim-scenario" in texts
    assert b"article" in texts
    assert b"1:normalize:1" in texts


@pytest.mark.parametrize(
    ("name", "advice"),
    [("a.jpg", "'.jpg'"), ("a", "no suffix"), ("no/such/a.png", "its folder does not exist")],
)
def test_that_a_place_that_cannot_be_written_is_told_and_nothing_stays(name, advice, tmp_path):
    done = bnsim_process("export", "three-numbers", "-o", str(tmp_path / name), "--size", "64x64")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("bnsim: ")
    assert advice in done.stderr
    assert os.listdir(tmp_path) == []


def test_that_an_existing_file_stays_without_force(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("mine")
    done = bnsim_process("export", "three-numbers", "-o", str(path))
    assert (done.returncode, path.read_text()) == (2, "mine")
    assert done.stderr == f"bnsim: {str(path)!r} exists; choose another name or use --force.\n"
    assert bnsim_process("export", "three-numbers", "-o", str(path), "--force").returncode == 0
    assert path.read_bytes().startswith(b"# bnsim {")


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf", "gif", "csv", "npz"])
def test_that_the_same_command_gives_the_same_bytes(suffix, tmp_path):
    """In two processes, where hashes have other seeds."""
    files = [tmp_path / f"{i}.{suffix}" for i in range(2)]
    for path in files:
        done = bnsim_process("export", "three-numbers", "-o", str(path), "--unit", "phase")
        assert done.returncode == 0, done.stderr
    assert files[0].read_bytes() == files[1].read_bytes()


def test_that_a_whole_set_is_written_and_listed(tmp_path):
    folder = tmp_path / "new" / "set"
    arguments = ("export", "--all", "three-numbers", "-o", str(folder), "--size", "400x300")
    done = bnsim_process(*arguments)
    assert done.returncode == 0, done.stderr
    with open(folder / "index.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert sorted(os.listdir(folder)) == sorted(["index.csv", *(row["file"] for row in rows)])
    assert {row["picture"] for row in rows} == {row[0] for row in picture_rows()}
    assert {row["file"].rpartition(".")[2] for row in rows} == {"png", "svg", "csv"}
    assert done.stdout == f"{len(rows)} figures in {folder}, listed in index.csv\n"
    again = bnsim_process(*arguments)
    assert again.returncode == 2
    assert "exists; choose another folder or use --force" in again.stderr


def test_that_a_path_that_ends_as_a_folder_is_no_file(tmp_path, capsys):
    for command in (["export", "article", "-o"], ["run", "article", "--out"]):
        assert main([*command, f"{tmp_path / 'figure.png'}/"]) == 2
        assert "is a folder; give the path of a file" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
