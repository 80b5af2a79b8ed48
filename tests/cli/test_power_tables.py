"""Power networks as CSV tables: what reads, and one problem for each mistake."""

from __future__ import annotations

import pytest

from heatnet.errors import InputError
from heatnet.i18n import use_language
from heatnet.io.network_folder import load_power_network

BUSES = "id,v_nom_kv\nh,110\na,10\nb,10\nc,10\n"
LINES = (
    "id,from_bus,to_bus,length_m,std_type,r_ohm_per_km,x_ohm_per_km,i_max_ka,x_name_en,x_name_zh\n"
    "ab,a,b,500,,0.06,0.084,0.48,First,一\nbc,b,c,500,YJV22-8.7/15-3x300,,,,Second,二\n"
)
LOADS = "id,bus,p_mw\nl1,b,1\nl2,b,1.5\nl3,c,2\n"


@pytest.fixture
def folder(tmp_path):
    def write(**tables):
        path = tmp_path / "town"
        path.mkdir(exist_ok=True)
        (path / "network.yaml").write_text("format_version: 1\ncarrier: electric\n")
        own = {
            "buses": BUSES,
            "lines": LINES,
            "loads": LOADS,
            "grids": "id,bus\ng,h\n",
            "transformers": "id,hv_bus,lv_bus,std_type\nt,h,a,SZ11-31500/110\n",
        }
        for name, text in (own | tables).items():
            (path / f"{name}.csv").write_text(text, encoding="utf-8")
        return path

    return write


def problems_of(path):
    with pytest.raises(InputError) as caught:
        load_power_network(path)
    return list(caught.value.problems)


def test_a_column_of_the_schema_is_a_number_though_it_begins_with_x(folder):
    """Reactances were read as the user's own text column, and checks of numbers failed with a TypeError."""
    lines = load_power_network(folder()).lines
    assert lines["x_ohm_per_km"].tolist() == [0.084, 0.084]
    assert lines["x_name_zh"].tolist() == ["一", "二"]


def test_a_reactance_in_words_is_told(folder):
    (problem,) = problems_of(folder(lines=LINES.replace("0.084", "small")))
    assert problem.where == "town/lines.csv, line 2 (ab), x_ohm_per_km"
    assert "A number is needed" in problem.allowed


def test_kilowatts_are_one_problem_a_row(folder):
    found = problems_of(folder(loads="id,bus,p_mw\nl1,b,1200\nl2,b,1500\nl3,c,2000\n"))
    assert [problem.where for problem in found] == [f"town/loads.csv, line {i + 1} (l{i}), p_mw" for i in (1, 2, 3)]
    assert all("kW" in problem.remedy for problem in found)


@pytest.mark.parametrize(
    ("table", "text", "meant"),
    [
        ("loads", LOADS.replace("p_mw", "p_kw"), "p_mw"),
        ("lines", LINES.replace("length_m", "length_km"), "length_m"),
        ("lines", LINES.replace("std_type", "type"), "std_type"),
        ("lines", LINES.replace("from_bus", "from"), "from_bus"),
        ("buses", BUSES.replace("v_nom_kv", "vn_kv"), "v_nom_kv"),
    ],
)
def test_a_wrong_column_is_one_problem(folder, table, text, meant):
    (problem,) = problems_of(folder(**{table: text}))
    assert "unknown key" in problem.found
    assert problem.remedy == f"Did you mean '{meant}'?"


def test_rows_are_numbered_in_chinese(folder):
    with use_language("zh"):
        (problem,) = problems_of(folder(loads=LOADS.replace("1.5", "viel")))
    assert problem.where == "town/loads.csv, 第3行 (l2), p_mw"
