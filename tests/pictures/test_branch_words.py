"""Branches are named by what changed."""

from msgspec.structs import replace

from bnsim.files.locate import scenario_path
from bnsim.files.scenario_json import load
from bnsim.pictures.branch_words import branch_name
from bnsim.sim.changes import with_new_weights
from bnsim.sim.edits import with_edits
from bnsim.sim.form import changed
from bnsim.sim.spec import Edit
from tests.scenarios import small

ARTICLE = load(scenario_path("article"))


def edited(*edits: Edit):
    return with_edits(ARTICLE, edits)


def test_that_the_first_branch_is_the_start() -> None:
    assert branch_name(ARTICLE, None) == "Start"


def test_that_an_edit_is_named_with_its_value_and_batch() -> None:
    weight = Edit(batch=2, layer=0, weight=(0, 0), value=5.0)
    assert branch_name(edited(weight), ARTICLE) == "w(x₁→h₁) = 5 · batch 3"
    one = Edit(batch=0, layer=0, beta=1, value=-0.25, lane="with")
    assert branch_name(edited(one), ARTICLE) == "β of h₂ = −0.25 · batch 1, with BN only"
    row = Edit(batch=0, input=(4, 2), value=1e6)
    assert branch_name(edited(row), ARTICLE) == "x₃ of data row 5 = 1e6 · batch 1"


def test_that_only_new_edits_are_named() -> None:
    first = Edit(batch=0, layer=0, bias=0, value=1.0)
    parent = edited(first)
    child = with_edits(parent, [replace(first, value=2.0)])
    assert branch_name(child, parent) == "bias of h₁ = 2 · batch 1"


def test_that_a_field_of_the_form_is_named_with_its_words() -> None:
    assert "tanh" in branch_name(changed(ARTICLE, ("layers", 0, "activation"), "tanh"), ARTICLE)
    assert "SGD" in branch_name(changed(ARTICLE, ("optimizer", "name"), "sgd"), ARTICLE)
    assert "6, 5" in branch_name(changed(ARTICLE, ("layers",), "6, 5"), ARTICLE)


def test_that_new_random_weights_tell_their_seed() -> None:
    name = branch_name(with_new_weights(ARTICLE, 1234), ARTICLE)
    assert "1234" in name
    assert "new random weights" in name
    drawn = small()
    assert "77" in branch_name(with_new_weights(drawn, 77), drawn)


def test_that_many_changes_are_counted() -> None:
    edits = [Edit(batch=0, layer=0, bias=u, value=1.0) for u in range(4)]
    edits.append(Edit(batch=0, layer=1, bias=0, value=1.0))
    assert branch_name(edited(*edits), ARTICLE).endswith(" and 2 more")
