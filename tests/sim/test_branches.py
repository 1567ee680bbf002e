"""Edits, branches, undo and inference: the state is always that of a fresh replay."""

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from bnsim.files.locate import scenario_names, scenario_path
from bnsim.files.scenario_json import load
from bnsim.sim.branches import KEPT
from bnsim.sim.edits import current, with_edits
from bnsim.sim.errors import InputError
from bnsim.sim.operation import UNITS
from bnsim.sim.run import LANES, Run
from bnsim.sim.session import Session, can_infer
from bnsim.sim.spec import BatchNorm, Edit, Optimizer, Scenario
from tests.scenarios import small

NUMBERS = st.sampled_from([-3.0, 0.0, 0.25, 15.0, 1e200])


def fresh(scenario: Scenario, lane: str, batch: int, training: bool = True) -> bytes:
    run = Run(scenario, lane)
    record = run.record(batch) if training else run.inference(batch)
    return record.arena.tobytes()


def shown(session: Session) -> dict[str, bytes]:
    return {lane: frame.record.arena.tobytes() for lane, frame in session.frames().items()}


def edit_of(session: Session, kind: int, value: float, lane: str) -> Edit:
    """An edit of one of the six kinds of numbers, in the batch at the cursor."""
    batch = session.cursor.batch
    row = int(session.frame("with").record.samples[1])
    places = (
        {"layer": 0, "weight": (1, 2)},
        {"layer": 1, "bias": 1},
        {"layer": 0, "gamma": 3},
        {"layer": 0, "beta": 0},
        {"input": (row, 2)},
        {"target": (row, 0)},
    )
    lane = "with" if kind in (2, 3) and lane == "without" else lane
    return Edit(batch=batch, value=value, lane=lane, **places[kind])


class Tried(RuleBasedStateMachine):
    """Any walk through steps, edits, undo, redo and branches, against a plain model."""

    @initialize(placement=st.sampled_from(["before", "after"]))
    def start(self, placement: str) -> None:
        scenario = small(placements=(placement, ""), batches=8)
        self.session = Session(scenario)
        self.scenarios, self.now = [scenario], 0
        self.undo_list, self.redo_list = [], []

    @rule(unit=st.sampled_from(UNITS), forward=st.booleans())
    def step(self, unit: str, forward: bool) -> None:
        self.session.step(unit, forward)

    @rule(share=st.floats(0, 1))
    def seek(self, share: float) -> None:
        self.session.seek(round(share * self.session.last))

    @rule(kind=st.integers(0, 5), value=NUMBERS, lane=st.sampled_from(["both", *LANES]))
    def edit(self, kind: int, value: float, lane: str) -> None:
        edit = edit_of(self.session, kind, value, lane)
        t = self.session.t
        if self.session.edit([edit]):
            self._grown(with_edits(self.scenarios[self.now], [edit]))
        assert self.session.t == t

    @rule(kind=st.integers(0, 5), value=NUMBERS, keep=st.booleans())
    def try_first(self, kind: int, value: float, keep: bool) -> None:
        before = shown(self.session)
        edit = edit_of(self.session, kind, value, "both")
        for tried in (replace(edit, value=0.125), edit):
            tells = self.session.edit([tried], settle=False)
        if keep and tells:
            self.session.settle()
            self._grown(with_edits(self.scenarios[self.now], [edit]))
        else:
            self.session.drop()
            assert shown(self.session) == before

    @rule(rate=st.sampled_from([0.01, 0.2]))
    def rate(self, rate: float) -> None:
        edit = Edit(batch=self.session.cursor.batch, rate=True, value=rate)
        if self.session.edit([edit]):
            self._grown(with_edits(self.scenarios[self.now], [edit]))

    @rule(name=st.sampled_from(["sgd", "momentum", "adam"]), batches=st.integers(8, 10))
    def change(self, name: str, batches: int) -> None:
        shown = self.session.shown_scenario
        scenario = replace(shown, optimizer=replace(shown.optimizer, name=name), batches=batches)
        if any(edit.batch >= batches for edit in scenario.edits):
            with pytest.raises(InputError, match="there is no batch"):
                self.session.change(scenario)
            return  # refused: nothing has changed
        self.session.change(scenario)
        rate = self.scenarios[self.now].optimizer.rate
        if scenario != shown:
            self._grown(replace(scenario, optimizer=Optimizer(name=name, rate=rate)))
        else:
            self._grown(self.scenarios[self.now])

    def _grown(self, scenario: Scenario) -> None:
        self.scenarios.append(scenario)
        self._moved(len(self.scenarios) - 1)

    def _moved(self, number: int) -> None:
        self.undo_list.append((self.now, number))
        self.redo_list.clear()
        self.now = number

    @rule()
    def undo(self) -> None:
        assert self.session.undo() == bool(self.undo_list)
        if self.undo_list:
            self.redo_list.append(self.undo_list.pop())
            self.now = self.redo_list[-1][0]

    @rule()
    def redo(self) -> None:
        assert self.session.redo() == bool(self.redo_list)
        if self.redo_list:
            self.undo_list.append(self.redo_list.pop())
            self.now = self.undo_list[-1][1]

    @rule(share=st.floats(0, 1))
    def switch(self, share: float) -> None:
        number = round(share * (len(self.scenarios) - 1))
        self.session.switch(number)
        if number != self.now:
            self._moved(number)

    @rule(inference=st.booleans())
    def infer(self, inference: bool) -> None:
        self.session.infer(inference)

    @invariant()
    @precondition(lambda self: hasattr(self, "session"))
    def is_a_fresh_replay(self) -> None:
        session, scenario = self.session, self.scenarios[self.now]
        assert session.scenario == scenario
        assert not session.tried
        batch = session.cursor.batch
        wanted = {lane: fresh(scenario, lane, batch, session.training) for lane in LANES}
        assert shown(session) == wanted


TestTried = Tried.TestCase
TestTried.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


@pytest.mark.slow
class TestTriedLong(Tried.TestCase):
    settings = settings(max_examples=1000, stateful_step_count=50, deadline=None)


# -- edits ---------------------------------------------------------------------------
@pytest.fixture
def article() -> Session:
    session = Session(load(scenario_path("article")))
    session.seek(9)
    return session


def test_that_an_edit_keeps_the_operation_and_changes_only_from_its_batch_on() -> None:
    session = Session(small())
    session.seek(5 * session.schedule.n + 4)
    before = [Run(session.scenario, "with").record(k).arena.tobytes() for k in range(5)]
    session.edit([Edit(batch=5, layer=0, weight=(0, 0), value=9.0)])
    assert session.t == 5 * session.schedule.n + 4
    assert [session.runs["with"].record(k).arena.tobytes() for k in range(5)] == before
    assert session.frame("with").record.view(0, "W")[0, 0] == 9.0


def test_that_edit_then_undo_gives_equal_bytes(article: Session) -> None:
    before = shown(article)
    article.edit([Edit(batch=0, layer=0, weight=(0, 0), value=0.67)])
    after = shown(article)
    assert after != before
    assert article.undo()
    assert shown(article) == before
    assert article.redo()
    assert shown(article) == after


def test_that_undo_returns_to_the_moment_of_the_change(article: Session) -> None:
    article.edit([Edit(batch=0, layer=0, weight=(0, 0), value=0.67)])
    article.step("batch")
    article.step("batch")
    article.undo()
    assert article.t == 9


def test_that_another_learning_rate_holds_from_the_batch_at_the_cursor_on() -> None:
    session = Session(small())
    session.seek(6 * session.schedule.n + 3)
    start = session.scenario.optimizer
    before = [Run(session.scenario, "with").record(k).arena.tobytes() for k in range(8)]
    session.change(replace(session.scenario, optimizer=replace(start, rate=0.5)))
    assert session.t == 6 * session.schedule.n + 3
    assert [session.runs["with"].record(k).plan.rate for k in (5, 6, 11)] == [0.05, 0.5, 0.5]
    after = [session.runs["with"].record(k).arena.tobytes() for k in range(8)]
    assert [a == b for a, b in zip(before, after, strict=True)] == [True] * 7 + [False]
    assert session.shown_scenario.optimizer.rate == 0.5
    session.seek(0)
    assert session.shown_scenario is session.scenario
    assert session.scenario.optimizer == start


def test_that_a_later_change_of_the_form_keeps_the_rates_that_were_set() -> None:
    session = Session(small())
    session.seek(6 * session.schedule.n + 3)
    start = session.scenario.optimizer
    session.change(replace(session.scenario, optimizer=replace(start, rate=0.5)))
    session.change(replace(session.shown_scenario, batches=9))
    assert session.scenario.optimizer == start
    assert [edit.value for edit in session.scenario.edits] == [0.5]
    session.change(replace(session.shown_scenario, optimizer=replace(start, name="adam")))
    assert session.scenario.optimizer == replace(start, name="adam")


def test_that_a_rate_without_an_optimizer_is_refused(article: Session) -> None:
    with pytest.raises(InputError, match="nothing trains without an optimizer"):
        article.edit([Edit(batch=0, rate=True, value=0.1)])


def test_that_an_equal_number_makes_no_branch(article: Session) -> None:
    assert not article.edit([Edit(batch=0, layer=0, weight=(0, 0), value=15.0)])
    assert len(article.branches.all) == 1
    assert not article.branches.can_undo


def test_that_the_last_edit_of_a_number_in_a_batch_replaces_the_one_before(
    article: Session,
) -> None:
    for value in (1.0, 2.0, 3.0):
        article.edit([Edit(batch=0, layer=0, weight=(0, 0), value=value)])
    assert [edit.value for edit in article.scenario.edits] == [3.0]
    article.edit([Edit(batch=0, layer=0, weight=(0, 0), value=4.0, lane="with")])
    assert [(e.value, e.lane) for e in article.scenario.edits] == [(3.0, "both"), (4.0, "with")]


def test_that_a_locked_lane_keeps_its_number(article: Session) -> None:
    article.edit([Edit(batch=0, layer=0, weight=(0, 0), value=1.0, lane="with")])
    frames = article.frames()
    assert frames["with"].record.view(0, "W")[0, 0] == 1.0
    assert frames["without"].record.view(0, "W")[0, 0] == 15.0


def test_that_an_input_is_edited_from_its_batch_on(article: Session) -> None:
    article.edit([Edit(batch=0, input=(0, 1), value=-2.5)])
    assert article.frame("without").record.view(0, "x")[0].tolist() == [6.0, -2.5, 4.0]
    session = Session(small(batches=9, n_samples=9))  # three batches an epoch
    row = int(session.runs["with"].record(4).samples[0])
    session.seek(4 * session.schedule.n + 1)
    session.edit([Edit(batch=4, input=(row, 0), value=77.0)])
    seen = [
        (batch, float(record.view(0, "x")[place, 0]))
        for batch in range(9)
        for record in [session.runs["with"].record(batch)]
        for place in np.flatnonzero(record.samples == row)
    ]
    assert [value == 77.0 for batch, value in seen] == [batch >= 4 for batch, _ in seen]
    assert len(seen) == 3


def test_that_the_target_of_a_class_takes_the_place_of_the_other() -> None:
    session = Session(load(scenario_path("cascade")))
    record = session.frame("with").record
    row, wrong = int(record.samples[0]), int(record.targets[0].argmin())
    with pytest.raises(InputError, match="one class, whose target is 1"):
        session.edit([Edit(batch=0, target=(row, wrong), value=0.5)])
    session.edit([Edit(batch=0, target=(row, wrong), value=1.0)])
    frame = session.frame("with")
    assert frame.record.targets[0].tolist() == [1.0 - record.targets[0, 0], record.targets[0, 0]]
    assert frame.record.loss != record.loss


def test_that_a_refused_edit_changes_nothing(article: Session) -> None:
    before = shown(article)
    for edit, what in (
        (Edit(batch=0, layer=1, gamma=0, value=1.0), "no batch normalization"),
        (Edit(batch=0, layer=0, weight=(3, 0), value=1.0), "no input 3"),
        (Edit(batch=0, layer=0, bias=0, value=1e301), "out of range"),
    ):
        with pytest.raises(InputError, match=what):
            article.edit([edit])
    assert shown(article) == before
    assert len(article.branches.all) == 1


def test_that_a_refused_change_keeps_the_branch(article: Session) -> None:
    with pytest.raises(InputError):
        article.change(replace(article.scenario, batch_size=99))
    assert article.branches.now.number == 0


def test_that_current_tells_the_number_that_would_be_replaced(article: Session) -> None:
    record = article.frame("without").record
    assert current(record, Edit(batch=0, layer=0, weight=(0, 0), value=0.0)) == 15.0
    assert current(record, Edit(batch=0, input=(1, 2), value=0.0)) == 10.0
    assert current(record, Edit(batch=0, target=(2, 1), value=0.0)) == 1.0
    assert current(record, Edit(batch=0, input=(9, 0), value=0.0)) is None
    assert current(record, Edit(batch=0, layer=0, gamma=0, value=0.0)) is None


def test_that_a_fork_far_into_a_long_run_computes_little_again() -> None:
    scenario = small(batches=20_000)
    run = Run(scenario, "with")
    run.advance(20_000, float("inf"))
    edited = with_edits(scenario, [Edit(batch=15_001, layer=0, bias=0, value=3.0)])
    fork = run.fork(edited, 15_001)
    assert 15_001 - fork.computed <= max(run._history.interval, run.losses.width)
    assert fork.computed > 14_000
    fork.advance(15_100, float("inf"))
    assert fork.record(15_000).arena.tobytes() == run.record(15_000).arena.tobytes()
    assert fork.record(15_050).arena.tobytes() != run.record(15_050).arena.tobytes()
    _first, low, high = run.losses.until(15_000)
    _, own_low, own_high = fork.losses.until(15_000)
    rows = 14_000 // run.losses.width
    assert np.array_equal(low[:rows], own_low[:rows])
    assert np.array_equal(high[:rows], own_high[:rows])


def test_that_a_branch_whose_run_is_no_longer_kept_returns_the_same_bytes(article: Session) -> None:
    wanted = {}
    for number in range(KEPT + 4):
        article.edit([Edit(batch=0, layer=0, weight=(0, 0), value=float(number))])
        wanted[article.branches.now.number] = shown(article)
    for number, arrays in wanted.items():
        article.switch(number)
        assert shown(article) == arrays


def test_that_another_branch_is_read_without_going_there(article: Session) -> None:
    article.edit([Edit(batch=0, layer=0, weight=(0, 0), value=0.67)])
    other = article.frame_of(0, "without")
    assert other.record.view(0, "W")[0, 0] == 15.0
    assert other.cursor == article.cursor
    assert article.branches.now.number == 1


# -- inference -----------------------------------------------------------------------
@pytest.mark.parametrize("name", scenario_names())
def test_that_looking_at_work_never_moves_running_statistics(name: str) -> None:
    session = Session(load(scenario_path(name)))
    wanted = [fresh(session.scenario, "with", k) for k in range(min(4, session.scenario.batches))]
    for k in range(len(wanted)):
        session.seek((k + 1) * session.schedule.n)
        if can_infer(session.scenario):
            session.infer(True)
            session.frames()
            session.step("sample")
            session.infer(False)
        else:
            with pytest.raises(InputError, match="keeps no running statistics"):
                session.infer(True)
        assert session.runs["with"].record(k).arena.tobytes() == wanted[k]


def test_that_inference_uses_the_statistics_that_earlier_batches_left() -> None:
    four_seven_five = load(scenario_path("three-numbers"))
    x = [*four_seven_five.data.x, *four_seven_five.data.x]
    targets = four_seven_five.data.targets
    data = replace(four_seven_five.data, x=x, targets=targets and [*targets, *targets])
    session = Session(replace(four_seven_five, data=data, batches=2))
    session.infer(True)
    session.seek(session.schedule.n + 1)
    frame = session.frame("with")
    # science.md section 2: after one training step of PyTorch
    assert frame.record.view(0, "y")[:, 0] == pytest.approx([3.2563519, 6.0743488, 4.1956842])
    assert frame.value(0, "y", 0, 0) is not None
    assert frame.value(0, "y", 1, 0) is None
    assert frame.value(0, "mean", 2, 0) == pytest.approx(0.5333333)


def test_that_the_cursor_returns_to_its_operation_after_a_look_at_work(article: Session) -> None:
    for t in range(article.last + 1):
        article.seek(t)
        operation = article.schedule.operation(article.cursor)
        article.infer(True)
        batch = article.cursor.batch
        article.infer(False)
        assert article.cursor.batch == batch
        if operation is not None and operation.phase.value in ("forward", "loss", "backward"):
            assert article.t == t


def test_that_a_change_to_a_dialect_without_running_statistics_trains_again(
    article: Session,
) -> None:
    article.infer(True)
    layers = list(article.scenario.layers)
    layers[0] = replace(layers[0], batch_norm=BatchNorm(placement="after", dialect="article"))
    article.change(replace(article.scenario, layers=layers))
    assert article.training
    article.undo()
    assert shown(article)["with"] == fresh(article.scenario, "with", 0)
