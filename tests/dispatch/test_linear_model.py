"""Linear programmes stated with arrays: the same matrices as linopy's, labels paired by name, nothing paired by position."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray

from heatnet.dispatch import dispatch, linear_model, programme
from heatnet.dispatch.groups import independent_groups
from heatnet.dispatch.linear_model import LinearModel, forget_solutions
from heatnet.model.power_site import Battery, PowerLimit

HOURS = pd.RangeIndex(3, name="hour")
NAMES = pd.Index(["a", "b"], name="unit")


def two_units():
    model = LinearModel()
    return model, model.add_variables(lower=0, coords=[NAMES, HOURS], name="heat")


def rich_problem(unit, problem, site, store):
    """Steam and water, a contract that dumps, yearly limits, two stores, a site with batteries, PV, export and a limit."""
    hours = 5
    rng = np.random.default_rng(3)
    units = [
        unit(hours, "boiler", 0.0, rng.uniform(5, 9, hours), fuel=None, power_per_heat=1.02, year_max_mwh=20.0),
        unit(hours, "gas", 60.0, np.inf),
        unit(hours, "hx", 0.0, 8.0, fuel=None, draws_from="n/steam", draw_per_heat=1.03),
        unit(hours, "chp", 3.0, 9.0, balance="n/steam", take_min_mw=[1, 6, 9, 2, 2], year_min_mwh=22.0),
    ]
    stores = (
        store(loss_share_per_h=0.01),
        store("late", charged_by=("n/boiler", "n/gas"), charge_mw=3.0, level_first_mwh=2.0),
    )
    rows = np.array([1, 3])
    limit = PowerLimit("feeder", "line", rows, {"n/boiler": np.array([1.0, 0.9])}, np.array([4.0, 2.0]))
    batteries = (Battery("n/cell", 2.0, 5.0, 0.95, 0.9, 0.1), Battery("n/other", 1.0, 2.0, level_first_mwh=1.0))
    meter = site(hours, 2.0, rng.uniform(0, 8, hours), batteries=batteries, export_cny_per_mwh=20.0, limits=(limit,))
    demand = {"n/water": rng.uniform(4, 12, hours), "n/steam": rng.uniform(0, 5, hours)}
    return problem(demand, units, power=rng.uniform(50, 300, hours), stores=stores, sites=(meter,))


def test_the_matrices_are_those_of_linopy(unit, problem, site, store, monkeypatch):
    import linopy

    stated = rich_problem(unit, problem, site, store)
    (group,) = independent_groups(stated)
    ours = programme.state_group(stated, group)
    monkeypatch.setattr(programme, "LinearModel", linopy.Model)
    theirs = programme.state_group(stated, group)
    assert list(ours.variables) == list(theirs.variables)
    assert list(ours.constraints) == list(theirs.constraints)
    a, b = ours.matrices, theirs.matrices
    assert (a.A != b.A).nnz == 0
    assert a.A.nnz == b.A.nnz > 100
    for name in ("c", "lb", "ub", "b", "sense", "vlabels", "clabels"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)


def test_factors_are_paired_by_name():
    """2 a + 3 b, with the factors' rows in the other order."""
    _model, heat = two_units()
    turned = xarray.DataArray([[3.0] * 3, [2.0] * 3], coords=[NAMES[::-1], HOURS])
    with pytest.raises(ValueError, match="labels of unit differ"):
        heat * turned
    right = heat.sel(unit=["b", "a"]) * turned
    assert right.sel(unit="a").factors.tolist() == [[2.0]] * 3
    assert (heat * turned.isel(hour=0, drop=True).sel(unit=["a", "b"])).sel(unit="b").factors.tolist() == [[3.0]] * 3


def test_a_sum_of_other_labels_is_refused():
    _model, heat = two_units()
    with pytest.raises(ValueError, match="labels of hour differ"):
        heat.sel(unit="a").isel(hour=slice(0, 2)) + heat.sel(unit="b").isel(hour=slice(1, 3))
    with pytest.raises(ValueError, match="axes"):
        heat + heat.sel(unit="a")
    with pytest.raises(KeyError):
        heat.sel(unit=["a", "nobody"])


def test_moving_along_an_axis():
    """Columns of b are 3, 4, 5: the next hour's, around the end or with nothing there."""
    _model, heat = two_units()
    b = heat.sel(unit="b")
    assert b.roll(hour=-1).columns.tolist() == [[4], [5], [3]]
    assert b.roll(hour=1).columns.tolist() == [[5], [3], [4]]
    assert b.shift(hour=-1).columns.tolist() == [[4], [5], [-1]]
    assert b.shift(hour=2).columns.tolist() == [[-1], [-1], [3]]


def test_by_hand():
    """minimise 2 a + 1 b, a + b >= 3 in each hour, sum of b <= 4, b <= 3: b = 4 in all, a = 5; the limit is worth -1."""
    model = LinearModel()
    heat = model.add_variables(
        lower=0, upper=xarray.DataArray([9.0, 3.0], coords=[NAMES]), coords=[NAMES, HOURS], name="heat"
    )
    model.add_constraints(heat.sum("unit") >= 3.0, name="demand")
    model.add_constraints(heat.sel(unit="b").sum() <= 4.0, name="year")
    model.add_objective((heat * xarray.DataArray([2.0, 1.0], coords=[NAMES])).sum())
    assert model.solve(programme.SOLVER_OPTIONS) == "kOptimal"
    assert model.solution_of("heat").sum(axis=1).tolist() == [5.0, 4.0]
    assert model.dual_of("year").tolist() == [-1.0]
    assert model.dual_of("demand").tolist() == [2.0] * 3
    model.add_constraints(heat.sel(unit="a").sum() >= 100.0, name="too much")
    assert model.solve(programme.SOLVER_OPTIONS) == "kInfeasible"


def test_names_stand_once():
    model, heat = two_units()
    model.add_constraints(heat.sum() <= 1.0, name="one")
    with pytest.raises(ValueError, match="twice"):
        model.add_constraints(heat.sum() <= 1.0, name="one")
    with pytest.raises(ValueError, match="twice"):
        model.add_variables(coords=[HOURS], name="heat")


def test_the_rich_problem_has_a_schedule(unit, problem, site, store):
    """What is compared with linopy is no empty case: stores, batteries and the limit all do something."""
    stated = rich_problem(unit, problem, site, store)
    found = dispatch(stated)
    assert found.is_optimal
    assert found.battery_charge_mw.to_numpy().sum() > 0
    assert found.store_charge_mw.to_numpy().sum() > 0
    free = dispatch(replace(stated, sites=(replace(stated.sites[0], limits=()),)))
    assert free.cost_cny["total_cny"] < found.cost_cny["total_cny"] - 1.0


def test_only_the_very_same_programme_is_solved_once(unit, problem, monkeypatch):
    """Two balances: the second dispatch solves the one whose demand has changed, and the numbers are those of a fresh solution.

    A key that left out bounds, costs or options would give the old schedule.
    """
    solved = []
    plain = linear_model._solution
    monkeypatch.setattr(linear_model, "_solution", lambda *stated: solved.append(1) or plain(*stated))
    forget_solutions()
    units = [unit(3, "boiler", 20.0, 9.0), unit(3, "other", 30.0, 9.0, balance="other/water")]

    def heat_of(demand, units):
        return dispatch(problem({"n/water": demand, "other/water": [2, 2, 2]}, units)).heat_mw.to_numpy().T.tolist()

    assert heat_of([1, 2, 3], units) == [[1, 2, 3], [2, 2, 2]]
    assert len(solved) == 2
    assert heat_of([3, 2, 1], units) == [[3, 2, 1], [2, 2, 2]]
    assert len(solved) == 3
    weak = [unit(3, "boiler", 20.0, 2.0), units[1]]
    assert heat_of([3, 2, 1], weak) == [[2, 2, 1], [2, 2, 2]]
    assert len(solved) == 4
    assert heat_of([1, 2, 3], units) == [[1, 2, 3], [2, 2, 2]]
    assert len(solved) == 4
    monkeypatch.setattr(programme, "SOLVER_OPTIONS", {**programme.SOLVER_OPTIONS, "random_seed": 1})
    assert heat_of([1, 2, 3], units) == [[1, 2, 3], [2, 2, 2]]
    assert len(solved) == 6
