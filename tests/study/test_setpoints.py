"""Setpoints of the tiny study: tables, summary and page from one run; mistakes of the key told by place."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from heatnet.errors import InputError
from heatnet.report.setpoints import build_setpoints_page
from heatnet.study.load import load_study
from heatnet.study.setpoints import run_setpoints

ASKED = {
    "case": "project",
    "step_k": 20,
    "refinements": 0,
    "t_supply_min_degc": 60,
    "curve_points": 3,
    "ramp_k_per_h": 8,
}


def with_stations(draft):
    for row in draft.network.tables["consumers"]:
        row |= {"t_secondary_supply_degc": 70, "t_secondary_return_degc": 45}
    draft.data["setpoints"] = dict(ASKED)
    draft.data["season"] = {"start": "12-29", "end": "01-08"}
    return draft


@pytest.fixture(scope="module")
def written(new_study_draft, tmp_path_factory):
    study = load_study(with_stations(new_study_draft()).write(tmp_path_factory.mktemp("study")))
    folder = tmp_path_factory.mktemp("results")
    stages: list[str] = []
    summary = run_setpoints(study, folder, stages.append)
    return folder, summary, stages


def test_summary_on_disk_is_what_is_returned(written):
    folder, summary, stages = written
    read = json.loads((folder / "setpoints.json").read_text(encoding="utf-8"))
    assert read["trials"] == summary["trials"]
    assert list(read["trials"]) == ["design", "hour_design", "curve_design", "hour_full", "curve_full"]
    assert read["hours"] == 11 * 24
    assert len(stages) == 8


def test_pandapipes_agrees_in_its_sample(written):
    """Flows, pressures and losses of pandapipes from the stations' heat and return: tolerances of the season engine's study."""
    check = written[1]["reference_check"]
    assert check["trial"] == "hour_design"
    assert check["compared"] >= 4
    assert check["max_temperature_difference_k"] < 2e-3
    assert check["max_pressure_difference_bar"] < 1e-4
    assert check["max_flow_difference_share"] < 1e-4


def test_savings_are_differences_of_the_accounts(written):
    trials = written[1]["trials"]
    for trial in trials.values():
        for key in ("equal_heat_cny", "total_cny", "loss_mwh", "pump_mwh", "missing_mwh"):
            assert trial["saving"][key] == pytest.approx(trials["design"][key] - trial[key])
        assert trial["saving"]["waste_heat_gj"] == pytest.approx(
            trial["waste_heat_gj"] - trials["design"]["waste_heat_gj"]
        )
    assert trials["design"]["waste_heat_gj"] > 0


def test_hours_add_up_to_the_accounts(written):
    """Tables and summary are of the same simulation: an interpolated number in either would show."""
    folder, summary, _stages = written
    hourly = pd.read_parquet(folder / "setpoints_hourly.parquet")
    assert hourly.drop(columns="time").equals(
        pd.read_csv(folder / "setpoints_hourly.csv", float_precision="round_trip").drop(columns="time")
    )
    for name, trial in summary["trials"].items():
        assert hourly[f"{name}_status"].str.startswith("ok").all()
        assert hourly[f"{name}_loss_mw"].sum() == pytest.approx(trial["loss_mwh"])
        assert hourly[f"{name}_pump_mw"].sum() == pytest.approx(trial["pump_mwh"])
        assert hourly[f"{name}_shortfall_mw"].sum() == pytest.approx(trial["missing_mwh"])
    design, best = (hourly[f"{name}_cost_cny"].sum() for name in ("design", "hour_design"))
    saved = summary["trials"]["hour_design"]["saving"]["equal_heat_cny"]
    # process steam outside the season costs the same in both
    assert design - best == pytest.approx(saved, abs=1.0)
    assert saved >= 0.0


def test_by_hour_is_not_dearer_than_a_curve(written):
    """The hours of a curve are candidates within the grid's step; by hour there is more to choose from."""
    trials = written[1]["trials"]
    assert trials["hour_full"]["missing_mwh"] <= trials["design"]["missing_mwh"]
    assert trials["hour_design"]["equal_heat_cny"] <= trials["design"]["equal_heat_cny"] + 1e-6


def test_ramp_holds_in_the_tables(written):
    hourly = pd.read_parquet(written[0] / "setpoints_hourly.parquet")
    gap = np.diff(hourly["time"]).astype("timedelta64[h]").astype(float)
    for name in ("hour_full", "hour_design", "curve_full"):
        assert np.all(np.abs(np.diff(hourly[f"{name}_t_supply_degc"])) <= 8.0 * gap + 1e-6)


def test_curve_table_is_the_curve_of_the_hours(written):
    folder, summary, _stages = written
    table = pd.read_csv(folder / "setpoints_curves.csv")
    hourly = pd.read_parquet(folder / "setpoints_hourly.parquet")
    for name in summary["curves"]:
        own = table[table["curve"] == name]
        curve = np.interp(hourly["t_outdoor_filtered_degc"], own["t_outdoor_degc"], own["t_supply_degc"])
        assert curve == pytest.approx(hourly[f"{name}_t_supply_degc"].to_numpy(), abs=1e-9)


@pytest.mark.parametrize(("lang", "word"), [("en", "Heating curve"), ("zh", "供热曲线")])
def test_page_is_offline_and_in_the_language(written, tmp_path, lang, word):
    page = build_setpoints_page(written[0], tmp_path / "page.html", lang).read_text(encoding="utf-8")
    assert word in page
    assert page.count("<svg") == 3
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    assert "nan" not in page.split("<main>")[1].lower().replace("finance", "")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"case": "projects"}, "setpoints.case"),
        ({"network": "tinny"}, "setpoints.network"),
        ({"curve_points": 1}, "setpoints.curve_points"),
        ({"ramp_k_per_h": 0}, "setpoints.ramp_k_per_h"),
        ({"ramps": 3}, "ramps"),
    ],
)
def test_mistakes_are_told_by_place(study_draft, tmp_path, change, place):
    study_draft.data["setpoints"] = ASKED | change
    with pytest.raises(InputError) as error:
        load_study(study_draft.write(tmp_path))
    assert any(place in problem.where for problem in error.value.problems)


def test_no_room_between_the_temperatures_is_an_input_error(study_draft, tmp_path):
    study_draft.data["setpoints"] = ASKED | {"t_supply_min_degc": 110}
    study = load_study(study_draft.write(tmp_path))
    with pytest.raises(InputError, match="t_supply_min_degc"):
        run_setpoints(study, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_printed_lines_say_what_is_saved(written, capsys):
    from heatnet.cli.setpoints import print_setpoints

    folder, summary, _stages = written
    print_setpoints(summary, folder, folder / "setpoints.html")
    told = capsys.readouterr().out
    assert "What is saved against the design curve" in told
    assert f"{summary['trials']['hour_design']['saving']['pump_mwh']:,.0f}".replace("-", "−") in told
