from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnsim.pictures.scale import Scale, axis, fitting, limits, round_up

ANY = st.lists(st.floats(width=64), min_size=0, max_size=20).map(np.array)
FINITE = st.floats(-1.7e308, 1.7e308)


@given(ANY)
def test_that_axes_stay_finite_whatever_the_values(values: np.ndarray) -> None:
    scale = fitting(values)
    low, high = limits(values)
    made = axis(scale, low, high)
    places = [made.low, made.high, *(at for at, _ in made.ticks)]
    assert np.isfinite(places).all()
    assert made.low < made.high
    shown = scale(values[np.isfinite(values)])
    assert np.isfinite(shown).all()
    assert (shown >= made.low).all()
    assert (shown <= made.high).all()


@given(FINITE, FINITE)
def test_that_symlog_keeps_the_order(a: float, b: float) -> None:
    scale = Scale("symlog")
    low, high = sorted((a, b))
    assert scale.at(low) <= scale.at(high)
    assert scale.at(-a) == -scale.at(a)


@given(ANY)
def test_that_ticks_do_not_crowd(values: np.ndarray) -> None:
    low, high = limits(values)
    made = axis(fitting(values), low, high)
    places = [at for at, _ in made.ticks]
    assert len(places) >= 2
    assert all(b - a >= 0.09 * (made.high - made.low) for a, b in pairwise(places))


@pytest.mark.parametrize(
    ("value", "wanted"), [(1.4, 1.5), (145.3, 150.0), (88.7, 100.0), (2.0, 2.0)]
)
def test_that_limits_move_by_round_steps(value: float, wanted: float) -> None:
    assert round_up(value) == wanted


def test_that_raw_and_normalized_on_one_axis_make_it_symlog() -> None:
    assert fitting(np.array([88.7, 55.5, 57.8, 1.41, -0.78, -0.63])).kind == "symlog"
    assert fitting(np.array([4.0, 7.0, 5.0, -1.07, 1.34, -0.27])).kind == "linear"
