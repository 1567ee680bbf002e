"""The doctor: what is missing is named, and what mends it is one line to copy."""

from __future__ import annotations

import ctypes
import os
import re
import socket
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from bnsim import doctor

ROOT = Path(__file__).resolve().parent.parent
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="about Linux libraries")
pytestmark = LINUX


@pytest.fixture
def without(monkeypatch):
    """Pretend that the given sonames are not installed."""
    load = ctypes.CDLL

    def plant(*sonames):
        def fail(name):
            if name in sonames:
                raise OSError(f"{name}: cannot open shared object file")
            return load(name)

        monkeypatch.setattr(ctypes, "CDLL", fail)

    return plant


@pytest.fixture
def whole(monkeypatch):
    """Pretend that every library is installed and displays answer."""
    monkeypatch.setattr(doctor, "_loads", lambda _name: True)
    monkeypatch.setattr(doctor, "_answers", lambda _kind, _env: True)


def test_that_missing_names_the_soname_and_its_package(without):
    before = doctor.missing("base")
    without("libEGL.so.1")
    assert doctor.missing("base") == before | {"libEGL.so.1": "libegl1"}


def test_that_nothing_is_missing_off_linux(monkeypatch, without):
    without(*doctor.LIBRARIES["base"])
    monkeypatch.setattr(sys, "platform", "darwin")
    assert doctor.missing("base") == {}
    assert doctor.display({}) == "native"
    assert doctor.refusal({}) is None


@pytest.mark.parametrize(("root", "sudo"), [(True, ""), (False, "sudo ")])
def test_that_the_apt_line_can_be_copied(monkeypatch, root, sudo):
    monkeypatch.setattr(doctor, "_is_root", lambda: root)
    assert doctor.apt_line(["libgl1", "libegl1", "libgl1"]) == (
        f"{sudo}apt-get update && {sudo}apt-get install -y --no-install-recommends libgl1 libegl1"
    )


def test_that_the_table_covers_what_the_wheel_asks_for():
    """Every library that Qt's parts want, and that neither glibc nor the wheel brings."""
    folder = Path(metadata.distribution("PySide6-Essentials").locate_file("PySide6"))
    parts = {
        "base": [
            "Qt/lib/libQt6Core.so.6",
            "Qt/lib/libQt6DBus.so.6",
            "Qt/lib/libQt6Gui.so.6",
            "Qt/lib/libQt6Svg.so.6",
            "Qt/lib/libQt6Widgets.so.6",
            "Qt/plugins/platforms/libqoffscreen.so",
        ],
        "xcb": ["Qt/lib/libQt6XcbQpa.so.6", "Qt/plugins/platforms/libqxcb.so"],
        "wayland": ["Qt/lib/libQt6WaylandClient.so.6", "Qt/plugins/platforms/libqwayland.so"],
    }
    for kind, patterns in parts.items():
        known = set(doctor.LIBRARIES["base"]) | set(doctor.LIBRARIES[kind])
        files = [path for pattern in patterns for path in folder.glob(pattern)]
        assert len(files) == len(patterns)
        assert not {name for path in files for name in _wanted(path)} - known, kind


def _wanted(path):
    """Sonames in the string table of an ELF file, but for glibc's and the wheel's own."""
    names = set(re.findall(rb"\0(lib[A-Za-z0-9_+.-]+?\.so(?:\.\d+)+)(?=\0)", path.read_bytes()))
    own = re.compile(r"lib(c|m|dl|rt|pthread|gcc_s|stdc\+\+|Qt6\w+|icu\w+|pyside6.*|shiboken6.*)\.")
    return {name.decode() for name in names if not own.match(name.decode())} - _OPENED_IF_THERE


# Names inside the code, opened only if they are there.
_OPENED_IF_THERE = {"libGLX_nvidia.so.0"}


def test_that_without_a_display_two_lines_name_the_headless_commands(whole):
    message = doctor.refusal({})
    assert message == doctor.no_display_message({})
    assert len(message.splitlines()) == 2
    assert "no display" in message
    assert "bnsim run article --batches 4 --out numbers.npz" in message
    assert "bnsim export article -o figure.png" in message


@pytest.mark.parametrize("platform", ["offscreen", "minimal", "offscreen:size=9", "vnc", "xcb;vnc"])
def test_that_a_platform_without_a_screen_is_not_refused(whole, platform):
    assert doctor.refusal({"QT_QPA_PLATFORM": platform}) is None


@pytest.mark.parametrize("name", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_that_an_answering_display_is_not_refused(whole, name):
    assert doctor.refusal({name: "x"}) is None
    assert doctor.display({name: "x"}) in ("xcb", "wayland")


def test_that_the_chosen_platform_needs_its_own_display(whole):
    assert "no display" in doctor.refusal({"QT_QPA_PLATFORM": "xcb", "WAYLAND_DISPLAY": "x"})
    assert doctor.refusal({"QT_QPA_PLATFORM": "xcb", "DISPLAY": ":0"}) is None


def test_that_an_empty_variable_is_no_display(whole):
    assert doctor.display({"DISPLAY": "", "WAYLAND_DISPLAY": ""}) is None


@pytest.mark.parametrize(
    "env",
    [{"DISPLAY": ":9876"}, {"WAYLAND_DISPLAY": "none"}, {"WAYLAND_DISPLAY": "x" * 500}],
)
def test_that_a_display_that_does_not_answer_is_named(env):
    message = doctor.refusal(env)
    assert repr(next(iter(env.values()))) in message
    assert len(message.splitlines()) == 2


def test_that_a_wayland_socket_answers(tmp_path):
    env = {"XDG_RUNTIME_DIR": str(tmp_path), "WAYLAND_DISPLAY": "wayland-0"}
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-0"))
        server.listen()
        assert doctor.display(env) == "wayland"
    assert doctor.display(env) is None


def test_that_missing_libraries_are_refused_before_the_display(without):
    without("libGL.so.1")
    lines = doctor.refusal({}).splitlines()
    assert lines[0].endswith("missing: libGL.so.1")
    assert lines[1].endswith("apt-get install -y --no-install-recommends libgl1")


def test_that_missing_window_libraries_are_refused_only_for_a_window(whole, monkeypatch):
    monkeypatch.setattr(doctor, "_loads", lambda name: name != "libxcb-cursor.so.0")
    assert "libxcb-cursor0" in doctor.refusal({"DISPLAY": ":0"})
    assert doctor.refusal({"QT_QPA_PLATFORM": "offscreen"}) is None


@pytest.mark.parametrize("soname", ["libxcb-cursor.so.0", "libwayland-cursor.so.0"])
def test_that_one_usable_display_of_two_is_enough(whole, monkeypatch, soname):
    monkeypatch.setattr(doctor, "_loads", lambda name: name != soname)
    assert doctor.refusal({"DISPLAY": ":0", "WAYLAND_DISPLAY": "x"}) is None


def test_that_the_installed_pyside_passes():
    assert doctor.broken_pyside() is None


@pytest.mark.parametrize("version", ["6.8.0", "6.11.0", "6.12.0", "5.15.2"])
def test_that_an_unsupported_pyside_is_named_with_the_remedy(monkeypatch, version):
    monkeypatch.setattr(doctor, "_pyside_version", lambda: version)
    assert version in doctor.broken_pyside(probe=False)
    assert "PySide6-Essentials>=6.8.3,<6.11" in doctor.refusal({})


@pytest.mark.parametrize("version", ["6.8.3", "6.8.3.1", "6.9.0", "6.10.3"])
def test_that_a_supported_pyside_passes(monkeypatch, version):
    monkeypatch.setattr(doctor, "_pyside_version", lambda: version)
    assert doctor.broken_pyside(probe=False) is None


def test_that_no_pyside_at_all_is_told(monkeypatch):
    monkeypatch.setattr(doctor, "_pyside_version", lambda: None)
    monkeypatch.setattr(doctor, "find_spec", lambda _name: None)
    assert "not installed" in doctor.refusal({})


@pytest.mark.parametrize(
    ("probe", "word"),
    [
        ("import sys; sys.exit(3)", "loses references"),
        ("import nothing_of_that_name", "No module named 'nothing_of_that_name'"),
        ("import os; os.abort()", "exit status -6"),
    ],
)
def test_that_a_broken_pyside_is_told_and_not_suffered(monkeypatch, probe, word):
    monkeypatch.setattr(doctor, "_NONE_PROBE", probe)
    assert word in doctor.broken_pyside()


def test_that_the_pin_is_the_one_of_the_package():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert doctor._requirement() in tomllib.loads(text)["project"]["dependencies"]


def test_that_a_report_without_faults_has_status_0_and_names_headless_use(whole, monkeypatch):
    monkeypatch.setattr(doctor, "display", lambda _env=None: None)
    lines, status = doctor.report()
    assert status == 0
    assert "No problem found." in lines
    assert "bnsim export" in lines[-1]


def test_that_a_report_of_missing_libraries_has_status_1(without, monkeypatch):
    monkeypatch.setattr(doctor, "_NONE_PROBE", "raise ImportError('libEGL.so.1')")
    without("libEGL.so.1")
    lines, status = doctor.report()
    assert status == 1
    assert "libegl1" in "\n".join(lines)
    assert "cannot be imported" not in "\n".join(lines)  # that would be the same fault again


def test_that_apt_prints_the_packages_on_one_line(without, capsys):
    without("libEGL.so.1", "libxcb-cursor.so.0")
    assert doctor.main(["--apt"]) == 0
    assert {"libegl1", "libxcb-cursor0"} <= set(capsys.readouterr().out.split())


def test_that_it_runs_as_a_module():
    env = {**os.environ, "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    command = [sys.executable, "-m", "bnsim.doctor"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == doctor.report()[1]
    assert "there is no display" in done.stdout
    assert done.stderr == ""
