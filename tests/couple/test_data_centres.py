"""Data centres: heat is there while computers run, and what is taken of it needs no chiller. By hand, then in the power flow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from heatnet.couple.data_centres import saved_by_load_mw, saved_per_heat, within_data_centres
from heatnet.couple.power import PowerYear
from heatnet.couple.power_dispatch import scheduled, with_sites
from heatnet.dispatch import dispatch
from heatnet.electric.model import PowerModel
from heatnet.errors import InputError
from heatnet.model.boundary import Boundary
from heatnet.model.supply import DispatchProblem, EmissionFactors, Prices, SupplyUnit
from tests.electric.conftest import table, two_bus

HOURS = pd.date_range("2025-01-01", periods=3, freq="h", name="time")
#: the whole data centre: computers draw 6, 3 and 0 MW
P_MW = np.array([7.8, 3.9, 0.0])


def unit(plant, available, power_per_heat=0.0, fuel=None):
    def full(value):
        return np.full(3, float(value))

    return SupplyUnit(
        f"n/{plant}", "n", plant, "source", "fossil", "n/water", None, 0.0, fuel, full(available), full(0),
        full(1.0 if fuel else 0.0), full(power_per_heat), full(0),
    )  # fmt: skip


def year(capture_share=0.9, pue_recovered=1.1, plants="hp", **tables):
    loads = table(
        {"id": "servers", "bus": "far", "p_mw": 7.8, "cos_phi": 1.0, "pue": 1.3, "pue_recovered": pue_recovered,
         "cooled_by": plants, "capture_share": capture_share},
        {"id": "pump", "bus": "far", "cos_phi": 1.0, "supplies": plants, "capture_share": 0.9},
    )  # fmt: skip
    base = Boundary(
        HOURS, {"load_p_mw": pd.DataFrame({"servers": P_MW}, HOURS), "generator_p_mw": pd.DataFrame(index=HOURS)}
    )
    names = tuple(plants.split())
    return PowerYear(two_bus(loads=loads, **tables), base, {"pump": names}, dict.fromkeys(names, "servers"))


def problem(*units, demand=20.0):
    prices = Prices({"gas": 1000.0}, np.full(3, 400.0), 0.0, 0.0, 1e5)
    factors = EmissionFactors({"gas": 0.2}, 0.5, 0.8)
    return DispatchProblem(HOURS, units, {"n/water": np.full(3, demand)}, prices, factors)


def test_heat_is_what_the_computers_give_and_the_heat_pump_draws():
    """Computers of 6 MW, 0.9 of it caught: 5.4 MW; COP 4 makes 5.4 / (1 - 0.25) = 7.2 MW of it. Capacity 7 MW cuts that.

    With P instead of P / pue it would be 9.36 MW, with the heat pump's own electricity forgotten 5.4 MW.
    """
    bound = within_data_centres(problem(unit("hp", 7.0, 0.25), unit("gas", 50, fuel="gas")), {"n": year()})
    np.testing.assert_allclose(bound.units[0].available_mw, [7.0, 3.6, 0.0])
    np.testing.assert_allclose(bound.units[1].available_mw, 50.0)


def test_two_plants_share_a_data_centre_by_size():
    units = (unit("hp", 6.0, 0.25), unit("exchanger", 3.0))
    bound = within_data_centres(problem(*units), {"n": year(plants="hp exchanger")})
    taken = [np.asarray(u.available_mw) * (1 - u.power_per_heat) for u in bound.units]
    np.testing.assert_allclose(taken[0][1], 2.7 * 2 / 3)
    np.testing.assert_allclose(taken[1][1], 2.7 / 3)
    assert (taken[0] + taken[1] <= 0.9 * P_MW / 1.3 + 1e-12).all()


def test_the_site_pays_for_the_heat_pump_less_the_chillers_it_spares():
    """3.6 MW of heat at COP 4 draw 0.9 MW and take 2.7 MW from the computers: (1.3 - 1.1) × 2.7 = 0.54 MW less for cooling.

    Import 3.9 + 0.9 - 0.54 = 4.26 MW. In the last hour nothing runs.
    """
    power = year()
    asked = within_data_centres(problem(unit("hp", 7.0, 0.25), unit("gas", 50, fuel="gas")), {"n": power})
    asked = with_sites(asked, {"n": power})
    result = dispatch(asked)
    np.testing.assert_allclose(result.heat_mw["n/hp"], [7.0, 3.6, 0.0], atol=1e-6)
    np.testing.assert_allclose(result.site_import_mw["n"], [7.8 + 7.0 * (0.25 - 0.2 * 0.75), 4.26, 0.0], atol=1e-6)
    assert result.cost_cny["power_cny"] == pytest.approx(400 * (7.0 + 3.6) * (0.25 - 0.15), rel=1e-6)


def test_the_power_flow_imports_what_the_dispatch_paid_for_plus_its_losses():
    power = year()
    asked = with_sites(within_data_centres(problem(unit("hp", 3.0, 0.25)), {"n": power}), {"n": power})
    result = dispatch(asked)
    solved = PowerModel(power.network).solve(scheduled("n", power, asked, result))
    imported = solved["grid_p_mw"].sum("grid").to_numpy()
    losses = solved["line_loss_mw"].sum("line").to_numpy() if "line_loss_mw" in solved else 0.0
    np.testing.assert_allclose(imported - losses, result.site_import_mw["n"], atol=1e-6)
    saved = saved_by_load_mw(power, asked.units, result.heat_mw)
    np.testing.assert_allclose(saved["servers"], 0.2 * 0.75 * result.heat_mw["n/hp"])
    np.testing.assert_allclose(solved["load_p_mw"].sel(load="servers"), P_MW - saved["servers"], atol=1e-6)


def test_without_a_figure_for_recovery_no_cooling_is_saved():
    power = year(pue_recovered=np.nan)
    assert saved_per_heat(power, [unit("hp", 7.0, 0.25)]) == {}
    assert saved_by_load_mw(power, [unit("hp", 7.0, 0.25)], {"n/hp": np.ones(3)}) == {}


def test_beside_a_battery_the_site_without_heat_has_all_its_cooling():
    """A battery of 1 MWh has nothing to win at one price: heat still pays 0.25 - 0.15 MWh per MWh of its own."""
    power = year(batteries=table({"id": "cell", "bus": "far", "power_mw": 1.0, "energy_mwh": 1.0}))
    asked = with_sites(within_data_centres(problem(unit("hp", 7.0, 0.25)), {"n": power}), {"n": power})
    np.testing.assert_allclose(asked.sites[0].without_heat_mw[0], P_MW, atol=1e-6)
    assert dispatch(asked).cost_cny["power_cny"] == pytest.approx(400 * (7.0 + 3.6) * 0.1, rel=1e-6)


def test_saving_more_cooling_never_costs_more():
    costs = []
    for recovered in (1.3, 1.2, 1.0):
        power = year(pue_recovered=recovered)
        asked = problem(unit("hp", 7.0, 0.25), unit("gas", 50, fuel="gas"))
        costs.append(dispatch(with_sites(asked, {"n": power})).cost_cny["total_cny"])
    assert costs[0] > costs[1] > costs[2]


def test_a_site_refuses_savings_of_a_unit_that_is_not_on_it():
    power = year()
    site = with_sites(problem(unit("hp", 7.0, 0.25)), {"n": power}).sites[0]
    with pytest.raises(InputError, match="unknown unit n/gas"):
        replace(site, saved_per_heat={"n/gas": np.zeros(3)})
