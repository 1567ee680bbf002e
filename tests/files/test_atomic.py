"""Writing files: whole or untouched, whatever fails on the way."""

from __future__ import annotations

import builtins
import errno
import io
import os
import stat
import subprocess
import sys
import textwrap

import pytest

from bnsim.files import atomic
from bnsim.sim.errors import InputError

OLD, NEW = b"old content", b"new content, longer"


@pytest.fixture
def target(tmp_path):
    path = tmp_path / "file.json"
    path.write_bytes(OLD)
    return path


def refused(path):
    with pytest.raises(InputError) as caught:
        atomic.write_bytes(path, NEW)
    message = str(caught.value)
    assert "\n" not in message
    assert repr(str(path)) in message
    assert message.endswith(".")
    return message


def assert_untouched(target):
    assert target.read_bytes() == OLD
    assert os.listdir(target.parent) == [target.name]


class FailingFile(io.FileIO):
    """A file whose `write` fails, or takes a part and says so, or takes a part and lies."""

    fault = "raises"

    def write(self, data):
        if self.fault == "raises":
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write(data[: len(data) // 2])
        return len(data) if self.fault == "lies" else len(data) // 2


def failing(*_arguments, **_keywords):
    raise OSError(errno.EIO, "Input/output error")


def fail_open(monkeypatch):
    monkeypatch.setattr(atomic, "open", failing, raising=False)


def fail_write(fault):
    def plant(monkeypatch):
        kind = type("Planted", (FailingFile,), {"fault": fault})
        monkeypatch.setattr(atomic, "open", kind, raising=False)

    return plant


def fail_close(monkeypatch):
    def open_file(path, mode):
        file = builtins.open(path, mode)  # noqa: SIM115 - the caller closes it
        close = file.close
        monkeypatch.setattr(os, "fsync", lambda _number: (close(), failing()))
        return file

    monkeypatch.setattr(atomic, "open", open_file, raising=False)


def fail_call(name):
    return lambda monkeypatch: monkeypatch.setattr(os, name, failing)


FAULTS = {
    "open": fail_open,
    "write": fail_write("raises"),
    "short write": fail_write("short"),
    "short write that lies": fail_write("lies"),
    "file closed under it": fail_close,
    "fsync": fail_call("fsync"),
    "size": fail_call("fstat"),
    "mode": fail_call("chmod"),
    "replace": fail_call("replace"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_that_a_fault_leaves_the_old_file_and_nothing_else(target, monkeypatch, fault):
    with monkeypatch.context() as planted:
        FAULTS[fault](planted)
        refused(target)
    assert_untouched(target)


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - {"mode"}))
def test_that_a_fault_leaves_no_file_where_none_was(tmp_path, monkeypatch, fault):
    with monkeypatch.context() as planted:
        FAULTS[fault](planted)
        refused(tmp_path / "file.json")
    assert os.listdir(tmp_path) == []


def test_that_ctrl_c_leaves_the_old_file_and_nothing_else(target, monkeypatch):
    def interrupt(_number):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        atomic.write_bytes(target, NEW)
    assert_untouched(target)


def test_that_the_file_is_on_the_disk_before_it_gets_its_name(target, monkeypatch):
    order = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda number: (order.append("fsync"), fsync(number)))
    monkeypatch.setattr(os, "replace", lambda *names: (order.append("replace"), replace(*names)))
    atomic.write_bytes(target, NEW)
    assert order == ["fsync", "replace"]


@pytest.mark.parametrize("data", [b"", NEW, bytes(range(256)) * 4096])
def test_that_the_bytes_arrive(target, data):
    atomic.write_bytes(str(target), data)
    assert target.read_bytes() == data
    assert os.listdir(target.parent) == [target.name]


def test_that_a_new_file_has_the_mode_of_any_other_new_file(tmp_path):
    (tmp_path / "other").write_bytes(b"")
    atomic.write_bytes(tmp_path / "new", NEW)
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_that_the_mode_is_kept(target):
    target.chmod(0o640)
    atomic.write_bytes(target, NEW)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_that_a_symbolic_link_stays_one(target, tmp_path):
    link = tmp_path / "elsewhere" / "link.json"
    link.parent.mkdir()
    link.symlink_to(target)
    atomic.write_bytes(link, NEW)
    assert link.is_symlink()
    assert target.read_bytes() == NEW
    assert os.listdir(link.parent) == ["link.json"]


def test_that_a_dangling_link_gets_its_target(tmp_path):
    (tmp_path / "link").symlink_to("later")
    atomic.write_bytes(tmp_path / "link", NEW)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "later").read_bytes() == NEW


def test_that_strangers_temporary_files_stay(tmp_path):
    (tmp_path / ".bnsim-0123.tmp").write_bytes(OLD)
    atomic.write_bytes(tmp_path / "file.json", NEW)
    assert (tmp_path / ".bnsim-0123.tmp").read_bytes() == OLD


def test_that_a_folder_is_refused(tmp_path):
    assert "folder; add a file name" in refused(tmp_path)


def test_that_a_name_ending_in_a_separator_is_refused(target):
    assert "folder; add a file name" in refused(f"{target}/")


def test_that_a_missing_folder_is_refused(tmp_path):
    assert "folder does not exist" in refused(tmp_path / "none" / "file.json")


def test_that_a_file_in_place_of_the_folder_is_refused(target):
    assert "folder does not exist" in refused(target / "file.json")
    assert_untouched(target)


def test_that_a_loop_of_links_is_refused(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    refused(tmp_path / "a")
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]


@pytest.mark.parametrize("device", ["/dev/null", "/dev/full"])
def test_that_a_device_is_refused_and_not_replaced(device, monkeypatch):
    # A fault in the code under test must not cost the machine its /dev/null.
    monkeypatch.setattr(os, "replace", lambda *_names: pytest.fail("replaced a device"))
    assert "not an ordinary file" in refused(device)
    assert stat.S_ISCHR(os.stat(device).st_mode)


def test_that_a_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert "not an ordinary file" in refused(tmp_path / "pipe")


@pytest.mark.parametrize("name", ["a\0b", "a\nb", "a\x1bb", "a\x7f", "a\x9b", "\ud800"])
def test_that_control_characters_are_refused(tmp_path, name):
    assert "control or unencodable" in refused(str(tmp_path / name))
    assert os.listdir(tmp_path) == []


def test_that_an_empty_name_is_refused():
    assert "the name is empty" in refused("")


def test_that_a_name_too_long_is_refused(tmp_path):
    assert "too long" in refused(tmp_path / ("x" * 300))
    assert os.listdir(tmp_path) == []


def test_that_the_longest_name_is_written(tmp_path):
    atomic.write_bytes(tmp_path / ("x" * 255), NEW)
    assert os.listdir(tmp_path) == ["x" * 255]


@pytest.mark.parametrize("name", ["naïve 文 🙂.json", "-rf", ".hidden", "a b'c\"d"])
def test_that_odd_names_are_written(tmp_path, name):
    atomic.write_bytes(tmp_path / name, NEW)
    assert os.listdir(tmp_path) == [name]


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EROFS])
def test_that_a_folder_without_permission_is_refused(target, monkeypatch, number):
    def no_permission(*_arguments):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(atomic, "open", no_permission, raising=False)
    assert "no permission" in refused(target)
    assert_untouched(target)


def test_that_a_read_only_file_is_refused(target, monkeypatch):
    monkeypatch.setattr(os, "access", lambda _path, mode: mode != os.W_OK)
    assert "read-only" in refused(target)
    assert_untouched(target)


def test_that_a_full_disk_is_named(target, monkeypatch):
    fail_write("raises")(monkeypatch)
    assert "disk is full" in refused(target)


@pytest.mark.skipif(sys.platform == "win32", reason="resource limits are POSIX")
def test_that_a_real_short_write_leaves_the_old_file(target):
    """The kernel itself cuts the file off at 1000 bytes, in a child process."""
    source = f"""
        import resource, sys
        from bnsim.files.atomic import write_bytes
        from bnsim.sim.errors import InputError
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            write_bytes({str(target)!r}, b"x" * 5000)
        except InputError as error:
            sys.exit(0 if "disk is full" in str(error) else 3)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(source)], timeout=60)
    assert done.returncode == 0
    assert_untouched(target)
