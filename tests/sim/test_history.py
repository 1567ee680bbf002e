"""Budgets of long runs, and the way back to any batch."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from bnsim.sim.history import SMALLEST_BUDGET, History, Keyframes, Series, Window, budget_of
from bnsim.sim.run import Run
from bnsim.sim.spec import BatchNorm, Data, Edit, Layer, Optimizer, Scenario
from tests.scenarios import small

EIGHT_MEGABYTES = 8_000_000
STATE = 8


def scenario_2_4_2_1(batches: int) -> Scenario:
    """The network of the goals: 2-4-2-1 with batch normalization, batches of 10."""
    rng = np.random.RandomState(0)
    x, targets = rng.standard_normal((40, 2)), rng.standard_normal((40, 1))
    norm = BatchNorm()
    return Scenario(
        version=1,
        name="long",
        title="Long",
        data=Data(x=x.tolist(), targets=targets.tolist()),
        layers=[
            Layer(units=4, activation="tanh", batch_norm=norm),
            Layer(units=2, activation="tanh", batch_norm=norm),
            Layer(units=1, activation="identity"),
        ],
        batch_size=10,
        batches=batches,
        loss="mse",
        optimizer=Optimizer(name="sgd", rate=0.01),
    )


def filled(batches: int, states: int = 256, size: int = STATE) -> History:
    """A history whose state before batch k is k, within a budget of so many states."""
    history, state = History(np.zeros(size), budget=states * size * 8), np.zeros(size)
    for batch in range(1, batches + 1):
        state.fill(batch)
        history.put(batch, state)
    return history


def longest_replay(history: History, batches: int) -> int:
    return max(batch - history.nearest(batch)[0] for batch in range(batches))


@pytest.mark.parametrize("batches", [0, 1, 5, 255, 256, 257, 5000])
def test_that_a_state_comes_back_as_it_was_and_is_near(batches):
    history = filled(batches)
    for batch in range(0, batches + 1, 7):
        found, state = history.nearest(batch)
        assert found <= batch < found + history.interval
        np.testing.assert_array_equal(state, found)


def test_that_memory_is_the_same_whatever_the_length():
    sizes = {filled(batches).nbytes for batches in (0, 10, 1000, 20_000)}
    assert len(sizes) == 1
    assert sizes.pop() <= 256 * STATE * 8


@pytest.mark.parametrize("batches", [100, 300, 1000, 3000, 10_000, 20_011])
def test_that_a_replay_stays_within_twice_the_floor_of_the_keyframes(batches):
    history = filled(batches)
    floor = batches / (history._keyframes.nbytes / (STATE * 8))
    assert longest_replay(history, batches) <= 2 * floor


def test_that_nothing_is_replayed_while_all_states_fit():
    assert longest_replay(filled(200), 200) == 0


def test_that_the_latest_states_are_held_one_by_one():
    history = filled(20_000)
    assert history.interval > 16
    for batch in range(20_000 - 15, 20_001):
        assert history.nearest(batch)[0] == batch


def test_that_a_history_copies():
    state = np.zeros(STATE)
    history = History(state)
    state[:] = 5.0
    np.testing.assert_array_equal(history.nearest(0)[1], 0.0)


def test_that_a_budget_too_small_for_a_state_still_holds_two_keyframes():
    history = filled(1000, states=1)
    assert history._keyframes.nbytes == 2 * STATE * 8
    assert history.nearest(999)[0] == 999
    assert history.nearest(3)[0] == 0


@pytest.mark.parametrize(
    ("size", "budget"),
    [(344, 8_000_000), (40_000, 10_240_000), (228_880, 58_593_280), (9_000_000, 64_000_000)],
)
def test_that_the_budget_follows_the_state_within_its_bounds(size, budget):
    assert budget_of(size) == budget


def test_that_a_window_holds_only_batches_that_follow_each_other():
    window = Window(rows=4, size=1)
    assert window.nearest(100) == -1
    for batch in (7, 8, 9):
        window.put(batch, np.array([float(batch)]))
    assert [window.nearest(batch) for batch in (6, 7, 8, 20)] == [-1, 7, 8, 9]
    window.put(3, np.array([3.0]))
    assert [window.nearest(batch) for batch in (2, 3, 9)] == [-1, 3, 3]
    for batch in range(4, 10):
        window.put(batch, np.array([float(batch)]))
    assert [window.nearest(batch) for batch in (5, 6, 9)] == [-1, 6, 9]
    assert window.state(6) == 6.0


@pytest.mark.parametrize("rows", [2, 3, 7, 8])
def test_that_keyframes_thin_out_evenly(rows):
    keyframes = Keyframes(rows, size=1)
    for batch in range(100):
        keyframes.put(batch, np.array([float(batch)]))
        found = {keyframes.nearest(k) for k in range(batch + 1)}
        assert found == set(range(0, batch + 1, keyframes.interval))
        assert len(found) <= rows
        assert all(keyframes.state(k) == k for k in found)


def test_that_a_step_back_after_a_seek_is_a_copy():
    history = filled(20_000)
    start = history.nearest(10_000 - 1)[0]
    for batch in range(start + 1, 10_000):  # as a run replays
        history.put(batch, np.full(STATE, float(batch)))
    for batch in range(10_000 - 1, 10_000 - 10, -1):
        assert history.nearest(batch)[0] == batch
        np.testing.assert_array_equal(history.nearest(batch)[1], batch)


def steps_of(run: Run, batch: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many batches a record of ``batch`` computes before it."""
    counted = []
    note = run._note
    with monkeypatch.context() as patch:
        patch.setattr(run, "_note", lambda k: (counted.append(k), note(k)))
        run._records.clear()
        run.record(batch)
    return len(counted) - 1


def test_that_scrubbing_back_inside_an_interval_replays_nothing(monkeypatch):
    run = Run(scenario_2_4_2_1(3000), "with")
    run._history = History(run._network.state, budget=200 * run._network.state.nbytes)
    run.advance(3000, 60.0)
    assert run._history.interval >= 16
    target = 40 * run._history.interval - 1
    assert steps_of(run, target, monkeypatch) == run._history.interval - 1
    assert [steps_of(run, target - k, monkeypatch) for k in range(1, 10)] == [0] * 9


@pytest.mark.parametrize("lane", ["with", "without"])
def test_that_every_batch_comes_back_with_equal_bytes(lane):
    edits = [Edit(batch=30, layer=0, weight=(0, 0), value=3.0)]
    scenario = replace(small(edits=edits), batches=120)
    straight, run = Run(scenario, lane), Run(scenario, lane)
    wanted = [straight.record(batch).arena.tobytes() for batch in range(120)]
    run._history = History(run._network.state, budget=20 * run._network.state.nbytes)
    run.advance(120, 60.0)
    assert run._history.interval >= 8
    for batch in np.random.RandomState(0).randint(0, 120, 200):
        run._records.clear()
        assert run.record(int(batch)).arena.tobytes() == wanted[batch]


def test_that_states_and_losses_of_the_goals_network_are_within_their_budgets():
    run = Run(scenario_2_4_2_1(10), "with")
    assert run._network.state.nbytes == 400
    assert run._history.nbytes <= SMALLEST_BUDGET == EIGHT_MEGABYTES
    assert run.losses.nbytes == 64 * 1024
    before = run.nbytes
    run.advance(10, 60.0)
    assert run.nbytes == before == run._history.nbytes + run.losses.nbytes


def test_that_thinned_losses_keep_the_extremes_of_every_row():
    series = Series(rows=8)
    values = np.random.RandomState(0).standard_normal(100)
    for value in values:
        series.append(float(value))
    first, low, high = series.until(100)
    assert series.width == 16
    for row, start in enumerate(first.astype(int)):
        assert low[row] == values[start : start + 16].min()
        assert high[row] == values[start : start + 16].max()


def test_that_a_loss_that_is_no_number_hides_no_other():
    series = Series(rows=2)
    for value in (np.nan, 1.0, np.nan, 3.0, np.inf, np.nan, np.nan, np.nan):
        series.append(value)
    _, low, high = series.until(8)
    assert low.tolist() == [1.0, np.inf]
    assert high.tolist() == [3.0, np.inf]


def test_that_a_series_of_any_length_takes_the_same_bytes():
    series = Series(rows=16)
    before = series.nbytes
    for value in range(10_000):
        series.append(float(value))
    assert series.nbytes == before == 16 * 2 * 8
    assert len(series.until(10_000)[0]) <= 16


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_that_a_million_batches_keep_every_promise(monkeypatch):
    """8 MB of states, replays within twice the floor, equal bytes at 100, 10,000, 1,000,000."""
    run, straight = (Run(scenario_2_4_2_1(1_000_000), "with") for _ in range(2))
    for length in (100, 10_000, 100_000, 1_000_000):
        run.advance(length, 3600.0)
        assert run._history.nbytes <= EIGHT_MEGABYTES
        floor = length * run._network.state.nbytes / EIGHT_MEGABYTES
        assert longest_replay(run._history, length) <= 2 * floor
        batches = np.random.RandomState(length).randint(0, length, 200)
        assert max(steps_of(run, int(batch), monkeypatch) for batch in batches) <= 2 * floor
    wanted = np.sort(np.random.RandomState(1).randint(0, 1_000_000, 200))
    for batch in wanted:  # a straight run never looks back
        straight.advance(int(batch), 3600.0)
        run._records.clear()
        assert run.record(int(batch)).arena.tobytes() == straight.record(int(batch)).arena.tobytes()
