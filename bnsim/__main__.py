"""The command line: ``bnsim [FILE]`` opens the window, ``bnsim COMMAND`` needs no screen."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from importlib import import_module
from types import TracebackType

from bnsim import __version__
from bnsim.commands.parsing import COMMANDS, Parser
from bnsim.sim.errors import InputError

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

_MODULES = {"list": "show_list", "open": "open_figure"}


def main(argv: list[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : list of str, optional
        The arguments; those of the process when None.

    Returns
    -------
    int
        0 done, 1 failed, 2 usage, bad file or no display, 130 interrupted.
    """
    if argv is None:
        sys.excepthook = on_unexpected
    arguments = sys.argv[1:] if argv is None else argv
    try:
        status = _run(arguments)
        if sys.stdout is not None:  # as in a window without a console
            sys.stdout.flush()
    except InputError as error:
        return _complain(str(error), BAD_INPUT)
    except BrokenPipeError:  # whoever read our output has had enough of it
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except MemoryError:
        return _complain("there is not enough memory; use fewer batches or samples.", FAILED)
    return status


def _run(arguments: list[str]) -> int:
    """Hand over to a command, or open the window."""
    if arguments and arguments[0] in COMMANDS:
        module = _MODULES.get(arguments[0], arguments[0])
        return int(import_module(f"bnsim.commands.{module}").main(arguments[1:]))
    given = _parser().parse_args(arguments)
    from bnsim.commands.window import open_window

    return open_window(given.file)


def _parser() -> Parser:
    commands = "\n".join(f"  bnsim {name:<8} {what}" for name, what in COMMANDS.items())
    parser = Parser(
        prog="bnsim",
        usage="bnsim [FILE]\n       bnsim COMMAND ...",
        description="Watch batch normalization at work. Without a command, open the window.",
        epilog=f"commands, each with --help:\n{commands}\n\n{_moment_help()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("file", metavar="FILE", nargs="?", help="a scenario: a file or a name")
    parser.add_argument("--version", action="version", version=f"bnsim {__version__}")
    return parser


def _moment_help() -> str:
    from bnsim.sim.phases import HELP

    return HELP


def _complain(text: str, status: int) -> int:
    """One line on the standard error, whatever the text holds."""
    line = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    with contextlib.suppress(OSError):
        sys.stderr.write(f"bnsim: {line}\n")
    return status


def on_unexpected(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """Say type and message of a bug in one line; BNSIM_DEBUG=1 shows the traceback.

    Python ends with exit status 1 after it.
    """
    if os.environ.get("BNSIM_DEBUG", "0") not in ("", "0"):
        sys.__excepthook__(kind, error, traceback)
    else:
        hint = "set BNSIM_DEBUG=1 to see where"
        _complain(f"unexpected {kind.__name__}: {error} ({hint})", FAILED)


if __name__ == "__main__":
    raise SystemExit(main())
