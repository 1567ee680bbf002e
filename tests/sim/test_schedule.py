from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnsim.sim.operation import UNITS, Phase
from bnsim.sim.schedule import Cursor, Schedule
from bnsim.sim.session import schedule_of
from tests.scenarios import small

PLACEMENTS = st.lists(st.sampled_from(["", "before", "after"]), min_size=1, max_size=4)


def schedule(placements: tuple[str, ...] = ("before", ""), m: int = 3) -> Schedule:
    return schedule_of(small((2,) * len(placements), placements, batch_size=m))


def phases(made: Schedule) -> list[tuple[str, int | None, int | None]]:
    return [(op.phase.value, op.layer, op.sample) for op in made.operations]


def test_that_a_sample_arrives_in_the_tray_and_leaves_only_after_scale_and_shift() -> None:
    assert phases(schedule(m=2)) == [
        ("forward", 0, 0), ("arrive", 0, 0), ("forward", 0, 1), ("arrive", 0, 1),
        ("mean", 0, None), ("variance", 0, None), ("normalize", 0, None), ("scale", 0, None),
        ("leave", 0, 0), ("forward", 1, 0), ("leave", 0, 1), ("forward", 1, 1),
        ("loss", None, None), ("backward", 1, None), ("backward", 0, None), ("update", None, None),
    ]  # fmt: skip


def test_that_without_any_tray_samples_go_straight_through() -> None:
    found = [phase for phase, _, _ in phases(schedule(("", ""), m=2))]
    assert found == ["forward"] * 4 + ["loss", "backward", "backward", "update"]


def test_that_two_trays_hold_the_batch_twice() -> None:
    made = schedule(("before", "after", ""))
    assert sum(op.phase is Phase.ARRIVE for op in made.operations) == 6
    assert [op.layer for op in made.operations if op.phase is Phase.MEAN] == [0, 1]


@given(PLACEMENTS, st.integers(2, 4), st.integers(0, 200))
def test_that_cursor_and_moment_are_a_bijection(placements: list[str], m: int, t: int) -> None:
    made = schedule(tuple(placements), m)
    cursor = made.cursor(t)
    assert made.moment(cursor) == t
    assert 0 <= cursor.done <= made.n
    assert (cursor.done == 0) == (t == 0)


@given(PLACEMENTS, st.integers(2, 4), st.sampled_from(UNITS), st.integers(0, 200))
def test_that_previous_undoes_next_between_the_ends_of_units(
    placements: list[str], m: int, unit: str, t: int
) -> None:
    made = schedule(tuple(placements), m)
    after = made.next(t, unit)
    assert after > t
    assert made.previous(after, unit) <= t
    start = made.previous(made.next(after, unit), unit)
    assert start == after


@given(PLACEMENTS, st.integers(2, 4), st.integers(0, 120))
def test_that_larger_units_stop_only_where_smaller_ones_stop(
    placements: list[str], m: int, t: int
) -> None:
    made = schedule(tuple(placements), m)
    ends = {u: {made.next(s, u) for s in range(3 * made.n)} for u in UNITS}
    for small_unit, large_unit in pairwise(UNITS):
        assert {e for e in ends[large_unit] if e <= 2 * made.n} <= ends[small_unit]
    assert made.previous(t, "operation") == max(t - 1, 0)


def test_that_a_step_by_sample_ends_in_the_tray() -> None:
    made = schedule()
    t = made.next(0, "sample")
    assert made.operation(made.cursor(t)).phase is Phase.ARRIVE  # type: ignore[union-attr]


def test_that_a_step_by_epoch_is_all_its_batches() -> None:
    made = schedule()
    assert made.next(0, "epoch") == 3 * made.n
    assert made.previous(3 * made.n, "epoch") == 0


def test_that_the_start_is_before_the_first_operation_of_batch_0() -> None:
    made = schedule()
    assert made.cursor(0) == Cursor(0, 0)
    assert made.cursor(made.n) == Cursor(0, made.n)
    assert made.cursor(made.n + 1) == Cursor(1, 1)
    assert made.operation(made.cursor(0)) is None


@pytest.mark.parametrize("placement", ["before", "after"])
def test_that_nothing_behind_a_tray_is_known_before_the_tray_is_full(placement: str) -> None:
    made = schedule((placement, ""))
    full = made.find(Phase.ARRIVE, 0, 2)
    known = made.known["with"]
    for name in ("mean", "var", "x_hat", "y", "out"):
        assert (known.forward[0][name] > full).all()
    assert (known.forward[1]["z"] > full).all()
    assert (known.forward[0]["z"] < full).all()


def test_that_without_a_tray_a_sample_reaches_the_output_in_its_own_step() -> None:
    made = schedule()
    for sample in range(3):
        end = made.find(Phase.ARRIVE, 0, sample)
        assert made.known["without"].forward[1]["out"][sample] == end
