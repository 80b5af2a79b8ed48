"""Reading a results folder: cases in order, failed ones kept, networks with pipes first."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from heatnet.errors import InputError
from heatnet.io.results_store import read_table, write_table
from heatnet.web.results_view import load_study


def test_cases_keep_their_order_and_failed_ones_stay(results: Path) -> None:
    study = load_study(results)
    assert list(study.cases) == ["base", "project", "outage"]
    assert [case.id for case in study.ok_cases] == ["base", "project"]
    assert study.cases["outage"].networks == {}
    assert not study.cases["outage"].ok


def test_networks_with_pipes_come_before_sites(results: Path) -> None:
    networks = load_study(results).cases["project"].networks
    assert list(networks) == ["east", "west", "works"]
    assert list(networks["east"].schedule_mw) == ["water", "steam"]
    assert list(networks["works"].schedule_mw) == ["site"]
    assert networks["works"].hours.empty


def test_pages_show_the_hours_with_a_label_highest_load_first(results: Path, tiny: dict) -> None:
    east = load_study(results).cases["base"].networks["east"]
    assert [str(time)[:16] for time in east.hours.index] == list(tiny["HOURS"].values())
    stored = read_table(results / "base" / "east" / "water" / "consumer_dp_bar.parquet")
    assert len(stored) == len(tiny["HOURS"]) + len(tiny["OTHER_HOURS"])
    shown = east.quantities["consumer_dp_bar"]
    assert sorted(shown.index) == sorted(east.hours.index)
    pd.testing.assert_frame_equal(shown, stored.loc[shown.index])


def test_an_hour_that_stands_for_one_network_is_shown_for_the_others(results: Path, tiny: dict, tmp_path: Path) -> None:
    folder = shutil.copytree(results, tmp_path / "own")
    file = folder / "base" / "west" / "water" / "network.parquet"
    hours = read_table(file)
    # West has its median elsewhere
    own, other = (pd.Timestamp(time) for time in (tiny["OTHER_HOURS"][0], tiny["HOURS"]["p50"]))
    hours.loc[own, "label"], hours.loc[other, "label"] = "p50", ""
    write_table(hours, file)
    networks = load_study(folder).cases["base"].networks
    assert list(networks["west"].hours["label"]) == ["design", "p50", "p20", "p95"], "in the order of time"
    for network in networks.values():
        if len(network.hours):
            assert set(network.quantities["plant_heat_mw"].index) == {*networks["east"].hours.index, own}


def test_quantities_are_hours_by_elements(results: Path) -> None:
    east = load_study(results).cases["base"].networks["east"]
    assert list(east.hours["label"]) == ["design", "p20", "p95", "p50"]
    assert "dispatch_heat_mw" not in east.quantities
    heat = east.quantity("consumer_heat_mw", "hx_n2")
    assert heat is not None
    assert len(heat) == 4
    assert east.quantity("consumer_heat_mw", "nobody") is None
    assert east.quantity("nothing", "hx_n2") is None


def test_a_folder_without_results_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="summary"):
        load_study(tmp_path)
