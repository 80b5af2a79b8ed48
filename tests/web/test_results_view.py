"""Reading a results folder: cases in order, failed ones kept, networks with pipes first."""

from pathlib import Path

import pytest

from heatnet.errors import InputError
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


def test_quantities_are_simulated_hours_by_elements(results: Path) -> None:
    east = load_study(results).cases["base"].networks["east"]
    assert list(east.hours["label"]) == ["design", "p20", "p50", "p95"]
    assert "dispatch_heat_mw" not in east.quantities
    heat = east.quantity("consumer_heat_mw", "hx_n2")
    assert heat is not None
    assert len(heat) == 4
    assert east.quantity("consumer_heat_mw", "nobody") is None
    assert east.quantity("nothing", "hx_n2") is None


def test_a_folder_without_results_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="summary"):
        load_study(tmp_path)
