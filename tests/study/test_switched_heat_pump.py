"""A heat pump that is switched on and off behind a tight feeder: meter, power flow and accounts know its draw without load."""

from __future__ import annotations

import numpy as np
import pytest

from heatnet.dispatch.consumption import no_load_power_mw, without_commitment
from heatnet.io.results_store import read_table
from heatnet.study.load import load_study
from heatnet.study.run import run_cases
from heatnet.study.summary import write_summary

FILE_PRECISION = 1e-6


@pytest.fixture(scope="module")
def ran(new_study_draft, new_power_draft, tmp_path_factory):
    """Return the folder, the run and the summary's entry of one case, dispatched in one round."""
    draft = new_study_draft()
    draft.network.electric = new_power_draft()
    keys = {"on_min_share": 0.3, "no_load_power_share": 0.3, "min_up_h": 3, "start_cost_cny_per_mw": 20}
    draft.data["cases"] = {"gas": {"label": "On and off", "networks": {"tiny": {"plants": {"heat_pump": keys}}}}}
    draft.data |= {
        "season": {"start": "01-10", "end": "01-17"},
        "simulation": {"hours": 2, "reference_hours": 0, "rounds": 1},
        "unit_commitment": {"gap_share": 0.02, "rounds": 1},
    }
    del draft.data["plan_case"]
    draft.prices["power"] = {
        f"{name}_cny_per_mwh": 100 + 100 * i for i, name in enumerate(("valley", "flat", "peak", "critical"))
    }
    study = load_study(draft.write(tmp_path_factory.mktemp("pump")))
    out = tmp_path_factory.mktemp("results") / "tiny"
    runs = run_cases(study, out, workers=1)
    summary = write_summary(study, runs, out)
    return out, runs["gas"], summary["cases"]["gas"]


def test_the_power_flow_has_the_load_of_the_dispatch(ran):
    """The load of the pump is e q and what runs without load; it is above e q alone whenever the pump is on."""
    out, run, entry = ran
    assert entry["status"] == "ok"
    unit = next(one for one in run.problem.units if one.plant == "heat_pump")
    heat = run.result.heat_mw[unit.id].to_numpy()
    beside = no_load_power_mw(run.problem, run.result)[unit.id]
    load = read_table(out / "gas" / "tiny" / "electric" / "load_p_mw.parquet")["e_pump"].to_numpy()
    np.testing.assert_allclose(load, unit.power_per_heat * heat + beside, atol=FILE_PRECISION)
    on = run.result.unit_on[unit.id].to_numpy() > 0
    assert on.sum() > 20
    assert (beside[on] > 0).all()
    assert (heat[on] >= 0.3 * 1.5 - 1e-4).all()


def test_the_feeder_carries_it_and_what_that_costs_is_no_noise_of_gaps(ran):
    """The limits that bind are kept with what runs without load; their cost is of dispatches without on and off."""
    out, run, entry = ran
    loading = read_table(out / "gas" / "tiny" / "electric" / "line_loading_share.parquet").to_numpy()
    assert loading.max() <= 1.01
    (site,) = run.problem.sites
    assert site.limits
    power = entry["by_network"]["tiny"]["power"]
    assert power["limits"]["hours"] > 0
    assert power["limits"]["cost_cny"] >= 0
    assert not without_commitment(run.problem).is_mixed_integer


def test_the_meter_of_the_site_closes(ran):
    _out, run, entry = ran
    account = entry["by_network"]["tiny"]["power"]["site"]
    inside = account["base_mwh"] + account["heat_mwh"] + account["battery_charged_mwh"] - account["battery_given_mwh"]
    assert account["import_mwh"] + account["pv_used_mwh"] == pytest.approx(account["export_mwh"] + inside, rel=1e-6)
    assert run.result.cost_cny["total_cny"] >= run.result.bound_cny
