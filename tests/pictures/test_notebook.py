"""A program as a notebook: the format nbformat 4.5, and the same code."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from msgspec.structs import replace

from bnsim.files.locate import scenario_path
from bnsim.files.scenario_json import load
from bnsim.pictures.program.notebook import notebook, plain_markdown
from bnsim.pictures.program.numpy_program import numpy_program
from bnsim.pictures.program.torch_program import torch_program
from tests.pictures.programs import run_programs

KEYS = {
    "markdown": {"cell_type", "id", "metadata", "source"},
    "code": {"cell_type", "id", "metadata", "source", "execution_count", "outputs"},
}


def article(t=12, lane="with", write=numpy_program):
    return write(load(scenario_path("article")), lane, t)


def code_of(text):
    cells = json.loads(text)["cells"]
    return "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code") + "\n"


@pytest.mark.parametrize("write", [numpy_program, torch_program])
def test_that_the_notebook_keeps_the_format(write):
    whole = json.loads(notebook(article(write=write)))
    assert set(whole) == {"cells", "metadata", "nbformat", "nbformat_minor"}
    assert (whole["nbformat"], whole["nbformat_minor"]) == (4, 5)
    assert whole["metadata"]["kernelspec"]["name"] == "python3"
    for cell in whole["cells"]:
        assert set(cell) == KEYS[cell["cell_type"]]
        assert re.fullmatch("[a-zA-Z0-9_-]{1,64}", cell["id"])
        assert all(isinstance(line, str) for line in cell["source"])
        assert all(line.endswith("\n") for line in cell["source"][:-1])
    ids = [cell["id"] for cell in whole["cells"]]
    assert len(set(ids)) == len(ids)
    assert [cell["cell_type"] for cell in whole["cells"]] == ["markdown", "code"] * (len(ids) // 2)


def test_that_every_cell_of_code_stands_alone_as_python():
    for t in (0, 12, 60):
        for cell in json.loads(notebook(article(t)))["cells"]:
            if cell["cell_type"] == "code":
                compile("".join(cell["source"]), "cell", "exec")


def test_that_the_notebook_prints_what_the_program_prints(tmp_path):
    programs = [article(12), article(40), numpy_program(load(scenario_path("cascade")), "with", 99)]
    texts = [program.text for program in programs]
    texts += [code_of(notebook(program)) for program in programs]
    found = run_programs(texts, tmp_path)
    for one, other in zip(found[:3], found[3:], strict=True):
        assert one.keys() == other.keys()
        assert all(np.array_equal(one[name], other[name]) for name in one)


def test_that_equal_programs_give_equal_bytes():
    assert notebook(article()) == notebook(article())


def test_that_a_title_is_text_in_markdown():
    title = "<img src=x onerror=alert(1)> [a](javascript:b) $x$ **c** `d` # e"
    program = numpy_program(replace(load(scenario_path("article")), title=title), "with", 0)
    first = "".join(json.loads(notebook(program))["cells"][0]["source"])
    shown = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", first.split("\n")[0][2:])
    assert shown == title
    assert not re.search(r"(?<!\\)[<>\[\]$*`]", first)


def test_that_markdown_escapes_all_punctuation():
    assert plain_markdown("a_b\n1*2\\") == "a\\_b 1\\*2\\\\"
