"""Where the resources are: in a checkout, in a wheel and in a frozen application."""

from __future__ import annotations

import sys

import pytest

from bnsim.files import locate
from bnsim.sim.errors import InputError


def made(root, *scenarios):
    (root / "scenarios").mkdir(parents=True)
    for name in scenarios:
        (root / "scenarios" / name).write_text("{}")
    return root


@pytest.fixture
def package(tmp_path, monkeypatch):
    """An empty place for the package; the test puts the resources where they belong."""
    monkeypatch.setattr(locate, "__file__", str(tmp_path / "lib/bnsim/files/locate.py"))
    return tmp_path / "lib/bnsim"


@pytest.mark.parametrize("place", ["_resources", "../resources"])
def test_that_a_wheel_and_a_checkout_are_found(package, place):
    package.mkdir(parents=True)
    made(package / place, "article.json")
    assert locate.scenario_path("article").read_text() == "{}"


def test_that_a_wheel_is_not_misled_by_a_folder_beside_it(package):
    made(package / "_resources", "ours.json")
    made(package.parent / "resources", "theirs.json")
    assert locate.scenario_names() == ("ours",)


def test_that_a_frozen_application_is_found(package, tmp_path, monkeypatch):
    made(tmp_path / "bundle/resources", "article.json")
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path / "bundle"), raising=False)
    assert locate.scenario_names() == ("article",)


def test_that_only_well_named_scenarios_are_listed(package):
    made(package / "_resources", "b.json", "a-1.json", "Not.json", ".hid.json", "x.txt", "y z.json")
    assert locate.scenario_names() == ("a-1", "b")


def test_that_an_unknown_scenario_names_the_nearest(package):
    made(package / "_resources", "article.json", "cascade.json", "three-numbers.json")
    with pytest.raises(InputError, match=r"no scenario 'articel': choose one of article\.$"):
        locate.scenario_path("articel")
    with pytest.raises(InputError, match=r"one of article, cascade, three-numbers\.$"):
        locate.scenario_path("zzz")


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../article", "/etc/passwd", "a/b", "a\\b", "a\nb", "a\0", ".hidden"]
)
def test_that_no_name_leaves_the_resources(package, name):
    made(package / "_resources", "article.json")
    with pytest.raises(InputError):
        locate.scenario_path(name)
    with pytest.raises(InputError, match="not the name of a resource"):
        locate.resource("scenarios", name)


def test_that_a_missing_resource_says_what_to_do(package):
    made(package / "_resources")
    with pytest.raises(InputError, match=r"'icons/play.svg' is missing: install bnsim again"):
        locate.resource("icons", "play.svg")
