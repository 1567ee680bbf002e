"""Branches named by what changed in them."""

from __future__ import annotations

from bnsim.pictures.editable import edit_name
from bnsim.pictures.words import joined, short
from bnsim.sim.form import fields
from bnsim.sim.spec import Edit, Scenario

#: So many changes are named, the others counted.
MOST_NAMED = 3


def branch_name(scenario: Scenario, parent: Scenario | None) -> str:
    """What a branch changed in the one that it left: ``w(x₁→h₁) = 5 · batch 1``.

    Parameters
    ----------
    scenario : Scenario
        That of the branch.
    parent : Scenario or None
        That of the branch it left, None for the first one.
    """
    if parent is None:
        return "Start"
    known = {id(edit) for edit in parent.edits}
    new = [edit for edit in scenario.edits if id(edit) not in known and edit not in parent.edits]
    words = [_edit_words(scenario, edit) for edit in new] + _field_words(scenario, parent)
    if _weights(scenario) != _weights(parent):
        words.append("new random weights")
    if not words:
        return "data" if scenario.data != parent.data else "change"
    return _named(words)


def _edit_words(scenario: Scenario, edit: Edit) -> str:
    lane = "" if edit.lane == "both" else f", {edit.lane} BN only"
    name = edit_name(scenario, edit)
    return f"{name} = {short(edit.value)} · batch {edit.batch + 1}{lane}"


def _field_words(scenario: Scenario, parent: Scenario) -> list[str]:
    """Fields of the form with other values, in the order of the form."""
    before = {field.path: field.shown for field in fields(parent, each=True)}
    if len(scenario.layers) != len(parent.layers):  # what layers come with is no choice
        before = {path: shown for path, shown in before.items() if path[1:] == ()}
    return [
        f"{field.name} {field.shown or field.inherited}"
        for field in fields(scenario, each=True)
        if before.get(field.path, field.shown) != field.shown and not field.reason
    ]


def _weights(scenario: Scenario) -> list[bool]:
    """Which layers have given weights."""
    return [layer.weights is not None for layer in scenario.layers]


def _named(words: list[str]) -> str:
    shown, more = words[:MOST_NAMED], len(words) - MOST_NAMED
    return joined([*shown, f"{more} more"]) if more > 0 else joined(shown)
