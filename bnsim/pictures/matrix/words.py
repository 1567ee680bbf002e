"""The words of an activation matrix: what is averaged, its numbers, what is not shown."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bnsim.pictures.matrix.data import Averaged, Grid, averaged, raw_name, statistic
from bnsim.pictures.names import ACTIVATION_TITLES
from bnsim.pictures.tray import tray_sentence
from bnsim.pictures.words import distinct, fixed, number, power_of_ten
from bnsim.sim.frame import Frame

Array = NDArray[np.float64]

#: What is averaged, and what the other normalization would average.
SENTENCES: dict[Averaged, tuple[str, str]] = {
    "column": (
        "BN averages down a column: one neuron over the batch.",
        "LN would average the dashed row: one sample, all neurons.",
    ),
    "row": (
        "LN averages along a row: one sample over its neurons.",
        "BN would average the dashed column: one neuron, all samples.",
    ),
    "running": (
        "Nothing is averaged here: the running μ and σ are used.",
        "Every row is normalized alone, whatever the others hold.",
    ),
    "none": ("No normalization here: no column and no row is averaged.", ""),
}


def heading(frame: Frame, layer: int, grid: Grid) -> tuple[str, ...]:
    """What a map shows, from the longest wording to the shortest."""
    plan = frame.plan.layers[layer]
    if grid.kind == "raw":
        word = "raw" if plan.placement != "none" else "output"
        short = f"{word} {grid.name}"
        after = f" of {ACTIVATION_TITLES[plan.activation]}" if grid.name == "a" else " = x W + b"
        return short + after, short
    if grid.kind == "scaled":
        return "scaled and shifted y = γ x̂ + β", "scaled y = γ x̂ + β", "scaled y"
    return (
        f"normalized x̂ = {_formula(frame, layer)}",
        f"x̂ = {_formula(frame, layer)}",
        "normalized x̂",
        "x̂",
    )


def _formula(frame: Frame, layer: int) -> str:
    """``(a − μ) / √(σ² + 10⁻⁵)`` with the constants of the dialect."""
    dialect, raw = frame.plan.layers[layer].dialect, raw_name(frame, layer)
    below = f"√(σ² + {power_of_ten(dialect.eps)})" if dialect.eps else "σ"
    below = f"({below} + {number(dialect.added)})" if dialect.added else below
    return f"({raw} − μ) / {below}"


def waiting(frame: Frame, layer: int, unit: int) -> str:
    """What a mean is waiting for, "" where nothing waits."""
    if not frame.has_tray(layer) or averaged(frame, layer) == "running":
        return ""
    known = frame.known_samples(layer, "mean").all()
    return "" if known else tray_sentence(frame, layer, unit)


def statistics(frame: Frame, layer: int, unit: int, sample: int) -> list[tuple[str, str]]:
    """(name, text) of the mean and the deviation of the lit line, as far as they are known."""
    mean, sd = _mean_and_deviation(frame, layer, unit, sample)
    if mean is None:
        return []
    exact = recomputing(lit_values(frame, layer, unit, sample), mean, sd)
    texts = exact[1:] if exact else (number(mean), "" if sd is None else number(sd))
    running = "running " if averaged(frame, layer) == "running" else ""
    told = [("mean", f"{running}μ {texts[0]}"), ("var", f"σ {texts[1]}")]
    return told if sd is not None else told[:1]


def _mean_and_deviation(
    frame: Frame, layer: int, unit: int, sample: int
) -> tuple[float | None, float | None]:
    mean, var, std = (
        statistic(frame, layer, name, unit, sample) for name in ("mean", "var", "std")
    )
    if var is None or std is None:
        return mean, None
    # The square of a deviation of 1e300 is infinite, the deviation itself is not.
    lost = np.isinf(var) and np.isfinite(std)
    return mean, std - frame.plan.layers[layer].dialect.added if lost else float(np.sqrt(var))


def lit_values(frame: Frame, layer: int, unit: int, sample: int) -> Array:
    """The numbers that a mean is taken of, none where nothing is averaged."""
    values = frame.record.view(layer, raw_name(frame, layer))
    if averaged(frame, layer) == "column":
        return np.asarray(values[:, unit])
    return np.asarray(values[sample] if averaged(frame, layer) == "row" else [])


def recomputing(values: Array, mean: float, sd: float | None) -> tuple[list[str], str, str] | None:
    """Values, mean and deviation with so many digits that the printed ones recompute.

    None where no fixed number of digits does that: huge, tiny and infinite values.
    """
    if not values.size or not np.isfinite([*values, mean, sd or 0.0]).all():
        return None
    spread = abs(mean) if sd is None else max(sd, abs(mean))
    if np.abs(values).max() >= 1e5 or 0 < spread < 0.01:
        return None
    places = 2 if spread >= 0.1 or spread == 0 else 4
    for decimals in range(places, 8):
        rounded = np.round(values, decimals)
        if _agree(rounded.mean(), mean, places) and (
            sd is None or _agree(rounded.std(), sd, places)
        ):
            texts = [fixed(float(v), decimals) for v in values]
            return texts, fixed(mean, places), "" if sd is None else fixed(sd, places)
    return None


def _agree(printed: float, wanted: float, places: int) -> bool:
    return f"{printed:.{places}f}" == f"{wanted:.{places}f}"


def cell_texts(
    frame: Frame, layer: int, grid: Grid, unit: int, sample: int
) -> tuple[list[list[str]], ...]:
    """The number of every known cell, row by row, "" where it is not known; three wordings.

    First different numbers look different, and those of the lit line have the digits that
    recompute its mean; then three digits; then one where there is a power of ten.
    """
    signed = grid.kind != "raw"
    plain = [
        [number(v, signed) if known else "" for v in row]
        for row, known in zip(grid.values.tolist(), grid.known.tolist(), strict=True)
    ]
    least = [[compact(text) for text in row] for row in plain]
    if signed:
        return plain, least
    exact = _distinct_columns(grid)
    _put_exact(frame, layer, exact, unit, sample)
    return exact, plain, least


def _distinct_columns(grid: Grid) -> list[list[str]]:
    """Texts in which the different numbers of a neuron look different."""
    columns = [
        distinct([v if known else None for v, known in zip(column, grid.known, strict=True)])
        for column in grid.values.T.tolist()
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def _put_exact(frame: Frame, layer: int, texts: list[list[str]], unit: int, sample: int) -> None:
    """Give the lit line the digits that recompute its mean and deviation, once they are known."""
    mean, sd = _mean_and_deviation(frame, layer, unit, sample)
    exact = (
        recomputing(lit_values(frame, layer, unit, sample), mean, sd) if mean is not None else None
    )
    if exact is None:
        return
    if averaged(frame, layer) == "row":
        texts[sample] = exact[0]
    else:
        for row, text in zip(texts, exact[0], strict=True):
            row[unit] = text


def compact(text: str) -> str:
    """A number in powers of ten with one digit: 1.2e30 as 1e30."""
    mantissa, e, exponent = text.partition("e")
    if not e:
        return text
    digits = mantissa.lstrip("−+")
    return f"{mantissa[: len(mantissa) - len(digits)]}{_one_digit(float(digits), int(exponent))}"


def _one_digit(mantissa: float, exponent: int) -> str:
    whole = math.floor(mantissa + 0.5)
    return f"1e{exponent + 1}" if whole == 10 else f"{whole}e{exponent}"


def affine(frame: Frame, layer: int, unit: int) -> list[tuple[str, str]]:
    """(name, text) of gamma and beta of a neuron, once y is known; none without them."""
    if not frame.record.has(layer, "gamma") or not frame.known_samples(layer, "y").any():
        return []
    found = (float(frame.record.view(layer, name)[unit]) for name in ("gamma", "beta"))
    signs = ("gamma", "γ"), ("beta", "β")
    return [(name, f"{s} {number(v)}") for (name, s), v in zip(signs, found, strict=True)]


def beyond(grids: Sequence[Grid]) -> str:
    """How many of the known values are not finite, "" when all are."""
    count = sum(int((~np.isfinite(grid.values[grid.known])).sum()) for grid in grids)
    values = "1 value here is" if count == 1 else f"{count} values here are"
    return f"{values} not finite; NaN is yellow." if count else ""


def merging(per_row: int, per_column: int) -> str:
    """Which values one cell stands for."""
    counts = (per_row, "samples"), (per_column, "neurons")
    of = " × ".join(f"{count} {word}" for count, word in counts if count > 1)
    return f"Each cell shows the largest |value| of {of}."
