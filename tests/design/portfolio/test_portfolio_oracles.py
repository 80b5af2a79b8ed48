"""Portfolios of two to four hours solved by hand; each says which wrong answer a bug would give."""

from __future__ import annotations

import numpy as np
import pytest

from heatnet.design import Option, SearchLimits, SharedLoad, Size, State, cheapest, largest_rate, rate_bound
from heatnet.model.heat_store import HeatStore
from heatnet.model.substitution import Counting, Denominator, Period

EXACT = SearchLimits(gap_share=0.0, block_h=1, steps=0)
#: the solver's tolerances on programmes of a few hundred CNY
CNY = 1e-3


def heat_pump(unit, hours, name="hp", available=4.0, power=0.25, **more):
    return unit(hours, name, 0.0, available, power_per_heat=power, waste_class="plan", **more)


def test_a_project_is_built_where_it_saves_more_than_its_annuity(unit, state, target):
    """Demand 10 MW for 2 h, boiler 100 CNY/MWh; a heat pump of 4 MW at 25 CNY/MWh saves 4 x 75 x 2 = 600.

    At 599 a year it is built (cost 2 x (6 x 100 + 4 x 25) + 599 = 1999), at 601 it is not (2000). Without the
    annuity both would be.
    """
    for annuity, cost, built in ((599.0, 1999.0, True), (601.0, 2000.0, False)):
        option = Option("hp/one", "hp", (heat_pump(unit, 2),), cny_per_a=annuity)
        best = cheapest([state({"n/water": [10, 10]}, [unit(2, "boiler", 100, 20)], [option])], target(2), EXACT)
        assert best.cost_cny == pytest.approx(cost, abs=CNY)
        assert bool(best.choice) is built
        assert best.bound_cny == pytest.approx(cost, abs=CNY)


def test_the_target_builds_what_does_not_pay_and_the_shadow_price_is_the_marginal_mwh(unit, state, target):
    """The same pump at 120 CNY/MWh of power costs more than the boiler: 0.9 x 120 = 108 against 100.

    Recovered, a MWh counts 1 - 0.9 = 0.1. 3 % of 20 MWh = 0.6 MWh counted needs 6 MWh: cost 2000 + 6 x 8 + 50 = 2098. A further
    counted MWh needs 10 MWh of pump heat: 80 CNY, 22.2 CNY/GJ. Counting delivered heat would take 0.6 MWh (2054.8).
    """
    option = Option("hp/one", "hp", (heat_pump(unit, 2, power=0.9),), cny_per_a=50.0)
    made = state({"n/water": [10, 10]}, [unit(2, "boiler", 100, 20)], [option], power=120.0)
    best = cheapest([made], target(2, 0.03), EXACT)
    assert best.cost_cny == pytest.approx(2098.0, abs=CNY)
    assert best.rate == pytest.approx(0.03, abs=1e-9)
    assert best.shadow_cny_per_gj == pytest.approx(80 / 3.6, rel=1e-6)
    delivered = cheapest([made], target(2, 0.03, counting=Counting.DELIVERED), EXACT)
    assert delivered.cost_cny == pytest.approx(2000 + 0.6 * 8 + 50, abs=CNY)


def test_a_size_is_no_larger_than_it_has_to_be(unit, state, target):
    """Free waste heat of up to 8 MW in the first hour and 2 MW in the second; 30 CNY a year per MW, boiler 20 CNY/MWh.

    Each MW up to 2 saves 40 > 30, above that only 20: the size is 2 MW, cost 20 x 16 + 60 = 380. Taking the size from the larger
    hour would give 8 MW (440), not limiting heat by the size 0 MW and 200.
    """
    source = unit(2, "waste", 0.0, [8.0, 2.0], waste_class="strict")
    option = Option("w/one", "w", (source,), size=Size("n/waste", 0.0, 8.0, 30.0))
    best = cheapest([state({"n/water": [10, 10]}, [unit(2, "boiler", 20, 20)], [option])], target(2), EXACT)
    assert best.choice["w/one"] == (1, pytest.approx(2.0, abs=1e-6))
    assert best.cost_cny == pytest.approx(380.0, abs=CNY)


def test_a_least_size_binds_where_the_project_is_built_at_all(unit, state, target):
    """As above with at least 5 MW: 5 MW cost 150 and save 20 x 7 = 140: nothing is built, cost 400; at 27 a MW it is (395)."""
    source = unit(2, "waste", 0.0, [8.0, 2.0], waste_class="strict")
    for price, cost in ((30.0, 400.0), (27.0, 395.0)):
        option = Option("w/one", "w", (source,), size=Size("n/waste", 5.0, 8.0, price))
        best = cheapest([state({"n/water": [10, 10]}, [unit(2, "boiler", 20, 20)], [option])], target(2), EXACT)
        assert best.cost_cny == pytest.approx(cost, abs=CNY)


def test_of_the_options_of_a_candidate_one_is_built(unit, state, target):
    """Two ways to connect a source of 4 MW, each worth 800 at 100 CNY: both together would save 1600 and cost 600.

    One alone: the cheaper in sum, b: 2000 - 800 + 100 = 1300. Building both gives 800.
    """
    a = Option("s/a", "s", (unit(2, "s", 0.0, 4.0, waste_class="plan"),), cny_per_a=100.0)
    b = Option("s/b", "s", (unit(2, "s", 0.0, 5.0, waste_class="plan"),), cny_per_a=350.0)
    best = cheapest([state({"n/water": [10, 10]}, [unit(2, "boiler", 100, 20)], [a, b])], target(2), EXACT)
    assert list(best.choice) == ["s/a"]
    assert best.cost_cny == pytest.approx(1300.0, abs=CNY)


def test_pieces_are_counted(unit, state, target):
    """Wells of 3 MW at 150 CNY a year each: three save 600 each on 10 MW, the fourth only 1 MW, 200: four pay, cost 600.

    With the annuity at 210 three are built: 2000 - 1800 + 630 = 830.
    """
    for annuity, count, cost in ((150.0, 4, 600.0), (210.0, 3, 830.0)):
        well = unit(2, "well", 0.0, 3.0, waste_class="broad")
        option = Option("geo/one", "geo", (well,), cny_per_a=annuity, count_max=6)
        best = cheapest([state({"n/water": [10, 10]}, [unit(2, "boiler", 100, 20)], [option])], target(2), EXACT)
        assert best.choice["geo/one"][0] == count
        assert best.cost_cny == pytest.approx(cost, abs=CNY)


def test_what_needs_another_project_brings_it_along(unit, state, target):
    """An extension worth 1000 a year needs a line that is worth nothing and costs 900: both are built, at 1100 none."""
    for line_cost, cost in ((900.0, 1900.0), (1100.0, 2000.0)):
        line = Option("line/one", "line", (), cny_per_a=line_cost)
        more = Option("more/one", "more", (unit(2, "x", 0.0, 5.0, waste_class="plan"),), needs=("line",))
        best = cheapest([state({"n/water": [10, 10]}, [unit(2, "boiler", 100, 20)], [line, more])], target(2), EXACT)
        assert best.cost_cny == pytest.approx(cost, abs=CNY)


def test_direct_plants_share_their_consumers(unit, state, target):
    """Two sources of 4 MW on consumers of 5 MW give 5 MW together: cost 2 x 5 x 100 = 1000; without that 400."""
    options = [
        Option(f"{name}/one", name, (unit(2, name, 0.0, 4.0, waste_class="plan"),), cny_per_a=0.0)
        for name in ("a", "b")
    ]
    room = SharedLoad(("n/a", "n/b"), np.array([5.0, 5.0]))
    made = state({"n/water": [10, 10]}, [unit(2, "boiler", 100, 20)], options, shared=(room,))
    assert cheapest([made], target(2), EXACT).cost_cny == pytest.approx(1000.0, abs=CNY)


def test_a_line_that_is_built_loses_heat(unit, state, target):
    """A source of 4 MW for nothing, whose line loses 1 MW: 2 x (10 + 1 - 4) x 100 = 1400. Forgotten, the loss gives 1200."""
    option = Option(
        "s/one", "s", (unit(2, "s", 0.0, 4.0, waste_class="plan"),), demand_change_mw={"n/water": np.ones(2)}
    )
    best = cheapest([state({"n/water": [10, 10]}, [unit(2, "boiler", 100, 20)], [option])], target(2), EXACT)
    assert best.cost_cny == pytest.approx(1400.0, abs=CNY)
    assert best.problem.demand_of("n/water").tolist() == [11.0, 11.0]


def steam_state(unit, state, options):
    """Return process 6 MW all the time, space heat 10 MW by a station or a boiler; steam boilers of 6 MW."""
    station = unit(2, "hx", 0.0, 10.0, draws_from="n/steam", draw_per_heat=1.25)
    units = [unit(2, "boiler", 100, 20), station, unit(2, "sb", 100, 6.0, balance="n/steam")]
    return state({"n/water": [10, 10], "n/steam": [6, 6]}, units, options, power_lost=0.0)


def test_steam_serves_the_process_first(unit, state, target):
    """CHP steam of 8 MW: 6 of 8 go to the process, 2 through the station: 1.6 of 10 MW, 16 % delivered.

    In proportion to the demands it would be 31 %, all to the station 64 %.
    """
    steam = unit(2, "chp", 0.0, 8.0, waste_class="plan", balance="n/steam")
    option = Option("chp/one", "chp", (steam,))
    made = steam_state(unit, state, [option])
    largest = largest_rate([made], target(2, counting=Counting.DELIVERED), EXACT)
    assert largest.rate == pytest.approx(0.16, abs=1e-9)
    assert largest.bound == pytest.approx(0.16, abs=1e-6)
    with_process = target(2, counting=Counting.DELIVERED, denominator=Denominator.WITH_PROCESS)
    assert largest_rate([made], with_process, EXACT).rate == pytest.approx((6 + 1.6) / 16, abs=1e-9)


def test_the_report_s_rate_counts_where_the_programme_s_is_too_large(unit, state, target):
    """Process 6 MW in both hours; CHP steam of 8 MW may give 12 MWh in the sum of two hours, 6 and 6 or 8 and 4 alike.

    8 and 4 make 1.6 MWh of space heat, 8 %; 6 and 6 none. The hull allows a quarter of all 12 MWh: 2.4 MWh, 12 %.
    Asked for 7.9 %, the schedule must really have 7.9 %, or there is none.
    """
    steam = unit(2, "chp", 0.0, 8.0, waste_class="plan", balance="n/steam", year_max_mwh=12.0)
    made = steam_state(unit, state, [Option("chp/one", "chp", (steam,))])
    best = cheapest([made], target(2, 0.079, counting=Counting.DELIVERED), EXACT)
    assert best is None or best.rate >= 0.079 - 3e-5


def test_the_season_alone_counts(unit, state, target):
    """A source of 4 MW that may give 4 MWh: in the season (the dear hour 2) it counts 4/10; the cheaper use is hour 1.

    The whole year: 4/20. Counting all heat in the season's share would give 0.4 for nothing.
    """
    source = unit(2, "s", 0.0, 4.0, waste_class="plan", year_max_mwh=4.0)
    boiler = unit(2, "boiler", [100.0, 60.0], 20)
    made = state({"n/water": [10, 10]}, [boiler], [Option("s/one", "s", (source,))])
    season = np.array([False, True])
    free = cheapest([made], target(2, 0.0, in_season=season), EXACT)
    assert free.cost_cny == pytest.approx(600 + 600, abs=CNY)
    bound = cheapest([made], target(2, 0.4, in_season=season), EXACT)
    assert bound.cost_cny == pytest.approx(1000 + 360, abs=CNY)
    assert largest_rate([made], target(2, in_season=season, period=Period.YEAR), EXACT).rate == pytest.approx(0.2)


def test_a_store_lets_waste_heat_in(unit, state, target):
    """Waste heat of 6 MW in hour 1 alone, demand 4 and 4; a lossless tank at 10 CNY a year per MWh, boiler 100.

    2 MWh are stored: cost 2 x 100 + 20 = 220 and 75 % waste heat. Without a size the tank would be free (200), with
    charging from the boiler alone it would be useless (400).
    """
    source = unit(2, "s", 0.0, [6.0, 0.0], waste_class="plan")
    tank = HeatStore("n/tank", "n", "tank", "n/water", 5.0, 5.0, 5.0, ("n/s",))
    options = [
        Option("s/one", "s", (source,)),
        Option("tank/one", "tank", stores=(tank,), size=Size("n/tank", 0.0, 5.0, 10.0)),
    ]
    best = cheapest([state({"n/water": [4, 4]}, [unit(2, "boiler", 100, 20)], options)], target(2), EXACT)
    assert best.cost_cny == pytest.approx(220.0, abs=CNY)
    assert best.choice["tank/one"][1] == pytest.approx(2.0, abs=1e-6)
    assert best.rate == pytest.approx(0.75, abs=1e-9)
    assert best.result.store_level_mwh["n/tank"].tolist() == pytest.approx([0.0, 2.0], abs=1e-6)


def test_the_better_state_of_the_networks_is_taken(unit, state, target):
    """The same network with cold returns: the source gives 6 instead of 4 MW, for 100 a year: 2000 - 1200 + 100 = 900."""
    made = []
    for name, available, cost in (("plain", 4.0, 0.0), ("cold", 6.0, 100.0)):
        option = Option("s/one", "s", (unit(2, "s", 0.0, available, waste_class="plan"),))
        one = state({"n/water": [10, 10]}, [unit(2, "boiler", 100, 20)], [option])
        made.append(State(name, one.problem, one.options, (), ("ahe/one",) if cost else (), cost))
    best = cheapest(made, target(2), EXACT)
    assert best.state.id == "cold"
    assert best.cost_cny == pytest.approx(900.0, abs=CNY)


def test_displaced_heat_is_the_fossil_heat_that_is_no_longer_burned(unit, state, target):
    """Baseline 20 MWh of fossil heat; a pump of 4 MW displaces 8 MWh: 40 % at most, with its electricity not deducted."""
    from heatnet.dispatch import dispatch

    option = Option("hp/one", "hp", (heat_pump(unit, 2),), cny_per_a=1e4)
    made = state({"n/water": [10, 10]}, [unit(2, "boiler", 100, 20)], [option])
    baseline = (made.problem, dispatch(made.problem))
    asked = target(2, 0.3, counting=Counting.DISPLACED, baseline=baseline)
    assert largest_rate([made], asked, EXACT).rate == pytest.approx(0.4, abs=1e-9)
    best = cheapest([made], asked, EXACT)
    assert best.result.heat_mw["n/hp"].sum() >= 6 - 1e-6
    assert best.rate == pytest.approx(max(0.3, best.rate), abs=1e-9)


def test_a_target_out_of_reach_has_no_portfolio(unit, state, target):
    option = Option("hp/one", "hp", (heat_pump(unit, 2),))
    made = state({"n/water": [10, 10]}, [unit(2, "boiler", 100, 20)], [option])
    assert largest_rate([made], target(2), EXACT).rate == pytest.approx(0.4 * 0.75)
    assert cheapest([made], target(2, 0.31), EXACT) is None


@pytest.mark.parametrize("by_option", [False, True])
def test_displaced_heat_counts_what_is_asked_less_than_in_the_baseline(unit, state, target, by_option):
    """The same baseline of 20 MWh; colder returns, or new insulation, take 1 MW off: 18 MWh are asked, 8 of the pump, 10 fossil.

    (20 - 10)/20 = 50 %. The pump's 8 MWh alone would be 40 %, a "limit" that the schedule exceeds.
    """
    from heatnet.dispatch import dispatch

    boiler = [unit(2, "boiler", 100, 20)]
    before = state({"n/water": [10, 10]}, boiler)
    less = {"n/water": np.array([-1.0, -1.0])} if by_option else {}
    option = Option("hp/one", "hp", (heat_pump(unit, 2),), cny_per_a=1e4, demand_change_mw=less)
    made = state({"n/water": [10, 10] if by_option else [9, 9]}, boiler, [option])
    baseline = (before.problem, dispatch(before.problem))
    asked = target(2, 0.45, counting=Counting.DISPLACED, baseline=baseline)
    limit = largest_rate([made], asked, EXACT)
    assert limit.rate == pytest.approx(0.5, abs=1e-9)
    assert rate_bound([made], asked, EXACT) == pytest.approx(0.5, abs=1e-9)
    best = cheapest([made], asked, EXACT)
    assert best.rate >= 0.45 - 1e-9
    assert best.programme_rate == pytest.approx(best.rate, abs=1e-9)
