from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import bnsim.__main__
from bnsim import __version__
from bnsim.__main__ import main, on_unexpected
from bnsim.commands import window
from bnsim.commands.parsing import COMMANDS

ROOT = Path(__file__).resolve().parents[2]


def bnsim_process(*arguments, **words):
    """Run the command line in a process of its own, with no display."""
    env = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    env |= words.pop("env", {})
    command = [sys.executable, "-m", "bnsim", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, **words
    )


def refused(capsys, *arguments):
    """What a refused command says: one line on the standard error, status 2."""
    assert main(list(arguments)) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("bnsim: ")
    assert captured.err.count("\n") == 1
    assert captured.err.endswith("\n")
    return captured.err


def test_that_the_version_is_told(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"bnsim {__version__}\n"


def test_that_help_names_every_command_and_explains_moments(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    said = capsys.readouterr().out
    assert end.value.code == 0
    assert all(f"bnsim {command} " in said for command in COMMANDS)
    assert "MOMENT is batch:phase[:layer[:sample]], counted from 1" in said
    assert "2:forward:1:3" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_that_every_command_has_help(command, capsys):
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    assert f"usage: bnsim {command}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--wrong"], "unrecognized arguments: --wrong; see `bnsim --help`"),
        (["a.json", "b.json"], "unrecognized arguments: b.json"),
        (["list", "--wrong"], "see `bnsim list --help`"),
        (["run"], "required: SCENARIO; see `bnsim run --help`"),
        (["artcle"], "did you mean article? Scenarios: article, "),
        (["exprt"], "did you mean export? Scenarios: "),
        (["nothing.json"], "nothing.json: there is no such file; check the path."),
        (["x\ny"], "there is no scenario or file 'x\\ny'"),
        (["a\nb.json"], "a\\nb.json: there is no such file"),
        ([""], "there is no scenario or file ''"),
        (["x" * 5000], "there is no scenario or file 'xxx"),
        ([str(ROOT)], "this is a folder; give the path of a scenario file"),
        (["--version=3"], "see `bnsim --help`"),
        (["--vers"], "unrecognized arguments: --vers"),
    ],
)
def test_that_wrong_use_is_told_in_one_line(arguments, said, capsys):
    assert said in refused(capsys, *arguments)


def test_that_the_window_gets_the_scenario(monkeypatch):
    opened = []
    monkeypatch.setattr(window, "open_window", lambda file: opened.append(file) or 0)
    assert main([]) == 0
    assert main(["./list"]) == 0
    assert opened == [None, "./list"]


def test_that_without_a_display_two_lines_say_so(monkeypatch, capsys):
    monkeypatch.setattr(window, "refusal", lambda: "bnsim: there is no display.\nUse bnsim run.")
    assert main(["article"]) == 2
    captured = capsys.readouterr()
    assert captured.err == "bnsim: there is no display.\nUse bnsim run.\n"
    assert captured.out == ""


def test_that_a_bad_file_is_told_even_without_a_display(monkeypatch, capsys):
    monkeypatch.setattr(window, "refusal", lambda: "no display")
    assert "no such file" in refused(capsys, "none.json")


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (KeyboardInterrupt(), 130, ""),
        (MemoryError(), 1, "bnsim: there is not enough memory; use fewer batches or samples.\n"),
    ],
)
def test_that_an_interruption_ends_quietly_and_no_memory_in_one_line(
    error, status, said, monkeypatch, capsys
):
    def fail(_arguments):
        raise error

    monkeypatch.setattr(bnsim.__main__, "_run", fail)
    assert main(["list"]) == status
    assert capsys.readouterr().err == said


def test_that_an_unexpected_exception_is_one_line(monkeypatch, capsys):
    monkeypatch.delenv("BNSIM_DEBUG", raising=False)
    on_unexpected(ZeroDivisionError, ZeroDivisionError("a\nb"), None)
    said = capsys.readouterr().err
    assert said == "bnsim: unexpected ZeroDivisionError: a\\nb (set BNSIM_DEBUG=1 to see where)\n"


# -- processes -----------------------------------------------------------------------
def test_that_no_display_ends_with_two_lines_and_status_2():
    done = bnsim_process(env={"QT_QPA_PLATFORM": ""})
    if sys.platform.startswith("linux"):
        assert done.returncode == 2
        assert done.stderr.count("\n") == 2
        assert "bnsim run" in done.stderr
    assert "Traceback" not in done.stderr


def test_that_bad_input_ends_with_status_2_and_no_traceback():
    done = bnsim_process("run", "none.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "bnsim: none.json: there is no such file; check the path.\n"


BUG = """
import sys
import bnsim.commands.show_list as command
def bug(arguments): raise RuntimeError("planted")
command.main = bug
from bnsim.__main__ import main
sys.argv = ["bnsim", "list"]
raise SystemExit(main())
"""


@pytest.mark.parametrize("debug", [False, True])
def test_that_a_bug_ends_with_status_1_and_a_traceback_only_when_asked(debug):
    env = {**os.environ, "BNSIM_DEBUG": "1" if debug else "0"}
    command = [sys.executable, "-c", BUG]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert ("Traceback" in done.stderr) == debug
    assert "planted" in done.stderr
    assert debug or done.stderr.count("\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="closes the pipe as a shell would")
@pytest.mark.parametrize("arguments", [["list"], ["run", "cascade", "--json"]])
def test_that_a_closed_pipe_is_no_error(arguments):
    command = [sys.executable, "-m", "bnsim", *arguments]
    read, write = os.pipe()
    os.close(read)  # before the program starts: closing it later would be a race
    with subprocess.Popen(command, cwd=ROOT, stdout=write, stderr=subprocess.PIPE) as process:
        os.close(write)
        assert process.stderr.read() == b""
        assert process.wait(60) == 1


def test_that_a_terminal_without_unicode_is_no_error(tmp_path):
    text = (ROOT / "resources/scenarios/three-numbers.json").read_text(encoding="utf-8")
    path = tmp_path / "\N{GREEK SMALL LETTER BETA}.json"
    path.write_text(text.replace('"mse"', '"mze"'), encoding="utf-8")
    done = bnsim_process("run", str(path), env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 2
    assert "\\u03b2.json: $.loss: " in done.stderr


@pytest.mark.parametrize("arguments", [["list"], ["run", "article"], ["export", "--help"]])
def test_that_qt_is_not_imported_without_a_picture(arguments):
    code = (
        "import sys; from bnsim.__main__ import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit: pass\n"
        "sys.stderr.write(' '.join(m for m in sys.modules if m.startswith('PySide6')))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
