from __future__ import annotations

from bnsim import doctor
from bnsim.__main__ import main


def test_that_the_report_and_its_status_are_passed_on(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "report", lambda: (["something is missing"], 1))
    assert main(["doctor"]) == 1
    assert capsys.readouterr().out == "something is missing\n"


def test_that_the_packages_alone_can_be_asked_for(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "apt_packages", lambda: ("liba", "libb"))
    assert main(["doctor", "--apt"]) == 0
    assert capsys.readouterr().out == "liba libb\n"
