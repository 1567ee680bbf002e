"""The plot of the loss and its numbers."""

from __future__ import annotations

import pytest

from bnsim.export.numbers_of import loss_numbers
from bnsim.files.locate import scenario_path
from bnsim.files.scenario_json import load
from bnsim.pictures.look import Look
from bnsim.pictures.palette import LIGHT
from bnsim.pictures.plot_loss import known_losses, loss_plot
from bnsim.pictures.words import number
from bnsim.sim.moment import parse_moment
from bnsim.sim.session import Session


def at_inference(trained_to: str) -> Session:
    session = Session(load(scenario_path("cascade")))
    if trained_to:
        session.seek(parse_moment(trained_to, session.schedule, 300))
    session.infer(True)
    session.seek(parse_moment("3:loss", session.schedule, 300))
    return session


@pytest.mark.parametrize("trained_to", ["", "5:end"])
def test_that_the_loss_at_inference_is_of_this_moment_not_of_what_was_trained(trained_to) -> None:
    session = at_inference(trained_to)
    frames = session.frames()
    for lane, frame in frames.items():
        batches, low, high = known_losses(frame)
        assert batches.tolist() == [0.0, 1.0, 2.0]
        assert low[-1] == high[-1] == frame.loss
        rows = [row for row in loss_numbers(session, None)[1] if row[1] == lane]
        assert [row[2:4] for row in rows] == [(0, 0), (1, 1), (2, 2)]
        assert rows[-1][4] == frame.loss
    conclusion = loss_plot(frames, Look(LIGHT)).conclusion
    assert conclusion.startswith("Batch 3 at inference")
    assert number(frames["with"].loss) in conclusion


def test_that_in_training_each_loss_is_that_of_its_own_batch() -> None:
    session = Session(load(scenario_path("cascade")))
    session.seek(parse_moment("3:end", session.schedule, 300))
    _, low, _ = known_losses(session.frame("with"))
    assert len(low) == 3
    assert low[-1] == session.frame("with").loss
