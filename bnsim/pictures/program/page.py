"""A moment of a run as a program that stands alone: its text, and which lines say what.

:mod:`.numpy_program` and :mod:`.torch_program` write one each.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from bnsim.sim.operation import Phase

WIDTH = 100
"""No line is longer where it can be broken."""

Place = tuple[Phase, int | None]
"""A phase and its layer, from 0, None where the phase has none."""

Lines = tuple[int, ...]


class Section(NamedTuple):
    """A part of a program: its title, and its first line, from 0."""

    title: str
    first: int


@dataclass(frozen=True, slots=True)
class Program:
    """A program that prints the numbers of a moment.

    Parameters
    ----------
    text : str
        The whole source, UTF-8 and a newline at its end; no text of a scenario is in a string.
    lit : tuple of int
        The lines (from 0) of the operation that has just happened; empty at the start, and
        in the lane without batch normalization while only the other one has something to do.
    lines : mapping of (phase, layer) to tuple of int
        The same for every operation of a batch; empty where the text does not go so far.
    title, moment : str
        The title of the scenario, and the moment in words.
    sections : tuple of Section
        The parts of the text, in its order; the first begins at line 0.
    """

    text: str
    lit: Lines
    lines: Mapping[Place, Lines]
    title: str
    moment: str
    sections: tuple[Section, ...]


class Page:
    """The lines of a program while it is written, and the operations that they belong to."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.sections: list[Section] = []
        self.indent = ""
        self._places: dict[Place, list[int]] = {}

    def add(self, text: str, *places: Place) -> None:
        """One line, or several; they belong to ``places``."""
        for line in text.split("\n"):
            for place in places:
                self._places.setdefault(place, []).append(len(self.lines))
            self.lines.append(self.indent + line if line else "")

    def packed(self, head: str, items: Iterable[str], tail: str, *places: Place) -> None:
        """``head item, item, ... tail``, on as many lines as it takes."""
        self.add("\n".join(packed(head, items, tail, WIDTH - len(self.indent))), *places)

    def comment(self, text: str) -> None:
        """A remark of any length and content: no character of it ends the comment."""
        printable = "".join(c if c.isprintable() else " " for c in text)
        for line in textwrap.wrap(printable, WIDTH - 2 - len(self.indent)):
            self.add(f"# {line}")

    def block(self, title: str) -> None:
        """An empty line, and a remark on what follows."""
        self.add("")
        self.comment(title)

    def section(self, title: str) -> None:
        """Begin a part of the program, outside of every loop."""
        self.indent = ""
        self.add("")
        self.sections.append(Section(title, len(self.lines)))

    def of(self, place: Place) -> Lines:
        """The lines of a place so far."""
        return tuple(self._places.get(place, ()))


def packed(head: str, items: Iterable[str], tail: str, width: int = WIDTH) -> list[str]:
    """A list in brackets on one line, or wrapped between its brackets.

    ``head`` opens the bracket and ``tail`` closes it.
    """
    items = list(items)
    whole = f"{head}{', '.join(items)}{tail}"
    if len(whole) <= width or not items:
        return [whole]
    lines, line = [head], "   "
    for item in items:
        if len(line) + len(item) + 2 > width and line.strip():
            lines.append(line)
            line = "   "
        line += f" {item},"
    return [*lines, line, tail]


def number(value: float) -> str:
    """The shortest text that Python reads as the same number."""
    return repr(float(value))


def one_less(value: float) -> str:
    """1 - value, as the number where that is short."""
    text = number(1.0 - value)
    return text if len(text) <= 6 else f"(1 - {number(value)})"


def vector_items(values: Sequence[float]) -> list[str]:
    """The numbers of a list, to be packed."""
    return [number(value) for value in values]


def matrix_items(rows: Sequence[Sequence[float]]) -> list[str]:
    """The rows of a matrix, to be packed; the numbers of rows that are longer than a line."""
    whole = [f"[{', '.join(map(number, row))}]" for row in rows]
    if max(map(len, whole)) <= WIDTH - 6:
        return whole
    return [item for row in whole for item in row.split(", ")]


def many(count: int, word: str) -> str:
    """1 sample, 2 samples."""
    return f"{count} {word}{'' if count == 1 else 's'}"


def place_text(place: tuple[int, ...] | int) -> str:
    """An index in brackets: [0, 2] or [3]."""
    return f"[{place}]" if isinstance(place, int) else f"[{', '.join(map(str, place))}]"


def frozen(lines: dict[Place, Lines]) -> Mapping[Place, Lines]:
    """A mapping that nobody writes to."""
    return MappingProxyType(lines)
