"""``bnsim code``: a moment as a program of its own."""

import json
import subprocess
import sys

import pytest

from bnsim.__main__ import main
from tests.commands.test_main import refused


def test_that_the_program_is_printed_and_prints_the_articles_number(capsys, tmp_path) -> None:
    assert main(["code", "article", "--at", "1:forward:1:1", "--lane", "without"]) == 0
    program = tmp_path / "moment.py"
    program.write_text(capsys.readouterr().out)
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, check=True)
    assert "88.71463846872999" in done.stdout


def test_that_a_notebook_is_written_and_not_replaced_without_force(capsys, tmp_path) -> None:
    path = str(tmp_path / "moment.ipynb")
    assert main(["code", "three-numbers", "--torch", "-o", path]) == 0
    assert path in capsys.readouterr().out
    book = json.loads((tmp_path / "moment.ipynb").read_text())
    assert book["nbformat"] == 4
    assert any("torch" in "".join(cell["source"]) for cell in book["cells"])
    assert "exists" in refused(capsys, "code", "article", "-o", path)
    assert main(["code", "article", "-o", path, "--force"]) == 0


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["article", "-o", "x.txt"], "use .py or .ipynb"),
        (["article", "--at", "9:end"], "there is no batch '9'"),
        (["article", "--lane", "both"], "choose from 'without', 'with'"),
        (["artcle"], "did you mean article?"),
    ],
)
def test_that_bad_input_is_told(capsys, arguments, advice) -> None:
    assert advice in refused(capsys, "code", *arguments)
