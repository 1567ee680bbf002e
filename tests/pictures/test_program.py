"""Exported programs print what the engine has computed, and light the lines of the operation."""

from __future__ import annotations

from itertools import product

import pytest
from msgspec.structs import replace

from bnsim.files.locate import scenario_names, scenario_path
from bnsim.files.scenario_json import load
from bnsim.pictures.program.numpy_program import numpy_program
from bnsim.pictures.program.page import WIDTH
from bnsim.pictures.program.torch_program import torch_program
from bnsim.sim.errors import InputError
from bnsim.sim.operation import Phase
from bnsim.sim.run import LANES, Run
from bnsim.sim.session import schedule_of
from bnsim.sim.spec import BatchNorm, Data, Edit, Layer, Optimizer
from tests.pictures.program_scenarios import (
    ACTIVATIONS,
    DIALECTS,
    LOSSES,
    NORMALIZED,
    OPTIMIZERS,
    ORDERS,
    PLACEMENTS,
    any_scenario,
    moments_of,
)
from tests.pictures.programs import errors, expected_numbers, run_programs, worst_of
from tests.scenarios import small

WRITERS = [numpy_program, torch_program]
STATISTICS = {Phase.MEAN, Phase.VARIANCE, Phase.NORMALIZE, Phase.SCALE}


def shipped():
    return [load(scenario_path(name)) for name in scenario_names()]


def shipped_jobs():
    """Every shipped scenario in both lanes, at moments of its first and last batches."""
    jobs = []
    for scenario in shipped():
        n = schedule_of(scenario).n
        last = scenario.batches * n
        moments = {0, 1, n // 3, n // 2, n - 3, n - 1, n, n + 3, 3 * n - 2, last - 2, last}
        jobs += [(scenario, lane, t) for lane in LANES for t in sorted(moments) if t <= last]
    return jobs


def random_jobs(seeds, moments=2):
    jobs = []
    for seed in seeds:
        scenario = any_scenario(seed)
        jobs += [(scenario, lane, t) for lane in LANES for t in moments_of(scenario, seed, moments)]
    return jobs


def combined(activation, dialect, placement, optimizer, loss, order, normalized):
    """One combination of everything that has a name, in two layers."""
    norm = BatchNorm(placement=placement, dialect=dialect)
    layers = [
        Layer(units=4, activation=activation, batch_norm=norm),
        Layer(units=3, activation=activation),
    ]
    scenario = small(layers=layers, sizes=(4, 3), batch_size=4, batches=5)
    labels = [row % 3 for row in range(scenario.n_samples)]
    data = scenario.data if loss == "mse" else Data(x=scenario.data.x, labels=labels)
    return replace(
        scenario,
        data=data,
        loss=loss,
        order=order,
        normalize_inputs=normalized,
        optimizer=Optimizer(name=optimizer, rate=0.05),
    )


def all_combinations():
    names = (ACTIVATIONS, DIALECTS, PLACEMENTS, OPTIMIZERS, LOSSES, ORDERS, NORMALIZED)
    return list(product(*names))


# -- the numbers -----------------------------------------------------------------------
def test_that_shipped_scenarios_print_the_numbers_of_the_engine(tmp_path):
    jobs = shipped_jobs()
    found = run_programs([numpy_program(*job).text for job in jobs], tmp_path)
    worst = worst_of(jobs, found)
    assert worst[0] < 1e-12, worst


def test_that_random_scenarios_print_the_numbers_of_the_engine(tmp_path):
    jobs = random_jobs(range(80))
    texts = [numpy_program(*job).text for job in jobs]
    worst = worst_of(jobs, run_programs(texts, tmp_path, strict=False))
    assert worst[0] < 1e-12, worst


def test_that_every_name_prints_the_numbers_of_the_engine(tmp_path):
    combinations = all_combinations()[:: 2 * 3 * 5 * 7 - 1]
    for place, names in enumerate((ACTIVATIONS, DIALECTS, PLACEMENTS, OPTIMIZERS, LOSSES, ORDERS)):
        assert {row[place] for row in combinations} == set(names)
    jobs = [(combined(*row), "with", t) for row in combinations for t in (24, 80)]
    found = run_programs([numpy_program(*job).text for job in jobs], tmp_path)
    worst = worst_of(jobs, found)
    assert worst[0] < 1e-12, worst


def test_that_adam_trains_on_where_no_gradient_is_rounding(tmp_path):
    adam = Optimizer(name="adam", rate=0.05)
    scenario = small(placements=("after", ""), activation="tanh", optimizer=adam)
    last = scenario.batches * schedule_of(scenario).n
    found = run_programs([numpy_program(scenario, "with", last).text], tmp_path)[0]
    expected, _ = expected_numbers(scenario, "with", last)
    assert max(errors(found, expected).values()) < 1e-12


def test_that_large_numbers_print_what_the_engine_computes(tmp_path):
    norms = [BatchNorm(placement=p, dialect=d) for p in PLACEMENTS for d in DIALECTS]
    jobs = []
    for norm, size in product(norms, (1e80, 1e160, 1e299)):
        layers = [Layer(units=4, batch_norm=norm), Layer(units=2, activation="identity")]
        scenario = small(layers=layers, batches=3, order="given")
        x = [[value * size for value in row] for row in scenario.data.x[:3]] + scenario.data.x[3:]
        scenario = replace(scenario, data=Data(x=x, targets=scenario.data.targets))
        n = schedule_of(scenario).n
        jobs += [(scenario, "with", t) for t in (n, 2 * n - 1)]
    texts = [numpy_program(*job).text for job in jobs]
    worst = worst_of(jobs, run_programs(texts, tmp_path, strict=False))
    assert worst[0] < 1e-11, worst


@pytest.mark.parametrize("write", WRITERS)
def test_that_equal_numbers_are_standardized_to_0(tmp_path, write):
    if write is torch_program:
        pytest.importorskip("torch")
    jobs = []
    for dialect, placement in product(("plain", "article", "layernorm"), PLACEMENTS):
        norm = BatchNorm(placement=placement, dialect=dialect, epsilon=0.0)
        weights = [[0.1] * 3]  # the mean of three times 0.1 is not 0.1
        layers = [
            Layer(units=3, weights=weights, activation="identity", batch_norm=norm),
            Layer(units=2, activation="identity"),
        ]
        data = Data(x=[[1.0]] * 3, targets=[[1.0, 0.0]] * 3)
        scenario = small(layers=layers, batches=1)
        scenario = replace(scenario, data=data)
        jobs.append((scenario, "with", schedule_of(scenario).n - 1))
    found = run_programs([write(*job).text for job in jobs], tmp_path, strict=False)
    assert worst_of(jobs, found)[0] < 1e-12
    assert max(abs(numbers["x_hat1"]).max() for numbers in found) < 1e-15


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_that_a_batch_that_is_not_finite_leaves_no_trace(tmp_path, optimizer):
    up = Edit(batch=1, layer=0, weight=(0, 0), value=1e300)
    down = Edit(batch=3, layer=0, weight=(0, 0), value=0.5)
    scenario = small(edits=[up, down], placements=("after", ""), activation="elu", batches=5)
    scenario = replace(scenario, optimizer=Optimizer(name=optimizer, rate=0.05))
    n = schedule_of(scenario).n
    assert Run(scenario, "with").record(1).fault is not None
    jobs = [(scenario, "with", t) for t in (2 * n - 1, 2 * n, 4 * n, 5 * n - 1)]
    found = run_programs([numpy_program(*job).text for job in jobs], tmp_path, strict=False)
    for job, numbers in zip(jobs, found, strict=True):
        expected, _ = expected_numbers(*job)
        assert set(numbers) == set(expected)
        # a unit of ELU that stays above 0 has a bias whose gradient is rounding
        limit = 1e-7 if optimizer == "adam" else 1e-12
        assert max(errors(numbers, expected).values()) < limit


def test_that_the_start_prints_the_parameters_alone(tmp_path):
    texts = [numpy_program(scenario, "with", 0).text for scenario in shipped()]
    for numbers in run_programs(texts, tmp_path):
        assert {name.rstrip("0123456789") for name in numbers} <= {"W", "b", "gamma", "beta"}
        assert "W1" in numbers


def test_that_a_moment_outside_the_run_is_clamped():
    scenario = shipped()[0]
    last = scenario.batches * schedule_of(scenario).n
    assert numpy_program(scenario, "with", -5) == numpy_program(scenario, "with", 0)
    assert numpy_program(scenario, "with", last + 99) == numpy_program(scenario, "with", last)


@pytest.mark.parametrize("write", WRITERS)
def test_that_a_scenario_that_breaks_a_rule_is_refused(write):
    with pytest.raises(InputError, match="batch_size"):
        write(replace(shipped()[0], batch_size=99), "with", 0)


def test_that_pytorch_prints_the_numbers_of_the_engine(tmp_path):
    pytest.importorskip("torch")
    jobs = shipped_jobs() + random_jobs(range(25), moments=1)
    texts = [torch_program(*job).text for job in jobs]
    worst = worst_of(jobs, run_programs(texts, tmp_path, strict=False))
    assert worst[0] < 1e-10, worst


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("write", WRITERS)
def test_that_every_combination_prints_the_numbers_of_the_engine(tmp_path, write):
    if write is torch_program:
        pytest.importorskip("torch")
    jobs = [(combined(*row), "with", t) for row in all_combinations() for t in (24, 80)]
    texts = [write(*job).text for job in jobs]
    worst = worst_of(jobs, run_programs(texts, tmp_path, strict=False))
    # without epsilon the last digit of a tanh near 1, which PyTorch rounds its own way, grows
    assert worst[0] < (1e-9 if write is torch_program else 1e-12), worst


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_that_many_random_scenarios_print_the_numbers_of_the_engine(tmp_path):
    jobs = random_jobs(range(1000, 2500))
    found = run_programs([numpy_program(*job).text for job in jobs], tmp_path, strict=False)
    sizes = [worst_of([job], [numbers])[0] for job, numbers in zip(jobs, found, strict=True)]
    # a sample of zeros meets biases that are rounding, whose sign decides at a kink
    assert sum(size > 1e-10 for size in sizes) < len(sizes) / 1000


# -- the text --------------------------------------------------------------------------
@pytest.mark.parametrize("write", WRITERS)
def test_that_the_text_is_python_of_short_lines(write):
    for job in [*shipped_jobs(), *random_jobs(range(100, 160))]:
        text = write(*job).text
        compile(text.encode(), "program.py", "exec")
        assert max(map(len, text.split("\n"))) <= WIDTH
        assert text.endswith("\n")
        assert text.split("\n")[1].startswith("import ")


@pytest.mark.parametrize("write", WRITERS)
def test_that_equal_moments_give_equal_texts(write):
    scenario = shipped()[0]
    assert write(scenario, "with", 20) == write(load(scenario_path(scenario.name)), "with", 20)


HOSTILE = (
    "coding: utf-7",
    "# -*- coding: no-such-thing -*-",
    "''' + __import__('os').abort() + '''",
    '"""; raise SystemExit(3) #',
    "ends with a backslash \\",
    "{0} {title} %s %(x)d",
    "λ é ✓ 批归一化",
    " " * 150 + "x",
    "w" * 200,
)


@pytest.mark.parametrize("write", WRITERS)
def test_that_no_title_gets_out_of_its_comment(write, tmp_path):
    scenario = shipped()[0]
    plain = write(scenario, "with", 12)
    for title in HOSTILE:
        text = write(replace(scenario, title=title, description=title), "with", 12).text
        compile(text.encode(), "program.py", "exec")
        code = [line for line in text.split("\n") if not line.startswith("#")]
        assert code == [line for line in plain.text.split("\n") if not line.startswith("#")]
        assert max(map(len, text.split("\n"))) <= WIDTH


def test_that_hostile_titles_run(tmp_path):
    scenario = shipped()[0]
    texts = [numpy_program(replace(scenario, title=t), "with", 12).text for t in HOSTILE]
    assert all("mean1" in numbers for numbers in run_programs(texts, tmp_path))


def test_that_the_article_is_a_page():
    scenario = load(scenario_path("article"))
    n = schedule_of(scenario).n
    assert len(numpy_program(scenario, "with", n).text.split("\n")) < 110
    text = numpy_program(scenario, "with", 12).text
    assert len(text.split("\n")) < 80
    assert "backward" not in text
    assert "isfinite" not in text
    assert "seterr" not in text


def test_that_only_what_is_needed_is_written():
    text = numpy_program(load(scenario_path("article-as-printed")), "with", 5).text
    assert not any(word in text for word in ("gamma", "running", "for batch", "rng", "1e-05"))
    text = numpy_program(load(scenario_path("cascade")), "without", 5).text
    assert not any(word in text for word in ("gamma", "running", "mean1", "updates", "velocity"))


# -- the lit lines ---------------------------------------------------------------------
LIT = {
    Phase.FORWARD: "z{i} =",
    Phase.ARRIVE: "z{i} =",
    Phase.MEAN: "mean{i} =",
    Phase.VARIANCE: "var{i} =",
    Phase.NORMALIZE: "x_hat{i} =",
    Phase.SCALE: "y{i} =",
    Phase.LOSS: "loss =",
}


@pytest.mark.parametrize("write", WRITERS)
def test_that_each_operation_lights_its_own_lines(write):
    for scenario in shipped():
        for t, operation in enumerate(schedule_of(scenario).operations, 1):
            program = write(scenario, "with", t)
            lines = program.text.split("\n")
            lit = [lines[index] for index in program.lit]
            assert lit, operation
            place = operation.phase, operation.layer
            assert program.lines[place] == program.lit
            if operation.phase in LIT:
                name = LIT[operation.phase].format(i=(operation.layer or 0) + 1)
                assert any(line.strip().startswith(name) for line in lit), (operation, lit)


def test_that_gradients_and_updates_light_their_own_lines():
    scenario = load(scenario_path("cascade"))
    n = schedule_of(scenario).n
    program = numpy_program(scenario, "with", n)
    lines = program.text.split("\n")
    for layer in range(4):
        lit = [lines[index].strip() for index in program.lines[Phase.BACKWARD, layer]]
        assert {f"d_W{layer + 1}", f"d_b{layer + 1}"} < {line.split(" = ")[0] for line in lit}
        assert not any(f"d_W{other + 1} =" in " ".join(lit) for other in range(4) if other != layer)
    assert any("p -= 0.1 * g" in lines[index] for index in program.lit)


@pytest.mark.parametrize("write", WRITERS)
def test_that_the_lane_without_lights_nothing_while_the_other_takes_statistics(write):
    for scenario in shipped():
        for t, operation in enumerate(schedule_of(scenario).operations, 1):
            program = write(scenario, "without", t)
            assert bool(program.lit) == (operation.phase not in STATISTICS), operation
            assert max(program.lit, default=0) < len(program.text.split("\n"))


def test_that_nothing_is_lit_at_the_start():
    for write, lane in product(WRITERS, LANES):
        assert write(shipped()[0], lane, 0).lit == ()
