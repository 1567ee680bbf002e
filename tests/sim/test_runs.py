import msgspec
import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bnsim.sim.operation import UNITS
from bnsim.sim.run import LANES, Run, inputs_of, order_of
from bnsim.sim.session import Session
from bnsim.sim.spec import Edit, Optimizer
from tests.scenarios import small


def straight(scenario, lane: str, batches: int) -> list[bytes]:
    run = Run(scenario, lane)
    return [run.record(k).arena.tobytes() for k in range(batches)]


class BackAndForth(RuleBasedStateMachine):
    """Any walk of the cursor, against a straight run: every array, bit for bit."""

    @initialize(
        placements=st.sampled_from([("before", ""), ("after", "before"), ("", "")]),
        edited=st.booleans(),
    )
    def start(self, placements: tuple[str, str], edited: bool) -> None:
        edits = [Edit(batch=3, layer=0, weight=(0, 0), value=15.0)] if edited else []
        self.scenario = small(placements=placements, edits=edits)
        self.session = Session(self.scenario)
        self.wanted = {lane: straight(self.scenario, lane, 12) for lane in LANES}

    @rule(unit=st.sampled_from(UNITS), forward=st.booleans())
    def step(self, unit: str, forward: bool) -> None:
        self.session.step(unit, forward)

    @rule(share=st.floats(0, 1))
    def seek(self, share: float) -> None:
        self.session.seek(round(share * self.session.last))

    @rule()
    def forget_the_cache(self) -> None:
        for run in self.session.runs.values():
            run._records.clear()

    @invariant()
    def every_array_is_the_straight_runs(self) -> None:
        if hasattr(self, "session"):
            for lane, frame in self.session.frames().items():
                assert frame.record.arena.tobytes() == self.wanted[lane][frame.cursor.batch]


TestBackAndForth = BackAndForth.TestCase
TestBackAndForth.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)


def test_that_a_record_cannot_be_written_into() -> None:
    record = Run(small(), "with").record(0)
    with pytest.raises(ValueError, match="read-only"):
        record.view(0, "W")[0, 0] = 1.0


def test_that_both_lanes_start_from_the_same_weights_samples_and_order() -> None:
    session = Session(small())
    first = {lane: run.record(0) for lane, run in session.runs.items()}
    for layer in range(2):
        assert np.array_equal(first["with"].view(layer, "W"), first["without"].view(layer, "W"))
    for batch in range(6):
        pair = [run.samples(batch) for run in session.runs.values()]
        assert np.array_equal(*pair)


def test_that_lanes_without_any_batch_norm_are_equal_to_the_bit() -> None:
    scenario = small(placements=("", ""))
    assert straight(scenario, "with", 12) == straight(scenario, "without", 12)


def test_that_lanes_differ_when_there_is_batch_norm() -> None:
    session = Session(small())
    pair = [run.record(0).out(1) for run in session.runs.values()]
    assert not np.allclose(*pair)


def test_that_a_scheduled_edit_happens_before_its_batch_and_not_earlier() -> None:
    edit = Edit(batch=2, layer=0, weight=(1, 2), value=15.0)
    run = Run(small(edits=[edit], optimizer=Optimizer()), "with")
    plain = Run(small(optimizer=Optimizer()), "with")
    assert run.record(2).view(0, "W")[1, 2] == 15.0
    assert run.record(1).arena.tobytes() == plain.record(1).arena.tobytes()
    assert run.record(2).view(0, "W")[1, 2] != plain.record(2).view(0, "W")[1, 2]


def test_that_the_update_moves_parameters_by_rate_times_gradient() -> None:
    run = Run(small(), "with")
    before, after = run.record(0), run.record(1)
    for name in ("W", "b", "gamma", "beta"):
        moved = before.view(0, name) - 0.05 * before.view(0, "d_" + name)
        np.testing.assert_allclose(after.view(0, name), moved, rtol=1e-15, atol=1e-15)


def test_that_an_epoch_order_is_a_function_of_seed_and_epoch_alone() -> None:
    scenario = small()
    wanted = np.random.RandomState([scenario.seed, 2]).permutation(9)
    assert np.array_equal(order_of(scenario, 2), wanted)
    assert sorted(order_of(scenario, 1)) == list(range(9))


@pytest.mark.parametrize(("how", "low", "high"), [("range", 0.0, 1.0), ("standard", None, None)])
def test_that_inputs_are_normalized_feature_by_feature(
    how: str, low: float | None, high: float | None
) -> None:
    x = inputs_of(msgspec.structs.replace(small(), normalize_inputs=how))
    if low is not None:
        assert np.array_equal(x.min(axis=0), [low] * 3)
        assert np.array_equal(x.max(axis=0), [high] * 3)
    else:
        np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-15)
        np.testing.assert_allclose(x.std(axis=0), 1, rtol=1e-15)


def test_that_changing_a_scenario_keeps_the_operation() -> None:
    session = Session(small())
    session.seek(session.schedule.n + 3)
    operation = session.schedule.operation(session.cursor)
    session.change(msgspec.structs.replace(session.scenario, normalize_inputs="standard"))
    assert session.schedule.operation(session.cursor) == operation
    assert session.cursor.batch == 1
