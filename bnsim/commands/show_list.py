"""``bnsim list``: everything that other commands take by name."""

from __future__ import annotations

import json

from bnsim.commands.parsing import parser, say
from bnsim.export.formats import FIGURES
from bnsim.sim.phases import PHASES

Rows = list[tuple[str, str]]


def main(arguments: list[str]) -> int:
    """Print scenarios, pictures, phases and formats, as text or JSON."""
    options = parser("list")
    options.add_argument("--json", action="store_true", help="print JSON")
    groups = _groups()
    if options.parse_args(arguments).json:
        listed = {
            group: [{"name": name, "title": title} for name, title in rows]
            for group, rows in groups.items()
        }
        say(json.dumps(listed, indent=2))
    else:
        say("\n\n".join(_text(group, rows) for group, rows in groups.items()))
    return 0


def picture_rows() -> Rows:
    """Name and title of every picture of ``bnsim export``."""
    from bnsim.pictures.offered import PICTURES

    return list(PICTURES)


def _groups() -> dict[str, Rows]:
    return {
        "scenarios": _scenarios(),
        "pictures": picture_rows(),
        "phases": list(PHASES.items()),
        "formats": _formats(),
    }


def _scenarios() -> Rows:
    from bnsim.files.locate import scenario_names, scenario_path
    from bnsim.files.scenario_json import load

    return [(name, load(scenario_path(name)).title) for name in scenario_names()]


def _formats() -> Rows:
    from bnsim.files.numbers import FORMATS

    numbers = [(form.suffix, f"bnsim run --out: {form.title}") for form in FORMATS]
    return [*numbers, *((suffix, f"bnsim export -o: {label}") for suffix, label in FIGURES)]


def _text(group: str, rows: Rows) -> str:
    width = max(len(name) for name, _ in rows)
    return "\n".join([f"{group}:", *(f"  {name:<{width}}  {title}" for name, title in rows)])
