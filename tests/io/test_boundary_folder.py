"""Boundary folders: what they give a simulation, and every way in which they can be wrong."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heatnet.errors import InputError
from heatnet.io.boundary_folder import column_of, load_boundary
from heatnet.model.boundary import BOUNDARY_VARIABLES
from heatnet.model.examples import tree

HEAT = "time,consumer_north,consumer_east\n{a},1.0,2.0\n{b},1.5,2.5\n{c},2.0,3.0\n"
HOURS = HEAT.format(a="2025-01-01T00:00", b="2025-01-01T01:00", c="2025-01-01T02:00")


@pytest.fixture(scope="module")
def network():
    return tree()


@pytest.fixture
def folder(tmp_path):
    def write(**files):
        target = tmp_path / "hours"
        target.mkdir(exist_ok=True)
        for name, content in files.items():
            file = target / name.replace("__", ".")
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return target

    return write


def problems_of(path, network):
    with pytest.raises(InputError) as caught:
        load_boundary(path, network)
    return caught.value.problems


def test_stamps_become_times(folder, network):
    boundary = load_boundary(folder(consumer_heat_mw__csv=HOURS), network)
    assert list(boundary.time) == list(pd.date_range("2025-01-01", periods=3, freq="h"))
    assert list(boundary.values["consumer_heat_mw"]["consumer_east"]) == [2.0, 2.5, 3.0]


def test_seconds_stay_seconds(folder, network):
    boundary = load_boundary(folder(consumer_heat_mw__csv=HEAT.format(a=0, b=900, c=1800)), network)
    assert list(boundary.time) == [0.0, 900.0, 1800.0]
    assert boundary.time.dtype == float


def test_stamps_with_a_zone_become_local_time(folder, network):
    text = HEAT.format(a="2024-12-31T16:00Z", b="2025-01-01T01:00+08:00", c="2025-01-01T03:00+09:00")
    boundary = load_boundary(folder(consumer_heat_mw__csv=text), network)
    assert list(boundary.time) == list(pd.date_range("2025-01-01", periods=3, freq="h"))
    assert boundary.time.tz is None


def test_parquet_says_the_same_as_csv(folder, network):
    by_csv = load_boundary(folder(consumer_heat_mw__csv=HOURS), network)
    target = folder()
    (target / "consumer_heat_mw.csv").unlink()
    frame = by_csv.values["consumer_heat_mw"].reset_index()
    frame.to_parquet(target / "consumer_heat_mw.parquet")
    by_parquet = load_boundary(target, network)
    pd.testing.assert_frame_equal(by_csv.values["consumer_heat_mw"], by_parquet.values["consumer_heat_mw"])


def test_constants_alone_are_one_state(folder, network):
    yaml = "consumer_heat_mw: 2.5\nplant_t_supply_degc: {plant: 95}\nt_ground_degc: 4\n"
    boundary = load_boundary(folder(boundary__yaml=yaml), network)
    assert len(boundary.time) == 1
    assert boundary.values["consumer_heat_mw"].iloc[0].to_dict() == dict.fromkeys(network.consumers.index, 2.5)
    assert boundary.values["plant_t_supply_degc"].iloc[0].to_dict() == {"plant": 95.0}
    assert boundary.values["t_ground_degc"].iloc[0].to_dict() == {"all": 4.0}


def test_a_table_goes_before_a_constant_element_by_element(folder, network):
    path = folder(consumer_heat_mw__csv=HOURS, boundary__yaml="consumer_heat_mw: 9\n")
    heat = load_boundary(path, network).values["consumer_heat_mw"]
    assert list(heat["consumer_north"]) == [1.0, 1.5, 2.0]
    assert list(heat["consumer_south"]) == [9.0, 9.0, 9.0]


def test_ground_by_pipe(folder, network):
    path = folder(boundary__yaml="t_ground_degc: {pipe_works_fork: 2}\n")
    assert list(load_boundary(path, network).values["t_ground_degc"].columns) == ["pipe_works_fork"]


@pytest.mark.parametrize("variable", sorted(BOUNDARY_VARIABLES))
def test_each_variable_has_limits(variable):
    column = column_of(variable)
    assert column.type == "number"
    assert np.isfinite([column.low, column.high]).all()


WRONG_TABLES = (
    ("element misspelt", HOURS.replace("consumer_east", "consumer_eest"), "column consumer_eest", "'consumer_east'"),
    ("cell empty", HOURS.replace(",1.5,", ",,"), "line 3, column consumer_north", "is empty"),
    ("cell nan", HOURS.replace(",1.5,", ",nan,"), "line 3, column consumer_north", "number is needed"),
    ("cell a word", HOURS.replace(",1.5,", ",warm,"), "line 3, column consumer_north", "'warm'"),
    ("heat negative", HOURS.replace(",1.5,", ",-1.5,"), "line 3, column consumer_north", "cannot be negative"),
    ("heat in kW", HOURS.replace(",1.5,", ",15000,"), "line 3, column consumer_north", "kW"),
    ("heat infinite", HOURS.replace(",1.5,", ",inf,"), "line 3, column consumer_north", "0 to 5000"),
    ("first column misspelt", HOURS.replace("time", "tiem"), "consumer_heat_mw.csv", "'tiem', not 'time'"),
    ("semicolons", HOURS.replace(",", ";"), "consumer_heat_mw.csv", "Save it with commas"),
    ("a date as spreadsheets write it", HEAT.format(a="01/02/2025 00:00", b="01/02/2025 01:00", c="x"), "consumer_heat_mw.csv",
     "line 2: '01/02/2025 00:00' is no time; write 2025-01-01T00:00"),
    ("times fall", HEAT.format(a=0, b=1800, c=900), "consumer_heat_mw.csv, line 4, time", "do not rise"),
    ("time twice", HEAT.format(a=0, b=900, c=900), "consumer_heat_mw.csv, line 4, time", "do not rise"),
    ("time a word", HEAT.format(a="noon", b="one", c="two"), "consumer_heat_mw.csv", "cannot be read"),
    ("some times with a zone", HEAT.format(a="2025-01-01T00:00Z", b="2025-01-01T01:00", c="2025-01-01T02:00"),
        "consumer_heat_mw.csv", "zone"),
    ("no rows", "time,consumer_north\n", "consumer_heat_mw.csv", "has no rows"),
    ("no content", "", "consumer_heat_mw.csv", "cannot be read"),
    ("lines too long", "time,consumer_north\n0,1,2\n1,1,2\n", "consumer_heat_mw.csv", "more cells"),
    ("wrong encoding", "time,北站\n0,1\n".encode("gbk"), "consumer_heat_mw.csv", "cannot be read"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "place", "word"), [row[1:] for row in WRONG_TABLES], ids=[row[0] for row in WRONG_TABLES]
)
def test_a_wrong_table_is_named(text, place, word, folder, network):
    (problem,) = problems_of(folder(consumer_heat_mw__csv=text), network)
    assert place in problem.where
    assert word in str(problem)


WRONG_CONSTANTS = (
    ("variable misspelt", "consumer_heat: 1", "key consumer_heat", "'consumer_heat_mw'"),
    ("element misspelt", "plant_heat_mw: {plnt: 1}", "column plnt", "'plant'"),
    ("a word", "t_outdoor_degc: cold", "key t_outdoor_degc", "'cold'"),
    ("a flag", "t_outdoor_degc: true", "key t_outdoor_degc", "number is needed"),
    ("not a number", "t_outdoor_degc: .nan", "key t_outdoor_degc", "number is needed"),
    ("nothing", "t_outdoor_degc:", "key t_outdoor_degc", "is empty"),
    ("kelvin", "plant_t_supply_degc: {plant: 403}", "key plant_t_supply_degc, plant", "kelvin"),
    ("a list", "consumer_heat_mw: [1, 2]", "key consumer_heat_mw", "number is needed"),
    ("later version", "format_version: 2", "boundary.yaml, format_version", "Update heatnet"),
    ("key twice", "t_outdoor_degc: 1\nt_outdoor_degc: 2", "boundary.yaml, line 2", "twice"),
)


@pytest.mark.parametrize(
    ("text", "place", "word"), [row[1:] for row in WRONG_CONSTANTS], ids=[row[0] for row in WRONG_CONSTANTS]
)
def test_a_wrong_constant_is_named(text, place, word, folder, network):
    (problem,) = problems_of(folder(boundary__yaml=text + "\n"), network)
    assert place in problem.where
    assert word in str(problem)


def test_many_gaps_are_counted_not_listed(folder, network):
    rows = "".join(f"{hour},,1\n" for hour in range(50))
    problems = problems_of(folder(consumer_heat_mw__csv="time,consumer_north,consumer_east\n" + rows), network)
    assert len(problems) == 11
    assert problems[-1].found.startswith("40 more cells")


def test_different_times(folder, network):
    path = folder(consumer_heat_mw__csv=HOURS, plant_t_supply_degc__csv="time,plant\n0,90\n1,90\n2,90\n")
    (problem,) = problems_of(path, network)
    assert problem.where == "plant_t_supply_degc"
    assert "differ from those of consumer_heat_mw" in problem.found


class TestKilowattsForMegawatts:
    """`consumer_north` was built for 4 MW, the plant for 15 MW: a limit in MW alone does not see 1500 kW."""

    def test_of_a_consumer(self, folder, network):
        text = HOURS.replace(",1.5,", ",1500,").replace(",2.0,3.0", ",900,3.0")
        (problem,) = problems_of(folder(consumer_heat_mw__csv=text), network)
        assert problem.where == "hours/consumer_heat_mw.csv, line 3, column consumer_north"
        assert problem.found == "value 1500.0, while design_heat_mw is 4"
        assert "looks like kW" in problem.remedy
        assert "1 more" in problem.remedy

    def test_of_a_plant_by_its_capacity(self, folder, network):
        known = network.with_tables(plants=network.plants.assign(capacity_mw=15.0))
        path = folder(plant_heat_mw__csv="time,plant\n0,15\n1,450\n")
        (problem,) = problems_of(path, known)
        assert problem.where == "hours/plant_heat_mw.csv, line 3, column plant"
        assert "capacity_mw is 15" in problem.found
        assert load_boundary(path, network).values["plant_heat_mw"].shape == (2, 1), "no capacity, nothing to say"

    def test_of_a_constant(self, folder, network):
        (problem,) = problems_of(folder(boundary__yaml="consumer_heat_mw: {consumer_north: 400}\n"), network)
        assert problem.where == "hours/boundary.yaml, key consumer_heat_mw, consumer_north"

    def test_twenty_times_is_allowed(self, folder, network):
        load_boundary(folder(boundary__yaml="consumer_heat_mw: {consumer_north: 80}\n"), network)


def test_csv_beside_parquet(folder, network):
    path = folder(consumer_heat_mw__csv=HOURS)
    pd.DataFrame({"time": [0.0], "consumer_north": [1.0]}).to_parquet(path / "consumer_heat_mw.parquet")
    (problem,) = problems_of(path, network)
    assert problem.where == "hours/consumer_heat_mw.parquet"
    assert "Keep one of the two" in problem.remedy


def test_all_problems_at_once(folder, network):
    path = folder(
        consumer_heat_mw__csv=HOURS.replace(",1.5,", ",,"), consumer_haet_mw__csv=HOURS, boundary__yaml="x: ["
    )
    assert len(problems_of(path, network)) == 3


@pytest.mark.parametrize("make", [True, False], ids=["empty folder", "no folder"])
def test_a_folder_without_a_boundary(make, tmp_path, network):
    if make:
        (tmp_path / "hours").mkdir()
    (problem,) = problems_of(tmp_path / "hours", network)
    assert problem.found == ("holds no boundary" if make else "does not exist")


def test_a_table_in_another_coding_is_told(tmp_path):
    folder = tmp_path / "hours"
    folder.mkdir()
    (folder / "consumer_heat_mw.csv").write_bytes(HOURS.encode("utf-16"))
    with pytest.raises(InputError) as raised:
        load_boundary(folder, tree())
    assert "save it again as UTF-8" in str(raised.value)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ("time,all\n0,5\n900,5\n", "2 rows against 3"),
        ("time,all\n0,5\n950,5\n1800,5\n", "line 3 is 950.0, there 900.0"),
    ],
)
def test_how_times_differ_is_told(tmp_path, other, told):
    folder = tmp_path / "hours"
    folder.mkdir()
    (folder / "consumer_heat_mw.csv").write_text(HEAT.format(a=0, b=900, c=1800))
    (folder / "t_outdoor_degc.csv").write_text(other)
    with pytest.raises(InputError) as raised:
        load_boundary(folder, tree())
    assert told in str(raised.value)
