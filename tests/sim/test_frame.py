import msgspec
import numpy as np
import pytest

from bnsim.sim.frame import Status
from bnsim.sim.operation import Phase
from bnsim.sim.session import Session
from bnsim.sim.spec import BatchNorm
from tests.scenarios import small


@pytest.fixture
def session() -> Session:
    return Session(small())


def at(session: Session, phase: Phase, layer: int | None = None, sample: int | None = None) -> None:
    session.seek(session.schedule.find(phase, layer, sample))  # type: ignore[arg-type]


def test_that_at_the_start_nothing_is_known(session: Session) -> None:
    for frame in session.frames().values():
        assert frame.sample is None
        assert frame.loss is None
        assert frame.value(0, "z", 0, 0) is None
        assert frame.status(0, "z", 0) is Status.AHEAD


def test_that_an_arrived_sample_waits_and_shows_no_number_behind_the_tray(session: Session) -> None:
    at(session, Phase.ARRIVE, 0, 1)
    frame = session.frame("with")
    assert frame.arrived(0) == 2
    assert frame.value(0, "z", 1, 0) is not None
    for name in ("x_hat", "y", "out", "a"):
        assert frame.value(0, name, 1, 0) is None
    assert frame.value(1, "z", 1, 0) is None
    assert frame.status(1, "z", 1) is Status.WAITING
    assert frame.status(1, "z", 2) is Status.AHEAD


def test_that_the_lane_without_is_at_the_output_while_the_other_waits(session: Session) -> None:
    at(session, Phase.ARRIVE, 0, 0)
    assert session.frame("without").status(1, "out", 0) is Status.KNOWN
    assert session.frame("with").status(1, "out", 0) is Status.WAITING


def test_that_statistics_appear_one_operation_after_the_other(session: Session) -> None:
    at(session, Phase.MEAN, 0)
    frame = session.frame("with")
    assert frame.value(0, "mean", 0, 0) is not None
    assert frame.value(0, "var", 0, 0) is None
    at(session, Phase.VARIANCE, 0)
    assert session.frame("with").value(0, "var", 0, 0) is not None
    assert session.frame("with").value(0, "x_hat", 0, 0) is None


def test_that_both_lanes_show_the_sample_that_leaves(session: Session) -> None:
    at(session, Phase.LEAVE, 0, 1)
    assert {frame.sample for frame in session.frames().values()} == {1}


def test_that_gradients_are_known_layer_by_layer_from_the_last(session: Session) -> None:
    at(session, Phase.BACKWARD, 1)
    frame = session.frame("with")
    assert frame.gradient_known(1)
    assert not frame.gradient_known(0)
    assert frame.value(0, "d_z", 0, 0) is None


def test_that_loss_is_known_after_its_operation_in_both_lanes(session: Session) -> None:
    at(session, Phase.LEAVE, 0, 2)
    assert {f.loss for f in session.frames().values()} == {None}
    at(session, Phase.LOSS)
    assert None not in {f.loss for f in session.frames().values()}


def test_that_known_values_are_slices_of_the_record(session: Session) -> None:
    session.seek(session.schedule.n)
    frame = session.frame("with")
    x_hat = frame.record.view(0, "x_hat")
    shown = [[frame.value(0, "x_hat", s, u) for u in range(4)] for s in range(3)]
    assert np.array_equal(shown, x_hat)


@pytest.mark.parametrize(
    "placements", [("after", ""), ("before", "before"), ("", "after"), ("", "")]
)
def test_that_every_number_is_known_at_the_end_of_a_batch(placements: tuple[str, str]) -> None:
    session = Session(small(placements=placements))
    session.seek(session.schedule.n)
    for frame in session.frames().values():
        for layer in range(2):
            names = {"z", "a", "out"} | ({"mean", "x_hat", "y"} if frame.has_tray(layer) else set())
            assert all(frame.status(layer, n, s) is Status.KNOWN for n in names for s in range(3))


@pytest.mark.parametrize("placement", ["before", "after"])
def test_that_layer_normalization_keeps_no_sample_waiting(placement: str) -> None:
    norm = BatchNorm(placement=placement, dialect="layernorm")
    plain = small()
    layers = [msgspec.structs.replace(plain.layers[0], batch_norm=norm), plain.layers[1]]
    session = Session(msgspec.structs.replace(plain, layers=layers))
    assert not [op for op in session.schedule.operations if op.phase is Phase.ARRIVE]
    at(session, Phase.FORWARD, 1, 0)
    frame = session.frame("with")
    assert frame.value(1, "out", 0, 0) is not None
    assert not frame.has_tray(0)
    assert frame.value(0, frame.raw_name(0), 0, 0) == frame.record.out(0)[0, 0]
    assert frame.flags[0].out_of_scale.sum() == 0
