"""Batches of real seasons of the tiny network: the same bytes from any workers, failures as rows, what is kept."""

from __future__ import annotations

import json
import os
import random
import runpy
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from heatnet.errors import InputError, UnfinishedError
from heatnet.io.results_store import read_table
from heatnet.study.batch_case import Task, run_task
from heatnet.study.batch_layout import STATUS_FILE, TABLE_FILES
from heatnet.study.batch_pool import DaskCluster, LocalPool
from heatnet.study.batch_run import Kept, run_batch
from heatnet.study.case_run import run_case
from heatnet.study.config import Weather
from heatnet.study.load import load_study
from heatnet.study.variant import Variant
from heatnet.study.variants import resolve, variants

THREADS = runpy.run_path(str(Path(__file__).parent / "cheap_batch.py"), run_name="cheap_batch")["Threads"]
BATCH = {
    "method": "grid",
    "dimensions": {
        "gas": {"label": "Gas price", "target": {"kind": "price", "key": "gas_cny_per_mwh"}, "values": [0.8, 1.2]},
        "year": {"label": "Weather year", "target": {"kind": "climate", "years": 9}, "values": [1, 2]},
        "outage": {
            "label": "Outages of the boiler",
            "target": {"kind": "failures", "plants": "tiny/boiler", "mtbf_h": 900, "repair_h": 30},
            "values": [1],
        },
    },
}
#: a flow that no pump of the network brings
HOPELESS = {"tiny": {"plants": {"heat_pump": {"connection": "supply", "role": "flow", "mdot_kg_per_s": 500.0}}}}
KILLS = 10


@pytest.fixture(scope="module")
def folder(new_study_draft, tmp_path_factory):
    draft = new_study_draft()
    draft.data["batch"] = BATCH
    folder = draft.write(tmp_path_factory.mktemp("study"))
    (folder / "broken.epw").write_text("LOCATION,nowhere\n")
    return folder


@pytest.fixture(scope="module")
def study(folder):
    return load_study(folder)


def seasons(study):
    """The grid, a case whose weather file cannot be read, one whose overrides mean nothing, and one that has no state."""
    return (
        *variants(study),
        Variant("unreadable", "project", weather=Weather(climate=None, epw="broken.epw")),
        Variant("wrong", "project", networks={"tiny": {"plants": {"boiler": {"colour": "red"}}}}),
        Variant("hopeless", "project", networks=HOPELESS),
    )


def files(folder):
    return {name: (folder / name).read_bytes() for name in (*TABLE_FILES.values(), STATUS_FILE)}


KEPT = Kept(elements=("tiny/c1", "tiny/boiler", "tiny/steam/press"))


@pytest.fixture(scope="module")
def by_one(study, tmp_path_factory):
    folder = tmp_path_factory.mktemp("one")
    run_batch(study, seasons(study), folder, LocalPool(1), KEPT)
    return folder


def test_failed_cases_are_rows_with_their_reasons(by_one):
    cases = pd.read_parquet(by_one / "cases.parquet").set_index("case")
    assert list(cases["status"]) == ["ok"] * 4 + ["input", "input", "not_converged"]
    assert "broken.epw" in cases.loc["unreadable", "reason"]
    assert "colour" in cases.loc["wrong", "reason"]
    assert np.isnan(cases.loc["unreadable", "cost_total_cny"])
    assert json.loads((by_one / STATUS_FILE).read_text())["by_status"] == {"input": 2, "not_converged": 1, "ok": 4}


def test_two_workers_write_the_same_bytes(study, by_one, tmp_path):
    run_batch(study, seasons(study), tmp_path, LocalPool(2), KEPT)
    assert files(tmp_path) == files(by_one)


def test_a_dask_cluster_of_two_processes_writes_the_same_bytes(study, by_one, tmp_path):
    distributed = pytest.importorskip("distributed", reason="dask is not installed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as cluster:
        assert len(cluster.workers) == 2
        run_batch(study, seasons(study), tmp_path, DaskCluster(cluster.scheduler_address), KEPT)
    assert files(tmp_path) == files(by_one)


def test_a_worker_that_does_not_see_the_folder_ends_the_batch(tmp_path):
    """A cluster without a common file system: nothing is noted of a case that never ran."""
    task = Task(str(tmp_path), str(tmp_path / "nowhere.pickle"), Variant("v", "gas"), "hash")
    with pytest.raises(UnfinishedError, match="must see the batch's folder"):
        run_task(task)
    assert list(tmp_path.iterdir()) == []


def test_an_address_where_nobody_answers(study, tmp_path):
    pytest.importorskip("distributed", reason="dask is not installed")
    with pytest.raises(InputError, match="no scheduler answers"):
        DaskCluster("tcp://127.0.0.1:9", timeout_s=0.5)


@pytest.fixture(scope="module")
def whole(study, by_one, tmp_path_factory):
    """The first season as `heatnet run` runs it."""
    own, case = resolve(study, variants(study)[0])
    folder = tmp_path_factory.mktemp("whole") / case.name
    run_case(own, case, folder)
    return folder


def test_statistics_are_those_of_the_hours_of_a_whole_run(by_one, whole):
    elements = pd.read_parquet(by_one / "elements.parquet")
    first = elements[elements["case"] == variants_first(elements)]
    found = first.set_index(["carrier", "kind", "element", "statistic"])["value"]
    heat = read_table(whole / "tiny" / "water" / "consumer_heat_mw.parquet")
    for consumer in heat:
        assert found["water", "consumer", consumer, "heat_mwh"] == pytest.approx(heat[consumer].sum(), rel=1e-12)
        assert found["water", "consumer", consumer, "heat_max_mw"] == heat[consumer].max()
    pressure = read_table(whole / "tiny" / "water" / "node_p_supply_bar.parquet")
    assert found["water", "node", "north", "p_supply_min_bar"] == pressure["north"].min()
    given = read_table(whole / "tiny" / "water" / "dispatch_heat_mw.parquet")["boiler"]
    assert found["water", "plant", "boiler", "dispatched_mwh"] == pytest.approx(given.sum(), rel=1e-12)
    assert found["water", "plant", "boiler", "dispatched_h"] == (given > 1e-6).sum()


def variants_first(elements):
    return elements["case"].iloc[0]


def test_what_consumers_lack_is_what_no_plant_gave_and_what_the_pipes_did_not_bring(by_one, whole):
    """The boiler fails at times: unmet heat of the dispatch, and asked less taken of the pipes, close the sum."""
    elements = pd.read_parquet(by_one / "elements.parquet")
    first = elements[(elements["case"] == variants_first(elements)) & (elements["statistic"] == "lacking_mwh")]
    by_carrier = first.groupby("carrier", observed=True)["value"].sum()
    balance = read_table(whole / "tiny" / "water" / "dispatch_balance_mw.parquet")
    short = read_table(whole / "tiny" / "water" / "consumer_shortfall_mw.parquet").to_numpy().sum()
    assert balance["unmet_mw"].sum() > 1.0
    assert by_carrier["water"] == pytest.approx(balance["unmet_mw"].sum() + short, rel=1e-6)


def test_the_named_elements_keep_their_hours(by_one, whole):
    hours = pd.read_parquet(by_one / "hours.parquet")
    assert set(hours["element"]) == {"c1", "boiler", "press"}
    one = hours[(hours["case"] == hours["case"].iloc[0]) & (hours["element"] == "c1")].set_index("time")
    kept = read_table(whole / "tiny" / "water" / "consumer_heat_mw.parquet")["c1"]
    assert one["consumer_heat_mw"].to_numpy() == pytest.approx(kept.to_numpy(), rel=0, abs=0)


def test_keep_full_writes_the_folder_of_a_run(study, whole, tmp_path):
    first = variants(study)[:1]
    run_batch(study, first, tmp_path, THREADS(1), Kept("full", check_one_in=1))
    folder = tmp_path / "cases" / first[0].name
    theirs = {str(one.relative_to(whole)): one.read_bytes() for one in whole.rglob("*") if one.is_file()}
    ours = {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    assert {name for name in theirs if theirs[name] != ours.get(name)} == set()
    row = pd.read_parquet(tmp_path / "cases.parquet").iloc[0]
    assert row["reference_compared"] >= 3


def test_displaced_heat_is_held_against_the_baseline_in_the_same_season(new_study_draft, tmp_path):
    draft = new_study_draft()
    draft.data["batch"] = BATCH | {"dimensions": {name: BATCH["dimensions"][name] for name in ("gas", "year")}}
    study = load_study(draft.write(tmp_path / "study"))
    run_batch(study, variants(study), tmp_path / "batch", THREADS(1), Kept())
    cases = pd.read_parquet(tmp_path / "batch" / "cases.parquet")
    rate = cases["rate_tiny_broad_displaced_space_season_share"]
    assert len(rate) == 4
    assert ((rate > 0) & (rate < 1)).all()


def heat_pump_of(capacity_mw):
    target = {"kind": "cell", "network": "tiny", "table": "plants", "rows": "heat_pump", "column": "capacity_mw"}
    return {"label": "Heat pump", "target": target | {"how": "value"}, "base": capacity_mw}


def test_saved_heat_is_not_displaced_heat(new_study_draft, tmp_path):
    """Half the area saves half its heat: the rate is that of three quarters of the demand, and none without the heat pump."""
    draft = new_study_draft()
    draft.network.steam = None
    draft.data["simulation"] |= {"rounds": 1}
    draft.data["batch"] = {
        "method": "list",
        "dimensions": {
            "retrofit": {"label": "Retrofit", "target": {"kind": "retrofit", "saving_share": 0.5}},
            "demand": {"label": "Demand", "target": {"kind": "demand_factor"}},
            "loss": {"label": "Loss", "target": {"kind": "pipe_insulation"}},
            "pump": heat_pump_of(1.5),
        },
        "variants": {
            "renovated": {"values": {"retrofit": 0.5}},
            "less": {"values": {"demand": 0.75}},
            "without": {"values": {"retrofit": 0.5, "loss": 0.5, "pump": 0.0}},
        },
    }
    study = load_study(draft.write(tmp_path / "study"))
    run_batch(study, variants(study), tmp_path / "batch", THREADS(1), Kept(check_one_in=0))
    cases = pd.read_parquet(tmp_path / "batch" / "cases.parquet").set_index("case")
    rate = cases["rate_tiny_broad_displaced_space_season_share"]
    assert rate["renovated"] > 0.1
    assert rate["renovated"] == pytest.approx(rate["less"], rel=1e-6)
    assert rate["without"] == pytest.approx(0.0, abs=1e-6)


def test_seasons_that_lack_heat_tell_no_rate(by_one):
    cases = pd.read_parquet(by_one / "cases.parquet")
    lacking = cases["unmet_share"] > 1e-3
    assert lacking.any()
    assert cases.loc[lacking, "rate_share"].isna().all()


def test_power_networks_can_be_left_out(new_study_draft, new_power_draft, tmp_path):
    draft = new_study_draft()
    draft.network.electric = new_power_draft()
    draft.data["batch"] = BATCH
    study = load_study(draft.write(tmp_path / "study"))
    for name, kept in (("with", Kept()), ("without", replace(Kept(), power_networks=False))):
        run_batch(study, variants(study)[:1], tmp_path / name, THREADS(1), kept)
    carriers = {
        name: set(pd.read_parquet(tmp_path / name / "elements.parquet")["carrier"]) for name in ("with", "without")
    }
    assert carriers == {"with": {"water", "steam", "electric"}, "without": {"water", "steam"}}


@pytest.mark.slow
def test_killed_ten_times_real_seasons_end_with_the_same_bytes(folder, study, tmp_path):
    """The whole command, its workers included, killed at random moments."""
    command = [
        sys.executable,
        "-m",
        "heatnet_cli",
        "batch",
        str(folder),
        "--workers",
        "2",
        "--out",
        str(tmp_path / "killed"),
    ]
    rng = random.Random(11)
    run_batch(study, variants(study), tmp_path / "undisturbed", LocalPool(1))
    for _kill in range(KILLS):
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(4.0, 25.0))
        if child.poll() is None:
            os.kill(child.pid, signal.SIGKILL)
        child.wait()
    subprocess.run(command, check=True, capture_output=True)
    names = ("cases.parquet", "elements.parquet", STATUS_FILE)
    assert [(tmp_path / "killed" / one).read_bytes() for one in names] == [
        (tmp_path / "undisturbed" / one).read_bytes() for one in names
    ]
