"""Initial weights: how wide they are drawn."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np

from bnsim.engine.arrays import Array

Rule = Callable[[int, int, float], float]
"""(n_in, n_out, sd) -> the standard deviation; only "normal" looks at ``sd``."""

INITIALIZATIONS: dict[str, Rule] = {
    # He et al. 2015, eq. 10: keeps the variance through a ReLU layer
    "he": lambda n_in, n_out, sd: sqrt(2.0 / n_in),
    # Glorot and Bengio 2010, eq. 12
    "glorot": lambda n_in, n_out, sd: sqrt(2.0 / (n_in + n_out)),
    # LeCun et al. 1998, section 4.6; the article calls this one "Xavier"
    "lecun": lambda n_in, n_out, sd: 1.0 / sqrt(n_in),
    "normal": lambda n_in, n_out, sd: sd,
    "zeros": lambda n_in, n_out, sd: 0.0,
}


def draw(rng: np.random.RandomState, shape: tuple[int, ...], sd: float) -> Array:
    """Normally distributed numbers of mean 0 and standard deviation ``sd``.

    Parameters
    ----------
    rng : numpy.random.RandomState
        Its streams are frozen, so a seed means the same weights in every NumPy.
    shape : tuple of int
    sd : float
        The same amount of randomness is drawn whatever it is, even for 0.

    Returns
    -------
    ndarray of ``shape``
    """
    return np.asarray(rng.standard_normal(shape) * sd)
