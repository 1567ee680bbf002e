"""Animations: every moment once, one palette, nothing left behind when stopped."""

from __future__ import annotations

import io
import json
import os

import numpy as np
import pytest
from PIL import Image

from bnsim.export import animation, gif
from bnsim.export.animation import gif_bytes, moments_of, mp4_bytes
from bnsim.export.headless import run_job
from bnsim.export.images import image_of
from bnsim.export.job import CancelledError
from bnsim.sim.errors import InputError
from bnsim.sim.session import Session
from tests.export.jobs import go_on, job, no_window, pixels, program, scenario, told

SMALL = {"size": (300, 260), "path": "x.gif"}


def moved(given, **changes):
    from dataclasses import replace

    return replace(given, **changes)


def test_that_the_batch_at_the_cursor_is_shown_unless_said_otherwise():
    n = Session(scenario()).schedule.n
    found = moments_of(job(at="2:mean:1"))
    assert (found[0], found[-1]) == (n, 2 * n)
    assert found == sorted(set(found))


def test_that_every_unit_makes_its_moments():
    n = Session(scenario()).schedule.n
    given = moved(job(at="1:start"), until=2 * n)
    assert moments_of(moved(given, unit="operation")) == list(range(2 * n + 1))
    assert moments_of(moved(given, unit="batch")) == [0, n, 2 * n]
    assert moments_of(moved(given, until=n + 1, unit="batch")) == [0, n, n + 1]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"until": 3}, "before the first"),
        ({"unit": "week"}, "no unit 'week'"),
        ({"fps": 0.0}, "frames a second; use 0.1 to 50"),
        ({"fps": float("nan")}, "frames a second"),
    ],
)
def test_that_impossible_stretches_are_refused_in_words(changes, said, qapp):
    with pytest.raises(InputError, match=said):
        gif_bytes(moved(job(**SMALL), **changes), no_window, go_on)


def test_that_too_many_frames_are_refused_before_they_are_drawn(monkeypatch, qapp):
    monkeypatch.setattr(animation, "MOST_FRAMES", 5)
    with pytest.raises(InputError, match="more than 5 moments; use a larger unit"):
        gif_bytes(moved(job(**SMALL), unit="operation"), no_window, go_on)
    monkeypatch.setattr(animation, "MOST_BYTES", 1000)
    with pytest.raises(InputError, match="too large; use fewer moments"):
        gif_bytes(moved(job(**SMALL), unit="batch"), no_window, go_on)


def test_that_a_gif_shows_every_moment_as_it_is(qapp):
    given = job(**SMALL)
    found = Image.open(io.BytesIO(gif_bytes(given, no_window, go_on)))
    moments = moments_of(given)
    times, shown = [], []
    for index in range(found.n_frames):
        found.seek(index)
        times.append(found.info["duration"])
        shown.append(np.asarray(found.convert("RGB")).astype(int))
    # equal pictures one after the other are one frame that stays longer
    assert sum(times) == 500 * (len(moments) - 1 + gif.REST)
    assert found.info["loop"] == 0
    at = 0
    for time, frame in zip(times, shown, strict=True):
        expected = pixels(image_of(moved(given, t=moments[at]), no_window))
        assert np.abs(expected - frame).mean() < 1.5
        assert (np.abs(expected - frame).max(axis=2) > 64).mean() < 0.001
        at += max(time // 500, 1)


def test_that_grounds_keep_their_very_colour_in_a_gif(qapp):
    found = Image.open(io.BytesIO(gif_bytes(job(**SMALL), no_window, go_on))).convert("RGB")
    ground = np.asarray(found)[-3, 3]
    assert "#" + ground.tobytes().hex() == "#f3f5f7"


def test_that_a_gif_says_where_it_comes_from(qapp):
    data = gif_bytes(job(unit="phase", **SMALL), no_window, go_on)
    comment = Image.open(io.BytesIO(data)).info["comment"].decode()
    assert json.loads(comment.removeprefix("bnsim "))["scenario"]["name"] == "article"
    assert data == gif_bytes(job(unit="phase", **SMALL), no_window, go_on)


@pytest.mark.parametrize("suffix", [".gif", ".mp4"])
def test_that_a_stopped_export_leaves_no_file(suffix, qapp, tmp_path):
    if suffix == ".mp4":
        program("ffmpeg")
    given = job(size=(300, 260), path=tmp_path / f"a{suffix}")
    asked = []

    def stop(done, of):
        asked.append((done, of))
        return done < 2

    run_job(given, no_window, stop)
    assert asked == [(i, len(moments_of(given))) for i in range(3)]
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("size", [(301, 259), (300, 260)])
def test_that_an_mp4_plays_as_long_as_it_should(size, qapp, tmp_path):
    program("ffmpeg")
    given = job(size=size, path=tmp_path / "a.mp4", fps=4.0, unit="phase")
    run_job(given, no_window)
    shown = "-show_entries", "format=duration:format_tags=comment:stream=width,height,nb_frames"
    said = json.loads(told(program("ffprobe"), "-v", "error", *shown, "-of", "json", given.path))
    frames = len(moments_of(given))
    assert float(said["format"]["duration"]) == pytest.approx(frames / 4, abs=0.01)
    stream = said["streams"][0]
    assert int(stream["nb_frames"]) == frames
    assert (stream["width"], stream["height"]) == (size[0] + size[0] % 2, size[1] + size[1] % 2)
    assert '"name":"article"' in said["format"]["tags"]["comment"]


def test_that_a_missing_ffmpeg_is_told_with_what_to_do(monkeypatch, qapp):
    monkeypatch.setattr(animation.shutil, "which", lambda _: None)
    monkeypatch.setitem(__import__("sys").modules, "imageio_ffmpeg", None)
    with pytest.raises(InputError, match=r"needs ffmpeg: .*bnsim\[video\].* or write a \.gif"):
        mp4_bytes(job(**SMALL), no_window, go_on)


def test_that_an_ffmpeg_that_fails_is_told(monkeypatch, qapp, tmp_path):
    broken = tmp_path / "ffmpeg"
    broken.write_text("#!/bin/sh\necho 'Unknown encoder' >&2\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(InputError, match=r"ffmpeg failed \(Unknown encoder\)"):
        mp4_bytes(job(**SMALL), no_window, go_on)


def test_that_a_stopped_film_ends_its_ffmpeg(qapp):
    program("ffmpeg")
    with pytest.raises(CancelledError):
        mp4_bytes(job(**SMALL), no_window, lambda done, _all: done < 1)
