import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnsim.pictures.printed import printed_mean, printed_standardized, printed_sum, printed_variance
from bnsim.pictures.words import number, samples_words

SIZES = st.floats(-1000, 1000, allow_nan=False).map(lambda v: round(v, 6))


def value_of(text: str) -> Fraction:
    """What a person gets who works the printed left side out by hand."""
    plain = text.replace("−", "-").replace("×", "*").replace("²", "**2")
    plain = re.sub(r"\(\d+ more terms\)", "", plain)
    return eval(
        re.sub(r"(\d+(?:\.\d+)?)", r"Fraction('\1')", plain).replace("**Fraction('2')", "**2")
    )


def agrees(text: str) -> bool:
    left, right = text.rsplit(" = ", 1)
    result = right.replace("−", "-")
    places = len(result.partition(".")[2])
    return abs(value_of(left) - Fraction(result)) <= Fraction(1, 2 * 10 ** max(places, 2))


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (88.71463846872999, "88.7"), (0.35565705, "0.36"), (6.0, "6"), (-51.4, "−51.4"),
        (132.4, "132"), (0.0, "0"), (1e300, "1.0e300"), (float("nan"), "NaN"),
        (float("-inf"), "−∞"), (0.00002, "2.0e-5"), (1.4114, "1.41"), (99.96, "100"),
    ],
)  # fmt: skip
def test_that_numbers_read_as_a_person_writes_them(value: float, wanted: str) -> None:
    assert number(value) == wanted


@given(st.lists(st.tuples(SIZES, SIZES), min_size=1, max_size=9), SIZES)
def test_that_a_printed_sum_recomputes_to_its_printed_result(
    pairs: list[tuple[float, float]], bias: float
) -> None:
    result = float(sum(Fraction(w) * Fraction(x) for w, x in pairs) + Fraction(bias))
    text = printed_sum(pairs, bias, result)
    assert "≈" in text or agrees(text)
    assert "≈" not in text or abs(result) > 1e6


@given(st.lists(SIZES, min_size=1, max_size=5))
def test_that_a_printed_mean_recomputes(values: list[float]) -> None:
    mean = float(sum(map(Fraction, values)) / len(values))
    assert agrees(printed_mean(values, mean))


@given(st.lists(SIZES, min_size=2, max_size=3))
def test_that_a_printed_variance_recomputes(values: list[float]) -> None:
    mean = sum(map(Fraction, values)) / len(values)
    var = sum((Fraction(v) - mean) ** 2 for v in values) / len(values)
    text = printed_variance(values, float(mean), float(var))
    left, right = text.rsplit(" = ", 1)
    places = len(right.partition(".")[2])
    assert (
        abs(value_of(left) - Fraction(right))
        <= Fraction(1, 2 * 10 ** max(places, 2)) + Fraction(var) / 10**9
    )


def test_that_the_article_s_sum_is_printed_as_a_person_would() -> None:
    pairs = [(15.0, 6.0), (-0.23023930453384164, 1.0), (-0.26378055668404454, 4.0)]
    text = printed_sum(pairs, 0.0, 88.71463846872999)
    assert text == "15 × 6 − 0.23 × 1 − 0.264 × 4 + 0 = 88.71"


def test_that_the_articles_worked_example_is_printed_with_its_epsilon() -> None:
    text = printed_standardized(4.0, 16 / 3, 14 / 9, 1e-5, 0.0, -1.0690415314502972)
    assert text == "(4 − 5.333) / √(1.556 + 10⁻⁵) = −1.07"


def test_that_huge_and_undefined_terms_do_not_break_a_sum() -> None:
    assert printed_sum([(1e300, 2.0)], 0.0, 2e300).endswith("≈ 2.0e300")
    assert printed_sum([(float("nan"), 2.0)], 0.0, float("nan")).endswith("≈ NaN")


@pytest.mark.parametrize(
    ("numbers", "wanted"),
    [([3], "sample 3"), ([2, 3], "samples 2 and 3"), ([2, 3, 4, 5], "samples 2 to 5")],
)
def test_that_samples_are_named_in_words(numbers: list[int], wanted: str) -> None:
    assert samples_words(numbers) == wanted


@pytest.mark.parametrize("size", [1e-2, 1e-4, 1e-6, 1e-9, 1e-20, 1e-300])
def test_that_sums_of_small_numbers_are_never_printed_as_zero(size: float) -> None:
    values = [0.4 * size, 0.7 * size, 0.5 * size]
    mean = sum(values) / 3
    for text in (
        printed_mean(values, mean),
        printed_sum([(1.0, values[0])], 0.0, values[0]),
        printed_variance(values, mean, sum((v - mean) ** 2 for v in values) / 3 or 1e-320),
    ):
        assert not text.endswith(" 0"), text
        assert "= 0" not in text.replace("= 0.0", ""), text


def test_that_the_printed_terms_of_a_small_mean_give_it() -> None:
    values = [-0.191, 0.0004, 0.288, -0.0798]
    assert printed_mean(values, sum(values) / 4) == (
        "(−0.191 + 0.0004 + 0.288 − 0.0798) / 4 = 0.0044"
    )


def test_that_rounding_is_printed_as_the_zero_it_stands_for() -> None:
    assert printed_mean([-0.4, 0.4], 1e-17) == "(−0.4 + 0.4) / 2 = 0"
    assert printed_sum([(0.5, 0.6), (-0.3, 1.0)], 0.0, 1e-17).endswith("= 0")
