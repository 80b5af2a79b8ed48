"""Overrides of a case: laid over the raw tables, checked like them, and named in the messages."""

from __future__ import annotations

import pytest

from heatnet.errors import InputError
from heatnet.io.network_folder import checked_network, read_raw_network

PLACE = "study.yaml, cases.a.networks.tiny"


@pytest.fixture
def raw(study_draft, tmp_path):
    return read_raw_network(study_draft.network.write(tmp_path / "tiny"))


def test_a_patch_changes_what_it_names_and_nothing_else(raw):
    plain = checked_network(raw)
    network = checked_network(raw, {"plants": {"heat_pump": {"capacity_mw": 0}}}, PLACE)
    assert network.plants.at["heat_pump", "capacity_mw"] == 0
    assert network.plants.drop(index="heat_pump").equals(plain.plants.drop(index="heat_pump"))
    assert checked_network(raw).plants.equals(plain.plants), "the raw tables themselves stay as they were"


def test_constants_and_the_steam_network_can_be_changed(raw):
    patch = {
        "network": {"t_ground_degc": 3},
        "steam": {"consumers": {"press": {"heat_mw": 2.5}}},
        "pipes": {"p1": {"closed": False, "u_w_per_mk": 0.9}},
    }
    network = checked_network(raw, patch, PLACE)
    assert network.t_ground_degc == (3.0,) * 12
    assert network.steam.consumers.at["press", "heat_mw"] == 2.5
    assert network.pipes.at["p1", "u_w_per_mk"] == 0.9


def test_a_new_kind_forgets_the_keys_of_the_old_one(raw):
    """The boiler's efficiency means nothing to an ideal source and must not stop it from being one."""
    network = checked_network(raw, {"plants": {"boiler": {"kind": "source"}}}, PLACE)
    assert network.plants.at["boiler", "kind"] == "source"
    assert network.plants.at["boiler", "capacity_mw"] == 20


def test_a_new_dn_forgets_the_inner_diameter_and_the_wall_of_the_old_one(study_draft, tmp_path):
    study_draft.network.row("pipes", "p3").update(inner_diameter_mm=261.0, wall_j_per_mk=148000.0)
    raw = read_raw_network(study_draft.network.write(tmp_path / "tiny"))
    wall_of_dn_350_j_per_mk = 3.141593 * (0.377 - 0.007) * 0.007 * 7850 * 480
    pipe = checked_network(raw, {"pipes": {"p3": {"dn": 350}}}, PLACE).pipes.loc["p3"]
    assert (pipe["dn"], pipe["inner_diameter_mm"]) == (350, 363.0)
    assert pipe["wall_j_per_mk"] == pytest.approx(wall_of_dn_350_j_per_mk, rel=1e-6)
    own = checked_network(raw, {"pipes": {"p3": {"dn": 350, "inner_diameter_mm": 360}}}, PLACE).pipes.loc["p3"]
    assert own["inner_diameter_mm"] == 360, "what the patch states itself stays"
    assert checked_network(raw).pipes.at["p3", "inner_diameter_mm"] == 261.0


def test_a_new_kind_needs_its_own_keys(raw):
    with pytest.raises(InputError) as caught:
        checked_network(raw, {"plants": {"boiler": {"kind": "coal_boiler", "efficiency_share": 0.8}}}, PLACE)
    (problem,) = caught.value.problems
    assert problem.where.endswith("lhv_mwh_per_t")


BROKEN = (
    ("plant that does not exist", {"plants": {"heat_pmp": {"capacity_mw": 0}}}, "plants.heat_pmp", "'heat_pump'"),
    ("column that does not exist", {"plants": {"boiler": {"capcity_mw": 0}}}, "plants.boiler.capcity_mw", "'capacity_mw'"),
    ("table that does not exist", {"plant": {"boiler": {}}}, f"{PLACE}.plant", "'plants'"),
    ("table that the network lacks", {"pumps": {"p": {"head_bar": 1}}}, f"{PLACE}.pumps", "no table 'pumps'"),
    ("value out of range", {"plants": {"boiler": {"capacity_mw": -5}}}, f"[{PLACE}.plants.boiler]", "-5"),
    ("value of the wrong type", {"plants": {"boiler": {"capacity_mw": [1, 2]}}}, f"[{PLACE}.plants.boiler]", "number"),
    ("group for a value", {"plants": {"boiler": {"capacity_mw": {"a": 1}}}}, f"[{PLACE}.plants.boiler]", "number"),
    ("constant misspelt", {"network": {"t_grund_degc": 5}}, f"[{PLACE}.network]", "'t_ground_degc'"),
    ("list for a table", {"plants": ["boiler"]}, f"{PLACE}.plants", "Keys and their values"),
    ("number for a row", {"plants": {"boiler": 5}}, f"{PLACE}.plants.boiler", "Columns and their values"),
    ("number for the constants", {"network": 5}, f"{PLACE}.network", "Keys and their values"),
    ("number for the steam network", {"steam": 5}, f"{PLACE}.steam", "Keys and their values"),
    ("new id", {"plants": {"boiler": {"id": "b"}}}, f"{PLACE}.plants.boiler.id", "does not exist"),
    ("steam plant misspelt", {"steam": {"plants": {"ketle": {}}}}, f"{PLACE}.steam.plants.ketle", "'kettle'"),
    ("pipe moved to nowhere", {"pipes": {"p4": {"to_node": "endd"}}}, f"[{PLACE}.pipes.p4]", "'end'"),
)  # fmt: skip


@pytest.mark.parametrize(("patch", "place", "word"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_wrong_override_is_named_with_its_place_in_the_study(patch, place, word, raw):
    with pytest.raises(InputError) as caught:
        checked_network(raw, patch, PLACE)
    (problem,) = caught.value.problems
    assert place in problem.where
    assert word in str(problem)


def test_overrides_of_a_network_without_steam(draft, tmp_path):
    raw = read_raw_network(draft.write(tmp_path / "tiny"))
    with pytest.raises(InputError, match="the network has no steam network"):
        checked_network(raw, {"steam": {"plants": {"kettle": {"capacity_mw": 0}}}}, PLACE)
