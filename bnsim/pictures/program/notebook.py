"""A program as a Jupyter notebook: one cell a part, the format nbformat 4.5."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from bnsim.pictures.program.page import Program

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")

_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook(program: Program) -> str:
    """The notebook of a program, nothing of it run yet.

    Parameters
    ----------
    program : Program

    Returns
    -------
    str
        JSON; equal programs give equal bytes.
    """
    cells = [cell for pair in _pairs(program) for cell in pair]
    whole = {"cells": cells, "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _pairs(program: Program) -> Iterator[tuple[dict[str, object], dict[str, object]]]:
    """Of each part of the program a title and its code."""
    lines = program.text.splitlines()
    ends = [section.first for section in program.sections[1:]] + [len(lines)]
    for index, (section, end) in enumerate(zip(program.sections, ends, strict=True)):
        code = "\n".join(lines[section.first : end]).strip("\n")
        title = f"## {plain_markdown(section.title)}"
        if index == 0:
            title = f"#{title[2:]}\n\n{plain_markdown(program.moment)}"
        yield (
            {"id": f"title-{index}", **_cell("markdown", title)},
            {
                "id": f"code-{index}",
                **_cell("code", code),
                "execution_count": None,
                "outputs": [],
            },
        )


def _cell(kind: str, source: str) -> dict[str, object]:
    return {"cell_type": kind, "metadata": {}, "source": source.splitlines(keepends=True)}


def plain_markdown(text: str) -> str:
    """Text that Markdown shows as it is: no link, no HTML, no formula."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    return _PUNCTUATION.sub(r"\\\1", printable)
