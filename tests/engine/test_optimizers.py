from __future__ import annotations

import math

import numpy as np
import pytest

from bnsim.engine.optimizers import OPTIMIZERS

GRADIENTS = ([0.5, -2.0], [1.5, 0.25], [-1.0, 3.0])
RATE = 0.1


def trajectory(name):
    """The parameters after each of the steps."""
    row = OPTIMIZERS[name]
    params, moments = np.array([1.0, -1.0]), np.zeros((row.n_moments, 2))
    path = []
    for count, gradient in enumerate(GRADIENTS, start=1):
        row.step(params, np.array(gradient), moments, count, RATE)
        path.append(params.tolist())
    return path


def textbook(rule):
    """The same for one parameter at a time, with a recurrence of plain numbers."""
    columns = []
    for start, gradients in zip((1.0, -1.0), zip(*GRADIENTS, strict=True), strict=True):
        p, memory, column = start, {}, []
        for t, g in enumerate(gradients, start=1):
            p = rule(p, g, t, memory)
            column.append(p)
        columns.append(column)
    return [list(pair) for pair in zip(*columns, strict=True)]


def momentum(p, g, t, memory):
    memory["v"] = 0.9 * memory["v"] + g if t > 1 else g
    return p - RATE * memory["v"]


def adam(p, g, t, memory):
    memory["m"] = 0.9 * memory.get("m", 0.0) + 0.1 * g
    memory["v"] = 0.999 * memory.get("v", 0.0) + 0.001 * g * g
    m_hat, v_hat = memory["m"] / (1 - 0.9**t), memory["v"] / (1 - 0.999**t)
    return p - RATE * m_hat / (math.sqrt(v_hat) + 1e-8)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("none", lambda p, g, t, memory: p),
        ("sgd", lambda p, g, t, memory: p - RATE * g),
        ("momentum", momentum),
        ("adam", adam),
    ],
)
def test_that_steps_follow_the_textbook_recurrence(name, rule):
    np.testing.assert_allclose(trajectory(name), textbook(rule), rtol=1e-13)


def test_that_the_first_step_of_adam_has_the_length_of_the_rate():
    first = np.array(trajectory("adam")[0])
    np.testing.assert_allclose(first - [1.0, -1.0], [-RATE, RATE], rtol=1e-7)


@pytest.mark.parametrize("row", list(OPTIMIZERS.values()), ids=list(OPTIMIZERS))
def test_that_gradients_are_only_read(row):
    grads = np.array([1.0, 2.0])
    row.step(np.zeros(2), grads, np.zeros((row.n_moments, 2)), 1.0, RATE)
    assert grads.tolist() == [1.0, 2.0]
    assert OPTIMIZERS[row.name] is row
