"""The plan's claims: computed values follow from the context handed over and the plan's own constants."""

from dataclasses import replace
from string import Formatter

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from heatnet.metrics import claims
from heatnet.metrics.claims import CHECKS, Verdict, plan_claims, sewage_potential_mwh
from heatnet.metrics.claims_context import ClaimContext, FuelChange, StorageSchedule, claim_context, fuel_changes
from heatnet.metrics.substitution import rate_of, substitution_rates
from heatnet.physics.water import enthalpy_j_per_kg


@pytest.fixture
def context(toy):
    rates = substitution_rates(*toy.toy_case(), in_season=toy.IN_SEASON, zones=toy.ZONES)["east"]
    return ClaimContext(
        season_h=2904.0,
        power_average_t_co2_per_mwh=0.5703,
        power_marginal_t_co2_per_mwh=0.80,
        gas_t_co2_per_mwh=1.97 / 35.5 * 3.6,
        fuel_change={
            "teda_east": FuelChange(66_000.0, 23 / 3.6, 0.84, 0.94),
            "teda_west": FuelChange(80_000.0, 23 / 3.6, 0.87, 0.93),
        },
        specific_heat_gj_per_m2=0.304,
        index_w_per_m2=40.0,
        dc_heat_mwh=19_000.0,
        sewage_heat_mwh=60_000.0,
        geothermal_heat_mwh=10_000.0,
        sewage_power_per_heat=0.25,
        sewage_t_min_degc=6.0,
        chp_power_lost_per_heat=0.27,
        rates=rates,
        rate_allowed=True,
    )


def by_id(context):
    return {row["id"]: row for row in plan_claims(context)}


def test_every_claim_names_a_check_and_every_check_has_a_claim():
    data = claims._data()["claims"]
    assert {claim["check"] for claim in data} == set(CHECKS)
    assert len({claim["id"] for claim in data}) == len(data)
    for claim in data:
        assert set(claim["reason"]) <= {verdict.value for verdict in Verdict}
        for texts in [claim["claim"], *claim["reason"].values()]:
            assert set(texts) == {"en", "zh"}


def test_both_languages_quote_the_same_numbers():
    def names(text):
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    for claim in claims._data()["claims"]:
        for texts in claim["reason"].values():
            assert names(texts["en"]) == names(texts["zh"]), claim["id"]


def test_rows_are_what_the_summary_holds(context):
    rows = plan_claims(context)
    keys = {"id", "claim", "as_printed", "claimed", "computed", "unit", "verdict", "reason"}
    assert all(set(row) == keys for row in rows)
    assert all("{" not in text for row in rows for text in row["reason"].values())
    assert yaml.safe_load(yaml.safe_dump(rows)) == rows  # plain data


@pytest.mark.parametrize(("cut_t", "said"), [(66_299.9, "0.0%"), (67_626.0, "+2.0%"), (64_974.0, "−2.0%")])
def test_a_difference_has_one_minus_sign_and_none_before_zero(context, cut_t, said):
    changed = replace(context, fuel_change={"teda_east": FuelChange(cut_t, 23 / 3.6, 0.84, 0.94)})
    row = by_id(changed)["east_coal_cut"]
    assert (f", {said})" in row["reason"]["en"]) or (f"({said})" in row["reason"]["en"])
    assert said in row["reason"]["zh"]
    assert "-" not in row["reason"]["zh"]


def test_target_has_no_definition_and_shows_headline_and_range(context):
    row = by_id(context)["target_share"]
    assert row["claimed"] == 0.15
    assert row["computed"] == pytest.approx(rate_of(context.rates))
    assert row["verdict"] == "undefined"
    assert f"{row['computed']:.1%}" in row["reason"]["en"]
    blocked = by_id(replace(context, rate_allowed=False))["target_share"]
    assert blocked["computed"] is None
    assert "0.1 %" in blocked["reason"]["en"]


def test_coal_cut_is_an_identity(context):
    rows = by_id(context)
    assert rows["east_coal_cut"]["computed"] == 66_000.0
    assert rows["east_coal_cut"]["verdict"] == "reproduced"
    assert rows["west_coal_cut"]["verdict"] == "inconsistent"  # 80 000 of 88 700 t


def test_co2_cut_is_gross_and_the_net_is_42_to_46_per_cent(context):
    rows = by_id(context)
    gas_t = 66_300 * 23 * 0.84 / 0.94 * 1.97 / 35.5
    assert rows["east_co2_cut"]["computed"] == pytest.approx(137_200 - gas_t)
    for claim in ("east_co2_cut", "west_co2_cut"):
        assert rows[claim]["verdict"] == "not_netted"
        assert 0.42 < rows[claim]["computed"] / rows[claim]["claimed"] < 0.46


@given(st.floats(21.0, 23.5), st.floats(0.80, 0.84), st.floats(0.94, 0.97))
def test_net_share_follows_the_heat_that_gas_must_give(lhv, coal_efficiency, gas_efficiency):
    change = FuelChange(66_300.0, lhv / 3.6, coal_efficiency, gas_efficiency)
    context = ClaimContext(2904.0, 0.57, 0.8, 0.2, fuel_change={"teda_east": change})
    row = by_id(context)["east_co2_cut"]
    gas_gj = 66_300 * lhv * coal_efficiency / gas_efficiency
    assert row["computed"] == pytest.approx(137_200 - gas_gj * 1.97 / 35.5)


def test_data_centre(context):
    rows = by_id(context)
    heat, area = rows["dc_heat"], rows["dc_area"]
    assert heat["computed"] == pytest.approx(19_000 * 3.6)
    assert heat["verdict"] == "overstated"
    assert "86,758.56" in heat["reason"]["en"]  # 6.65 MW x 3624 h x 3.6, to the digit
    assert area["computed"] == pytest.approx(86_758.56 / 0.304)
    assert area["verdict"] == "overstated"
    assert f"{6.65e6 / 40:,.0f}" in area["reason"]["en"]
    full = by_id(replace(context, dc_heat_mwh=6.65 * 3624, specific_heat_gj_per_m2=0.0868))
    assert full["dc_heat"]["verdict"] == full["dc_area"]["verdict"] == "reproduced"


def test_sewage_potential_is_an_energy_balance():
    # extraction + electricity = delivery; extraction = m (h14 - h6)
    potential = sewage_potential_mwh(70_000, 14.0, 6.0, 0.25, 2904.0)
    drop = float(enthalpy_j_per_kg(14.0) - enthalpy_j_per_kg(6.0))
    extracted = 70e6 / 86_400 * drop / 1e6 * 2904
    assert potential * (1 - 0.25) == pytest.approx(extracted, rel=1e-9)
    assert 27.0 < extracted / 2904 < 27.3  # MW, at a fall of 8 K


def test_sewage_claim_in_steam_tonnes(context):
    row = by_id(context)["sewage_steam_tonnes"]
    assert row["computed"] == pytest.approx(60_000 / 0.7)
    assert row["verdict"] == "undefined"
    assert f"{40_000 * 0.65 * 3.6:,.0f}" in row["reason"]["en"]
    assert "25%" in row["reason"]["en"]


def test_jinbin_needs_102_days(context):
    row = by_id(context)["jinbin_steam"]
    assert row["computed"] == 50 * 8760 + 50 * 2904
    assert row["verdict"] == "inconsistent"
    assert "102 heating days" in row["reason"]["en"]
    assert f"{50 * 2904:,.0f} t above" in row["reason"]["en"]
    assert by_id(replace(context, season_h=2440.0))["jinbin_steam"]["verdict"] == "reproduced"


def test_chp_heat_is_not_free(context):
    row = by_id(context)["chp_heat_zero_co2"]
    assert row["claimed"] == 0
    assert row["computed"] == pytest.approx(0.27 * 0.80 / 3.6)
    assert row["verdict"] == "not_netted"


def test_yujiapu_slip_and_sign(context):
    rows = by_id(context)
    assert 0.5 < rows["yujiapu_tce"]["claimed"] / rows["yujiapu_tce"]["computed"] / 1e4 < 2
    # 28 GWh x 0.84 x 0.30 x 3.6 x 0.11 = 2794 t is the claim; the rest of the power is not in it
    assert "2,794" in rows["yujiapu_co2"]["reason"]["en"]
    net = 28_000 * 0.11 * 3.6 - 28_000 * (1 - 0.84 * 0.3) * 0.5703
    assert net < 0
    assert rows["yujiapu_co2"]["computed"] == pytest.approx(net)
    clean = by_id(replace(context, power_average_t_co2_per_mwh=0.05))["yujiapu_co2"]
    assert clean["verdict"] == "reproduced"


def test_break_even_green_share_gives_no_net_emission(context):
    claim = next(item for item in claims._data()["claims"] if item["check"] == "yujiapu_co2")
    share = CHECKS["yujiapu_co2"](claim, context).quoted["break_even"]
    at_break_even = claim | {"constants": claim["constants"] | {"green_share": share}}
    assert CHECKS["yujiapu_co2"](at_break_even, context).computed == pytest.approx(0.0, abs=1e-6)


def test_valley_share_by_schedule(context):
    assert by_id(context)["yujiapu_valley_share"]["computed"] is None
    schedule = StorageSchedule(0.92, 157.0, 22.0, 128.9, None)
    row = by_id(replace(context, storage=schedule))["yujiapu_valley_share"]
    assert (row["computed"], row["verdict"]) == (0.92, "reproduced")
    assert "129 MWh" in row["reason"]["en"]
    assert "more MW than were tried" in row["reason"]["en"]
    low = by_id(replace(context, storage=replace(schedule, valley_heat_share=0.6)))["yujiapu_valley_share"]
    assert low["verdict"] == "overstated"


def test_green_share_of_the_plan_by_hand():
    """f = 0.7041 and 0.82 t/MWh; heat 0.11 t/GJ = 0.396 t/MWh; gas boiler 0.19994/0.94 = 0.2127 t/MWh; 84 % valley power."""
    context = ClaimContext(2904.0, 0.7041, 0.82, 0.19994)
    row = by_id(context)["yujiapu_green_share"]
    assert row["verdict"] == "not_netted"
    assert row["computed"] == pytest.approx((1 - 0.396 / 0.7041) / 0.84)  # 52 %
    # 1 - 0.396/0.82 = 0.5171, 1 - 0.2127/0.7041 = 0.6979, 1 - 0.2127/0.82 = 0.7406, each over 0.84
    for share in ("52%", "62%", "83%", "88%"):
        assert share in row["reason"]["en"]
    # 0.7041 x (1 - 0.252)/0.396 = 1.33, 0.82 x 0.748/0.396 = 1.55, with 0.2127 instead 2.48 and 2.88
    for cop in ("1.33 (1.55)", "2.48 (2.88)"):
        assert cop in row["reason"]["en"]
    net = by_id(context)["yujiapu_co2"]
    assert net["computed"] == pytest.approx(28_000 * (0.396 - 0.748 * 0.7041))  # -3,659 t
    for tonnes in ("2,794", "−3,659", "−6,086", "−8,791", "−11,218"):
        assert tonnes in net["reason"]["en"]


def test_a_topic_has_its_own_claims_alone(context):
    rows = plan_claims(context, "electric_heat")
    assert [row["id"] for row in rows] == [
        "yujiapu_valley_share", "yujiapu_tce", "yujiapu_co2", "yujiapu_green_share",
    ]  # fmt: skip


def test_park_and_geothermal(context):
    rows = by_id(context)
    assert rows["park_carbon"]["verdict"] == "inconsistent"
    assert "5,185.63" in rows["park_carbon"]["reason"]["en"]
    assert rows["geothermal"]["claimed"] is None
    assert rows["geothermal"]["computed"] == pytest.approx(36_000.0)


def test_what_the_study_does_not_know_is_said():
    rows = by_id(ClaimContext(2904.0, 0.57, 0.8, 0.2))
    for claim in ("target_share", "east_coal_cut", "west_co2_cut", "dc_heat", "dc_area", "sewage_steam_tonnes"):
        assert rows[claim]["computed"] is None
        assert rows[claim]["verdict"] == "undefined"
        assert "nothing to compute" in rows[claim]["reason"]["en"]
    assert rows["jinbin_steam"]["computed"] is not None


def test_context_from_schedules(toy):
    case, baseline = toy.toy_case(), toy.toy_baseline()
    kinds = {"chp": "chp_steam", "pump": "sewage_heat_pump", "wells": "geothermal_doublet"}
    units = tuple(replace(unit, kind=kinds.get(unit.id, unit.kind)) for unit in case[0].units)
    case = (replace(case[0], units=units), case[1])
    lhv = {"steam_boiler": 6.4, "boiler": 6.0}
    context = claim_context(
        baseline,
        case,
        in_season=toy.IN_SEASON,
        lhv_mwh_per_t=lhv,
        area_m2=1000.0,
        design_heat_mw=0.06,
        housing_balance=toy.WATER,
        sewage_t_min_degc=6.0,
    )
    coal_t = 66 * 1.15 / 6.4 + 110 / 0.84 / 6.0
    change = context.fuel_change["east"]
    assert change.coal_cut_t == pytest.approx(coal_t)
    assert change.coal_efficiency_share == pytest.approx(176 / (66 * 1.15 + 110 / 0.84))
    assert change.lhv_mwh_per_t * coal_t == pytest.approx(66 * 1.15 + 110 / 0.84)
    assert change.gas_efficiency_share == pytest.approx(52 / (15 * 1.1 + 37 / 0.94))
    assert context.season_h == 2.0
    assert context.specific_heat_gj_per_m2 == pytest.approx(90 * 3.6 / 1000)
    assert context.index_w_per_m2 == pytest.approx(60.0)
    assert context.sewage_power_per_heat == pytest.approx(0.25)
    assert context.chp_power_lost_per_heat == pytest.approx(0.27)
    assert context.geothermal_heat_mwh == pytest.approx(9.0)
    assert context.dc_heat_mwh is None


def test_a_network_without_coal_or_gas_has_no_fuel_change(toy):
    base = toy.toy_baseline()
    assert fuel_changes(base, base, {"steam_boiler": 6.4, "boiler": 6.0}) == {}
    problem = toy.problem_of([toy.unit("pump", toy.WATER, "plan")], {toy.WATER: [1, 1, 1]})
    only = (problem, toy.result_of(problem, {"pump": np.ones(3)}))
    assert fuel_changes(only, only, {}) == {}
