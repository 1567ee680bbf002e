from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnsim.sim.errors import InputError
from bnsim.sim.moment import moment_text, parse_moment
from bnsim.sim.operation import Phase
from bnsim.sim.phases import END, PHASES, START
from bnsim.sim.session import schedule_of
from tests.scenarios import small

BATCHES = 4
DEEP = schedule_of(small(sizes=(4, 3, 2), placements=("before", "", "after")))
PLAIN = schedule_of(small(placements=("", "")))


def operation_at(text, schedule=DEEP):
    return schedule.operation(schedule.cursor(parse_moment(text, schedule, BATCHES)))


def refusal(text, schedule=DEEP):
    with pytest.raises(InputError) as caught:
        parse_moment(text, schedule, BATCHES)
    assert str(caught.value).isprintable()
    assert str(caught.value).startswith("the moment ")
    assert str(caught.value).endswith(".")
    return str(caught.value)


@pytest.mark.parametrize("schedule", [DEEP, PLAIN])
def test_that_every_moment_returns_from_its_text(schedule):
    for t in range(BATCHES * schedule.n + 1):
        assert parse_moment(moment_text(schedule, t), schedule, BATCHES) == t


def test_that_the_start_and_the_end_of_the_run_are_named():
    assert moment_text(DEEP, 0) == "1:start"
    assert moment_text(DEEP, BATCHES * DEEP.n) == f"{BATCHES}:end"
    assert parse_moment("1:start", DEEP, BATCHES) == 0
    assert parse_moment("1:end", DEEP, BATCHES) == DEEP.n


def test_that_the_start_of_a_batch_is_the_end_of_the_batch_before():
    assert parse_moment("3:start", DEEP, BATCHES) == parse_moment("2:end", DEEP, BATCHES)


def test_that_layers_and_samples_count_from_one():
    found = operation_at("2:forward:1:3")
    assert (found.phase, found.layer, found.sample) == (Phase.FORWARD, 0, 2)
    assert DEEP.cursor(parse_moment("2:forward:1:3", DEEP, BATCHES)).batch == 1


def test_that_without_a_layer_or_a_sample_the_last_that_fits_is_meant():
    assert operation_at("1:normalize").layer == 2
    assert operation_at("1:normalize:1").layer == 0
    found = operation_at("1:arrive:1")
    assert (found.layer, found.sample) == (0, 2)
    assert operation_at("1:backward").layer == 0


def test_that_the_phases_in_help_are_those_that_exist_in_their_order():
    assert list(PHASES) == [START, *(phase.value for phase in Phase), END]


@pytest.mark.parametrize(
    ("text", "wrong", "allowed"),
    [
        ("", "it is not batch:phase", "1:normalize:1 or 1:end"),
        ("1", "it is not batch:phase", "1:end"),
        ("1:forward:1:1:1", "it is not batch:phase", "1:end"),
        ("0:end", "no batch '0'", "use 1 to 4"),
        ("5:end", "no batch '5'", "use 1 to 4"),
        ("-1:end", "no batch '-1'", "use 1 to 4"),
        ("x:end", "no batch 'x'", "use 1 to 4"),
        ("²:end", "no batch '\\xb2'", "use 1 to 4"),
        ("1" * 4000 + ":end", "no batch '111", "use 1 to 4"),
        ("1:", "no phase ''", "Allowed phases: start, forward"),
        ("1:forwrad", "no phase 'forwrad'", "did you mean forward?"),
        ("1:xyz", "no phase 'xyz'", "Allowed phases: start, forward"),
        ("1:normalize:2", "no layer '2' with normalize", "use 1 or 3"),
        ("1:normalize:", "no layer ''", "use 1 or 3"),
        ("1:forward:4", "no layer '4'", "use 1 to 3"),
        ("1:forward:1:4", "no sample '4'", "use 1 to 3"),
        ("1:forward:1:0", "no sample '0'", "use 1 to 3"),
        ("1:mean:1:1", "mean has no sample", "leave '1' out"),
        ("1:loss:1", "loss has no layer", "leave '1' out"),
        ("1:end:1", "end has no layer", "write no more after it"),
        ("1:e\nd", "no phase 'e\\nd'", "did you mean end?"),
    ],
)
def test_that_a_malformed_moment_is_told_with_what_is_allowed(text, wrong, allowed):
    said = refusal(text)
    assert wrong in said
    assert allowed in said


def test_that_a_phase_of_batch_normalization_is_refused_where_there_is_none():
    said = refusal("1:normalize:1", PLAIN)
    assert "no layer has batch normalization" in said
    assert "Allowed phases: start, forward, loss, backward, update, end" in said


@given(st.text(alphabet="0123456789:aefnorwd-", max_size=20) | st.text(max_size=20))
def test_that_any_text_is_a_moment_or_one_sentence(text):
    try:
        t = parse_moment(text, DEEP, BATCHES)
    except InputError:
        refusal(text)
    else:
        assert 0 <= t <= BATCHES * DEEP.n


@pytest.mark.parametrize("phase", ["update", "normalize"])
def test_that_a_phase_of_training_is_refused_at_inference_for_its_own_reason(phase: str) -> None:
    schedule = schedule_of(small(), training=False)
    with pytest.raises(InputError, match=f"there is no {phase} at inference") as caught:
        parse_moment(f"1:{phase}", schedule, 4)
    assert "no layer has" not in str(caught.value)
