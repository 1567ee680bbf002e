"""What a program begins with, the same in both libraries: data, parameters, the batch."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from bnsim.pictures.program.moment import Moment
from bnsim.pictures.program.page import (
    Page,
    Section,
    many,
    matrix_items,
    number,
    place_text,
    vector_items,
)
from bnsim.sim.edits import ARRAYS, target_of
from bnsim.sim.spec import Edit, Override, Scenario

_SHOW = """\
def show(**numbers):
    for name, values in numbers.items():
        print(name, "=", values.tolist())"""

_LANES = {"with": "with batch normalization", "without": "without batch normalization"}


class Library(NamedTuple):
    """How the same thing is said in NumPy and in PyTorch; ``{}`` is what it is said of."""

    title: str
    module: str
    array: str
    low: str
    high: str
    deviation: str
    drawn: str
    order: str
    edited: str
    rate: str


NUMPY = Library(
    "NumPy", "np", "array", "X.min(axis=0)", "X.max(axis=0)", "X.std(axis=0)", "{}", "{}", "{}",
    "rate",
)  # fmt: skip
TORCH = Library(
    "PyTorch", "torch", "tensor", "X.amin(0)", "X.amax(0)", "X.std(0, correction=0)",
    "torch.from_numpy({})", "{}.tolist()", "{}.data",
    'optimizer.param_groups[0]["lr"]',
)  # fmt: skip


def draws(scenario: Scenario) -> bool:
    """Whether any weights are drawn."""
    given = all(layer.weights is not None for layer in scenario.layers)
    return not given and scenario.initialization.rule != "zeros"


def begin(moment: Moment, library: Library, imports: Sequence[str]) -> Page:
    """A page with its first lines; no text of the scenario where an encoding is looked for."""
    page = Page()
    page.sections.append(Section(moment.scenario.title, 0))
    page.add(f"# Written by bnsim: run it with Python and {library.title} to see these numbers.")
    for line in imports:
        page.add(line)
    page.add("")
    page.comment(f"{moment.scenario.title}, {_LANES[moment.lane]}")
    page.comment(f"Moment {moment.words}")
    page.add("")
    page.add("")
    page.add(_SHOW)
    page.add("")
    return page


def data(page: Page, moment: Moment, library: Library) -> None:
    """All samples X, as the network gets them, and all targets T."""
    scenario, module = moment.scenario, library.module
    page.section("Data")
    page.comment(f"The data X and the targets T: {many(scenario.n_samples, 'sample')} in rows")
    array = f"{module}.{library.array}"
    page.packed(f"X = {array}([", matrix_items(scenario.data.x), "])")
    if scenario.data.targets is not None:
        page.packed(f"T = {array}([", matrix_items(scenario.data.targets), "])")
    else:
        labels = [str(label) for label in scenario.data.labels or ()]
        page.packed(f"T = {module}.eye({scenario.layers[-1].units})[[", labels, "]]")
    _normalize_inputs(page, moment, library)
    page.add(f"m = {scenario.batch_size}  # samples in a batch")


def _normalize_inputs(page: Page, moment: Moment, library: Library) -> None:
    how = moment.scenario.normalize_inputs
    if how == "off":
        return
    if how == "range":
        page.add(f"shift, scale = {library.low}, {library.high} - {library.low}  # to 0..1")
    else:
        page.add(f"shift, scale = X.mean(axis=0), {library.deviation}  # mean 0, deviation 1")
    columns = zip(*moment.scenario.data.x, strict=True)
    if any(len(set(column)) == 1 for column in columns) or how == "standard":
        page.add(f"scale = {library.module}.where(scale == 0, 1.0, scale)")
    page.add("X = (X - shift) / scale")


def parameters(page: Page, moment: Moment, library: Library) -> None:
    """Every parameter and running statistic as the run starts."""
    scenario = moment.scenario
    page.section("Parameters")
    page.comment("Parameters at the start")
    if draws(scenario):
        page.add(f"rng = np.random.RandomState({scenario.seed})")
    for index in range(len(moment.plan.layers)):
        _weights(page, moment, library, index)
        _normalization(page, moment, library, index)
    for change in scenario.overrides:
        if moment.has(change):
            page.add(_assignment(change, library, "{}") + "  # set by hand")


def _weights(page: Page, moment: Moment, library: Library, index: int) -> None:
    given, plan = moment.scenario.layers[index], moment.plan.layers[index]
    array, shape = f"{library.module}.{library.array}", f"({plan.n_in}, {plan.n_out})"
    if given.weights is not None:
        page.packed(f"W{index + 1} = {array}([", matrix_items(given.weights), "])")
        if draws(moment.scenario):
            page.add(f"rng.standard_normal({shape})  # drawn, though W{index + 1} is given")
    elif draws(moment.scenario):
        drawn = f"rng.standard_normal({shape}) * {_deviation(moment, index)}"
        rule = moment.scenario.initialization.rule
        page.add(f"W{index + 1} = {library.drawn.format(drawn)}  # {rule}")
    else:
        page.add(f"W{index + 1} = {library.module}.zeros({shape})")
    if given.bias is not None and any(given.bias):
        page.packed(f"b{index + 1} = {array}([", vector_items(given.bias), "])")
    else:
        page.add(f"b{index + 1} = {library.module}.zeros({plan.n_out})")


def _deviation(moment: Moment, index: int) -> str:
    """The standard deviation that weights are drawn with, as its formula."""
    plan, rule = moment.plan.layers[index], moment.scenario.initialization
    return {
        "he": f"np.sqrt(2 / {plan.n_in})",
        "glorot": f"np.sqrt(2 / ({plan.n_in} + {plan.n_out}))",
        "lecun": f"(1 / np.sqrt({plan.n_in}))",
        "normal": number(rule.sd),
    }[rule.rule]


def _normalization(page: Page, moment: Moment, library: Library, index: int) -> None:
    units = moment.plan.layers[index].n_out
    names, ones = moment.layout.names(index), f"{library.module}.ones({units})"
    zeros, i = f"{library.module}.zeros({units})", index + 1
    if "gamma" in names:
        page.add(f"gamma{i}, beta{i} = {ones}, {zeros}")
    if "running_mean" in names:
        page.add(f"running_mean{i}, running_var{i} = {zeros}, {ones}")


def _assignment(change: Override | Edit, library: Library, edited: str) -> str:
    """One number set by hand."""
    name = target_of(change)
    place = place_text(getattr(change, name))
    if name == "rate":
        return f"{library.rate} = {number(change.value)}"
    if name in ("input", "target"):
        return f"{'X' if name == 'input' else 'T'}{place} = {number(change.value)}"
    array = edited.format(f"{ARRAYS[name]}{(change.layer or 0) + 1}")
    return f"{array}{place} = {number(change.value)}"


def batch(page: Page, moment: Moment, library: Library) -> None:
    """The batch x with its targets t, in the loop over the batches where it takes one."""
    page.section("Batches")
    if moment.looped:
        page.add(f"for batch in range({moment.batch + 1}):")
        page.indent = "    "
    _edits(page, moment, library)
    _samples(page, moment, library)


def _edits(page: Page, moment: Moment, library: Library) -> None:
    for number_of_batch, edits in groupby(moment.edits, key=lambda e: e.batch):
        inner = "    " if moment.looped else ""
        if moment.looped:
            page.add(f"if batch == {number_of_batch}:  # set by hand")
        else:
            page.comment(f"Set by hand before batch {number_of_batch + 1}")
        for edit in edits:
            if edit.target is not None and moment.plan.loss == "cross_entropy":
                page.add(f"{inner}T[{edit.target[0]}] = 0.0  # another class")
            page.add(inner + _assignment(edit, library, library.edited))


def _samples(page: Page, moment: Moment, library: Library) -> None:
    scenario, m = moment.scenario, moment.plan.batch
    per_epoch = scenario.batches_per_epoch
    if scenario.order == "shuffled":
        return _shuffled(page, moment, library)
    if per_epoch == 1:
        rows = ":m"
    elif not moment.looped:
        start = moment.batch % per_epoch * m
        rows = f"{start}:{start + m}"
    else:
        in_epoch = "batch" if scenario.batches <= per_epoch else f"batch % {per_epoch}"
        page.add(f"start = {in_epoch} * m")
        rows = "start : start + m"
    page.add(f"x, t = X[{rows}], T[{rows}]")
    return None


def _shuffled(page: Page, moment: Moment, library: Library) -> None:
    scenario = moment.scenario
    per_epoch = scenario.batches_per_epoch
    if moment.looped:
        page.add(f"epoch, place = divmod(batch, {per_epoch})")
        epoch, rows = "epoch", "place * m : place * m + m"
    else:
        place = moment.batch % per_epoch * moment.plan.batch
        epoch, rows = str(moment.batch // per_epoch), f"{place}:{place + moment.plan.batch}"
    drawn = f"np.random.RandomState([{scenario.seed}, {epoch}])"
    permutation = f"{drawn}.permutation({scenario.n_samples})"
    page.add(f"rows = {library.order.format(f'{permutation}[{rows}]')}")
    page.add("x, t = X[rows], T[rows]")
