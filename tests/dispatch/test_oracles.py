"""Schedules solved by hand. Each test says what it proves and which wrong answer a defect would give."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatnet.dispatch import dispatch
from heatnet.dispatch.programme import TIE_BREAK_CNY_PER_MWH

#: the solver's own feasibility tolerance, MW
SOLVER_MW = 1e-6
#: shadow prices carry the tie-breaking cost, at most this much
PRICE_CNY_PER_MWH = TIE_BREAK_CNY_PER_MWH + 1e-6


def heat(result, name):
    return result.heat_mw[f"n/{name}"].to_numpy()


def shadow(result, balance="n/water"):
    return result.shadow_price_cny_per_mwh[balance].to_numpy()


def test_cheapest_plant_first_and_dual_is_the_cost_of_the_last_one(unit, problem):
    """Merit order of 5 (at 20 CNY/MWh) and 10 MW (at 30) under 3, 8 and 20 MW of demand.

    By hand: cheap 3, 5, 5; dear 0, 3, 10; missing 0, 0, 5; one more MWh costs 20, 30 and 1000.
    A programme that averaged costs or dropped the unmet price would show a dual between 20 and 30, or 0 in hour 3.
    """
    r = dispatch(problem({"n/water": [3, 8, 20]}, [unit(3, "dear", 30), unit(3, "cheap", 20, 5)]))
    assert r.status == "optimal"
    np.testing.assert_allclose(heat(r, "cheap"), [3, 5, 5], atol=SOLVER_MW)
    np.testing.assert_allclose(heat(r, "dear"), [0, 3, 10], atol=SOLVER_MW)
    np.testing.assert_allclose(r.unmet_mw["n/water"], [0, 0, 5], atol=SOLVER_MW)
    np.testing.assert_allclose(shadow(r), [20, 30, 1000], atol=PRICE_CNY_PER_MWH)
    assert r.cost_cny["unmet_cny"] == pytest.approx(5000)
    assert r.cost_cny["fuel_gas_cny"] == pytest.approx(13 * 20 + 13 * 30)
    assert r.cost_cny["total_cny"] == pytest.approx(5000 + 650)


def test_yearly_limit_spends_heat_in_the_dearest_hours(unit, problem):
    """Free heat of 12 MW but 15 MWh in all; the alternative is an electric boiler at 30, 90, 60, 10 CNY/MWh.

    By hand: 10 MWh in hour 2, 5 in hour 3. The scarce heat is worth 60, also in hour 2, since one
    MWh more there would be moved over from hour 3: duals 30, 60, 60, 10. A merit-order loop would burn it in hours 1
    and 2 (10 and 5) and pay for 450 + 600 + 100 instead of 300 + 300 + 100.
    """
    units = [unit(4, "scarce", 0, 12, year_max_mwh=15), unit(4, "electric", 0, 20, fuel=None, power_per_heat=1.0)]
    r = dispatch(problem({"n/water": [10, 10, 10, 10]}, units, power=[30, 90, 60, 10]))
    np.testing.assert_allclose(heat(r, "scarce"), [0, 10, 5, 0], atol=SOLVER_MW)
    np.testing.assert_allclose(shadow(r), [30, 60, 60, 10], atol=PRICE_CNY_PER_MWH)
    assert r.cost_cny["power_cny"] == pytest.approx(10 * 30 + 5 * 60 + 10 * 10)


def test_contract_heat_that_nobody_needs_is_dumped_and_paid(unit, problem):
    """A contract of 6 MW at 40 CNY/MWh against 2 and 9 MW of demand and a boiler at 10.

    By hand: 6 and 6 taken, 4 and 0 dumped, boiler 0 and 3; the first hour's heat is worth nothing.
    Without a dump variable the first hour is infeasible; if any heat could be dumped nothing would show it here, see
    the next test.
    """
    units = [unit(2, "contract", 40, 6, take_min_mw=6.0), unit(2, "boiler", 10)]
    r = dispatch(problem({"n/water": [2, 9]}, units))
    np.testing.assert_allclose(heat(r, "contract"), [6, 6], atol=SOLVER_MW)
    np.testing.assert_allclose(heat(r, "boiler"), [0, 3], atol=SOLVER_MW)
    np.testing.assert_allclose(r.dumped_mw["n/water"], [4, 0], atol=SOLVER_MW)
    np.testing.assert_allclose(shadow(r), [0, 10], atol=PRICE_CNY_PER_MWH)
    assert r.cost_cny["total_cny"] == pytest.approx(12 * 40 + 3 * 10)


def test_a_yearly_minimum_is_taken_in_the_hours_where_it_costs_least(unit, problem):
    """A contract at 40 CNY/MWh must give 15 MWh, up to 12 MW; the alternative is an electric boiler at 30, 90, 60, 10.

    By hand: against the boiler a MWh of it loses 10, wins 50, wins 20, loses 30: without the contract it runs in hours 2 and
    3 anyway. 20 MWh > 15: the minimum binds nothing, and duals are 30, 40, 40, 10. At least 24 MWh: 4 more MWh in hour 1
    (loses 10 each), never in hour 4: cost 24 x 40 + 6 x 30 + 10 x 10, and one more MWh in hours 1, 2 or 3 is worth 30, as the
    contract's heat would be moved over from hour 1 to there: duals 30, 30, 30, 10.
    A minimum by the hour, or one spread evenly, would give 6 MWh in hour 4.
    """
    electric = unit(4, "electric", 0, 20, fuel=None, power_per_heat=1.0)
    prices = [30, 90, 60, 10]
    for least, given, dual in ((15, [0, 10, 10, 0], [30, 40, 40, 10]), (24, [4, 10, 10, 0], [30, 30, 30, 10])):
        units = [unit(4, "contract", 40, 12, year_min_mwh=least), electric]
        r = dispatch(problem({"n/water": [10, 10, 10, 10]}, units, power=prices))
        np.testing.assert_allclose(heat(r, "contract"), given, atol=SOLVER_MW)
        np.testing.assert_allclose(shadow(r), dual, atol=PRICE_CNY_PER_MWH)
        by_hand = 40 * sum(given) + float(np.dot(prices, 10 - np.array(given)))
        assert r.cost_cny["total_cny"] == pytest.approx(by_hand)


def test_take_or_pay_by_hour_and_year(unit, problem):
    """A contract of at least 4 MW in every hour and 20 MWh in all, at 40 CNY/MWh, against a boiler at 10; demand 2, 9, 6.

    By hand: 4 MW in every hour is 12 MWh; 8 more must be used, and hours 2 and 3 can use 5 and 2 more beyond their 4: 7. One
    is missing, so that no schedule exists: what a year asks for is not dumped. With 18 MWh there is one: 4, 9 and 5 or 8 and
    6; the hours of high demand come first, 2 MWh dumped in hour 1, boiler 0, 0, 1.
    Were hourly and yearly heat two amounts, 12 + 18 MWh would be asked for; if yearly heat could be dumped, 20 would do.
    """
    contract = {"take_min_mw": 4.0, "year_min_mwh": 18.0}
    units = [unit(3, "contract", 40, 20, **contract), unit(3, "boiler", 10)]
    r = dispatch(problem({"n/water": [2, 9, 6]}, units))
    np.testing.assert_allclose(heat(r, "contract"), [4, 9, 5], atol=SOLVER_MW)
    np.testing.assert_allclose(r.dumped_mw["n/water"], [2, 0, 0], atol=SOLVER_MW)
    np.testing.assert_allclose(heat(r, "boiler"), [0, 0, 1], atol=SOLVER_MW)
    assert r.cost_cny["total_cny"] == pytest.approx(18 * 40 + 10)
    refused = dispatch(problem({"n/water": [2, 9, 6]}, [replace(units[0], year_min_mwh=20.0), units[1]]))
    assert refused.status == "infeasible"
    assert refused.reason == "n/contract: the year's least heat is 20 MWh, but at most 19 MWh of it can be used"


def test_only_contract_heat_may_be_dumped(unit, problem):
    """At a power price of -100 CNY/MWh an electric boiler (contract 5 MW, capacity 20) would like to run for nothing.

    By hand: demand 3, so it runs at its contract of 5 and 2 are dumped. If any heat could be dumped it would run at 20
    and dump 17.
    """
    unit_ = unit(1, "electric", 0, 20, fuel=None, power_per_heat=1.0, take_min_mw=5.0)
    r = dispatch(problem({"n/water": [3]}, [unit_], power=-100.0))
    np.testing.assert_allclose(heat(r, "electric"), [5], atol=SOLVER_MW)
    np.testing.assert_allclose(r.dumped_mw["n/water"], [2], atol=SOLVER_MW)


def test_exchange_station_draws_from_steam_and_passes_its_price_on(unit, problem):
    """Water 8 MW from a station of efficiency 0.8 (draws 1.25 a MWh) or a boiler at 30; steam 5 MW, boiler 15 MW at 20.

    By hand: steam costs 20, through the station 25 < 30. Steam boiler 15 = 5 + 1.25 x 8; at full use the station gives
    8 and water is worth 25. Were the draw forgotten the boiler would make 5, were it inverted 11.4.
    """
    units = [
        unit(2, "station", 0, 20, fuel=None, draws_from="n/steam", draw_per_heat=1.25),
        unit(2, "boiler", 30),
        unit(2, "steam_boiler", 20, 16, balance="n/steam"),
    ]
    r = dispatch(problem({"n/water": [8, 12], "n/steam": [5, 5]}, units))
    np.testing.assert_allclose(heat(r, "station"), [8, 8.8], atol=SOLVER_MW)
    np.testing.assert_allclose(heat(r, "steam_boiler"), [15, 16], atol=SOLVER_MW)
    np.testing.assert_allclose(heat(r, "boiler"), [0, 3.2], atol=SOLVER_MW)
    np.testing.assert_allclose(shadow(r), [25, 30], atol=PRICE_CNY_PER_MWH)
    np.testing.assert_allclose(shadow(r, "n/steam"), [20, 24], atol=PRICE_CNY_PER_MWH)
    np.testing.assert_array_equal(r.unmet_mw.to_numpy(), 0)


def test_station_never_dumps_or_invents_steam(unit, problem):
    """Steam demand 4 MW, contract steam 10 MW, a station of 3 MW (draws 1 a MWh) and no other use.

    By hand: 4 to the users, 3 to the water, 3 vented. If drawn steam were added instead of taken, 9 would be vented.
    """
    units = [
        unit(1, "station", 0, 3, fuel=None, draws_from="n/steam", draw_per_heat=1.0),
        unit(1, "boiler", 30),
        unit(1, "chp", 5, 10, balance="n/steam", take_min_mw=10.0),
    ]
    r = dispatch(problem({"n/water": [8], "n/steam": [4]}, units))
    np.testing.assert_allclose(r.dumped_mw["n/steam"], [3], atol=SOLVER_MW)
    np.testing.assert_allclose(heat(r, "boiler"), [5], atol=SOLVER_MW)
    np.testing.assert_allclose(r.dumped_mw["n/water"], [0], atol=SOLVER_MW)


def test_carbon_price_turns_the_merit_order(unit, problem):
    """Coal burns 20 MWh of fuel at 1 CNY and 0.34 t a MWh of heat, gas 30 MWh at 1 CNY and 0.2 t.

    By hand: 20 + 6.8 p and 30 + 6 p are equal at p = 10/0.8 = 12.5 CNY/t; coal leads below, gas above. A price on CO2
    left out of the objective would leave coal first in both.
    """
    units = [unit(1, "coal", 20, fuel="coal"), unit(1, "gas", 30)]
    for price, first in ((12.0, "coal"), (13.0, "gas")):
        r = dispatch(problem({"n/water": [5]}, units, co2=price))
        np.testing.assert_allclose(heat(r, first), [5], atol=SOLVER_MW)
    assert r.cost_cny["co2_cny"] == pytest.approx(5 * 6.0 * 13.0)


@pytest.mark.parametrize(("choice", "factor"), [("average", 0.5), ("marginal", 0.8), ("none", 0.0)])
def test_chosen_grid_factor_prices_power_bought_and_lost(unit, problem, choice, factor):
    """4 MWh with 0.25 MWh bought and 0.125 lost each, CO2 at 10 CNY/t: 4 x 0.375 x factor x 10.

    A defect that priced only the power bought would give two thirds of it.
    """
    unit_ = unit(1, "pump", 0, fuel=None, power_per_heat=0.25, power_lost_per_heat=0.125)
    r = dispatch(problem({"n/water": [4]}, [unit_], co2=10.0, power_factor=choice))
    assert r.cost_cny["co2_cny"] == pytest.approx(4 * 0.375 * factor * 10)
    assert r.cost_cny["power_cny"] == pytest.approx(4 * 0.25 * 100)
    assert r.cost_cny["power_lost_cny"] == pytest.approx(4 * 0.125 * 50)


def test_equal_costs_go_to_the_plant_declared_first(unit, problem):
    """Two plants at 20 CNY/MWh: the first one declared gives everything it can, whichever it is."""
    a, b = unit(1, "a", 20), unit(1, "b", 20)
    for units in ([a, b], [b, a]):
        r = dispatch(problem({"n/water": [10]}, units))
        np.testing.assert_allclose(heat(r, units[0].plant), [10], atol=SOLVER_MW)


def test_limited_heat_of_equal_value_goes_to_the_hours_of_high_demand(unit, problem):
    """10 MWh of free heat against a boiler at 20 in all hours: all hours are equally cheap, cold ones are chosen."""
    units = [unit(4, "scarce", 0, 5, year_max_mwh=10), unit(4, "boiler", 20, 50)]
    r = dispatch(problem({"n/water": [6, 20, 9, 30]}, units))
    np.testing.assert_allclose(heat(r, "scarce"), [0, 5, 0, 5], atol=SOLVER_MW)


def test_balance_without_demand_only_serves_the_station(unit, problem):
    """Steam that only the station uses: its balance is there with demand 0, and what is made is what it draws."""
    units = [
        unit(1, "station", 0, 20, fuel=None, draws_from="n/steam", draw_per_heat=1.25),
        unit(1, "chp", 5, 50, balance="n/steam"),
    ]
    r = dispatch(problem({"n/water": [8]}, units))
    assert list(r.unmet_mw.columns) == ["n/water", "n/steam"]
    np.testing.assert_allclose(heat(r, "chp"), [10], atol=SOLVER_MW)


def test_balance_without_units_is_unmet(problem):
    """A demand with no plant at all is missing heat with a price, not an error."""
    r = dispatch(problem({"n/water": [8, 2]}, []))
    np.testing.assert_allclose(r.unmet_mw["n/water"], [8, 2], atol=SOLVER_MW)
    assert r.cost_cny["total_cny"] == pytest.approx(10_000)
    assert r.heat_mw.shape == (2, 0)


def test_unlimited_source_covers_everything(unit, problem):
    """Availability may be infinite: the ideal source of examples."""
    r = dispatch(problem({"n/water": [8, 2000]}, [unit(2, "ideal", 0, np.inf, fuel=None)]))
    np.testing.assert_allclose(heat(r, "ideal"), [8, 2000], atol=SOLVER_MW)
