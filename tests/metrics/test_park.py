"""The park's carbon table: somebody else's account, rebuilt from its activity data."""

import pytest

from heatnet.metrics.carbon import activity_emissions
from heatnet.metrics.park import park_account


@pytest.fixture(scope="module")
def account():
    return park_account()


@pytest.fixture(scope="module")
def rows(account):
    return {row.id: row for row in account.rows}


def test_the_printed_table_adds_up(account):
    assert [row.printed_t_co2 for row in account.rows] == [0.15, 3407.57, 1066.91, 711.00]
    assert sum(row.printed_t_co2 for row in account.rows) == pytest.approx(account.printed_total_t_co2, abs=1e-9)
    assert account.printed_total_t_co2 == 5185.63


@pytest.mark.parametrize(
    ("activity", "amount", "implied"),
    [("electricity", 5_671_394, 0.6008e-3), ("heat", 9_526, 0.1120), ("steam", 1_687, 0.4215)],
)
def test_implied_factors(rows, activity, amount, implied):
    assert rows[activity].amount == amount
    assert rows[activity].implied_t_co2_per_unit == pytest.approx(implied, rel=1.5e-4)


def test_identified_factors_give_the_printed_emission_to_its_last_digit(rows):
    # 66 L petrol; 9526 GJ x 0.112; 1687 t x 3.763 GJ/t x 0.112 t/GJ
    assert round(66 * 0.74e-3 * 44.3 * 69.3e-3, 2) == 0.15
    assert round(9526 * 0.112, 2) == 1066.91
    assert round(1687 * 3.763 * 0.112, 2) == 711.00
    for activity in ("oil", "heat", "steam"):
        assert rows[activity].reproduces
        assert round(rows[activity].reproduced_t_co2, 2) == rows[activity].printed_t_co2
    assert rows["steam"].identified_t_co2_per_unit == pytest.approx(3.763 * 0.112, rel=1e-9)


def test_the_rebuilt_total_is_the_printed_one(account):
    assert round(account.reproduced_total_t_co2, 2) == 5185.63


def test_no_published_factor_gives_the_electricity(rows):
    assert rows["electricity"].identified_t_co2_per_unit is None
    assert not rows["electricity"].reproduces


def test_factors_that_depart_are_flagged_with_the_published_value_beside(rows):
    assert {key: row.departs for key, row in rows.items()} == {
        "oil": False,
        "electricity": True,
        "heat": True,
        "steam": True,
    }
    assert rows["heat"].departure_share == pytest.approx(0.112 / 0.11 - 1, abs=1e-5)
    # 1687 t x (2777.1 - 83.74) MJ/t x 0.11 t/GJ
    assert rows["steam"].published_t_co2 == pytest.approx(1687 * 2.69336 * 0.11, rel=1e-4)
    assert 0.40 < rows["steam"].departure_share < 0.45
    assert rows["electricity"].published_t_co2 == pytest.approx(5671.394 * 0.5703)


def test_published_total_lies_in_its_range(account):
    low, high = account.published_range_t_co2
    assert low < account.published_total_t_co2 < high
    assert account.published_total_t_co2 < account.printed_total_t_co2


def test_every_text_has_both_languages(account):
    for row in account.rows:
        assert set(row.name) == set(row.remark) == set(row.identified_note) == {"en", "zh"}
    assert account.as_rows()[0]["id"] == "oil"


def test_an_activity_without_a_factor_is_an_error():
    assert activity_emissions({"a": 2.0}, {"a": 3.0}) == {"a": 6.0}
    with pytest.raises(KeyError):
        activity_emissions({"a": 2.0}, {})
