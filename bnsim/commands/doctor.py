"""``bnsim doctor``: what this machine lacks, with the line that installs it."""

from __future__ import annotations

from bnsim import doctor
from bnsim.commands.parsing import parser


def main(arguments: list[str]) -> int:
    """Print the report; 1 when something is missing."""
    options = parser("doctor")
    options.add_argument(
        "--apt", action="store_true", help="print the missing Debian packages only, on one line"
    )
    return doctor.main(["--apt"] if options.parse_args(arguments).apt else [])
