"""How fast the engine is, as ratios measured in one process; no test, and judged by nobody.

    python tests/benchmarks/run.py [NAME ...] [--rounds N] [--json FILE] [--list]

A NAME is a row or the beginning of some.  PyTorch comes by the extra ``bench``; without it
its rows are skipped.  The exit status is 0 whatever is measured, 2 for a usage error.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import bnsim  # noqa: F401  (first: it sets one BLAS thread before NumPy is imported)

from rows import Row, SkippedError, rows  # isort: skip

ROUNDS = 25
HEAD = ("row", "ratio", "median", "quartiles", "goal", "", "microseconds")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="rows, or how their names begin")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="interleaved rounds of a row")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there too")
    parser.add_argument("--list", action="store_true", help="name the rows and measure nothing")
    options = parser.parse_args(arguments)
    chosen = chosen_rows(parser, options.names)
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    if options.list:
        sys.stdout.write("".join(f"{row.name}\n" for row in chosen))
        return 0
    results = [measured(row, options.rounds) for row in chosen]
    sys.stdout.write(table([HEAD, *(words(result) for result in results)]))
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    return 0


def chosen_rows(parser: argparse.ArgumentParser, names: list[str]) -> list[Row]:
    everything = list(rows())
    for name in names:
        if not any(row.name.startswith(name) for row in everything):
            known = ", ".join(row.name for row in everything)
            parser.error(f"there is no row {name!r}; there are {known}")
    return [row for row in everything if not names or row.name.startswith(tuple(names))]


def measured(row: Row, rounds: int) -> dict[str, object]:
    result: dict[str, object] = {
        "name": row.name,
        "ratio": row.what,
        "goal": row.goal,
        "at_least": row.at_least,
        "rounds": rounds,
    }
    try:
        ratio = row.measure(rounds)
    except SkippedError as why:
        return result | {"skipped": str(why)}
    return result | {"met": row.is_met(ratio.median)} | ratio._asdict()


def words(result: dict[str, object]) -> tuple[str, ...]:
    goal = f"{'>=' if result['at_least'] else '<='} {result['goal']:g}"
    if "skipped" in result:
        return result["name"], result["ratio"], "-", "-", goal, "skipped", result["skipped"]
    quartiles = f"{result['low']:.3g} to {result['high']:.3g}"
    times = f"{result['over']:.1f} / {result['under']:.1f}"
    met = "met" if result["met"] else "missed"
    return result["name"], result["ratio"], f"{result['median']:.3g}", quartiles, goal, met, times


def table(lines: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = [[cell.ljust(n) for cell, n in zip(line, widths, strict=True)] for line in lines]
    return "".join("  ".join(cells).rstrip() + "\n" for cells in padded)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
