"""The moment as a PyTorch program: its layers and optimizers, and gradients by autograd."""

from __future__ import annotations

from bnsim.engine.dialects import Dialect
from bnsim.engine.layout import LayerPlan
from bnsim.engine.optimizers import ADAM_EPS, BETA_1, BETA_2, MOMENTUM
from bnsim.pictures.program import parts, start
from bnsim.pictures.program.moment import Moment
from bnsim.pictures.program.page import Page, Place, Program, number, one_less
from bnsim.pictures.program.parts import passing, places_of
from bnsim.pictures.program.start import TORCH
from bnsim.sim.operation import Phase
from bnsim.sim.run import Lane, waits
from bnsim.sim.spec import Scenario

_ACTIVATIONS = {
    "relu": "F.relu({u})",
    "leaky_relu": "F.leaky_relu({u}, 0.01)",
    "elu": "F.elu({u})",
    "tanh": "torch.tanh({u})",
    "sigmoid": "torch.sigmoid({u})",
    "identity": "{u}",
}
_OPTIMIZERS = {
    "sgd": "SGD(parameters, lr={rate})",
    "momentum": f"SGD(parameters, lr={{rate}}, momentum={MOMENTUM})",
    "adam": f"Adam(parameters, lr={{rate}}, betas=({BETA_1}, {BETA_2}), eps={ADAM_EPS})",
}


def torch_program(scenario: Scenario, lane: Lane, t: int) -> Program:
    """The PyTorch program that reproduces a moment, in float64.

    Parameters
    ----------
    scenario : Scenario
    lane : {"without", "with"}
    t : int
        The moment, as in :mod:`bnsim.sim.schedule`; clamped to the run.

    Returns
    -------
    Program
        It needs NumPy too where weights or the order of the samples are drawn.

    Raises
    ------
    InputError
        When the scenario breaks a rule.
    """
    moment = Moment.of(scenario, lane, t)
    page = start.begin(moment, TORCH, _imports(moment))
    page.add("\ntorch.set_default_dtype(torch.float64)")
    start.data(page, moment, TORCH)
    start.parameters(page, moment, TORCH)
    _memory(page, moment)
    start.batch(page, moment, TORCH)
    _compute(page, moment)
    return parts.finished(page, moment)


def _imports(moment: Moment) -> list[str]:
    drawn = start.draws(moment.scenario) or moment.scenario.order == "shuffled"
    return [
        *["import copy", ""] * _remembers(moment),
        *["import numpy as np"] * drawn,
        "import torch",
        "import torch.nn.functional as F",
    ]


def _remembers(moment: Moment) -> bool:
    """Whether the optimizer has a memory to take back."""
    return moment.plan.optimizer in ("momentum", "adam")


def _memory(page: Page, moment: Moment) -> None:
    page.packed("parameters = [", moment.parameters, "]")
    page.add("for p in parameters:")
    page.add("    p.requires_grad_()")
    if moment.trained:
        optimizer = _OPTIMIZERS[moment.plan.optimizer].format(rate=number(moment.plan.rate))
        page.add(f"optimizer = torch.optim.{optimizer}")
    if moment.checked:
        page.packed("state = [", ["*parameters", *moment.running], "]")
    if moment.counted:
        page.add("updates = 0")


def _compute(page: Page, moment: Moment) -> None:
    """One batch, and what is printed of the last one."""
    page.add("x.requires_grad_()")
    if moment.checked:
        page.add("before = [s.detach().clone() for s in state]")
        if _remembers(moment):
            page.add("memory = copy.deepcopy(optimizer.state_dict())")
    for index in range(len(moment.plan.layers)):
        _forward(page, moment, index)
    if moment.written(Phase.LOSS):
        _loss(page, moment)
    if moment.written(Phase.BACKWARD):
        _backward(page, moment)
    parts.end(page, moment, _arrays(moment), _update)


def _arrays(moment: Moment) -> dict[str, str]:
    """Where gradients are: at what they are the gradients of."""
    labels = [shown.array for group in moment.shown() for shown in group]
    gradients = {label: f"{label[2:]}.grad" for label in labels if label.startswith("d_")}
    for index in range(len(moment.plan.layers)):
        for name in _by_hand(moment, index):
            gradients.pop(name, None)
    return gradients


# -- forward ---------------------------------------------------------------------------
def _forward(page: Page, moment: Moment, index: int) -> None:
    layer, i, places = moment.plan.layers[index], index + 1, passing(index)
    page.block(parts.layer_title(moment, index))
    page.add(f"z{i} = {moment.out(index - 1)} @ W{i} + b{i}", *places)
    activation = _ACTIVATIONS[layer.activation]
    if layer.placement == "before":
        _normalize(page, moment, index)
        leaving: tuple[Place, ...] = ((Phase.LEAVE, index),) if waits(layer) else places
        page.add(f"a{i} = {activation.format(u=f'y{i}')}", *leaving)
        return
    page.add(f"a{i} = {activation.format(u=f'z{i}')}", *places)
    if layer.placement == "after":
        _normalize(page, moment, index)


def _called(layer: LayerPlan, m: int) -> bool:
    """Whether PyTorch has a function for a layer's normalization."""
    dialect = layer.dialect
    if layer.placement == "none" or not dialect.eps or dialect.added:
        return False
    return dialect.axis == 1 or (dialect.unbiased and m > 1)


def _normalize(page: Page, moment: Moment, index: int) -> None:
    layer = moment.plan.layers[index]
    dialect = layer.dialect
    page.comment(parts.norm_title(moment, index))
    if dialect.cumulative:
        page.add(f"share = 1 / ({'updates' if moment.checked else 'batch'} + 1)")
    called = _called(layer, moment.plan.batch)
    _statistics(page, moment, index)
    y = places_of(moment, index, Phase.SCALE, Phase.LEAVE)
    if called:
        function, arguments = _call(moment, index)
        page.packed(f"y{index + 1} = {function}(", arguments, ")", *y)
        return
    scaled = f"gamma{index + 1} * x_hat{index + 1} + beta{index + 1}"
    page.add(f"y{index + 1} = {scaled if dialect.affine else f'x_hat{index + 1}'}", *y)
    if dialect.has_running:
        _running(page, moment, index)


def _call(moment: Moment, index: int) -> tuple[str, list[str]]:
    """PyTorch's function, and its arguments."""
    layer, x, i = moment.plan.layers[index], moment.entering(index), index + 1
    affine, eps = [f"gamma{i}", f"beta{i}"], number(layer.dialect.eps)
    if layer.dialect.axis == 1:
        return "F.layer_norm", [x, f"({layer.n_out},)", *affine, eps]
    running = [f"running_mean{i}", f"running_var{i}"]
    rate = _rate(layer.dialect)[1]
    return "F.batch_norm", [x, *running, *affine, "training=True", f"momentum={rate}", f"eps={eps}"]


def _rate(dialect: Dialect) -> tuple[str, str]:
    """The weights of the old running statistics and of the batch's."""
    if dialect.cumulative:
        return "1 - share", "share"
    rate = dialect.running_rate or 0.0
    return one_less(rate).strip("()"), number(rate)


def _statistics(page: Page, moment: Moment, index: int) -> None:
    """Mean, variance, root and x_hat from differentiable operations."""
    dialect, i, x = moment.plan.layers[index].dialect, index + 1, moment.entering(index)
    over = f"{dialect.axis}{', keepdim=True' if dialect.axis else ''}"
    variance = places_of(moment, index, Phase.VARIANCE)
    page.add(f"mean{i} = {x}.mean({over})", *places_of(moment, index, Phase.MEAN))
    page.add(f"var{i} = (({x} - mean{i}) ** 2).mean({over})", *variance)
    root = f"(var{i} + {number(dialect.eps)}).sqrt()"
    if not dialect.eps:
        _no_rounding(page, i, f"{x}.abs().amax({over})", variance)
        root = f"torch.where(same{i}, 0.0, torch.where(same{i}, 1.0, var{i}).sqrt())"
    added = f" + {number(dialect.added)}" if dialect.added else ""
    page.add(f"std{i} = {root}{added}", *variance)
    x_hat = f"({x} - mean{i}) / std{i}"
    if dialect.eps + dialect.added == 0:
        divisor = f"torch.where(same{i}, 1.0, std{i})"
        x_hat = f"torch.where(same{i}, 0.0, {x} - mean{i}) / {divisor}"
    page.add(f"x_hat{i} = {x_hat}", *places_of(moment, index, Phase.NORMALIZE))


def _no_rounding(page: Page, i: int, largest: str, places: tuple[Place, ...]) -> None:
    """Equal numbers have the variance 0; a root at 0 has no gradient."""
    page.add(f"largest{i} = {largest}", *places)
    infinite = f"torch.full_like(largest{i}, torch.inf)"
    page.add(f"step{i} = torch.nextafter(largest{i}, {infinite}) - largest{i}", *places)
    page.add(f"same{i} = var{i}.sqrt() <= 4 * step{i}", *places)
    page.add(f"var{i} = torch.where(same{i}, 0.0, var{i})  # no more than rounding", *places)


def _running(page: Page, moment: Moment, index: int) -> None:
    dialect, i = moment.plan.layers[index].dialect, index + 1
    old, new = _rate(dialect)
    unbiased = " * m / (m - 1)" if dialect.unbiased and moment.plan.batch > 1 else ""
    for name, rest in (("mean", ""), ("var", unbiased)):
        moved = f"{new}{rest} * {name}{i}.detach()"
        page.add(f"running_{name}{i}.mul_({old}).add_({moved})")


# -- loss and backward -----------------------------------------------------------------
def _loss(page: Page, moment: Moment) -> None:
    out, place = moment.out(len(moment.plan.layers) - 1), (Phase.LOSS, None)
    if moment.plan.loss == "mse":
        page.block("loss: mean squared error")
        page.add(f"loss = F.mse_loss({out}, t)", place)
    else:
        page.block("loss: cross-entropy of the softmax")
        page.add(f"loss = F.cross_entropy({out}, t)", place)


def _by_hand(moment: Moment, index: int) -> list[str]:
    """The gradients inside a function of PyTorch, which autograd does not give."""
    if not _called(moment.plan.layers[index], moment.plan.batch):
        return []
    return [f"d_{name}{index + 1}" for name in ("x_hat", "mean", "var")]


def _backward(page: Page, moment: Moment) -> None:
    layers = range(len(moment.plan.layers))
    places = [(Phase.BACKWARD, index) for index in layers]
    page.block("backward: gradients of every number by autograd")
    page.packed("for n in [", _kept(moment), "]:")
    page.add("    n.retain_grad()")
    if moment.trained:
        page.add("optimizer.zero_grad()")
    elif moment.looped:
        page.add("for p in parameters:")
        page.add("    p.grad = None")
    page.add("loss.backward()", *places)
    for index in reversed(layers):
        if _by_hand(moment, index):
            _inside(page, moment, index)


def _kept(moment: Moment) -> list[str]:
    """The numbers between parameters and loss whose gradients are printed."""
    names = []
    for index in range(len(moment.plan.layers)):
        for name in moment.layout.names(index):
            full = f"{name[2:]}{index + 1}"
            parameter = full in moment.parameters or name == "d_x"
            if name.startswith("d_") and not parameter:
                names.append(full)
        hidden = [name[2:] for name in _by_hand(moment, index)]
        names = [name for name in names if name not in hidden]
    return names


def _inside(page: Page, moment: Moment, index: int) -> None:
    """The chain rule inside of a function of PyTorch."""
    dialect, i, place = moment.plan.layers[index].dialect, index + 1, (Phase.BACKWARD, index)
    over = f"{dialect.axis}{', keepdim=True' if dialect.axis else ''}"
    page.add(f"d_x_hat{i} = y{i}.grad * gamma{i}", place)
    page.add(f"d_mean{i} = -(d_x_hat{i} / std{i}).sum({over})", place)
    page.add(f"d_var{i} = -(d_x_hat{i} * x_hat{i}).sum({over}) / (2 * std{i}**2)", place)


# -- update ----------------------------------------------------------------------------
def _update(page: Page, moment: Moment) -> None:
    place = (Phase.UPDATE, None)
    page.add("\n# update", place)
    if moment.trained:
        page.add("optimizer.step()", place)
    if moment.counted:
        page.add("updates += 1", place)
    page.add("\n# a batch with a number that is not finite leaves no trace")
    gradients = "*[p.grad for p in parameters]"
    page.packed("numbers = [", [*moment.checked_names, gradients, "*state"], "]")
    page.add("if not all(torch.isfinite(n).all() for n in numbers):")
    page.add("    for s, old in zip(state, before):")
    page.add("        s.data.copy_(old)")
    if _remembers(moment):
        page.add("    optimizer.load_state_dict(memory)")
    if moment.counted:
        page.add("    updates -= 1")
