"""Normalization of numbers whose squares overflow, for programs that have such numbers."""

from __future__ import annotations

from bnsim.pictures.program.moment import Moment
from bnsim.pictures.program.page import Page, number
from bnsim.pictures.program.parts import places_of
from bnsim.sim.operation import Phase

_NORMALIZE = '''

def normalize(x, eps, added):
    """Mean, variance, the root and x_hat of columns whose squares may overflow."""
    with_overflow = ((x - x.mean(axis=0)) ** 2).mean(axis=0)
    huge = ~np.isfinite(with_overflow) & np.isfinite(x).all(axis=0)
    k = np.where(huge, np.frexp(np.abs(x).max(axis=0))[1], 0)
    x = np.ldexp(x, -k)  # a power of 2 changes no digit
    mean = x.mean(axis=0)
    var = ((x - mean) ** 2).mean(axis=0)
    same = (huge | (eps == 0)) & (np.sqrt(var) <= 4 * np.spacing(np.abs(x).max(axis=0)))
    var[same] = 0
    std = np.sqrt(var + np.ldexp(eps, -2 * k)) + np.ldexp(added, -k)
    x_hat = np.where(same, 0, x - mean) / np.where(std == 0, np.inf, std)
    std = np.where(same, np.sqrt(eps) + added, np.ldexp(std, k))
    return np.ldexp(mean, k), np.ldexp(var, 2 * k), std, x_hat


def normalize_back(d_x_hat, x_hat, var, std, eps, added):
    """The gradients of what is normalized, of its mean and of its variance."""
    n, std = len(x_hat), np.where(std == 0, np.inf, std)
    root = np.minimum(np.sqrt(var + eps), std) if added else std
    root = np.where(root == 0, np.inf, root)
    total, product = d_x_hat.sum(axis=0), (d_x_hat * x_hat).sum(axis=0)
    share = product / n * (std / root if added else 1)
    d_x = (d_x_hat - x_hat * share - total / n) / std
    return d_x, -total / std, -product / (2 * std * root)
'''


def functions(page: Page, moment: Moment) -> None:
    """The functions that the program calls, where it has large numbers."""
    if not moment.large:
        return
    if any(layer.placement != "none" for layer in moment.plan.layers):
        page.add(_NORMALIZE)
    page.add('\nnp.seterr(all="ignore")  # infinite and NaN are numbers here')


def normalize(page: Page, moment: Moment, index: int) -> None:
    """The call from what enters normalization to x_hat."""
    dialect, i, x = moment.plan.layers[index].dialect, index + 1, moment.entering(index)
    turned = ".T" if dialect.axis else ""
    phases = Phase.MEAN, Phase.VARIANCE, Phase.NORMALIZE
    call = f"normalize({x}{turned}, {number(dialect.eps)}, {number(dialect.added)})"
    places = places_of(moment, index, *phases)
    page.add(f"mean{i}, var{i}, std{i}, x_hat{i} = {call}", *places)
    if turned:
        page.add(f"x_hat{i} = x_hat{i}.T", *places)


def normalize_back(page: Page, moment: Moment, index: int) -> None:
    """The call from d_x_hat back."""
    dialect, i, place = moment.plan.layers[index].dialect, index + 1, (Phase.BACKWARD, index)
    x, turned = moment.entering(index), ".T" if dialect.axis else ""
    added = f"{number(dialect.eps)}, {number(dialect.added)}"
    arguments = f"d_x_hat{i}{turned}, x_hat{i}{turned}, var{i}, std{i}, {added}"
    page.add(f"d_{x}, d_mean{i}, d_var{i} = normalize_back({arguments})", place)
    if turned:
        page.add(f"d_{x} = d_{x}.T", place)
