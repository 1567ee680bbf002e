from __future__ import annotations

import numpy as np
import pytest

from bnsim.engine.initializations import INITIALIZATIONS, draw


def test_that_each_rule_gives_its_standard_deviation():
    sd = {name: rule(8, 24, 0.3) for name, rule in INITIALIZATIONS.items()}
    assert sd == pytest.approx(
        {"he": 0.5, "glorot": 0.25, "lecun": 8**-0.5, "normal": 0.3, "zeros": 0.0}
    )


def test_that_a_draw_is_a_scaled_standard_normal_of_the_frozen_stream():
    drawn = draw(np.random.RandomState(0), (5, 10), 3**-0.5)
    assert drawn[0, 1] == pytest.approx(0.40015720836722 / 3**0.5, rel=1e-13)
    expected = np.random.RandomState(0).standard_normal((5, 10)) * 3**-0.5
    np.testing.assert_array_equal(drawn, expected)


def test_that_zeros_take_as_much_randomness_as_any_rule():
    rng = np.random.RandomState(7)
    assert not draw(rng, (2, 3), 0.0).any()
    assert rng.standard_normal() == np.random.RandomState(7).standard_normal(7)[6]
