from __future__ import annotations

import json

from bnsim.__main__ import main
from bnsim.files.locate import scenario_names
from bnsim.pictures.offered import PICTURES


def listed(capsys, *arguments):
    assert main(["list", *arguments]) == 0
    return capsys.readouterr().out


def test_that_json_names_everything_that_commands_take(capsys):
    found = json.loads(listed(capsys, "--json"))
    names = {group: [row["name"] for row in rows] for group, rows in found.items()}
    assert names["scenarios"] == list(scenario_names())
    assert names["pictures"] == [name for name, _ in PICTURES]
    assert names["phases"][0] == "start"
    assert names["phases"][-1] == "end"
    assert names["formats"][:3] == [".npz", ".csv", ".png"]
    assert {".svg", ".pdf", ".gif", ".mp4"} <= set(names["formats"])
    assert all(row["title"] for rows in found.values() for row in rows)


def test_that_the_text_shows_names_with_titles(capsys):
    text = listed(capsys)
    assert "  article             The article's example\n" in text
    assert "pictures:\n  graph       The network\n" in text
