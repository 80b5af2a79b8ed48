"""Two solutions held against each other: a known change is found with its place and time, and nothing else is."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest

from heatnet.model.examples import boundary_at_loads, two_source_loop
from heatnet.simulate import simulate
from heatnet.simulate.compare import KINDS, Comparison, OtherStatus, compare, kind_of
from heatnet.simulate.quantities import QUANTITIES

LOADS = (1.0, 0.6, 0.3)
#: one division and one subtraction of doubles
ROUNDING = 1e-9
#: what the two engines promise each other on small networks: below anything that is read off a result
AGREEMENT = {"temperature": 1e-2, "pressure": 1e-4, "flow": 1e-4, "heat": 1e-4, "power": 1e-4}


@pytest.fixture(scope="module")
def solved():
    network = two_source_loop()
    return simulate(network, boundary_at_loads(network, LOADS), engine="season")


def changed(dataset, **by):
    """A copy with some numbers raised: variable = (row, position, by how much)."""
    copy = dataset.copy(deep=True)
    for name, (row, position, more) in by.items():
        place = row if position is None else (row, position)
        copy[name].values[place] += more
    return copy


def unsolved(dataset, row, status="not_converged"):
    copy = dataset.copy(deep=True)
    copy["status"] = ("time", [status if i == row else str(s) for i, s in enumerate(copy["status"].values)])
    for name in QUANTITIES:
        copy[name].values[row] = np.nan
    return copy


def of_kind(comparison: Comparison):
    return {one.kind: one for one in comparison.largest}


def test_a_solution_agrees_with_itself(solved):
    comparison = compare(solved, solved.copy(deep=True))
    assert [one.kind for one in comparison.largest] == list(KINDS)
    assert all(one.value == 0.0 for one in comparison.by_quantity)
    assert (comparison.rows, comparison.compared, comparison.one_sided) == (3, 3, 0)
    assert comparison.other_status == ()
    assert comparison.unsolved_ours == comparison.unsolved_theirs == {}


def test_each_kind_with_its_unit_place_and_time(solved):
    """Differences in K and bar are as they are; flow, heat and power are shares of the largest value of their kind."""
    other = changed(
        solved,
        node_t_return_degc=(1, 2, -0.25),
        consumer_dp_bar=(2, 1, 0.125),
        pipe_mdot_kg_per_s=(0, 3, 1e-3),
        consumer_heat_mw=(1, 0, -2e-3),
        plant_pump_mw=(2, 0, 1e-4),
    )
    found = of_kind(compare(solved, other))
    node, consumer, pipe = (str(solved[name].values[i]) for name, i in (("node", 2), ("consumer", 1), ("pipe", 3)))
    flows = [name for name in QUANTITIES if "_mdot_" in name and solved[name].size]
    largest_flow = max(float(np.abs(solved[name]).max()) for name in flows)
    largest_heat = float(solved["plant_heat_mw"].max())
    expected = {
        "temperature": (0.25, "K", "node_t_return_degc", node, 1.0),
        "pressure": (0.125, "bar", "consumer_dp_bar", consumer, 2.0),
        "flow": (1e-3 / largest_flow, "1", "pipe_mdot_kg_per_s", pipe, 0.0),
        "heat": (2e-3 / largest_heat, "1", "consumer_heat_mw", str(solved["consumer"].values[0]), 1.0),
        "power": (1e-4 / float(solved["plant_pump_mw"].max()), "1", "plant_pump_mw", "plant", 2.0),
    }
    for kind, (value, *rest) in expected.items():
        one = found[kind]
        assert one.value == pytest.approx(value, rel=ROUNDING), kind
        assert [one.unit, one.quantity, one.element, one.time] == rest


def test_the_same_seen_from_the_other_side(solved):
    other = changed(solved, node_t_return_degc=(1, 2, -0.25), pipe_mdot_kg_per_s=(0, 3, 5.0))
    assert compare(solved, other).by_quantity == compare(other, solved).by_quantity


def test_a_quantity_of_the_whole_network_has_no_element(solved):
    one = of_kind(compare(solved, changed(solved, heat_loss_mw=(2, None, 1e-3))))["heat"]
    assert (one.quantity, one.element, one.time) == ("heat_loss_mw", "", 2.0)


def test_residuals_velocities_and_stored_heat_are_not_compared(solved):
    for name in ("mass_residual_kg_per_s", "energy_residual_mw", "pipe_velocity_m_per_s", "stored_heat_mwh", "status"):
        assert kind_of(name) is None
    other = changed(solved, energy_residual_mw=(0, None, 7.0), mass_residual_kg_per_s=(0, None, 7.0))
    assert all(one.value == 0.0 for one in compare(solved, other).by_quantity)


def test_rows_that_one_does_not_solve_are_counted_and_not_compared(solved):
    ours = changed(unsolved(solved, 2, "no_temperature_lift"), node_t_supply_degc=(0, 0, 50.0))
    theirs = unsolved(unsolved(solved, 0), 2)
    comparison = compare(ours, theirs)
    assert (comparison.rows, comparison.compared) == (3, 1)
    assert comparison.unsolved_ours == {"no_temperature_lift": 1}
    assert comparison.unsolved_theirs == {"not_converged": 2}
    assert comparison.other_status == (
        OtherStatus(0.0, "ok", "not_converged"),
        OtherStatus(2.0, "no_temperature_lift", "not_converged"),
    )
    assert all(one.value == 0.0 and one.time == 1.0 for one in comparison.by_quantity)


def test_other_status_of_a_solved_row_is_told_and_the_row_compared(solved):
    theirs = solved.copy(deep=True)
    theirs["status"] = ("time", ["ok", "ok_stagnant", "ok"])
    comparison = compare(solved, theirs)
    assert comparison.compared == 3
    assert comparison.other_status == (OtherStatus(1.0, "ok", "ok_stagnant"),)


def test_no_row_to_compare(solved):
    nothing = unsolved(unsolved(unsolved(solved, 0), 1), 2)
    comparison = compare(nothing, solved)
    assert (comparison.compared, comparison.by_quantity, comparison.largest) == (0, (), ())
    assert comparison.unsolved_ours == {"not_converged": 3}
    assert len(comparison.table()) == 0


def test_numbers_that_only_one_has_are_counted(solved):
    theirs = solved.copy(deep=True)
    theirs["node_t_supply_degc"].values[1, 0] = np.nan
    comparison = compare(solved, theirs)
    assert comparison.one_sided == 1
    assert all(one.value == 0.0 for one in comparison.by_quantity)


def test_no_flow_at_all_is_no_difference():
    network = two_source_loop()
    boundary = boundary_at_loads(network, (0.0,))
    still = simulate(network, boundary, engine="season")
    flow = of_kind(compare(still, still))["flow"]
    assert flow.value == 0.0


def test_elements_in_another_order_are_the_same(solved):
    other = changed(solved, node_t_return_degc=(1, 2, -0.25)).isel(node=slice(None, None, -1), pipe=[2, 0, 1, 5, 4, 3])
    assert compare(solved, other).largest == compare(solved, changed(solved, node_t_return_degc=(1, 2, -0.25))).largest


def test_other_times_or_elements_are_refused(solved):
    with pytest.raises(ValueError, match="different times"):
        compare(solved, solved.isel(time=[0, 1]))
    with pytest.raises(ValueError, match="different elements: pipe"):
        compare(solved, solved.isel(pipe=slice(1, None)))


def test_stamps_stay_stamps(solved):
    stamps = solved.assign_coords(time=pd.date_range("2025-01-15 07:00", periods=3, freq="h"))
    one = of_kind(compare(stamps, changed(stamps, consumer_dp_bar=(2, 1, 0.125))))["pressure"]
    assert one.time == pd.Timestamp("2025-01-15 09:00")


def test_the_table_has_a_row_a_quantity(solved):
    comparison = compare(solved, changed(solved, consumer_dp_bar=(2, 1, 0.125)))
    table = comparison.table()
    # a network without valves and pumps has nothing of them to compare
    compared = [name for name in QUANTITIES if kind_of(name) is not None and solved[name].size]
    assert table["quantity"].tolist() == compared
    row = table.set_index("quantity").loc["consumer_dp_bar"]
    assert row["largest_difference"] == pytest.approx(0.125, rel=ROUNDING)
    assert (row["kind"], row["unit"], row["time"], row["rows_compared"]) == ("pressure", "bar", 2.0, 3)


def test_a_comparison_travels_between_processes(solved):
    comparison = compare(solved, unsolved(solved, 0))
    assert pickle.loads(pickle.dumps(comparison)) == comparison


def test_both_engines_on_a_ring():
    network = two_source_loop()
    boundary = boundary_at_loads(network, (1.0, 0.4))
    comparison = compare(*(simulate(network, boundary, engine=engine) for engine in ("season", "pandapipes")))
    assert (comparison.compared, comparison.one_sided) == (2, 0)
    assert [kind for kind, one in of_kind(comparison).items() if one.value > AGREEMENT[kind]] == []


def test_rows_of_two_states_are_named(solved):
    """More than 1 K, or more than 1 % of the largest flow; a pressure alone makes no other state."""
    largest = max(float(np.abs(solved[name]).max()) for name in QUANTITIES if "_mdot_" in name and solved[name].size)
    assert compare(solved, changed(solved, node_t_return_degc=(1, 2, 0.99))).far == ()
    assert compare(solved, changed(solved, consumer_dp_bar=(1, 1, 3.0))).far == ()
    other = changed(solved, node_t_return_degc=(1, 2, -1.01), pipe_mdot_kg_per_s=(2, 3, 0.011 * largest))
    assert compare(solved, other).far == (1.0, 2.0)
