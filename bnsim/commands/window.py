"""``bnsim [FILE]``: the window."""

from __future__ import annotations

import sys

from bnsim.commands.parsing import COMMANDS, scenario_of
from bnsim.doctor import refusal


def open_window(file: str | None) -> int:
    """Open the window on a scenario, on the article's example when none is given."""
    scenario = None if file is None else scenario_of(file, also=tuple(COMMANDS))
    why_not = refusal()
    if why_not is not None:
        sys.stderr.write(why_not + "\n")
        return 2
    from bnsim.ui.app import run_app
    from bnsim.ui.figures import export_window

    return run_app(scenario, export_window)
