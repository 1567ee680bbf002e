"""The moment as a NumPy program: textbook formulas, layer by layer, by the field's names."""

from __future__ import annotations

from bnsim.engine.dialects import Dialect
from bnsim.engine.optimizers import ADAM_EPS, BETA_1, BETA_2, MOMENTUM
from bnsim.pictures.program import large, parts, start
from bnsim.pictures.program.moment import Moment
from bnsim.pictures.program.page import Page, Place, Program, number, one_less
from bnsim.pictures.program.parts import passing, places_of
from bnsim.pictures.program.start import NUMPY
from bnsim.sim.operation import Phase
from bnsim.sim.run import Lane, waits
from bnsim.sim.spec import Scenario

#: Of its input u and its output a: the activation, and what its derivative does to d_a.
_ACTIVATIONS = {
    "relu": ("np.maximum({u}, 0)", "{d_a} * ({u} > 0)"),
    "leaky_relu": ("np.maximum(0.01 * {u}, {u})", "{d_a} * np.where({u} > 0, 1, 0.01)"),
    "elu": ("np.maximum({u}, np.expm1(np.minimum({u}, 0)))", "{d_a} * (np.minimum({a}, 0) + 1)"),
    "tanh": ("np.tanh({u})", "{d_a} * (1 - {a}**2)"),
    "sigmoid": ("1 / (1 + np.exp(np.minimum(-{u}, 709)))", "{d_a} * {a} * (1 - {a})"),
    "identity": ("{u}", "{d_a}"),
}


def numpy_program(scenario: Scenario, lane: Lane, t: int) -> Program:
    """The NumPy program that reproduces a moment.

    Parameters
    ----------
    scenario : Scenario
    lane : {"without", "with"}
    t : int
        The moment, as in :mod:`bnsim.sim.schedule`; clamped to the run.

    Returns
    -------
    Program

    Raises
    ------
    InputError
        When the scenario breaks a rule.
    """
    moment = Moment.of(scenario, lane, t)
    page = start.begin(moment, NUMPY, ["import numpy as np"])
    large.functions(page, moment)
    start.data(page, moment, NUMPY)
    start.parameters(page, moment, NUMPY)
    _memory(page, moment)
    start.batch(page, moment, NUMPY)
    _compute(page, moment)
    return parts.finished(page, moment)


def _memory(page: Page, moment: Moment) -> None:
    """What a batch leaves behind, as lists."""
    if moment.trained:
        page.packed("parameters = [", moment.parameters, "]")
    if moment.plan.optimizer == "momentum":
        page.add("velocity = [np.zeros_like(p) for p in parameters]")
    if moment.plan.optimizer == "adam":
        page.add("first = [np.zeros_like(p) for p in parameters]")
        page.add("second = [np.zeros_like(p) for p in parameters]")
    if moment.checked:
        moments = {"momentum": ["*velocity"], "adam": ["*first", "*second"]}
        kept = ["*parameters"] * moment.trained + moments.get(moment.plan.optimizer, [])
        page.packed("state = [", [*kept, *moment.running], "]")
    if moment.rate_is_set:
        page.add(f"rate = {number(moment.plan.rate)}")
    if moment.counted:
        page.add("updates = 0")


def _compute(page: Page, moment: Moment) -> None:
    """One batch, and what is printed of the last one."""
    if moment.checked:
        page.add("before = [s.copy() for s in state]")
    for index in range(len(moment.plan.layers)):
        _forward(page, moment, index)
    if moment.written(Phase.LOSS):
        _loss(page, moment)
    if moment.written(Phase.BACKWARD):
        for index in reversed(range(len(moment.plan.layers))):
            _backward(page, moment, index)
    parts.end(page, moment, {}, _update)


# -- forward ---------------------------------------------------------------------------
def _forward(page: Page, moment: Moment, index: int) -> None:
    layer, i = moment.plan.layers[index], index + 1
    places = passing(index)
    page.block(parts.layer_title(moment, index))
    page.add(f"z{i} = {moment.out(index - 1)} @ W{i} + b{i}", *places)
    if layer.placement == "before":
        _normalize(page, moment, index)
        leaving: tuple[Place, ...] = ((Phase.LEAVE, index),) if waits(layer) else places
        page.add(f"a{i} = {_activation(layer.activation, f'y{i}')}", *leaving)
        return
    page.add(f"a{i} = {_activation(layer.activation, f'z{i}')}", *places)
    if layer.placement == "after":
        _normalize(page, moment, index)


def _activation(name: str, u: str) -> str:
    return _ACTIVATIONS[name][0].format(u=u)


def _normalize(page: Page, moment: Moment, index: int) -> None:
    """From what enters normalization to y and the running statistics."""
    layer, i = moment.plan.layers[index], index + 1
    page.comment(parts.norm_title(moment, index))
    if moment.large:
        large.normalize(page, moment, index)
    else:
        _normalize_plain(page, moment, index)
    y = f"gamma{i} * x_hat{i} + beta{i}" if layer.dialect.affine else f"x_hat{i}"
    page.add(f"y{i} = {y}", *places_of(moment, index, Phase.SCALE, Phase.LEAVE))
    if layer.dialect.has_running:
        _running(page, moment, index)


def _normalize_plain(page: Page, moment: Moment, index: int) -> None:
    dialect, i, x = moment.plan.layers[index].dialect, index + 1, moment.entering(index)
    over = _over(dialect)
    variance = places_of(moment, index, Phase.VARIANCE)
    page.add(f"mean{i} = {x}.mean({over})", *places_of(moment, index, Phase.MEAN))
    page.add(f"var{i} = (({x} - mean{i}) ** 2).mean({over})", *variance)
    if dialect.eps == 0:
        page.add(f"same{i} = np.sqrt(var{i}) <= 4 * np.spacing(np.abs({x}).max({over}))", *variance)
        page.add(f"var{i}[same{i}] = 0  # equal numbers: no more than rounding", *variance)
    inside = f"var{i} + {number(dialect.eps)}" if dialect.eps else f"var{i}"
    added = f" + {number(dialect.added)}" if dialect.added else ""
    page.add(f"std{i} = np.sqrt({inside}){added}", *variance)
    normalize = places_of(moment, index, Phase.NORMALIZE)
    divisor = f"std{i}"
    if dialect.eps + dialect.added == 0:
        divisor = f"divisor{i}"
        page.add(f"{divisor} = np.where(std{i} == 0, np.inf, std{i})", *normalize)
    page.add(f"x_hat{i} = ({x} - mean{i}) / {divisor}", *normalize)


def _over(dialect: Dialect) -> str:
    return "axis=0" if dialect.axis == 0 else "axis=1, keepdims=True"


def _running(page: Page, moment: Moment, index: int) -> None:
    dialect, i = moment.plan.layers[index].dialect, index + 1
    old, new = one_less(dialect.running_rate or 0.0), number(dialect.running_rate or 0.0)
    if dialect.cumulative:
        page.add(f"share = 1 / ({'updates' if moment.checked else 'batch'} + 1)")
        old, new = "(1 - share)", "share"
    unbiased = " * m / (m - 1)" if dialect.unbiased and moment.plan.batch > 1 else ""
    place = "[:]" if moment.checked else ""
    for name, batch, rest in (("mean", "mean", ""), ("var", "var", unbiased)):
        running = f"running_{name}{i}"
        page.add(f"{running}{place} = {old} * {running} + {new}{rest} * {batch}{i}")


# -- loss and backward -----------------------------------------------------------------
def _loss(page: Page, moment: Moment) -> None:
    out, place = moment.out(len(moment.plan.layers) - 1), (Phase.LOSS, None)
    if moment.plan.loss == "mse":
        page.block("loss: mean squared error")
        page.add(f"loss = (({out} - t) ** 2).mean()", place)
        return
    page.block("loss: cross-entropy of the softmax; less the largest, no exponential overflows")
    page.add(f"shifted = {out} - {out}.max(axis=1, keepdims=True)", place)
    page.add("total = np.exp(shifted).sum(axis=1, keepdims=True)", place)
    page.add("loss = (np.log(total[:, 0]) - (t * shifted).sum(axis=1)).mean()", place)


def _backward(page: Page, moment: Moment, index: int) -> None:
    layer, i, place = moment.plan.layers[index], index + 1, (Phase.BACKWARD, index)
    page.block(f"backward through layer {i}")
    if index == len(moment.plan.layers) - 1:
        out = moment.out(index)
        gradient = f"2 * ({out} - t) / {out}.size"
        if moment.plan.loss == "cross_entropy":
            gradient = "(np.exp(shifted) / total - t) / m"
        page.add(f"d_{out} = {gradient}", place)
    u = f"y{i}" if layer.placement == "before" else f"z{i}"
    derivative = _ACTIVATIONS[layer.activation][1].format(u=u, a=f"a{i}", d_a=f"d_a{i}")
    if layer.placement == "after":
        _normalize_back(page, moment, index)
    page.add(f"d_{u} = {derivative}", place)
    if layer.placement == "before":
        _normalize_back(page, moment, index)
    page.add(f"d_W{i} = {moment.out(index - 1)}.T @ d_z{i}", place)
    page.add(f"d_b{i} = d_z{i}.sum(axis=0)", place)
    page.add(f"d_{moment.out(index - 1)} = d_z{i} @ W{i}.T", place)


def _normalize_back(page: Page, moment: Moment, index: int) -> None:
    """The chain rule through y, x_hat, the variance and the mean of the batch."""
    dialect, i, place = moment.plan.layers[index].dialect, index + 1, (Phase.BACKWARD, index)
    if dialect.affine:
        page.add(f"d_gamma{i} = (d_y{i} * x_hat{i}).sum(axis=0)", place)
        page.add(f"d_beta{i} = d_y{i}.sum(axis=0)", place)
    page.add(f"d_x_hat{i} = d_y{i}{f' * gamma{i}' if dialect.affine else ''}", place)
    if moment.large:
        large.normalize_back(page, moment, index)
        return
    x, over, std = moment.entering(index), _over(dialect), f"std{i}"
    squared = f"std{i}**2"
    if dialect.added:
        squared = f"std{i} * root{i}"
        inside = f"var{i} + {number(dialect.eps)}"
        if not dialect.eps:
            inside = f"np.where(var{i} == 0, np.inf, var{i})"
        page.add(f"root{i} = np.sqrt({inside})", place)
    elif not dialect.eps:
        std, squared = f"divisor{i}", f"divisor{i}**2"
    n = "m" if dialect.axis == 0 else str(moment.plan.layers[index].n_out)
    page.add(f"d_var{i} = -(d_x_hat{i} * x_hat{i}).sum({over}) / (2 * {squared})", place)
    page.add(f"d_mean{i} = -d_x_hat{i}.sum({over}) / {std}", place)
    through = f"d_var{i} * 2 * ({x} - mean{i}) / {n} + d_mean{i} / {n}"
    page.add(f"d_{x} = d_x_hat{i} / {std} + {through}", place)


# -- update ----------------------------------------------------------------------------
def _update(page: Page, moment: Moment) -> None:
    place = (Phase.UPDATE, None)
    rate = "rate" if moment.rate_is_set else number(moment.plan.rate)
    gradients = [f"d_{name}" for name in moment.parameters]
    words = _OPTIMIZERS[moment.plan.optimizer].format(rate=rate).replace("rate rate", "the rate")
    page.add(f"\n# update: {words}", place)
    if moment.counted:
        page.add("updates += 1", place)
    if moment.trained:
        page.packed("gradients = [", gradients, "]", place)
    for line in _STEPS[moment.plan.optimizer]:
        page.add(line.format(rate=rate), place)
    _check(page, moment)


_OPTIMIZERS = {
    "none": "none, nothing trains",
    "sgd": "gradient descent with rate {rate}",
    "momentum": "momentum with rate {rate}",
    "adam": "Adam with rate {rate}",
}
_STEPS = {
    "none": (),
    "sgd": ("for p, g in zip(parameters, gradients):", "    p -= {rate} * g"),
    "momentum": (
        "for p, g, v in zip(parameters, gradients, velocity):",
        f"    v[:] = {MOMENTUM} * v + g",
        "    p -= {rate} * v",
    ),
    "adam": (
        "for p, g, u, v in zip(parameters, gradients, first, second):",
        f"    u += (1 - {BETA_1}) * (g - u)",
        f"    v += (1 - {BETA_2}) * (g * g - v)",
        f"    u_hat, v_hat = u / (1 - {BETA_1}**updates), v / (1 - {BETA_2}**updates)",
        f"    p -= {{rate}} * u_hat / (np.sqrt(v_hat) + {ADAM_EPS})",
    ),
}


def _check(page: Page, moment: Moment) -> None:
    """A batch that is not finite is taken back."""
    page.add("\n# a batch with a number that is not finite leaves no trace")
    gradients = ["*gradients"] if moment.trained else [f"d_{n}" for n in moment.parameters]
    page.packed("numbers = [", [*moment.checked_names, *gradients, "*state"], "]")
    page.add("if not all(np.isfinite(n).all() for n in numbers):")
    if moment.counted:
        page.add("    updates -= 1")
    page.add("    for s, old in zip(state, before):")
    page.add("        s[:] = old")
