"""Heat stores: days solved by hand, and properties of any schedule with stores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heatnet.dispatch import dispatch
from heatnet.dispatch.groups import independent_groups
from heatnet.dispatch.linear_model import forget_solutions
from heatnet.errors import InputError

#: the solver's own feasibility tolerance, MW
SOLVER_MW = 1e-6
#: balances of the year close to this share of the heat made
BALANCE_SHARE = 1e-9
#: ties: 0.001 CNY/MWh for what is made, and as much for what is charged
COST_CNY = 1.0
HOURS = 6
FEW = settings(
    max_examples=10, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
demands = st.lists(st.floats(0, 30), min_size=HOURS, max_size=HOURS)
prices = st.lists(st.floats(1, 300), min_size=HOURS, max_size=HOURS)


def electric(unit, hours, name="boiler", available=10.0, **more):
    """Return an electric boiler: a MWh of heat costs the hour's power price."""
    return unit(hours, name, 0.0, available, fuel=None, power_per_heat=1.0, **more)


def columns(result, name="n/tank"):
    """Return level, charge and discharge of a store."""
    frames = (result.store_level_mwh, result.store_charge_mw, result.store_discharge_mw)
    return tuple(frame[name].to_numpy() for frame in frames)


def test_cheap_hours_fill_the_store_and_dear_hours_empty_it(unit, problem, store):
    """Demand 4 MW, power at 10, 10, 100, 100; a tank of 5 MWh, 3 MW in and 3 MW out.

    By hand: 5 MWh are charged in the two cheap hours, at most 3 in one, and given in the two dear ones: cost
    13 x 10 + 3 x 100 = 430. Without limits on power one hour would charge all; without the limit on the level 6 MWh would
    be shifted (340); a store that does not have to give back what it took would cost 120.
    """
    tank = store(energy_mwh=5.0, charge_mw=3.0, discharge_mw=3.0)
    r = dispatch(problem({"n/water": [4] * 4}, [electric(unit, 4)], power=[10, 10, 100, 100], stores=(tank,)))
    level, charge, discharge = columns(r)
    assert charge[:2].sum() == pytest.approx(5.0, abs=SOLVER_MW)
    assert charge.max() <= 3.0
    assert discharge[2:].sum() == pytest.approx(5.0, abs=SOLVER_MW)
    assert discharge.max() <= 3.0
    assert level[2] == pytest.approx(5.0, abs=SOLVER_MW)
    np.testing.assert_allclose(r.heat_mw["n/boiler"], 4 + charge - discharge, atol=SOLVER_MW)
    assert r.cost_cny["total_cny"] == pytest.approx(430.0)


@pytest.mark.parametrize(("price", "stored"), [(12.4, 0.0), (12.6, 5.0)])
def test_it_pays_only_if_the_price_ratio_beats_what_is_kept(unit, problem, store, price, stored):
    """A loss of 20 % an hour keeps 0.8 over the hour between: it pays above 10/0.8 = 12.5, and gives 4 of 5 MWh."""
    tank = store(energy_mwh=5.0, loss_share_per_h=0.2)
    r = dispatch(problem({"n/water": [4, 4]}, [electric(unit, 2)], power=[10, price], stores=(tank,)))
    level, charge, discharge = columns(r)
    np.testing.assert_allclose(charge, [stored, 0], atol=SOLVER_MW)
    np.testing.assert_allclose(discharge, [0, 0.8 * stored], atol=SOLVER_MW)
    np.testing.assert_allclose(level, [0, stored], atol=SOLVER_MW)
    assert r.cost_cny["total_cny"] == pytest.approx((4 + stored) * 10 + (4 - 0.8 * stored) * price)


def test_loss_is_a_share_of_what_is_stored_each_hour(unit, problem, store):
    """Heat is dear in the fifth hour alone: 10 MWh charged in the first keep 0.9 of themselves each hour, 7.29 at its beginning.

    0.9 x 7.29 leave it, as the fifth hour loses its share as well. A loss of what is charged, or none in the last hour, gives 9
    or 7.29.
    """
    tank = store(loss_share_per_h=0.1)
    units = [electric(unit, 5, available=[10, 0, 0, 0, 0]), unit(5, "gas", 1000.0)]
    r = dispatch(problem({"n/water": [0, 0, 0, 0, 9]}, units, power=[10] * 5, stores=(tank,), unmet=1e5))
    level, _charge, discharge = columns(r)
    np.testing.assert_allclose(level, [0, 10, 9, 8.1, 7.29], atol=SOLVER_MW)
    np.testing.assert_allclose(discharge, [0, 0, 0, 0, 6.561], atol=SOLVER_MW)


def test_cyclic_level_or_a_given_first_one(unit, problem, store):
    """Power at 100, then 10: a cyclic tank gives in the first hour what the last one charges, cost 8 x 10.

    Empty at first and free at the end it can do nothing, 4 x 100 + 4 x 10; with 3 MWh at first it gives these away.
    """
    stated = problem({"n/water": [4, 4]}, [electric(unit, 2)], power=[100, 10])

    def solved(first):
        return dispatch(replace(stated, stores=(store(level_first_mwh=first),)))

    cyclic, empty, filled = solved(None), solved(0.0), solved(3.0)
    np.testing.assert_allclose(columns(cyclic)[0], [4, 0], atol=SOLVER_MW)
    assert cyclic.cost_cny["total_cny"] == pytest.approx(80)
    assert empty.cost_cny["total_cny"] == pytest.approx(440)
    np.testing.assert_allclose(columns(empty)[1], 0, atol=SOLVER_MW)
    np.testing.assert_allclose(columns(filled)[0], [3, 0], atol=SOLVER_MW)
    np.testing.assert_allclose(columns(filled)[2], [3, 0], atol=SOLVER_MW)
    assert filled.cost_cny["total_cny"] == pytest.approx(140)


def test_one_hour_is_its_own_neighbour(unit, problem, store):
    """A cyclic horizon of a single hour: nothing to shift, whatever the loss."""
    for loss in (0.0, 0.1):
        tank = store(loss_share_per_h=loss)
        r = dispatch(problem({"n/water": [4]}, [electric(unit, 1)], stores=(tank,)))
        assert r.heat_mw["n/boiler"].iloc[0] == pytest.approx(4.0, abs=SOLVER_MW)


def test_only_named_plants_charge_and_their_heat_may_be_split(unit, problem, store):
    """Free waste heat of 6 MW and a boiler of 5 MW at 10 and 100 CNY/MWh; demand 4 and 12 MW.

    By hand: the tank takes no waste heat. In the first hour the waste heat serves the demand, the boiler's 5 MW all go into the
    tank; in the second 6 + 1 + 5 from the tank. With 8 MW of demand at first the boiler is split: 2 to the network, 3 to the
    tank. A tank charged from the balance would store the 2 MW of waste heat.
    """
    units = [unit(2, "waste", 0, 6), electric(unit, 2, available=5.0)]
    for first, charged, boiler in ((4, 5, [5, 1]), (8, 3, [5, 3])):
        r = dispatch(problem({"n/water": [first, 12]}, units, power=[10, 100], stores=(store(),)))
        np.testing.assert_allclose(columns(r)[1], [charged, 0], atol=SOLVER_MW)
        np.testing.assert_allclose(r.unit_charge_mw["n/boiler"], [charged, 0], atol=SOLVER_MW)
        np.testing.assert_allclose(r.heat_mw["n/boiler"], boiler, atol=SOLVER_MW)
        np.testing.assert_allclose(r.heat_mw["n/waste"], [min(first, 6), 6], atol=SOLVER_MW)
        assert list(r.unit_charge_mw) == ["n/boiler"]


def test_two_stores_share_the_heat_of_one_plant(unit, problem, store):
    """6 MW of one boiler in the only cheap hour fill two tanks of 5 MWh with 6 in all, never with 10."""
    tanks = (store("a", energy_mwh=5.0), store("b", energy_mwh=5.0))
    units = [electric(unit, 2, available=[6, 0]), unit(2, "gas", 500.0, 20)]
    r = dispatch(problem({"n/water": [0, 12]}, units, power=[10, 10], stores=tanks))
    assert r.store_charge_mw.to_numpy().sum() == pytest.approx(6.0, abs=SOLVER_MW)
    assert r.unit_charge_mw["n/boiler"].sum() == pytest.approx(6.0, abs=SOLVER_MW)
    assert r.heat_mw["n/gas"].iloc[1] == pytest.approx(6.0, abs=SOLVER_MW)


def test_contract_heat_is_stored_before_it_is_dumped(unit, problem, store):
    """A contract of 6 MW against 2 and 9 MW: a tank takes the 4 MW that would be dumped, and saves the boiler's 3 MWh."""
    contract = unit(2, "contract", 40, 6, take_min_mw=6.0)
    tank = store(charged_by=("n/contract",), energy_mwh=3.0)
    r = dispatch(problem({"n/water": [2, 9]}, [contract, unit(2, "boiler", 10)], stores=(tank,)))
    np.testing.assert_allclose(r.dumped_mw["n/water"], [1, 0], atol=SOLVER_MW)
    np.testing.assert_allclose(r.heat_mw["n/boiler"], 0, atol=SOLVER_MW)


def test_a_yearly_minimum_may_be_met_through_a_store(unit, problem, store):
    """10 MWh have to be used, available in the first hour only, demand 4 there and 6 in the second."""
    contract = unit(2, "boiler", 40, [10, 0], year_min_mwh=10.0)
    stated = problem({"n/water": [4, 6]}, [contract, unit(2, "gas", 10)])
    assert dispatch(stated).status == "infeasible"
    r = dispatch(replace(stated, stores=(store(),)))
    assert r.status == "optimal"
    np.testing.assert_allclose(columns(r)[1], [6, 0], atol=SOLVER_MW)


def test_equal_prices_move_nothing(unit, problem, store):
    """Where shifting saves nothing, nothing is shifted, also between plants of equal cost."""
    units = [electric(unit, 4), electric(unit, 4, "second")]
    r = dispatch(problem({"n/water": [4, 12, 4, 15]}, units, power=[50] * 4, stores=(store(),)))
    np.testing.assert_allclose(columns(r)[1], 0, atol=SOLVER_MW)


def test_a_negative_price_fills_the_tank_and_never_passes_heat_in_a_ring(unit, problem, store):
    """At -50 the tank is filled once (10 MWh beside 4 MW of demand); charging and giving at once would win nothing more."""
    r = dispatch(problem({"n/water": [4, 14]}, [electric(unit, 2, available=20)], power=[-50, 100], stores=(store(),)))
    _level, charge, discharge = columns(r)
    np.testing.assert_allclose(charge, [10, 0], atol=SOLVER_MW)
    np.testing.assert_allclose(discharge, [0, 10], atol=SOLVER_MW)
    np.testing.assert_allclose(r.heat_mw["n/boiler"], [14, 4], atol=SOLVER_MW)


def test_stores_stay_in_the_group_of_their_balance(unit, problem, store):
    units = [electric(unit, 2), unit(2, "site", 10, balance="s/site")]
    stated = problem({"n/water": [1, 1], "s/site": [1, 1]}, units, stores=(store(),))
    assert [group.stores for group in independent_groups(stated)] == [stated.stores, ()]
    assert list(dispatch(stated).store_level_mwh) == ["n/tank"]


def test_a_failure_leaves_no_number_of_a_store(unit, problem, store):
    contract = electric(unit, 2, year_min_mwh=1000.0)
    r = dispatch(problem({"n/water": [1, 1]}, [contract], stores=(store(),)))
    assert r.status == "infeasible"
    for frame in (r.store_level_mwh, r.store_charge_mw, r.store_discharge_mw, r.unit_charge_mw):
        assert frame.shape == (2, 1)
        assert frame.isna().all(axis=None)


def test_stores_that_do_not_fit_the_problem(unit, problem, store):
    """An id twice, a unit's id, a unit of another balance and one that is none: all named at once."""
    units = [electric(unit, 1), unit(1, "site", 10, balance="s/site")]
    stores = (store(), store(), store("boiler"), store("x", charged_by=("n/site", "n/nobody")))
    with pytest.raises(InputError) as caught:
        problem({"n/water": [1]}, units, stores=stores)
    assert len(caught.value.problems) == 4


def stored_problem(unit, problem, store, demand, power, loss, energy, first):
    """Return waste heat, an electric boiler and a gas boiler with two tanks, one with a first level."""
    units = [unit(HOURS, "waste", 0, 8), electric(unit, HOURS, available=15), unit(HOURS, "gas", 80, 12)]
    stores = (
        store("a", energy_mwh=energy, loss_share_per_h=loss, charge_mw=6.0, charged_by=("n/boiler", "n/waste")),
        store("b", energy_mwh=8.0, level_first_mwh=first, discharge_mw=3.0, loss_share_per_h=loss / 2),
    )
    return problem({"n/water": demand}, units, power=power, stores=stores)


@FEW
@given(demand=demands, power=prices, loss=st.floats(0, 0.2), energy=st.floats(0, 20), first=st.floats(0, 8))
def test_heat_is_conserved(unit, problem, store, demand, power, loss, energy, first):
    """Made + missing = demand + charged - given in every hour; charged = given + lost + change over the horizon, to 1e-9."""
    stated = stored_problem(unit, problem, store, demand, power, loss, energy, first)
    r = dispatch(stated)
    made = float(r.heat_mw.to_numpy().sum()) + 1.0
    left = r.heat_mw.sum(axis=1) + r.unmet_mw["n/water"] - stated.demand_of("n/water")
    left += r.store_discharge_mw.sum(axis=1) - r.store_charge_mw.sum(axis=1)
    assert np.abs(left.to_numpy()).max() <= BALANCE_SHARE * made
    for tank in stated.stores:
        level, charge, discharge = columns(r, tank.id)
        after = (1 - tank.loss_share_per_h) * level + charge - discharge
        np.testing.assert_allclose(after[:-1], level[1:], rtol=0, atol=BALANCE_SHARE * made)
        if tank.level_first_mwh is None:
            assert after[-1] == pytest.approx(level[0], abs=BALANCE_SHARE * made)
        else:
            assert level[0] == tank.level_first_mwh
        assert -SOLVER_MW <= after[-1] <= tank.energy_mwh + SOLVER_MW
        assert (level >= 0).all()
        assert (level <= tank.energy_mwh).all()
        assert charge.max() <= tank.charge_mw + SOLVER_MW
        assert discharge.max() <= tank.discharge_mw
        assert np.minimum(charge, discharge).max() <= SOLVER_MW
    assert (r.unit_charge_mw <= r.heat_mw[list(r.unit_charge_mw)] + SOLVER_MW).all(axis=None)
    np.testing.assert_allclose(r.unit_charge_mw.sum(axis=1), r.store_charge_mw.sum(axis=1), atol=SOLVER_MW)


@settings(FEW, max_examples=5)
@given(demand=demands, power=prices, loss=st.floats(0, 0.2), energy=st.floats(0, 20))
def test_a_store_never_costs_and_an_empty_one_changes_nothing(unit, problem, store, demand, power, loss, energy):
    """Cost falls with the size of a tank, from that without one; one without size leaves it."""
    stated = stored_problem(unit, problem, store, demand, power, loss, energy, 0.0)

    def cost(*stores):
        return dispatch(replace(stated, stores=stores)).cost_cny["total_cny"]

    tank = stated.stores[0]
    without = cost()
    assert cost(replace(tank, energy_mwh=0.0)) == pytest.approx(without, abs=COST_CNY)
    assert cost(tank) <= without + COST_CNY
    assert cost(replace(tank, energy_mwh=energy + 5.0)) <= cost(tank) + COST_CNY
    assert cost(replace(tank, loss_share_per_h=0.0)) <= cost(tank) + COST_CNY


@settings(FEW, max_examples=4)
@given(demand=demands, power=prices)
def test_one_more_mwh_costs_the_shadow_price_with_stores(unit, problem, store, demand, power):
    """The dual of an hour lies between what one MWh less saves and what one more costs."""
    base = stored_problem(unit, problem, store, [value + 1 for value in demand], power, 0.05, 10.0, 2.0)
    result = dispatch(base)
    price = result.shadow_price_cny_per_mwh["n/water"].iloc[3]

    def cost_with(extra):
        shifted = base.demand_mw["n/water"].copy()
        shifted[3] += extra
        return dispatch(replace(base, demand_mw={"n/water": shifted})).cost_cny["total_cny"]

    assert result.cost_cny["total_cny"] - cost_with(-1.0) <= price + COST_CNY
    assert cost_with(1.0) - result.cost_cny["total_cny"] >= price - COST_CNY


def test_same_stores_give_the_same_bytes(unit, problem, store):
    rng = np.random.default_rng(3)
    stated = stored_problem(
        unit, problem, store, rng.uniform(0, 30, HOURS), rng.uniform(1, 300, HOURS), 0.01, 12.0, 1.0
    )
    first = dispatch(stated)
    forget_solutions()
    second = dispatch(stated)
    for name in ("heat_mw", "store_level_mwh", "store_charge_mw", "store_discharge_mw", "unit_charge_mw"):
        assert getattr(first, name).to_numpy().tobytes() == getattr(second, name).to_numpy().tobytes()
