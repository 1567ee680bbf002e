"""A reader who knows nothing of the program: works a printed formula out from its text alone."""

from __future__ import annotations

import re
from decimal import Decimal, localcontext
from typing import NamedTuple

import pytest

NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e-?\d+)?")
POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
NAMES = {"ReLU′": "relu_", "ELU′": "elu_", "ELU": "elu", "f′": "leaky_", "√": "sqrt", "e^": "exp"}


class Read(NamedTuple):
    """What a line says: its formula worked out, its result, and half of the last digit."""

    formula: Decimal | None
    relation: str
    result: Decimal
    half: Decimal


def _tanh(v: Decimal) -> Decimal:
    return Decimal(1) - 2 / ((2 * v).exp() + 1)


KNOWN = {
    "D": Decimal,
    "max": max,
    "tanh": _tanh,
    "sqrt": Decimal.sqrt,
    "exp": Decimal.exp,
    "ln": Decimal.ln,
    "relu_": lambda v: Decimal(v > 0),
    "leaky_": lambda v: Decimal(1) if v > 0 else Decimal("0.01"),
    "elu": lambda v: v if v > 0 else v.exp() - 1,
    "elu_": lambda v: Decimal(1) if v > 0 else v.exp(),
}


def worked_out(text: str) -> Decimal:
    """The value of a formula in plain text."""
    text = re.sub(r"\(\d+ more terms\)", "", text)
    for printed, name in NAMES.items():
        text = text.replace(printed, name)
    text = text.replace("−", "-").replace("×", "*")
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda m: f"**{m[0].translate(POWERS)}", text)
    powers = re.sub(r"\*\*(\d+)", r"**int(\1)", text)
    numbered = re.sub(
        rf"int\(\d+\)|{NUMBER.pattern}",
        lambda m: m[0] if m[0].startswith("int") else f"D('{m[0]}')",
        powers,
    )
    with localcontext() as context:
        context.prec = 50
        return eval(numbered, {"int": int, **KNOWN})


def number_of(text: str) -> Decimal:
    """A printed number."""
    return Decimal(text.replace("−", "-"))


def half_of(text: str) -> Decimal:
    """Half of a printed number's last digit; nothing for a whole number, which is exact."""
    digit = number_of(text).as_tuple().exponent
    return Decimal(1).scaleb(digit) / 2 if digit < 0 else Decimal(0)


def read(line: str) -> Read:
    """``x̂ = (88.71 − 67.35) / √(229.02 + 0.00001) = 1.41``, or just ``o = 0.33``."""
    _, rest = re.split(" = | ← ", line, maxsplit=1)
    *formula, relation, result = re.split(" (=|≈) ", f"{rest}") if " " in rest else ["=", rest]
    text = formula[0] if formula else ""
    found = worked_out(text) if text and relation == "=" else None
    return Read(found, relation, number_of(result), half_of(result))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("15 × 6 − 0.23 × 1 − 0.264 × (−4)", "90.826"), ("√(16) / (1 + 3)", "1"),
        ("(2 − 5)² / 3", "3"), ("1.5e-7 × 2", "3.0e-7"), ("max(0, −3.2)", "0"),
        ("2 + 12.5 (6 more terms)", "14.5"), ("0.9 × ReLU′(−0.2)", "0"), ("−2 × (3 − 4)", "2"),
        ("1 / (1 + e^(0))", "0.5"), ("0.5 / (1 − 0.9²)", "2.631578947368421052631578947"),
    ],
)  # fmt: skip
def test_that_the_reader_can_read(text: str, wanted: str) -> None:
    assert abs(worked_out(text) - Decimal(wanted)) < Decimal("1e-25")


def test_that_the_reader_sees_a_wrong_line() -> None:
    right, wrong = read("y = 2 × 1.26 + 0 = 2.52"), read("y = 2 × 1.26 + 0 = 2.53")
    assert abs(right.formula - right.result) <= right.half
    assert abs(wrong.formula - wrong.result) > wrong.half
