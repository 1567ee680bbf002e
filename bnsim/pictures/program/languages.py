"""The languages a moment can be written in, and the files that hold a program."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from bnsim.pictures.program.notebook import notebook
from bnsim.pictures.program.numpy_program import numpy_program
from bnsim.pictures.program.page import Program
from bnsim.pictures.program.torch_program import torch_program
from bnsim.sim.record import Lane
from bnsim.sim.spec import Scenario


class Language(NamedTuple):
    """A row: name in commands and files, title, what it is, and what writes it."""

    name: str
    title: str
    tip: str
    write: Callable[[Scenario, Lane, int], Program]


LANGUAGES: tuple[Language, ...] = (
    Language("numpy", "NumPy", "A short NumPy program that prints these numbers", numpy_program),
    Language("torch", "PyTorch", "The same in PyTorch, gradients by autograd", torch_program),
)

#: Suffix of a file -> what it is, and its text.
FILES: dict[str, tuple[str, Callable[[Program], str]]] = {
    ".py": ("Python program", lambda program: program.text),
    ".ipynb": ("Jupyter notebook", notebook),
}


def program_of(language: str, scenario: Scenario, lane: Lane, t: int) -> Program:
    """The moment ``t`` of a lane as a program in one of ``LANGUAGES``."""
    return next(row for row in LANGUAGES if row.name == language).write(scenario, lane, t)


def program_bytes(program: Program, suffix: str) -> bytes:
    """A program as a file of this suffix, one of ``FILES``."""
    return FILES[suffix][1](program).encode()
