"""A study with a power network: the feeder limits the heat pump, files and accounts agree, map and report show it."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import numpy as np
import openpyxl
import pytest

from heatnet.io.excel import write_excel
from heatnet.io.results_store import read_summary, read_table
from heatnet.maps import build_map
from heatnet.report import build_report
from heatnet.study.load import load_study
from heatnet.study.power import _pumps
from heatnet.study.run import run_cases
from heatnet.study.summary import write_summary

FILE_PRECISION = 1e-6
#: power so cheap that the heat pump always pays
CHEAP = {f"{name}_cny_per_mwh": 100 + 100 * i for i, name in enumerate(("valley", "flat", "peak", "critical"))}


@pytest.fixture(scope="module")
def powered(new_study_draft, new_power_draft, tmp_path_factory):
    """Gas alone, the heat pump on the tight feeder, and the same with a feeder that carries anything; run once."""
    draft = new_study_draft()
    draft.network.electric = new_power_draft()
    draft.data["cases"]["wide"] = {
        "label": "A wider feeder",
        "networks": {"tiny": {"electric": {"lines": {"feeder": {"i_max_ka": 1.0}}}}},
    }
    draft.data["cases"]["pushing"] = {
        "label": "The heat pump pumps for itself",
        "networks": {
            "tiny": {
                "plants": {"heat_pump": {"connection": "supply", "role": "flow", "mdot_kg_per_s": 4.0}},
                "electric": {"lines": {"feeder": {"i_max_ka": 1.0}}},
            }
        },
    }
    draft.prices["power"] = {
        f"{name}_cny_per_mwh": 100 + 100 * i for i, name in enumerate(("valley", "flat", "peak", "critical"))
    }
    draft.data["simulation"] = {"hours": 2, "reference_hours": 1}
    study, out = load_study(draft.write(tmp_path_factory.mktemp("study"))), tmp_path_factory.mktemp("results") / "tiny"
    runs = run_cases(study, out, workers=1)
    write_summary(study, runs, out)
    return SimpleNamespace(folder=out, summary=read_summary(out), runs=runs)


def table(powered, name, case="project", carrier="electric"):
    return read_table(powered.folder / case / "tiny" / carrier / f"{name}.parquet")


def account(powered, case="project"):
    return powered.summary["cases"][case]["by_network"]["tiny"]["power"]


def test_every_hour_of_the_year_is_solved_and_balanced(powered):
    network = table(powered, "network")
    assert len(network) == 8760
    assert set(network["status"]) == {"ok"}
    assert network["power_residual_mw"].abs().max() < 1e-6
    assert account(powered)["reference_check"]["max_dv_pu"] < 1e-9


def test_meter_and_power_flow_tell_the_same_hour_by_hour(powered):
    """What the grid gives = what the dispatch's site draws + pumps, which it does not know + loss of the feeder."""
    run = powered.runs["project"]
    network, grid = table(powered, "network"), table(powered, "grid_p_mw")["grid"]
    meter = (run.result.site_import_mw - run.result.site_export_mw)["tiny"].to_numpy()
    expected = meter + run.pipes["tiny"].pump_mw + network["power_loss_mw"].to_numpy()
    np.testing.assert_allclose(grid, expected, rtol=0, atol=5 * FILE_PRECISION)


def test_the_loads_are_those_of_the_heat_plants(powered):
    run = powered.runs["project"]
    unit = next(unit for unit in run.problem.units if unit.plant == "heat_pump")
    expected = run.result.heat_mw[unit.id].to_numpy() * unit.power_per_heat
    np.testing.assert_allclose(table(powered, "load_p_mw")["e_pump"], expected, atol=FILE_PRECISION)
    boiler = next(unit for unit in run.problem.units if unit.plant == "boiler")
    own = run.result.heat_mw[boiler.id].to_numpy() * boiler.power_per_heat + run.pipes["tiny"].pump_mw
    np.testing.assert_allclose(table(powered, "load_p_mw")["e_boiler"], own, atol=FILE_PRECISION)
    assert own.max() > 0.01


def test_each_plant_draws_its_own_pumps_and_all_are_drawn(powered):
    """Load = heat times electricity per heat + own pump; what all loads take is what the site's plants and all pumps take."""
    run = powered.runs["pushing"]
    pumps, loads = run.pipes["tiny"].plant_pump_mw, table(powered, "load_p_mw", "pushing")
    np.testing.assert_allclose(sum(pumps.values()), run.pipes["tiny"].pump_mw, atol=1e-12)
    for plant, load in (("heat_pump", "e_pump"), ("boiler", "e_boiler")):
        unit = next(unit for unit in run.problem.units if unit.plant == plant)
        expected = run.result.heat_mw[unit.id].to_numpy() * unit.power_per_heat + pumps[plant]
        assert pumps[plant].max() > 100 * FILE_PRECISION
        np.testing.assert_allclose(loads[load], expected, atol=FILE_PRECISION)
    network, grid = table(powered, "network", "pushing"), table(powered, "grid_p_mw", "pushing")["grid"]
    meter = (run.result.site_import_mw - run.result.site_export_mw)["tiny"].to_numpy()
    expected = meter + run.pipes["tiny"].pump_mw + network["power_loss_mw"].to_numpy()
    np.testing.assert_allclose(grid, expected, rtol=0, atol=5 * FILE_PRECISION)


def test_pumps_of_plants_without_a_load_are_drawn_where_the_pressure_is_held():
    powers = SimpleNamespace(load_of={"holder": "e_1", "own": "e_2"}.get)
    year = SimpleNamespace(network=SimpleNamespace(pressure_plant="holder"))
    pump_mw = {"holder": np.array([1.0, 2.0]), "own": np.array([0.1, 0.2]), "none": np.array([0.01, 0.02])}
    drawn = _pumps(year, powers, pump_mw)
    assert set(drawn) == {"holder", "own"}
    np.testing.assert_allclose(drawn["holder"], [1.01, 2.02])
    np.testing.assert_allclose(drawn["own"], [0.1, 0.2])


def test_the_feeder_limits_the_heat_pump_and_the_study_says_what_that_costs(powered):
    tight, wide = account(powered), account(powered, "wide")
    assert wide["limits"]["hours"] == 0
    assert wide["limits"]["cost_cny"] is None, "nothing limits this network"
    assert wide["branches"]["feeder"]["overloaded_h"] == 0
    assert tight["limits"]["by_element"]["feeder"]["kind"] == "line"
    assert tight["limits"]["hours"] > 100
    assert tight["branches"]["feeder"]["overloaded_h"] == 0
    assert tight["branches"]["feeder"]["loading_max_share"] > 0.99
    # both without batteries, which change nothing on this side of the meter: the cost is the difference of the cases
    total = {case: powered.summary["cases"][case]["cost"]["total_cny"] for case in ("project", "wide")}
    assert tight["limits"]["cost_cny"] == pytest.approx(total["project"] - total["wide"], rel=0.02)
    heat = {case: powered.summary["cases"][case]["heat_by_plant_mwh"]["tiny/heat_pump"] for case in total}
    assert heat["project"] < 0.98 * heat["wide"]


def test_batteries_that_are_one_to_the_dispatch_share_by_size(powered):
    given = table(powered, "battery_p_mw")
    np.testing.assert_allclose(given["battery_2"], 2 * given["battery"], atol=FILE_PRECISION)
    assert given["battery"].max() > 0.4
    level = (given["battery"].where(given["battery"] < 0, 0) * -0.95 - given["battery"].clip(lower=0) / 0.95).sum()
    assert level == pytest.approx(0.0, abs=1e-3), "a year ends at the level at which it began"


def test_heat_does_not_pay_for_what_batteries_earn(powered):
    """The heat system pays at most what its plants draw, priced as drawn from the grid.

    It pays no less than what the meter would save at once without them: in each hour what they draw, as far as it is imported.
    """
    run = powered.runs["project"]
    site = account(powered)["site"]
    tariff = run.problem.prices.power_cny_per_mwh
    members = [unit for unit in run.problem.units if unit.id in run.problem.sites[0].units]
    drawn = sum(run.result.heat_mw[unit.id].to_numpy() * unit.power_per_heat for unit in members)
    imported = run.result.site_import_mw["tiny"].to_numpy()
    from_pv = run.result.pv_for_heat_mw["tiny"].to_numpy()
    assert from_pv.sum() > 5
    assert site["pv_for_heat_mwh"] == pytest.approx(from_pv.sum())
    paid = site["heat_power_cny"]
    assert paid <= float(drawn @ tariff) + 1
    assert paid >= float(np.minimum(drawn, imported) @ tariff) - 1
    earned = site["power_cny"] - float(
        np.maximum(run.problem.sites[0].base_mw - run.problem.sites[0].pv_mw, 0.0) @ tariff
    )
    assert earned < paid - 1, "with what batteries earn taken off heat would seem cheaper"


def test_the_band_never_exceeds_what_runs(powered):
    band = table(powered, "band_mw")
    assert list(band.columns) == ["down_mw", "up_mw"]
    run = powered.runs["project"]
    unit = next(unit for unit in run.problem.units if unit.plant == "heat_pump")
    power = run.result.heat_mw[unit.id].to_numpy() * unit.power_per_heat
    batteries = 2 * 1.5
    assert (band["down_mw"].to_numpy() <= power + batteries + FILE_PRECISION).all()
    assert (band >= -FILE_PRECISION).all(axis=None)


def test_cases_are_repeatable_to_the_byte(powered, new_study_draft, new_power_draft, tmp_path):
    draft = new_study_draft()
    draft.network.electric = new_power_draft()
    draft.prices["power"] = {
        f"{name}_cny_per_mwh": 100 + 100 * i for i, name in enumerate(("valley", "flat", "peak", "critical"))
    }
    draft.data["simulation"] = {"hours": 2, "reference_hours": 1}
    draft.data["cases"] = {"project": draft.data["cases"]["project"]}
    draft.data |= {"base_case": "project", "baseline_case": None, "plan_case": None}
    run_cases(load_study(draft.write(tmp_path / "study")), tmp_path / "out", workers=1)
    for name in ("line_loading_share", "battery_p_mw", "band_mw"):
        again = tmp_path / "out" / "project" / "tiny" / "electric" / f"{name}.parquet"
        assert again.read_bytes() == (powered.folder / "project" / "tiny" / "electric" / f"{name}.parquet").read_bytes()


def test_the_map_has_the_power_network_as_a_layer(powered, tmp_path, map_view):
    view = map_view(powered.folder)
    data = view.data
    layouts = [layout for layout in data["layouts"].values() if layout["carrier"] == "electric"]
    assert {item["id"] for layout in layouts for item in layout["pipes"]} == {"feeder"}
    assert {row["key"] for row in data["colours"]["electric"]} == {"loading", "v_pu", "p_mw"}
    assert view.quantity("electric", "pipes", "loading")["beyond"] not in data["scale"], (
        "an overload has a colour of its own"
    )
    case = next(i for i, case in enumerate(data["cases"]) if case["id"] == "project")
    shown = view.frame(case, "tiny/electric", "pipes", "loading")["feeder"]
    loading = 100 * table(powered, "line_loading_share")["feeder"]
    assert len(shown.dropna()) == len(loading)
    np.testing.assert_allclose(shown[loading.index], loading, atol=0.051)
    # the page makes current and voltage of loading and of the voltage over nominal
    feeder = next(item for item in layouts[0]["pipes"])
    of_limit = feeder["i_max_a"] / 1e3 * table(powered, "line_loading_share")["feeder"]
    np.testing.assert_allclose(of_limit, table(powered, "line_i_ka")["feeder"], rtol=1e-3)
    page = build_map(powered.folder, tmp_path / "map.html", "zh")
    assert "电网着色依据" in page.read_text(encoding="utf-8")


def test_the_report_tells_of_the_power_network(powered, tmp_path):
    page = build_report(powered.folder, tmp_path / "report.html", "en").read_text(encoding="utf-8")
    section = re.search(r'<section id="power">.*?</section>', page, re.DOTALL)
    assert section is not None
    text = re.sub(r"<[^>]+>", " ", section[0])
    assert "Hours in which a feeder limited heat plants" in text
    assert "Duration curves of the power network" in text
    assert f"{account(powered)['limits']['hours']:,}" in text
    chinese = build_report(powered.folder, tmp_path / "zh.html", "zh").read_text(encoding="utf-8")
    assert "馈线限制热源用电的小时数" in chinese


def test_the_workbook_has_the_account_of_the_power_network(powered, tmp_path):
    book = openpyxl.load_workbook(write_excel(powered.folder, tmp_path / "book.xlsx", "en"))
    head, *rows = list(book["Power network"].iter_rows(values_only=True))
    assert len(rows) == len(powered.summary["cases"])
    row = dict(zip(head, next(row for row in rows if row[0] == "With the heat pump"), strict=True))
    assert row["Drawn from the upper grid (MWh)"] == pytest.approx(account(powered)["import_mwh"])
    assert row["What these limits cost (CNY)"] == pytest.approx(account(powered)["limits"]["cost_cny"])
    wide = dict(zip(head, next(row for row in rows if row[0] == "A wider feeder"), strict=True))
    assert wide["What these limits cost (CNY)"] is None
    assert "电网" in openpyxl.load_workbook(write_excel(powered.folder, tmp_path / "zh.xlsx", "zh")).sheetnames


def test_summary_is_plain_json(powered):
    text = (powered.folder / "summary.json").read_text(encoding="utf-8")
    assert "NaN" not in text
    assert json.loads(text)["cases"]["project"]["by_network"]["tiny"]["power"]["worst_time"].startswith("2025-")
