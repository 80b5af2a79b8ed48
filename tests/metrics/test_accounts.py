"""Energy, carbon and money accounts of the toy system, summed by hand.

Over the three hours (MWh): waste 30, CHP 100, steam boiler 15, station 28, pump 26, wells 9, boiler 37.
"""

import numpy as np
import pytest

from heatnet.dispatch import account_costs, dispatch
from heatnet.metrics import carbon, energy, money
from heatnet.metrics.energy import GasBasis
from heatnet.model.supply import PowerFactor

HEAT = {"waste": 30, "chp": 100, "steam_boiler": 15, "station": 28, "pump": 26, "wells": 9, "boiler": 37}
GAS_MWH = 15 * 1.1 + 37 / 0.94
POWER_MWH = 30 * 0.02 + 26 * 0.25 + 9 * 0.05
LOST_MWH = 100 * 0.27


def test_heat_by_unit_and_month(toy):
    case = toy.toy_case()
    assert energy.heat_by_unit_mwh(*case) == pytest.approx(HEAT)
    months = energy.heat_by_month_mwh(*case)
    assert list(months.index) == [1]
    assert months.loc[1].to_dict() == pytest.approx(HEAT)


def test_months_are_calendar_months(toy):
    hours = 24 * 60
    problem = toy.problem_of([toy.unit("boiler", toy.WATER, fuel="gas", hours=hours)], {toy.WATER: [2.0] * hours})
    months = energy.heat_by_month_mwh(problem, toy.result_of(problem, {"boiler": [2.0] * hours}))
    assert months["boiler"].to_dict() == pytest.approx({1: 2.0 * 24 * 31, 2: 2.0 * 24 * 28, 3: 2.0 * 24})


def test_fuel_and_power(toy):
    case = toy.toy_case()
    assert energy.fuel_mwh(*case) == pytest.approx({"gas": GAS_MWH, "coal": 0.0})
    assert sum(energy.power_by_unit_mwh(*case).values()) == pytest.approx(POWER_MWH)
    assert sum(energy.power_lost_by_unit_mwh(*case).values()) == pytest.approx(LOST_MWH)
    assert energy.demand_by_balance_mwh(case[0]) == {toy.WATER: 100.0, toy.STEAM: 90.0}


def test_balances_of_the_toy_close_and_a_gap_is_seen(toy):
    problem, result = toy.toy_case()
    assert max(energy.balance_residual_mw(problem, result).values()) == pytest.approx(0.0, abs=1e-12)
    result.heat_mw.loc[result.heat_mw.index[1], "station"] += 2.0
    # 2 MW too much in the water, 2.5 MW of steam too much drawn
    assert energy.balance_residual_mw(problem, result) == pytest.approx({toy.WATER: 2.0, toy.STEAM: 2.5})


def test_unmet_share_by_networks(toy):
    units = [toy.unit("a/x", "a/water", fuel="gas"), toy.unit("b/x", "b/water", fuel="gas")]
    problem = toy.problem_of(units, {"a/water": [10, 0, 0], "b/water": [30, 0, 0]})
    result = toy.result_of(problem, {"a/x": [8, 0, 0], "b/x": [30, 0, 0]}, unmet={"a/water": [2, 0, 0]})
    assert energy.unmet_share(problem, result) == pytest.approx(0.05)
    assert energy.unmet_share(problem, result, ("a",)) == pytest.approx(0.2)
    assert energy.unmet_share(problem, result, ("b", "c")) == 0.0
    assert energy.unmet_share(problem, result, ("c",)) == 0.0


def test_gas_pairs_belong_together():
    # 35.5 MJ/m3 with 1.97 kg/m3 and 38.93 with 2.16 are one factor, 55.5 kg/GJ; crossed they are 10 % off
    one, other = GasBasis.GBT_2589.value, GasBasis.GBT_32151.value
    assert one.co2_kg_per_m3 / one.lhv_mj_per_m3 == pytest.approx(0.0555, rel=1e-3)
    assert other.t_co2_per_mwh == pytest.approx(one.t_co2_per_mwh, rel=1e-3)
    assert one.t_co2_per_mwh == pytest.approx(1.97 / 35.5 * 3.6)
    crossed = other.co2_kg_per_m3 / one.lhv_mj_per_m3 * 3.6
    assert crossed / one.t_co2_per_mwh - 1 == pytest.approx(0.0964, abs=1e-4)


@pytest.mark.parametrize("basis", GasBasis)
def test_gas_volume_times_its_heating_value_is_the_energy(basis):
    assert energy.gas_m3(1000.0, basis) * basis.value.lhv_mj_per_m3 / 3600.0 == pytest.approx(1000.0)


def test_coal_by_network_and_fuel_summary(toy):
    lhv = {"steam_boiler": 23.0 / 3.6, "boiler": 20.0 / 3.6}
    coal_t = 66 * 1.15 / (23.0 / 3.6) + 110 / 0.84 / (20.0 / 3.6)
    base = toy.toy_baseline()
    assert energy.coal_by_network_t(*base, lhv) == pytest.approx({"east": coal_t})
    summary = energy.fuel_summary(*base, GasBasis.GBT_2589, lhv)
    assert summary == pytest.approx(
        {"gas_mwh": 0.0, "gas_m3": 0.0, "coal_mwh": 66 * 1.15 + 110 / 0.84, "coal_t": coal_t}
    )
    with pytest.raises(KeyError):
        energy.coal_by_network_t(*base, {"boiler": 6.0})


def test_co2_with_average_and_marginal_power(toy):
    emitted = carbon.co2(*toy.toy_case())
    for reading, factor in (("average", 0.55), ("marginal", 0.80)):
        assert emitted[reading] == pytest.approx(
            {
                "fuel_t_co2": GAS_MWH * 0.2,
                "power_t_co2": POWER_MWH * factor,
                "power_lost_t_co2": LOST_MWH * factor,
                "total_t_co2": GAS_MWH * 0.2 + (POWER_MWH + LOST_MWH) * factor,
            }
        )


def test_saving_gross_and_net_of_gas(toy):
    cut = carbon.coal_cut(toy.toy_baseline(), toy.toy_case())
    coal_t_co2 = (66 * 1.15 + 110 / 0.84) * 0.34
    assert cut["coal_t_co2"] == pytest.approx(coal_t_co2)
    assert cut["gas_t_co2"] == pytest.approx(GAS_MWH * 0.2)
    assert cut["net_of_gas_t_co2"] == pytest.approx(coal_t_co2 - GAS_MWH * 0.2)
    more_power = POWER_MWH - 24 * 0.02 + LOST_MWH
    assert cut["net_average_t_co2"] == pytest.approx(coal_t_co2 - GAS_MWH * 0.2 - more_power * 0.55)
    assert cut["net_marginal_t_co2"] == pytest.approx(coal_t_co2 - GAS_MWH * 0.2 - more_power * 0.80)


@pytest.mark.parametrize(
    ("coal_t", "gross_t", "efficiency"), [(66_300, 137_200, 0.84), (88_700, 183_600, 0.87)], ids=["east", "west"]
)
def test_net_saving_of_coal_to_gas_is_less_than_half_the_gross(coal_t, gross_t, efficiency):
    """East: 66 300 t x 23 GJ/t x 0.84 / 0.94 = 1.3627 PJ of gas x 55.49 kg/GJ = 75.6 kt of 137.2 kt."""
    switch = carbon.coal_to_gas(
        coal_t, gross_t, lhv_mwh_per_t=23 / 3.6, coal_efficiency_share=efficiency, gas_efficiency_share=0.94
    )
    gas_gj = coal_t * 23 * efficiency / 0.94
    assert switch.gas_m3 == pytest.approx(gas_gj * 1000 / 35.5)
    assert switch.gas_t_co2 == pytest.approx(gas_gj * 1.97 / 35.5)
    assert switch.net_t_co2 + switch.gas_t_co2 == pytest.approx(gross_t)
    assert 0.42 < switch.net_share < 0.46


def test_chp_heat_at_z_027_is_about_a_gas_boiler():
    steam = carbon.heat_intensity_t_co2_per_gj(power_lost_per_heat=0.27, power_t_co2_per_mwh=0.80)
    boiler = carbon.heat_intensity_t_co2_per_gj(fuel_per_heat=1 / 0.94, fuel_t_co2_per_mwh=1.97 / 35.5 * 3.6)
    assert steam == pytest.approx(0.27 * 0.80 / 3.6)
    assert boiler == pytest.approx(0.0555 / 0.94, rel=1e-3)
    assert steam / boiler == pytest.approx(1.0, abs=0.05)


def expected_costs(toy):
    # power prices 400, 600, 800 by hour
    power = 0.02 * (10 * 400 + 10 * 600 + 10 * 800) + 0.25 * (10 * 400 + 10 * 600 + 6 * 800)
    power += 0.05 * (5 * 400 + 4 * 600)
    return {
        "fuel_gas_cny": GAS_MWH * 300,
        "fuel_coal_cny": 0.0,
        "power_cny": power,
        "power_lost_cny": LOST_MWH * 350,
        "co2_cny": 40 * (GAS_MWH * 0.2 + (POWER_MWH + LOST_MWH) * 0.55),
        "unmet_cny": 0.0,
    }


def test_cost_by_kind(toy):
    expected = expected_costs(toy)
    assert money.cost(*toy.toy_case()) == pytest.approx({"total_cny": sum(expected.values())} | expected)


def test_unmet_heat_costs(toy):
    problem = toy.problem_of([toy.unit("boiler", toy.WATER, fuel="gas")], {toy.WATER: [5, 5, 5]})
    result = toy.result_of(problem, {"boiler": [3, 5, 5]}, unmet={toy.WATER: [2, 0, 0]})
    assert money.cost(problem, result)["unmet_cny"] == 20_000.0
    assert money.cost(problem, result)["total_cny"] == 20_000.0


@pytest.mark.parametrize("factor", PowerFactor)
def test_accounts_agree_with_what_the_optimisation_states(toy, factor):
    problem, _unused = toy.toy_case()
    priced = type(problem)(
        problem.time, problem.units, problem.demand_mw, problem.prices, problem.factors, power_factor=factor
    )
    result = dispatch(priced)
    assert money.cost(priced, result) == pytest.approx(result.cost_cny, rel=1e-9, abs=1e-6)
    assert money.cost(priced, result) == pytest.approx(
        account_costs(priced, result.heat_mw, result.unmet_mw), rel=1e-9, abs=1e-6
    )
    assert max(energy.balance_residual_mw(priced, result).values()) < 1e-6


def test_by_source_holds_lost_power_in_money_and_carbon(toy):
    table = money.by_source(*toy.toy_case())
    assert table.at["chp", "heat_gj"] == pytest.approx(360.0)
    assert table.at["chp", "cny_per_gj"] == pytest.approx(0.27 * (350 + 0.55 * 40) / 3.6)
    assert table.at["chp", "t_co2_per_gj_marginal"] == pytest.approx(0.06)
    assert table.at["boiler", "t_co2_per_gj_average"] == pytest.approx(0.2 / 0.94 / 3.6)
    assert table.at["pump", "t_co2_per_gj_average"] == pytest.approx(0.25 * 0.55 / 3.6)


def test_a_source_without_heat_has_no_price(toy):
    problem = toy.problem_of([toy.unit("boiler", toy.WATER, fuel="gas")], {toy.WATER: [0, 0, 0]})
    table = money.by_source(problem, toy.result_of(problem, {}))
    assert np.isnan(table.at["boiler", "cny_per_gj"])
    assert table.at["boiler", "heat_gj"] == 0.0


def test_a_failed_dispatch_has_no_numbers(toy):
    problem, good = toy.toy_case()
    failed = toy.result_of(problem, {key: [np.nan] * 3 for key in good.heat_mw}, status="infeasible")
    assert np.isnan(money.cost(problem, failed)["total_cny"])
    assert np.isnan(carbon.co2(problem, failed)["average"]["total_t_co2"])
    assert np.isnan(energy.fuel_mwh(problem, failed)["gas"])
