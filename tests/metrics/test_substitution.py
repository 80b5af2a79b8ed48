"""The substitution rate by every definition, against sums done by hand.

Hour by hour (MW), steam: users 40 | 30 | 20, CHP net of dump 40 | 30 | 10, waste heat 10 | 10 | 10, boiler 15 | 0 | 0.
Users first from unfired heat, CHP and waste in proportion: hour 0 takes 32 + 8, hour 1 22.5 + 7.5, hour 2 10 + 10. To
the station go CHP 8, waste 2, boiler 15 in hour 0 and CHP 7.5, waste 2.5 in hour 1, at 1.25 MWh of steam per MWh:

    space heat, season:  waste 1.6 + 2 = 3.6, CHP 6.4 + 6 = 12.4, steam boiler 12, pump 20, wells 9, boiler 33: 90 MWh
    space heat, year:    pump + 6, boiler + 4: 100 MWh
    process, season:     CHP 54.5, waste 15.5: 70 MWh;   year: CHP 64.5, waste 25.5: 90 MWh
"""

import os
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.errors import InputError
from heatnet.metrics.substitution import (
    envelope,
    headline_rate,
    rate_allowed,
    rate_of,
    scaled_ranges,
    spread,
    substitution_rates,
)
from heatnet.metrics.tracing import Use, trace_heat
from heatnet.model.substitution import HEADLINE, SET_CLASSES, Counting, Denominator, Period, WasteSet, variants

# electricity of the space heat: waste 0.02 and CHP 0.27 per steam MWh, 1.25 steam MWh per MWh
E_WASTE, E_CHP, E_WELLS = 0.02 * 1.25 * 3.6, 0.27 * 1.25 * 12.4, 0.05 * 9
E_STRICT = {"season": E_WASTE + 0.02 * 15.5, "year": E_WASTE + 0.02 * 25.5}
E_PLAN = {"season": E_STRICT["season"] + E_CHP + 5 + 0.27 * 54.5, "year": E_STRICT["year"] + E_CHP + 6.5 + 0.27 * 64.5}

EXPECTED = {
    ("delivered", "space", "season"): (3.6 / 90, 36 / 90, 45 / 90),
    ("delivered", "space", "year"): (3.6 / 100, 42 / 100, 51 / 100),
    ("delivered", "with_process", "season"): (19.1 / 160, 106 / 160, 115 / 160),
    ("delivered", "with_process", "year"): (29.1 / 190, 132 / 190, 141 / 190),
    ("recovered", "space", "season"): (
        (3.6 - E_WASTE) / 90,
        (36 - E_WASTE - E_CHP - 5) / 90,
        (45 - E_WASTE - E_CHP - 5 - E_WELLS) / 90,
    ),
    ("recovered", "space", "year"): (
        (3.6 - E_WASTE) / 100,
        (42 - E_WASTE - E_CHP - 6.5) / 100,
        (51 - E_WASTE - E_CHP - 6.5 - E_WELLS) / 100,
    ),
    ("recovered", "with_process", "season"): (
        (19.1 - E_STRICT["season"]) / 160,
        (106 - E_PLAN["season"]) / 160,
        (115 - E_PLAN["season"] - E_WELLS) / 160,
    ),
    ("recovered", "with_process", "year"): (
        (29.1 - E_STRICT["year"]) / 190,
        (132 - E_PLAN["year"]) / 190,
        (141 - E_PLAN["year"] - E_WELLS) / 190,
    ),
    # fossil heat: baseline 100, 110 | with process 154, 176; case 45, 49 and no fired heat to the process users;
    # increases (strict, plan, broad): 3.6, 32.4, 9 | 3.6, 38.4, 9 | 3.1, 86.9, 9 | 5.1, 102.9, 9
    ("displaced", "space", "season"): (0.55 * 3.6 / 45, 0.55 * 36 / 45, 0.55),
    ("displaced", "space", "year"): (61 / 110 * 3.6 / 51, 61 / 110 * 42 / 51, 61 / 110),
    ("displaced", "with_process", "season"): (109 / 154 * 3.1 / 99, 109 / 154 * 90 / 99, 109 / 154),
    ("displaced", "with_process", "year"): (127 / 176 * 5.1 / 117, 127 / 176 * 108 / 117, 127 / 176),
}


@pytest.fixture(scope="module")
def rates(toy):
    table = substitution_rates(*toy.toy_case(), in_season=toy.IN_SEASON, zones=toy.ZONES, baseline=toy.toy_baseline())
    return table["east"]


@pytest.mark.parametrize("key", EXPECTED)
def test_every_definition_has_its_value(rates, key):
    counting, denominator, period = key
    for waste_set, expected in zip(WasteSet, EXPECTED[key], strict=True):
        assert rates[waste_set.value][counting][denominator][period] == pytest.approx(expected, rel=1e-12)


def test_the_toy_tells_all_definitions_apart(rates):
    values = [rate_of(rates, variant) for variant in variants()]
    assert len(values) == 36
    assert min(b - a for a, b in pairwise(sorted(values))) > 1e-4


def test_headline_is_plan_recovered_space_season(rates):
    expected = EXPECTED["recovered", "space", "season"][1]
    assert rate_of(rates) == pytest.approx(expected)
    assert headline_rate(rates, allowed=True) == pytest.approx(expected)
    assert headline_rate(rates, allowed=False) is None


def test_without_baseline_nothing_is_displaced(toy):
    table = substitution_rates(*toy.toy_case(), in_season=toy.IN_SEASON, zones=toy.ZONES)["east"]
    for variant in variants():
        assert (rate_of(table, variant) is None) == (variant.counting is Counting.DISPLACED)


def test_baseline_of_other_hours_is_refused(toy):
    problem, result = toy.toy_case()
    units = [toy.unit("boiler", toy.WATER, fuel="gas", hours=2)]
    other = toy.problem_of(units, {toy.WATER: [1, 1]})
    with pytest.raises(InputError, match="other hours"):
        substitution_rates(
            problem,
            result,
            in_season=toy.IN_SEASON,
            zones=toy.ZONES,
            baseline=(other, toy.result_of(other, {"boiler": [1, 1]})),
        )


def test_case_equal_to_its_baseline_displaces_nothing(toy):
    base = toy.toy_baseline()
    table = substitution_rates(*base, in_season=toy.IN_SEASON, zones=toy.ZONES, baseline=base)["east"]
    for waste_set in WasteSet:
        assert table[waste_set.value]["displaced"]["space"]["season"] == 0.0


def test_a_gas_boiler_for_a_coal_boiler_displaces_no_heat(toy):
    demand = {toy.WATER: [10, 10, 10]}
    cases = []
    for fuel in ("coal", "gas"):
        problem = toy.problem_of([toy.unit("boiler", toy.WATER, fuel=fuel, fuel_per_heat=1.1)], demand)
        cases.append((problem, toy.result_of(problem, {"boiler": [10, 10, 10]})))
    table = substitution_rates(*cases[1], in_season=toy.IN_SEASON, zones=toy.ZONES, baseline=cases[0])["east"]
    assert table["broad"]["displaced"]["space"]["season"] == 0.0


def test_zero_denominator_has_no_rate(toy):
    problem, result = toy.toy_case()
    summer = np.zeros(3, dtype=bool)
    table = substitution_rates(
        problem, result, in_season=summer, zones={"east": ("east",), "nowhere": ()}, baseline=toy.toy_baseline()
    )
    for counting in Counting:
        assert table["east"]["plan"][counting.value]["space"]["season"] is None
        assert table["nowhere"]["plan"][counting.value]["with_process"]["year"] is None
    assert table["east"]["plan"]["delivered"]["space"]["year"] == pytest.approx(0.42)


def test_a_steam_network_alone_has_no_space_heat_despite_solver_rounding(toy):
    problem = toy.problem_of([toy.unit("chp", toy.STEAM, "plan")], {toy.STEAM: [5, 5, 5]})
    result = toy.result_of(problem, {"chp": [5.001, 5.0, 5.0]})
    table = substitution_rates(problem, result, in_season=toy.IN_SEASON, zones=toy.ZONES)["east"]
    assert table["plan"]["delivered"]["space"]["year"] is None
    assert table["plan"]["delivered"]["with_process"]["year"] == 1.0


def test_failed_dispatch_has_no_rate(toy):
    problem, good = toy.toy_case()
    failed = toy.result_of(problem, {key: [np.nan] * 3 for key in good.heat_mw}, status="infeasible")
    table = substitution_rates(problem, failed, in_season=toy.IN_SEASON, zones=toy.ZONES)["east"]
    assert all(rate_of(table, variant) is None for variant in variants())
    assert rate_allowed(problem, failed, toy.ZONES) == {"east": False}
    assert spread(table) is None


@pytest.mark.parametrize(("missing", "allowed"), [(0.0999, True), (0.1001, False)])
def test_headline_needs_unmet_heat_below_a_thousandth(toy, missing, allowed):
    problem = toy.problem_of([toy.unit("boiler", toy.WATER, fuel="gas")], {toy.WATER: [50, 30, 20]})
    result = toy.result_of(problem, {"boiler": [50 - missing, 30, 20]}, unmet={toy.WATER: [missing, 0, 0]})
    assert rate_allowed(problem, result, toy.ZONES) == {"east": allowed}


def test_zone_takes_only_its_networks(toy):
    units = [
        toy.unit("a/pump", "a/water", "plan"),
        toy.unit("b/boiler", "b/water", fuel="gas"),
        toy.unit("c/chp", "c/site", "plan"),
    ]
    problem = toy.problem_of(units, {"a/water": [1, 1, 0], "b/water": [3, 3, 0], "c/site": [4, 4, 0]})
    heat = {"a/pump": [1, 1, 0], "b/boiler": [3, 3, 0], "c/chp": [4, 4, 0]}
    zones = {"a": ("a",), "b": ("b",), "east_west": ("a", "b"), "teda": ("a", "b", "c")}
    table = substitution_rates(problem, toy.result_of(problem, heat), in_season=toy.IN_SEASON, zones=zones)
    found = {zone: table[zone]["plan"]["delivered"]["space"]["season"] for zone in zones}
    assert found == pytest.approx({"a": 1.0, "b": 0.0, "east_west": 0.25, "teda": 5 / 8})


def test_site_heat_that_goes_on_all_year_is_process_heat(toy):
    problem = toy.problem_of([toy.unit("waste", "cabot/site", "strict")], {"cabot/site": [50, 70, 50]})
    result = toy.result_of(problem, {"waste": [50, 70, 50]})
    flows = trace_heat(problem, result, toy.IN_SEASON)
    by_use = {flow.use: flow.heat_mw for flow in flows}
    assert by_use[Use.PROCESS] == pytest.approx([50, 50, 50])
    assert by_use[Use.SPACE] == pytest.approx([0, 20, 0])
    all_space = trace_heat(problem, result, toy.IN_SEASON, {"cabot/site": np.zeros(3)})
    assert {flow.use for flow in all_space} == {Use.SPACE}


def test_stations_cannot_be_chained(toy):
    units = [
        toy.unit("chp", "east/hp_steam", "plan"),
        toy.unit("reducer", toy.STEAM, draws_from="east/hp_steam", draw_per_heat=1.0),
        toy.unit("station", toy.WATER, draws_from=toy.STEAM, draw_per_heat=1.0),
    ]
    problem = toy.problem_of(units, {toy.WATER: [1, 1, 1]})
    result = toy.result_of(problem, {"chp": [1] * 3, "reducer": [1] * 3, "station": [1] * 3})
    with pytest.raises(ValueError, match="east/steam"):
        trace_heat(problem, result, toy.IN_SEASON)


def test_demand_uncertain_by_a_factor_moves_the_rate_inversely_and_stops_at_one(rates):
    ranges = scaled_ranges(rates, (0.8, 1.25))
    assert ranges["plan"]["delivered"]["space"]["season"] == pytest.approx([0.32, 0.5])
    assert scaled_ranges(rates, (0.2, 1.0))["plan"]["delivered"]["space"]["season"] == pytest.approx([0.4, 1.0])


def test_envelope_of_cases(rates, toy):
    no_baseline = substitution_rates(*toy.toy_case(), in_season=toy.IN_SEASON, zones=toy.ZONES)["east"]
    base = substitution_rates(*toy.toy_baseline(), in_season=toy.IN_SEASON, zones=toy.ZONES)["east"]
    both = envelope([no_baseline, base])
    assert both["plan"]["delivered"]["space"]["season"] == pytest.approx([0.0, 0.4])
    assert both["plan"]["displaced"]["space"]["season"] is None
    assert envelope([rates, base])["plan"]["displaced"]["space"]["season"] is None


MW = st.floats(0.0, 100.0, allow_nan=False).map(lambda value: round(value, 3))


@st.composite
def systems(draw, toy_module):
    """A dispatch that closes: users and stations take what the steam sources give, less dump and unmet."""
    hours = 3
    series = lambda: np.array(draw(st.lists(MW, min_size=hours, max_size=hours)))  # noqa: E731
    steam = {name: series() for name in ("chp", "waste", "steam_boiler")}
    supply = sum(steam.values())
    dumped = np.minimum(series(), supply)
    to_station = (supply - dumped) * draw(st.floats(0, 1))
    served = supply - dumped - to_station
    unmet = series()
    draw_per_heat = draw(st.floats(1.0, 1.3))
    water = {"station": to_station / draw_per_heat, "pump": series(), "wells": series(), "boiler": series()}
    forced = np.minimum(series(), steam["chp"])
    unit = toy_module.unit
    units = (
        unit("chp", toy_module.STEAM, "plan", take_min_mw=forced, power_lost_per_heat=draw(st.floats(0, 0.3))),
        unit("waste", toy_module.STEAM, "strict", power_per_heat=draw(st.floats(0, 0.3))),
        unit("steam_boiler", toy_module.STEAM, fuel="gas", fuel_per_heat=1.1),
        unit("station", toy_module.WATER, draws_from=toy_module.STEAM, draw_per_heat=draw_per_heat),
        unit("pump", toy_module.WATER, "plan", power_per_heat=draw(st.floats(0.1, 0.5))),
        unit("wells", toy_module.WATER, "broad", power_per_heat=0.05),
        unit("boiler", toy_module.WATER, fuel="gas", fuel_per_heat=1.06),
    )
    problem = toy_module.problem_of(units, {toy_module.WATER: sum(water.values()), toy_module.STEAM: served + unmet})
    result = toy_module.result_of(
        problem, {**steam, **water}, dumped={toy_module.STEAM: dumped}, unmet={toy_module.STEAM: unmet}
    )
    return problem, result


CLOSED_MW = 1e-9  # float rounding of sums of a few hundred MW


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_traced_heat_is_conserved(toy, data):
    problem, result = data.draw(systems(toy))
    flows = trace_heat(problem, result, toy.IN_SEASON)

    def total(**wanted):
        picked = [f for f in flows if all(getattr(f, key) == value for key, value in wanted.items())]
        return sum((f.heat_mw for f in picked), np.zeros(3))

    # each balance: all traced heat is demand less unmet
    assert total(balance=toy.WATER) == pytest.approx(problem.demand_mw[toy.WATER], abs=CLOSED_MW)
    served = problem.demand_mw[toy.STEAM] - result.unmet_mw[toy.STEAM].to_numpy()
    assert total(balance=toy.STEAM) == pytest.approx(served, abs=CLOSED_MW)
    # unfired steam: to users + to the station (as steam) = heat net of dump, dump charged to the contract first
    per_heat = next(u.draw_per_heat for u in problem.units if u.id == "station")
    net = {"chp": np.zeros(3), "waste": np.zeros(3), "steam_boiler": np.zeros(3)}
    for flow in flows:
        if flow.source.balance == toy.STEAM:
            net[flow.source.id] += flow.heat_mw * (per_heat if flow.balance == toy.WATER else 1.0)
    dumped = result.dumped_mw[toy.STEAM].to_numpy()
    gross = sum(result.heat_mw[name].to_numpy() for name in net)
    assert sum(net.values()) == pytest.approx(gross - dumped, abs=CLOSED_MW)
    forced = problem.units[0].take_min_mw
    fits = dumped <= forced
    assert net["chp"][fits] == pytest.approx((result.heat_mw["chp"].to_numpy() - dumped)[fits], abs=CLOSED_MW)
    assert net["waste"][fits] == pytest.approx(result.heat_mw["waste"].to_numpy()[fits], abs=CLOSED_MW)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_process_users_get_unfired_steam_first(toy, data):
    """No fired steam reaches the users while unfired steam reaches the station."""
    problem, result = data.draw(systems(toy))
    fired_to_users = np.zeros(3)
    unfired_to_station = np.zeros(3)
    for flow in trace_heat(problem, result, toy.IN_SEASON):
        if flow.source.balance == toy.STEAM and flow.use is Use.PROCESS and flow.fired:
            fired_to_users += flow.heat_mw
        if flow.source.balance == toy.STEAM and flow.use is Use.SPACE and not flow.fired:
            unfired_to_station += flow.heat_mw
    assert np.minimum(fired_to_users, unfired_to_station).max() <= CLOSED_MW


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_wider_set_never_has_a_lower_rate(toy, data):
    problem, result = data.draw(systems(toy))
    base = toy.problem_of([toy.unit("boiler", toy.WATER, fuel="coal")], dict(problem.demand_mw))
    heat = {"boiler": problem.demand_mw[toy.WATER]}
    baseline = (base, toy.result_of(base, heat, unmet={toy.STEAM: problem.demand_mw[toy.STEAM]}))
    table = substitution_rates(problem, result, in_season=toy.IN_SEASON, zones=toy.ZONES, baseline=baseline)["east"]
    for counting in Counting:
        if counting is Counting.DISPLACED:
            continue
        for denominator in Denominator:
            for period in Period:
                row = [table[item.value][counting.value][denominator.value][period.value] for item in WasteSet]
                assert row[0] is None or row == sorted(row)
    # displacement is shared by fixed shares, so its sign decides the order
    row = [table[item.value]["displaced"]["space"]["year"] for item in WasteSet]
    assert row[0] is None or row in (sorted(row), sorted(row, reverse=True))


def test_sets_are_nested_and_the_headline_is_one_of_the_variants():
    assert all(SET_CLASSES[a] < SET_CLASSES[b] for a, b in pairwise(WasteSet))
    assert list(variants()).count(HEADLINE) == 1


_SAME_IN_EVERY_PROCESS = """
from heatnet.metrics.substitution import HeatTerms, _rate
from heatnet.model.substitution import WasteClass, variants
terms, base = HeatTerms(heat_mwh=7.0, fossil_mwh=1.0), HeatTerms(heat_mwh=7.0, fossil_mwh=3.0)
for number, item in zip((1.0, 0.1, 0.2, 0.3), WasteClass):
    terms.waste_mwh[item] = terms.unfired_mwh[item] = number
    terms.power_mwh[item] = number / 7
print([_rate(variant, terms, base) for variant in variants()])
"""


def test_rates_have_the_same_last_digit_in_every_process():
    """Sets of names have another order in every process: 0.1 + 0.2 + 0.3 is not 0.3 + 0.2 + 0.1."""
    told = {
        subprocess.run(
            [sys.executable, "-c", _SAME_IN_EVERY_PROCESS],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("0", "1", "2", "3")
    }  # fmt: skip
    assert len(told) == 1
    assert len(told.pop()) > 100
