"""The tiny study from its file to its results: what is written closes its balances, repeats, and hides no failure."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pandas as pd
import pytest

from heatnet.io.network_folder import load_network
from heatnet.io.results_store import read_table
from heatnet.io.yaml_file import read_yaml
from heatnet.model.substitution import Counting, Denominator, Period, WasteSet
from heatnet.study.run import run_cases

GOOD = ("gas", "project")
#: simulated heat against consumers and losses of the same hour
BALANCE_TOLERANCE = 1e-4
#: one linear programme balances to the solver's feasibility tolerance
DISPATCH_TOLERANCE_MW = 1e-6
#: of quantities by element, in single precision in the files
FILE_PRECISION = 2.0**-23
#: 15 Nov to 15 Mar, every hour of which asks for heat
SEASON_HOURS = 121 * 24
#: how far pandapipes, stopped by its own tolerances, may lie from the season engine
REFERENCE_TOLERANCES = {
    "max_temperature_difference_k": 1e-3,
    "max_pressure_difference_bar": 1e-4,
    "max_flow_difference_share": 1e-4,
}


def table(done, case, name):
    return read_table(done.folder / case / "tiny" / name)


def leaves(tree):
    for value in tree.values():
        yield from leaves(value) if isinstance(value, dict) else [value]


def test_files_of_a_study(done):
    names = {item.name for item in done.folder.iterdir()}
    assert names == {"gas", "project", "summary.json", "summary.csv", "study.yaml", "timings.json", "run.log"}
    assert (done.folder / "study.yaml").read_bytes() == done.study.file.read_bytes()


@pytest.mark.parametrize("case", GOOD)
def test_files_of_a_case(case, done):
    files = {str(item.relative_to(done.folder / case)) for item in (done.folder / case).rglob("*") if item.is_file()}
    assert {"case.yaml", "weather.parquet", "inputs/tiny/network.yaml", "inputs/tiny/steam/network.yaml"} <= files
    for carrier in ("water", "steam"):
        for name in ("dispatch_heat_mw", "dispatch_balance_mw"):
            assert f"tiny/{carrier}/{name}.parquet" in files
    assert {"tiny/water/network.parquet", "tiny/water/plant_heat_mw.parquet"} <= files
    assert not [name for name in files if "part" in name]


@pytest.mark.parametrize("case", GOOD)
def test_every_hour_of_the_season_closes_its_balance(case, done):
    """Sources = consumers + losses, from the files; the heat pump heats the return and counts as a source."""
    sources = table(done, case, "water/plant_heat_mw.parquet").sum(axis=1)
    taken = table(done, case, "water/consumer_heat_mw.parquet").sum(axis=1)
    lost = sum(table(done, case, f"water/pipe_loss_{line}_mw.parquet").sum(axis=1) for line in ("supply", "return"))
    asked = table(done, case, "water/dispatch_balance_mw.parquet")["demand_mw"]
    assert list(sources.index) == list(asked.index[asked > 0])
    assert len(sources) == SEASON_HOURS
    assert (sources > 0).all()
    residual = (sources - taken - lost).abs() / sources
    assert residual.max() <= BALANCE_TOLERANCE
    assert done.summary["cases"][case]["balance"]["max_relative_residual"] == pytest.approx(residual.max(), abs=1e-12)
    network = table(done, case, "water/network.parquet")
    assert network["heat_loss_mw"].to_numpy() == pytest.approx(lost.to_numpy(), rel=FILE_PRECISION)
    assert set(network["status"]) == {"ok"}


@pytest.mark.parametrize("case", GOOD)
def test_the_steam_pipes_are_solved_in_every_hour_of_the_year(case, done):
    """Kettle and waste steam = press and what the pipe loses, from the files; the loss stands in the dispatch's demand."""
    network = table(done, case, "steam/network.parquet")
    assert len(network) == 8760
    assert set(network["status"]) <= {"ok", "ok_wet"}
    given = table(done, case, "steam/plant_heat_mw.parquet")
    taken = table(done, case, "steam/consumer_heat_mw.parquet")
    sums = table(done, case, "steam/dispatch_balance_mw.parquet")
    assert list(taken.columns) == ["press"]
    lost = given.sum(axis=1) - taken["press"]
    assert taken["press"].to_numpy() == pytest.approx((sums["demand_mw"] - sums["loss_mw"]).to_numpy(), rel=1e-5)
    assert lost.sum() == pytest.approx(sums["loss_mw"].sum(), rel=0.02)
    assert (lost > network["heat_loss_mw"] * (1 - 1e-4)).all()
    dispatched = table(done, case, "steam/dispatch_heat_mw.parquet")
    assert given["waste_steam"].to_numpy() == pytest.approx(dispatched["waste_steam"].to_numpy(), abs=1e-5)
    assert given["kettle"].to_numpy() == pytest.approx(dispatched["kettle"].to_numpy(), rel=0.02)
    labels = network["label"]
    assert {"design", "p00", "p98", "largest", "smallest"} >= set(labels) - {""} >= {"design", "p00", "p98"}
    assert set(labels.index[labels == "design"]) == set(
        table(done, case, "water/network.parquet").query("label == 'design'").index
    )


@pytest.mark.parametrize("case", GOOD)
def test_the_account_of_steam_adds_up_the_files(case, done):
    entry = done.summary["cases"][case]["by_network"]["tiny"]["steam"]
    given = table(done, case, "steam/plant_heat_mw.parquet").to_numpy().sum()
    taken = table(done, case, "steam/consumer_heat_mw.parquet").to_numpy().sum()
    assert entry["heat_mwh"] == pytest.approx(
        {"plants": given, "process": taken, "stations": 0.0, "lost": given - taken}
    )
    tonnes = table(done, case, "steam/consumer_mdot_kg_per_s.parquet").to_numpy().sum() * 3.6
    assert entry["steam_t"]["process"] == pytest.approx(tonnes)
    assert entry["steam_t"]["plants"] == pytest.approx(tonnes + entry["steam_t"]["condensate"], rel=1e-5)
    assert entry["hours_ok"] == entry["hours_simulated"] == sum(entry["hours_by_status"].values()) == 8760
    assert abs(entry["loss_difference_share"]) < 0.02
    assert entry["max_relative_residual"] < 1e-6
    assert entry["contracts"] == {}
    assert "tiny/steam: 8760 of 8760 hours solved" in (done.folder / "run.log").read_text()


@pytest.mark.parametrize("case", GOOD)
def test_the_account_of_steam_boilers_is_of_the_dispatched_heat(case, done):
    (account,) = done.summary["cases"][case]["steam_boilers"].values()
    dispatched = table(done, case, "steam/dispatch_heat_mw.parquet")["kettle"]
    assert account["heat_mwh"] == pytest.approx(dispatched.sum(), rel=1e-5)
    running = sum(hours for units, hours in account["hours_by_units"].items() if units != "0")
    assert running == (dispatched > 1e-6).sum()
    assert account["fuel_mwh"] == pytest.approx(account["fuel_dispatch_mwh"], rel=0.1)


@pytest.mark.parametrize("case", GOOD)
def test_three_hours_stand_for_the_season(case, done):
    """The one of the highest load, and the two that the study asks for: its lowest, and nearly its highest."""
    labels = table(done, case, "water/network.parquet")["label"]
    taken = table(done, case, "water/consumer_heat_mw.parquet").sum(axis=1)
    assert set(labels) == {"", "design", "p00", "p98"}
    assert labels.value_counts().drop("").max() == 1
    assert taken.idxmax() == labels.index[labels == "design"].item()
    assert taken.idxmin() == labels.index[labels == "p00"].item()


@pytest.mark.parametrize("case", GOOD)
def test_totals_of_the_season_are_sums_over_the_files(case, done):
    entry = done.summary["cases"][case]["by_network"]["tiny"]
    pump = table(done, case, "water/plant_pump_mw.parquet").sum(axis=1).sum()
    lost = table(done, case, "water/network.parquet")["heat_loss_mw"].sum()
    gate = table(done, case, "water/dispatch_balance_mw.parquet")["demand_mw"].sum()
    assert entry["season_pump_mwh"] == pytest.approx(pump, rel=1e-9)
    assert entry["season_loss_mwh"] == pytest.approx(lost, rel=1e-9)
    assert entry["season_loss_share"] == pytest.approx(lost / gate, rel=1e-9)
    assert entry["hours_by_status"] == {"ok": SEASON_HOURS}
    assert (entry["hours_undersupplied"], entry["season_shortfall_mwh"]) == (0, 0.0)
    assert abs(entry["loss_difference_share"]) < 0.05, "the probe knows the loss before the dispatch"


def test_the_probe_without_other_plants_finds_the_loss_of_the_season(done):
    assert abs(done.summary["cases"]["gas"]["by_network"]["tiny"]["loss_difference_share"]) < 1e-3


@pytest.mark.parametrize("case", GOOD)
def test_pandapipes_agrees_in_a_sample_of_hours(case, done):
    check = done.summary["cases"][case]["reference_check"]
    assert check["engine"] == "pandapipes"
    assert check["compared"] == check["hours"] == 6, "most heat, least heat, four at random; no flow ever turns"
    assert check["unsolved_by_reference"] == check["solved_by_reference_alone"] == check["status_differs"] == 0
    for name, tolerance in REFERENCE_TOLERANCES.items():
        assert 0 <= check[name] <= tolerance, name
    own = check["by_network"]["tiny"]
    taken = table(done, case, "water/consumer_heat_mw.parquet").sum(axis=1)
    reasons = {one["chosen_as"]: pd.Timestamp(one["time"]) for one in own["sample"]}
    assert reasons["peak"] == taken.idxmax()
    assert reasons["mildest"] == taken.idxmin()
    for place in own["places"].values():
        assert place["element"] in table(done, case, f"water/{place['quantity']}.parquet").columns


def test_shares_of_the_sources_make_up_the_heat_of_every_consumer(done):
    shares = {name: table(done, "project", f"water/consumer_share_{name}.parquet") for name in ("boiler", "heat_pump")}
    total = shares["boiler"] + shares["heat_pump"]
    assert total.to_numpy() == pytest.approx(1.0, abs=2 * FILE_PRECISION)
    taken = table(done, "project", "water/consumer_heat_mw.parquet")
    given = table(done, "project", "water/plant_heat_mw.parquet")
    pumped = (shares["heat_pump"] * taken).sum(axis=1)
    assert (pumped <= given["heat_pump"] + 1e-6).all(), "nobody gets more of it than there is"
    assert pumped.sum() > 0.95 * given["heat_pump"].sum()
    assert not (done.folder / "gas/tiny/water/consumer_share_heat_pump.parquet").exists(), "it gives nothing there"


def test_hours_without_a_state_are_counted_and_the_season_goes_on(patchy):
    """The heat pump pushes more water than the consumers take in some hours: these are empty, and say why."""
    entry = patchy.summary["cases"]["gas"]
    assert entry["status"] == "ok"
    account = entry["by_network"]["tiny"]
    counts = account["hours_by_status"]
    assert {"ok", "plant_flow_reversed"} <= set(counts)
    assert sum(counts.values()) == account["hours_simulated"] == SEASON_HOURS
    assert 0 < account["hours_ok"] == counts["ok"] < SEASON_HOURS
    solved = next(row for row in account["compliance"] if row["check"] == "solved")
    assert solved["value"] == pytest.approx(counts["ok"] / SEASON_HOURS)
    assert not solved["passed"]
    hours = table(patchy, "gas", "water/network.parquet")
    assert hours["status"].value_counts().to_dict() == counts
    assert hours["heat_loss_mw"].isna().to_numpy().tolist() == (hours["status"] != "ok").to_numpy().tolist()
    # the season's totals count such an hour like hours of its load
    assert account["season_loss_mwh"] > hours["heat_loss_mw"].sum()
    assert account["season_loss_mwh"] == pytest.approx(SEASON_HOURS * hours["heat_loss_mw"].mean(), rel=0.2)


def test_only_the_hours_shown_are_kept_where_the_study_says_so(patchy):
    hours = table(patchy, "gas", "water/network.parquet")
    assert len(hours) == SEASON_HOURS
    taken = table(patchy, "gas", "water/consumer_heat_mw.parquet")
    assert list(taken.index) == list(hours.index[hours["label"] != ""])
    assert len(taken) == 3


@pytest.mark.parametrize("case", GOOD)
@pytest.mark.parametrize("carrier", ["water", "steam"])
def test_every_dispatched_hour_meets_its_demand(case, carrier, done):
    heat = table(done, case, f"{carrier}/dispatch_heat_mw.parquet")
    sums = table(done, case, f"{carrier}/dispatch_balance_mw.parquet")
    assert len(heat) == 8760
    gap = heat.sum(axis=1) + sums["unmet_mw"] - sums["dumped_mw"] - sums["demand_mw"]
    assert gap.abs().max() <= DISPATCH_TOLERANCE_MW
    assert (heat.to_numpy() >= -DISPATCH_TOLERANCE_MW).all()


@pytest.mark.parametrize("case", GOOD)
def test_the_summary_adds_up_the_files(case, done):
    entry = done.summary["cases"][case]
    for carrier, prefix in (("water", "tiny"), ("steam", "tiny/steam")):
        heat = table(done, case, f"{carrier}/dispatch_heat_mw.parquet")
        for plant in heat.columns:
            assert entry["heat_by_plant_mwh"][f"{prefix}/{plant}"] == pytest.approx(
                heat[plant].sum(), rel=1e-9, abs=1e-9
            )
    demand = table(done, case, "water/dispatch_balance_mw.parquet")["demand_mw"].sum()
    assert entry["demand_by_balance_mwh"]["tiny/water"] == pytest.approx(demand, rel=1e-9)


def test_gas_burned_is_heat_over_efficiency(done):
    entry = done.summary["cases"]["gas"]
    heat = entry["heat_by_plant_mwh"]
    burned = heat["tiny/boiler"] / 0.92 + heat["tiny/steam/kettle"] / 0.9
    assert entry["fuel"]["gas_mwh"] == pytest.approx(burned, rel=1e-9)
    assert entry["co2"]["average"]["fuel_t_co2"] == pytest.approx(burned * 0.202, rel=1e-9)
    assert entry["cost"]["fuel_gas_cny"] == pytest.approx(burned * 300, rel=1e-9)


def test_the_parts_of_the_cost_are_the_whole(done):
    for case in GOOD:
        cost = done.summary["cases"][case]["cost"]
        assert sum(value for name, value in cost.items() if name != "total_cny") == pytest.approx(
            cost["total_cny"], rel=1e-12
        )


def test_each_simulated_hour_takes_the_dispatched_heat(done):
    simulated = table(done, "project", "water/plant_heat_mw.parquet")["heat_pump"]
    scheduled = table(done, "project", "water/dispatch_heat_mw.parquet")["heat_pump"].loc[simulated.index]
    assert simulated.to_numpy() == pytest.approx(scheduled.to_numpy(), rel=1e-6)
    assert scheduled.max() > 0.5


@pytest.mark.parametrize("case", GOOD)
@pytest.mark.parametrize("zone", ["tiny", "all_of_it"])
def test_every_variant_of_the_rate_stands_there(case, zone, done):
    tables = done.summary["cases"][case]["zones"][zone]
    for waste_set, counting, denominator, period in itertools.product(WasteSet, Counting, Denominator, Period):
        value = tables["substitution"][waste_set][counting][denominator][period]
        low, high = tables["substitution_range"][waste_set][counting][denominator][period]
        assert 0 <= low <= value <= high <= 1
    assert len(list(leaves(tables["substitution"]))) == 3 * 3 * 2 * 2
    assert tables["rate_allowed"] is True


def test_delivered_rate_is_heat_of_the_pump_over_space_heat(done):
    heat = table(done, "project", "water/dispatch_heat_mw.parquet").sum()
    rate = done.summary["cases"]["project"]["zones"]["tiny"]["substitution"]["plan"]["delivered"]["space"]["year"]
    assert rate == pytest.approx(heat["heat_pump"] / heat.sum(), rel=1e-9)
    gas = done.summary["cases"]["gas"]["zones"]["tiny"]["substitution"]["plan"]["delivered"]["space"]["year"]
    assert gas == 0


def test_displaced_rate_of_the_baseline_is_none_or_nothing(done):
    """The baseline displaces nothing of itself."""
    rates = done.summary["cases"]["gas"]["zones"]["tiny"]["substitution"]["plan"]["displaced"]
    assert set(leaves(rates)) == {0.0}


def test_a_hopeless_case_is_a_row_with_its_status(done):
    entry = done.summary["cases"]["hopeless"]
    assert entry["status"] == "not_converged"
    assert "tiny" in entry["reason"]
    assert entry["unmet_share"] is None
    assert not (done.folder / "hopeless").exists()
    flat = pd.read_csv(done.folder / "summary.csv")
    assert set(flat.loc[flat["case"] == "hopeless", "status"]) == {"not_converged"}
    assert done.summary["cases"]["project"]["status"] == "ok"
    assert "hopeless: not_converged" in (done.folder / "run.log").read_text()


def test_progress_ends_with_every_case_finished(done):
    assert [text.split(":")[0] for _done, _total, text, finished in done.events if finished] == [
        "gas",
        "project",
        "hopeless",
    ]
    steps = [event[0] for event in done.events]
    assert steps == sorted(steps)
    assert steps[-1] <= done.events[-1][1]


def test_the_same_study_gives_the_same_bytes(done, done_again):
    files = sorted(file.relative_to(done.folder) for file in done.folder.rglob("*") if file.is_file())
    assert files == sorted(
        file.relative_to(done_again.folder) for file in done_again.folder.rglob("*") if file.is_file()
    )
    timed = {"timings.json", "run.log"}
    different = [
        str(file)
        for file in files
        if file.name not in timed and (done.folder / file).read_bytes() != (done_again.folder / file).read_bytes()
    ]
    assert different == []


def test_the_snapshot_is_the_network_of_the_case(done):
    snapshot = load_network(done.folder / "gas" / "inputs" / "tiny")
    assert snapshot.plants.at["heat_pump", "capacity_mw"] == 0
    assert load_network(done.folder / "project" / "inputs" / "tiny").plants.at["heat_pump", "capacity_mw"] == 1.5


def test_the_resolved_case_names_its_versions_and_inputs(done):
    cases = {name: read_yaml(done.folder / name / "case.yaml") for name in GOOD}
    for name, case in cases.items():
        assert case["case"] == name
        assert case["status"] == "ok"
        assert case["season"] == {"start": "11-15", "end": "03-15"}
        assert case["prices"]["gas_cny_per_mwh"]["value"] == 300
        assert len(case["inputs_sha256"]) == 64
    assert cases["gas"]["inputs_sha256"] != cases["project"]["inputs_sha256"]


def test_the_weather_is_a_whole_year(done):
    weather = read_table(done.folder / "gas" / "weather.parquet")
    assert len(weather) == 8760
    assert np.isfinite(weather["t_outdoor_degc"]).all()


def test_the_flat_table_has_every_rate(done):
    flat = pd.read_csv(done.folder / "summary.csv")
    rates = flat[(flat["quantity"] == "substitution_share") & (flat["case"] == "project")]
    assert len(rates) == 2 * 36
    one = rates[(rates["zone"] == "tiny") & (rates["set"] == "plan") & (rates["counting"] == "recovered")]
    one = one[(one["denominator"] == "space") & (one["period"] == "season")]
    expected = done.summary["cases"]["project"]["zones"]["tiny"]["substitution"]["plan"]["recovered"]["space"]["season"]
    assert one["value"].item() == pytest.approx(expected, rel=1e-12)


def test_summary_is_json_without_nan(done):
    text = (done.folder / "summary.json").read_text(encoding="utf-8")
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in summary.json"))


def test_a_defect_in_one_case_does_not_take_the_others_with_it(done, tmp_path, monkeypatch):
    """An exception that nobody foresaw: the case is a row with its status and its trace in the log; older files go."""
    from heatnet.study import run as run_module
    from heatnet.study.summary import write_summary

    real = run_module.run_case
    (tmp_path / "gas").mkdir()
    (tmp_path / "gas" / "stale.parquet").touch()

    def breaking(study, case, *rest):
        if case.name == "gas":
            raise ZeroDivisionError("by nothing")
        return done.runs[case.name] if case.name in done.runs else real(study, case, *rest)

    monkeypatch.setattr(run_module, "run_case", breaking)
    runs = run_cases(done.study, tmp_path, workers=1)
    summary = write_summary(done.study, runs, tmp_path)
    assert summary["cases"]["gas"]["status"] == "error"
    assert summary["cases"]["gas"]["reason"] == "ZeroDivisionError: by nothing"
    assert summary["cases"]["project"]["status"] == "ok"
    assert not (tmp_path / "gas").exists()
    assert "Traceback" in (tmp_path / "run.log").read_text()
    rates = summary["cases"]["project"]["zones"]["tiny"]["substitution"]["plan"]["displaced"]
    assert set(leaves(rates)) == {None}, "without its baseline nothing is displaced"
