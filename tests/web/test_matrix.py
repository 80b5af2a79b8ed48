"""Time matrices of the pages: what goes in comes back within half a unit, whatever predicts it."""

import numpy as np
import pytest

from heatnet.web.matrix import FEWEST_FOR_COMPONENTS, LARGEST, decode, encode, whole_numbers


def _season(hours: int, elements: int, seed: int = 3) -> np.ndarray:
    """Three causes over time, a weight of each for every element, and noise."""
    rng = np.random.default_rng(seed)
    t = np.arange(hours)[:, None]
    causes = np.hstack([np.ones((hours, 1)), np.sin(2 * np.pi * t / 24), np.cos(2 * np.pi * t / hours)])
    return 40.0 * causes @ rng.uniform(0.2, 1.0, (3, elements)) + rng.normal(0.0, 0.2, (hours, elements))


@pytest.mark.parametrize("elements", [1, 7, FEWEST_FOR_COMPONENTS + 5])
@pytest.mark.parametrize("scale", [0.1, 0.001])
def test_values_come_back_within_half_a_unit(elements: int, scale: float) -> None:
    values = _season(200, elements)
    matrix = encode(whole_numbers(values, scale))
    back = decode(matrix)
    assert back.shape == values.shape
    assert np.abs(back - values).max() <= 0.5 * matrix.scale * (1 + 1e-9)


@pytest.mark.parametrize("elements", [3, FEWEST_FOR_COMPONENTS])
def test_no_value_comes_back_as_none(elements: int) -> None:
    values = _season(150, elements)
    rng = np.random.default_rng(1)
    gaps = rng.random(values.shape) < 0.1
    gaps[:, 0] = True  # an element that never has one
    gaps[17] = True  # an hour without a solution
    values[gaps] = np.nan
    back = decode(encode(whole_numbers(values, 0.1)))
    assert np.array_equal(np.isnan(back), gaps)
    assert np.nanmax(np.abs(back - values)) <= 0.05 * (1 + 1e-9)


def test_a_constant_and_a_single_hour() -> None:
    assert np.array_equal(decode(encode(whole_numbers(np.full((1, 2), 7.0), 1.0))), [[7.0, 7.0]])
    constant = encode(whole_numbers(np.full((5000, 50), 100.0), 0.1))
    assert len(constant.text) < 1000


@pytest.mark.parametrize(("largest", "factor"), [(LARGEST, 1), (LARGEST + 1, 2), (2.1 * LARGEST, 5), (1e5, 10)])
def test_a_range_that_does_not_fit_takes_the_next_coarser_unit(largest: float, factor: int) -> None:
    values = np.array([[0.0], [largest], [-largest]])
    matrix = encode(whole_numbers(values, 1.0))
    assert matrix.scale == factor
    assert np.abs(decode(matrix) - values).max() <= 0.5 * factor


def test_components_say_nearly_all_of_many_elements() -> None:
    """Noise of a tenth of a unit: under two bits a value, where differences along time would need four."""
    values = _season(1000, 400) - 0.0
    clean = encode(whole_numbers(values, 1.0))
    assert clean.shifts
    assert len(clean.text) * 0.75 * 8 / values.size < 2.0


def test_the_largest_jumps_survive() -> None:
    """From one end of the range to the other, which is the largest difference that 16 bits have to hold."""
    for elements in (2, FEWEST_FOR_COMPONENTS):
        values = np.where(np.random.default_rng(2).random((100, elements)) < 0.5, -1.0, 1.0) * LARGEST
        assert np.array_equal(decode(encode(whole_numbers(values, 1.0))), values)


def test_the_same_values_give_the_same_text() -> None:
    values = _season(300, FEWEST_FOR_COMPONENTS)
    first, second = (encode(whole_numbers(values, 0.1)) for _ in range(2))
    assert first == second
