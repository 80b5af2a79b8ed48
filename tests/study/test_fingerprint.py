"""What a case is run again for: every key is on a list, and its hash moves with its numbers alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

import pytest

from heatnet.model.network import Network
from heatnet.model.power_network import PowerNetwork
from heatnet.model.power_schema import POWER_TABLES
from heatnet.model.schema import TABLES
from heatnet.study.batch_fingerprint import Fingerprints
from heatnet.study.config import Case, Simulation, StudyConfig
from heatnet.study.fingerprint import OTHER_KEYS, RATE_KEYS, RESOLVED_KEYS, STUDY_KEYS
from heatnet.study.load import CaseInput, load_study
from heatnet.study.variants import variants

BATCH = {
    "method": "list",
    "dimensions": {"gas": {"label": "Gas", "target": {"kind": "price", "key": "gas_cny_per_mwh"}}},
    "variants": {"a": {"values": {"gas": 1.1}}},
}
Change = Callable[..., object]
#: changes that move numbers of a season, by name
OF_NUMBERS: dict[str, Change] = {
    "year": lambda d: d.data.update(year=2026),
    "season": lambda d: d.data.update(season="extended"),
    "weather": lambda d: d.data.update(weather={"seed": 2}),
    "simulation.rounds": lambda d: d.data["simulation"].update(rounds=2),
    "simulation.index_loss_share": lambda d: d.data["simulation"].update(index_loss_share=0.1),
    "simulation.reference_hours": lambda d: d.data["simulation"].update(reference_hours=1),
    "unit_commitment": lambda d: d.data.update(unit_commitment={"gap_share": 0.2}),
    "reserve_share": lambda d: d.data.update(reserve_share={"tiny": 0.2}),
    "price": lambda d: d.prices.update(coal_cny_per_mwh=130),
    "plant": lambda d: d.network.row("plants", "boiler").update(efficiency_share=0.9),
    "node": lambda d: d.network.row("nodes", "end").update(elevation_m=4.5),
    "line of the grid": lambda d: d.network.electric.row("lines", "feeder").update(x_ohm_per_km=0.2),
    "ground": lambda d: d.network.meta.update(t_ground_degc=3),
    "regulation": lambda d: d.network.meta.update(regulation="staged"),
    "counting": lambda d: d.data["target"].update(counting="delivered"),
    "zones": lambda d: d.data["zones"].update(another=["tiny"]),
    "baseline": lambda d: d.data.update(baseline_case="project"),
}
#: changes that move none
OF_WORDS: dict[str, Change] = {
    "title": lambda d: d.data.update(title="x"),
    "label": lambda d: d.data["cases"]["project"].update(label="New"),
    "name of the network": lambda d: d.network.meta.update(name={"en": "Z"}),
    "name of a plant": lambda d: d.network.row("plants", "boiler").update(x_name_zh="锅炉"),
    "source of a row": lambda d: d.network.row("plants", "boiler").update(source="typical", as_printed="20 MW"),
    "source of a price": lambda d: d.prices.update(gas_cny_per_mwh={"value": 300, "source": "me", "note": "so"}),
    "simulation.hours": lambda d: d.data["simulation"].update(hours=5),
    "keep": lambda d: d.data.update(keep="summary"),
    "target": lambda d: d.data["target"].update(rate_share=0.4),
    "plan_check": lambda d: d.data.update(
        plan_check={"tiny": {"coal_t": 100, "lhv_gj_per_t": [20], "efficiency_share": [0.8]}}
    ),
    "electric_heat": lambda d: d.data.update(electric_heat={"green_share": 0.3}),
}


@pytest.fixture
def hash_of(new_study_draft, new_power_draft, tmp_path):
    """What hashes the one season of a batch after a change of its files."""

    def hashed(change=lambda _draft: None, whole=False):
        draft = new_study_draft()
        draft.network.electric = new_power_draft()
        draft.network.row("plants", "boiler")["on_min_share"] = 0.3
        draft.data["batch"] = BATCH
        change(draft)
        study = load_study(draft.write(tmp_path))
        return Fingerprints(study, ["summary"], whole).of(variants(study)[0], False)

    return hashed


@pytest.mark.parametrize("name", OF_NUMBERS)
def test_what_moves_numbers_is_run_again(name, hash_of):
    assert hash_of(OF_NUMBERS[name]) != hash_of()


@pytest.mark.parametrize("name", OF_WORDS)
def test_words_are_not(name, hash_of):
    assert hash_of(OF_WORDS[name]) == hash_of()


@pytest.mark.parametrize(
    "name", ["name of a plant", "source of a row", "simulation.hours", "keep", "name of the network"]
)
def test_whole_folders_hold_words_too(name, hash_of):
    assert hash_of(OF_WORDS[name], whole=True) != hash_of(whole=True)


def test_transfers_between_zones_are_hashed(new_study_draft, tmp_path):
    """The tiny network has pipes, so that no file with a transfer is right: the settings alone are looked at."""
    from heatnet.study.dispatch_config import ZoneTransfer
    from heatnet.study.fingerprint import study_settings

    config = load_study(new_study_draft().write(tmp_path)).config
    one = ZoneTransfer(from_network="a", to_network="b", capacity_mw=3.0)
    assert study_settings(config) != study_settings(config.model_copy(update={"transfers": {"t": one}}))


def test_every_key_is_on_a_list():
    """A new key fails here until somebody says whether numbers depend on it."""
    listed = [*STUDY_KEYS, *RESOLVED_KEYS, *RATE_KEYS, *OTHER_KEYS]
    assert sorted(listed) == sorted(StudyConfig.model_fields)
    # all of `simulation` but the hours on offer; of a case what it is resolved to
    assert set(Simulation.model_fields) == {"hours", "reference_hours", "rounds", "index_loss_share"}
    assert set(Case.model_fields) == {"label", "season", "weather", "networks"}
    # the name and the words of a case are not hashed, networks of its baseline with its variant
    hashed = {"networks", "season", "weather", "demand_factor", "outages"}
    assert {one.name for one in fields(CaseInput)} == hashed | {"name", "case", "baseline_networks"}


def test_every_part_of_a_network_is_on_a_list():
    """Defaults of pipes are filled into their table, coordinates serve maps alone."""
    constants = {"id", "carrier", "design", "regulation", "heating_curve", "pressure_point", "t_ground_degc", "fluid"}
    words = {"name", "crs"}
    heat = constants | set(TABLES) | {"steam", "electric"} | words | {"pipe_defaults"}
    assert {one.name for one in fields(Network)} == heat
    assert {one.name for one in fields(PowerNetwork)} == {"id", "frequency_hz"} | set(POWER_TABLES) | words
