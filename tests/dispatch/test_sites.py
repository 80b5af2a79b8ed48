"""Power sites: days solved by hand, and properties of any schedule with a site."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heatnet.dispatch import account_costs, dispatch
from heatnet.dispatch.groups import independent_groups
from heatnet.errors import InputError
from heatnet.metrics import money
from heatnet.metrics.carbon import co2
from heatnet.metrics.sites import site_accounts
from heatnet.model.power_site import Battery
from heatnet.model.supply import PowerFactor

#: the solver's own feasibility tolerance, MW
SOLVER_MW = 1e-6
#: balances of the horizon close to this share of what passes
BALANCE_SHARE = 1e-9
#: ties: some 0.001 CNY/MWh on some hundred MWh
COST_CNY = 1.0
HOURS = 6
FEW = settings(
    max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def loads(most):
    return st.lists(st.floats(0, most), min_size=HOURS, max_size=HOURS)


def electric(unit, hours, name="boiler", available=10.0, per_heat=1.0, **more):
    return unit(hours, name, 0.0, available, fuel=None, power_per_heat=per_heat, **more)


def row(frame, name="n/site"):
    return frame[name].to_numpy()


def test_pv_beyond_the_base_load_runs_the_heat_pump_before_the_boiler(unit, problem, site):
    """Heat pump (0.25 MWh/MWh) against gas at 60 CNY/MWh, power at 400; base load 2 MW, PV 1, 3 and 6 MW, demand 8 MW.

    By hand: from the grid heat of the pump costs 100 > 60, so in the first hour the gas boiler runs alone. In the second 1 MW
    of PV is left and gives 4 MW of heat; in the third 4 MW are left, 2 of which the pump takes for all 8 MW, 2 are exported
    for nothing. The site pays 400 for 1 MWh with and without heat, so that the heat system pays no electricity.
    A programme that kept the tariff on the pump's heat would never run it.
    """
    units = [electric(unit, 3, per_heat=0.25), unit(3, "gas", 60)]
    r = dispatch(problem({"n/water": [8] * 3}, units, power=400.0, sites=(site(3, 2.0, [1, 3, 6]),)))
    np.testing.assert_allclose(r.heat_mw["n/boiler"], [0, 4, 8], atol=SOLVER_MW)
    np.testing.assert_allclose(row(r.site_import_mw), [1, 0, 0], atol=SOLVER_MW)
    np.testing.assert_allclose(row(r.site_export_mw), [0, 0, 2], atol=SOLVER_MW)
    np.testing.assert_allclose(row(r.pv_used_mw), [1, 3, 6], atol=SOLVER_MW)
    np.testing.assert_allclose(row(r.pv_for_heat_mw), [0, 1, 2], atol=SOLVER_MW)
    assert r.cost_cny["power_cny"] == pytest.approx(0.0, abs=1e-3)
    assert r.cost_cny["total_cny"] == pytest.approx((8 + 4) * 60, abs=1e-3)
    assert r.site_cost_cny["n/site"]["power_cny"] == pytest.approx(400)
    assert r.site_cost_cny["n/site"]["without_heat_power_cny"] == pytest.approx(400)


def test_export_has_its_price_and_heat_pays_what_is_not_exported(unit, problem, site):
    """PV of 6 MW, no base load, export at 100 and import at 400; gas at 60, a boiler with 1 MWh/MWh and 4 MW of demand.

    By hand: a MWh of PV earns 100 exported, more than it saves as heat: gas runs. At 50 the boiler takes 4 MWh of PV, and the
    heat system pays the 200 that the export of it would have earned.
    """
    for price, heat, paid in ((100.0, 0.0, 0.0), (50.0, 4.0, 200.0)):
        units = [electric(unit, 1), unit(1, "gas", 60)]
        own = site(1, 0.0, 6.0, export_cny_per_mwh=price)
        r = dispatch(problem({"n/water": [4]}, units, power=400.0, sites=(own,)))
        np.testing.assert_allclose(r.heat_mw["n/boiler"], [heat], atol=SOLVER_MW)
        assert r.cost_cny["power_cny"] == pytest.approx(paid, abs=1e-3)
        assert r.site_cost_cny["n/site"]["without_heat_power_cny"] == pytest.approx(-6 * price)


def test_negative_export_price_curtails(unit, problem, site):
    """6 MW of PV, 1 MW of base load, 2 MW of heat: 3 MW are curtailed, as export would cost 10. Without heat 5 were."""
    own = site(1, 1.0, 6.0, export_cny_per_mwh=-10.0)
    r = dispatch(problem({"n/water": [2]}, [electric(unit, 1)], power=400.0, sites=(own,)))
    assert row(r.pv_curtailed_mw)[0] == pytest.approx(3.0, abs=SOLVER_MW)
    assert row(r.site_export_mw)[0] == pytest.approx(0.0, abs=SOLVER_MW)
    assert r.cost_cny["power_cny"] == pytest.approx(0.0, abs=1e-3)


def test_the_limit_of_import_holds(unit, problem, site):
    """3 MW of import less 1 MW of base load leave 2 MW for the boiler; gas at 500 gives the rest."""
    units = [electric(unit, 1), unit(1, "gas", 500)]
    r = dispatch(problem({"n/water": [5]}, units, sites=(site(1, 1.0, import_max_mw=3.0),)))
    np.testing.assert_allclose(r.heat_mw.iloc[0], [2, 3], atol=SOLVER_MW)
    assert row(r.site_import_mw)[0] == pytest.approx(3.0)


def test_a_limit_below_the_base_load_is_told(unit, problem, site):
    """5 MW of base load against 1 MW of PV, 1 MW of battery and 2 MW of import: infeasible, with hour and figures."""
    own = site(2, 5.0, 1.0, import_max_mw=[9.0, 2.0], batteries=(Battery("b", 1.0, 10.0),))
    r = dispatch(problem({"n/water": [1, 1]}, [electric(unit, 2)], sites=(own,)))
    assert r.status == "infeasible"
    assert "n/site" in r.reason
    assert "at least 3 MW have to be imported at 2025-01-01 01:00:00, the limit is 2 MW" in r.reason
    assert r.site_import_mw.isna().all(axis=None)
    assert list(r.battery_level_mwh) == ["b"]


@pytest.mark.parametrize(("price", "charged"), [(124.0, 0.0), (126.0, 4.0)])
def test_a_battery_shifts_if_the_ratio_beats_its_efficiencies(unit, problem, site, price, charged):
    """Efficiencies 0.8 and 1.0: 4 MW charged at 100 give 3.2 MWh an hour later, worth it above 125.

    Base load 10 MW; cost without battery 10 x 100 + 10 p, with it 14 x 100 + 6.8 p. The heat system pays the difference.
    """
    own = site(2, 10.0, batteries=(Battery("b", 4.0, 100.0, charge_efficiency_share=0.8),))
    r = dispatch(problem({"n/water": [0, 0]}, [electric(unit, 2)], power=[100, price], sites=(own,)))
    np.testing.assert_allclose(row(r.battery_charge_mw, "b"), [charged, 0], atol=SOLVER_MW)
    np.testing.assert_allclose(row(r.battery_discharge_mw, "b"), [0, 0.8 * charged], atol=SOLVER_MW)
    np.testing.assert_allclose(row(r.battery_level_mwh, "b"), [0, 0.8 * charged], atol=SOLVER_MW)
    assert r.cost_cny["power_cny"] == pytest.approx(charged * 100 - 0.8 * charged * price, abs=1e-3)


def test_efficiency_of_discharge_and_least_level(unit, problem, site):
    """10 MWh, least 30 %, cyclic, efficiency out 0.5: of the 7 MWh above the least 3.5 come out, whatever the price."""
    own = site(2, 10.0, batteries=(Battery("b", 20.0, 10.0, discharge_efficiency_share=0.5, level_min_share=0.3),))
    r = dispatch(problem({"n/water": [0, 0]}, [electric(unit, 2)], power=[1, 1000], sites=(own,)))
    np.testing.assert_allclose(row(r.battery_level_mwh, "b"), [3, 10], atol=SOLVER_MW)
    np.testing.assert_allclose(row(r.battery_charge_mw, "b"), [7, 0], atol=SOLVER_MW)
    np.testing.assert_allclose(row(r.battery_discharge_mw, "b"), [0, 3.5], atol=SOLVER_MW)


def test_a_given_first_level_is_used_up(unit, problem, site):
    own = site(2, 10.0, batteries=(Battery("b", 4.0, 10.0, level_first_mwh=5.0),))
    r = dispatch(problem({"n/water": [0, 0]}, [electric(unit, 2)], power=[50, 60], sites=(own,)))
    np.testing.assert_allclose(row(r.battery_discharge_mw, "b"), [1, 4], atol=SOLVER_MW)


def test_co2_of_import_is_priced_once(unit, problem, site):
    """Grid 0.5 t/MWh at 100 CNY/t, tariff 100: 3 MWh of heat cost 300 and 150, as without a site; PV makes it nothing."""
    demand, units = {"n/water": [3]}, [electric(unit, 1)]
    alone = dispatch(problem(demand, units, co2=100.0))
    behind = dispatch(problem(demand, units, co2=100.0, sites=(site(1, 2.0),)))
    sunny = dispatch(problem(demand, units, co2=100.0, sites=(site(1, 2.0, 5.0),)))
    assert alone.cost_cny["co2_cny"] == pytest.approx(150)
    for key in ("power_cny", "co2_cny", "total_cny"):
        assert behind.cost_cny[key] == pytest.approx(alone.cost_cny[key], abs=1e-6)
        assert sunny.cost_cny[key] == pytest.approx(0.0, abs=1e-6)
    assert behind.site_cost_cny["n/site"] == pytest.approx(
        {
            "power_cny": 500,
            "co2_cny": 250,
            "without_heat_power_cny": 200,
            "without_heat_co2_cny": 100,
            "heat_power_cny": 300,
            "heat_co2_cny": 150,
        }
    )
    marginal = problem(demand, units, co2=100.0, power_factor=PowerFactor.MARGINAL, sites=(site(1),))
    assert dispatch(marginal).cost_cny["co2_cny"] == pytest.approx(240)


def test_positive_prices_burn_no_power_and_pass_none_through_the_meter(unit, problem, site):
    """PV far above all needs, export for nothing: no battery charges and discharges at once, no import beside export."""
    battery = Battery("b", 5.0, 8.0, charge_efficiency_share=0.9, discharge_efficiency_share=0.9)
    own = site(4, 1.0, [50, 50, 0, 0], batteries=(battery,))
    r = dispatch(problem({"n/water": [3] * 4}, [electric(unit, 4)], power=200.0, sites=(own,)))
    assert np.minimum(row(r.battery_charge_mw, "b"), row(r.battery_discharge_mw, "b")).max() <= SOLVER_MW
    assert np.minimum(row(r.site_import_mw), row(r.site_export_mw)).max() <= SOLVER_MW


def test_net_metering_passes_nothing_through_the_meter(unit, problem, site):
    """Export at the price of import: a tie that is broken, not an endless loop."""
    own = site(1, 1.0, 3.0, export_cny_per_mwh=100.0)
    r = dispatch(problem({"n/water": [5]}, [electric(unit, 1)], power=100.0, sites=(own,)))
    assert row(r.site_import_mw)[0] == pytest.approx(3.0, abs=SOLVER_MW)
    assert row(r.site_export_mw)[0] == pytest.approx(0.0, abs=SOLVER_MW)


def test_a_negative_cost_of_import_is_where_a_battery_burns_power(unit, problem, site):
    """What the docs admit: at -50 for import and for export, a battery of 5 MW and 0.8 x 0.8 burns all it can.

    Level in the only hour stays: 0.8 charge = discharge/0.8, charge 5, discharge 3.2: 1.8 MWh are burned and paid for.
    """
    battery = Battery("b", 5.0, 8.0, charge_efficiency_share=0.8, discharge_efficiency_share=0.8)
    own = site(1, 1.0, export_cny_per_mwh=-50.0, batteries=(battery,))
    r = dispatch(problem({"n/water": [0]}, [electric(unit, 1)], power=-50.0, sites=(own,)))
    np.testing.assert_allclose(row(r.battery_charge_mw, "b"), [5.0], atol=SOLVER_MW)
    np.testing.assert_allclose(row(r.battery_discharge_mw, "b"), [3.2], atol=SOLVER_MW)


def test_a_site_joins_the_balances_of_its_units(unit, problem, site):
    """Two waters behind one meter of 3 MW: they share it, 2 MW for the one without gas, 1 MW for the other."""
    units = [electric(unit, 1), electric(unit, 1, "other", balance="m/water"), unit(1, "gas", 500)]
    units += [unit(1, "free", 5, balance="s/site")]
    own = site(1, import_max_mw=3.0, units=("n/boiler", "n/other"))
    stated = problem({"n/water": [2], "m/water": [2], "s/site": [1]}, units, sites=(own,))
    groups = independent_groups(stated)
    assert [set(group.balances) for group in groups] == [{"n/water", "m/water"}, {"s/site"}]
    assert [group.sites for group in groups] == [(own,), ()]
    r = dispatch(stated)
    np.testing.assert_allclose(r.heat_mw.iloc[0], [1, 2, 1, 1], atol=SOLVER_MW)


def test_a_store_takes_pv_by_day_and_saves_the_night(unit, problem, site, store):
    """8 MW of PV at noon, nothing at night, 3 MW of heat in both: the tank takes 3 of the 5 MW left, nothing is bought."""
    r = dispatch(
        problem({"n/water": [3, 3]}, [electric(unit, 2)], power=100.0, stores=(store(),), sites=(site(2, 0, [8, 0]),))
    )
    np.testing.assert_allclose(row(r.store_charge_mw, "n/tank"), [3, 0], atol=SOLVER_MW)
    np.testing.assert_allclose(row(r.site_import_mw), 0, atol=SOLVER_MW)
    np.testing.assert_allclose(row(r.pv_for_heat_mw), [6, 0], atol=SOLVER_MW)


def full_problem(unit, problem, site, store, demand, base, pv, power, export_share):
    """Return a heat pump and a boiler behind a meter with two batteries, gas, a tank."""
    units = [electric(unit, HOURS, per_heat=0.3, available=8), electric(unit, HOURS, "rod"), unit(HOURS, "gas", 70, 40)]
    batteries = (
        Battery("a", 4.0, 9.0, 0.95, 0.9, 0.1),
        Battery("b", 2.0, 3.0, 0.9, 0.9, level_first_mwh=1.0),
    )
    own = site(
        HOURS,
        base,
        pv,
        units=("n/boiler", "n/rod"),
        import_max_mw=30.0,
        export_cny_per_mwh=export_share * np.array(power),
        batteries=batteries,
    )
    tank = store(charged_by=("n/boiler", "n/rod"), loss_share_per_h=0.01)
    return problem({"n/water": demand}, units, power=power, co2=60.0, stores=(tank,), sites=(own,))


any_case = given(
    demand=loads(30),
    base=loads(10),
    pv=loads(40),
    power=st.lists(st.floats(1, 900), min_size=HOURS, max_size=HOURS),
    export_share=st.floats(0, 1),
)


@FEW
@any_case
def test_electricity_is_conserved_and_nothing_cheats(unit, problem, site, store, demand, base, pv, power, export_share):
    """The meter's equation in every hour, levels, bounds, no two ways at once; money and CO2 agree with the accounts."""
    stated = full_problem(unit, problem, site, store, demand, base, pv, power, export_share)
    r, (own,) = dispatch(stated), stated.sites
    heat_power = sum(r.heat_mw[one.id].to_numpy() * one.power_per_heat for one in stated.units)
    passed = float(np.sum(base) + np.sum(pv) + heat_power.sum()) + 1.0
    left = row(r.site_import_mw) - row(r.site_export_mw) + row(r.pv_used_mw) - own.base_mw - heat_power
    left += (r.battery_discharge_mw - r.battery_charge_mw).sum(axis=1).to_numpy()
    assert np.abs(left).max() <= BALANCE_SHARE * passed
    np.testing.assert_allclose(row(r.pv_used_mw) + row(r.pv_curtailed_mw), own.pv_mw, atol=SOLVER_MW)
    for battery in own.batteries:
        level, charge, discharge = (
            row(frame, battery.id) for frame in (r.battery_level_mwh, r.battery_charge_mw, r.battery_discharge_mw)
        )
        after = level + battery.charge_efficiency_share * charge - discharge / battery.discharge_efficiency_share
        np.testing.assert_allclose(after[:-1], level[1:], rtol=0, atol=BALANCE_SHARE * passed)
        if battery.level_first_mwh is None:
            assert after[-1] == pytest.approx(level[0], abs=BALANCE_SHARE * passed)
        assert battery.level_min_mwh - SOLVER_MW <= after[-1] <= battery.energy_mwh + SOLVER_MW
        assert (level >= battery.level_min_mwh).all()
        assert (level <= battery.energy_mwh).all()
        assert np.minimum(charge, discharge).max() <= SOLVER_MW
    assert np.minimum(row(r.site_import_mw), row(r.site_export_mw)).max() <= SOLVER_MW
    used, heat = row(r.pv_used_mw), heat_power
    avoided = np.minimum(used, own.base_mw + heat) - np.minimum(used, own.base_mw)
    np.testing.assert_allclose(row(r.pv_for_heat_mw), avoided, atol=SOLVER_MW)
    assert r.cost_cny == account_costs(stated, r.heat_mw, r.unmet_mw, r.site_import_mw, r.site_export_mw)
    assert money.cost(stated, r) == pytest.approx(r.cost_cny, rel=1e-9, abs=1e-6)
    account = site_accounts(stated, r)["n/site"]
    assert co2(stated, r)["average"]["power_t_co2"] == pytest.approx(0.5 * account["heat_import_mwh"], abs=1e-6)
    inside = account["base_mwh"] + account["heat_mwh"] + account["battery_charged_mwh"] - account["battery_given_mwh"]
    assert account["import_mwh"] + account["pv_used_mwh"] == pytest.approx(
        account["export_mwh"] + inside, abs=BALANCE_SHARE * HOURS * passed
    )


@settings(FEW, max_examples=4)
@any_case
def test_pv_batteries_and_a_wider_meter_never_cost(unit, problem, site, store, demand, base, pv, power, export_share):
    """What the site pays falls with more PV, without limit of import, and rises without batteries."""
    stated = full_problem(unit, problem, site, store, demand, base, pv, power, export_share)

    def cost(**change):
        r = dispatch(replace(stated, sites=(replace(stated.sites[0], **change),)))
        return r.cost_cny["total_cny"] + sum(r.site_cost_cny["n/site"][f"without_heat_{key}"] for key in KEYS)

    now = cost()
    assert cost(pv_mw=stated.sites[0].pv_mw + 3.0) <= now + COST_CNY
    assert cost(import_max_mw=None) <= now + COST_CNY
    assert cost(batteries=()) >= now - COST_CNY


KEYS = ("power_cny", "co2_cny")


@settings(FEW, max_examples=5)
@given(demand=loads(30), power=st.lists(st.floats(1, 900), min_size=HOURS, max_size=HOURS))
def test_a_bare_site_changes_nothing(unit, problem, site, demand, power):
    """Without PV, batteries, base load and limit the schedule is that of the tariff."""
    units = [electric(unit, HOURS, per_heat=0.3, available=8), unit(HOURS, "gas", 70, 40)]
    stated = problem({"n/water": demand}, units, power=power, co2=60.0)
    alone, behind = dispatch(stated), dispatch(replace(stated, sites=(site(HOURS),)))
    np.testing.assert_allclose(alone.heat_mw, behind.heat_mw, atol=SOLVER_MW)
    assert behind.cost_cny == pytest.approx(alone.cost_cny, rel=1e-9, abs=1e-6)


def test_costs_of_sites_need_their_electricity(unit, problem, site):
    stated = problem({"n/water": [1]}, [electric(unit, 1)], sites=(site(1),))
    r = dispatch(stated)
    with pytest.raises(ValueError, match="electricity of the sites"):
        account_costs(stated, r.heat_mw, r.unmet_mw)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"base": -1.0}, "base_mw falls to -1"),
        ({"pv": float("nan")}, "pv_mw has values that are not finite"),
        ({"import_max_mw": -1.0}, "import_max_mw falls to -1"),
        ({"units": ()}, "no heat plant stands on it"),
    ],
)
def test_site_that_cannot_be(site, change, words):
    with pytest.raises(InputError, match=words):
        site(2, **change)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"power_mw": -1.0}, "power_mw -1"),
        ({"energy_mwh": float("inf")}, "energy_mwh inf"),
        ({"charge_efficiency_share": 0.0}, "charge_efficiency_share 0"),
        ({"discharge_efficiency_share": 1.1}, "discharge_efficiency_share 1.1"),
        ({"level_min_share": 2.0}, "level_min_share 2"),
        ({"level_min_share": 0.5, "level_first_mwh": 1.0}, "level_first_mwh 1"),
    ],
)
def test_battery_that_cannot_be(change, words):
    with pytest.raises(InputError, match=words):
        replace(Battery("b", 1.0, 10.0), **change)


def test_sites_that_do_not_fit_the_problem(unit, problem, site):
    """Unknown unit, a unit twice, an id twice, other hours: four problems in one pass."""
    sites = (site(2, units=("n/boiler", "n/nobody")), site(3))
    with pytest.raises(InputError) as caught:
        problem({"n/water": [1, 1]}, [electric(unit, 2)], sites=sites)
    assert len(caught.value.problems) == 4


def test_export_that_earns_more_than_import_costs(unit, problem, site):
    """110 against a tariff of 60 and 0.5 t x 80 CNY/t of CO2 = 100, in the second hour: refused, with both figures."""
    own = site(2, export_cny_per_mwh=110.0)
    with pytest.raises(InputError, match=r"export earns 110 CNY/MWh at 2025-01-01 01:00:00, import costs 100"):
        problem({"n/water": [1, 1]}, [electric(unit, 2)], power=[100, 60], co2=80.0, sites=(own,))
