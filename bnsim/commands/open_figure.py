"""``bnsim open``: the window at the moment that a figure shows."""

from __future__ import annotations

import sys

from bnsim.commands.parsing import parser
from bnsim.doctor import refusal


def main(arguments: list[str]) -> int:
    """Read where the figure comes from, and open the window there."""
    options = parser("open")
    options.add_argument("figure", metavar="FIGURE", help="a .png, .svg, .pdf or .csv of ours")
    from bnsim.export.origin import origin_of

    origin = origin_of(options.parse_args(arguments).figure)
    why_not = refusal()
    if why_not is not None:
        sys.stderr.write(why_not + "\n")
        return 2
    from bnsim.ui.app import run_app
    from bnsim.ui.figures import export_window

    return run_app(origin.scenario, export_window, origin.t, origin.inference)
