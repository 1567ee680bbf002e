"""Keeping Python exceptions out of Qt's C++ code.

On Python 3.11 most exceptions that leave a method called by Qt, such as `paintEvent`,
crash the process with no trace.  Every such override is therefore decorated with
`guarded`; the exception goes to one handler, and Qt gets a harmless answer.
"""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, ParamSpec, TypeVar

Handler = Callable[[BaseException], object]
P = ParamSpec("P")
R = TypeVar("R")

_handlers: Final[list[Handler]] = []  # at most one


def set_handler(handler: Handler | None) -> None:
    """Send every reported exception to `handler`; None returns to `sys.excepthook`.

    The handler may be called while a widget paints: it should note the exception and
    return, and open a dialog only once the event loop runs again.
    """
    _handlers[:] = [] if handler is None else [handler]


def report(exception: BaseException) -> None:
    """Tell the handler; a handler that fails itself is told about on stderr, if any."""
    try:
        _tell(exception)
    except Exception as failure:  # noqa: BLE001 - nothing may reach Qt
        # stderr is None in a windowed application and may be closed: nothing is left then.
        with contextlib.suppress(Exception):
            _print(failure)


def guarded(default: Any = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate an override that Qt calls: an exception is reported, `default` returned.

    Parameters
    ----------
    default : object
        What Qt gets instead of a result; of a type such as QSize, a new instance.
    """

    def decorate(method: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(method)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return method(*args, **kwargs)
            except Exception as exception:  # noqa: BLE001 - nothing may reach Qt
                report(exception)
                return default() if isinstance(default, type) else default  # type: ignore[no-any-return]

        return call

    return decorate


def install_excepthook(handler: Handler) -> None:
    """Send exceptions of slots, timers and guarded overrides alike to `handler`."""
    set_handler(handler)
    sys.excepthook = _on_uncaught


def _tell(exception: BaseException) -> None:
    if _handlers:
        _handlers[0](exception)
    else:
        sys.excepthook(type(exception), exception, exception.__traceback__)


def _print(exception: BaseException) -> None:
    sys.__excepthook__(type(exception), exception, exception.__traceback__)


def _on_uncaught(
    kind: type[BaseException], exception: BaseException, _trace: TracebackType | None
) -> None:
    # Ctrl+C has to end the program, and without a handler `report` would come back here.
    if issubclass(kind, KeyboardInterrupt) or not _handlers:
        _print(exception)
    else:
        report(exception)
