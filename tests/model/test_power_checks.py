"""Every rule that a power network must keep, each with its own broken example: place, value and remedy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pytest

from heatnet.errors import InputError
from heatnet.i18n import use_language
from heatnet.model.power_build import build_power_network

Rows = dict[str, list[dict[str, Any]]]


def draft() -> Rows:
    """Return a network that keeps all rules: 110 kV, a transformer, two 10 kV lines."""
    return {
        "buses": [
            {"id": "h", "v_nom_kv": 110},
            {"id": "a", "v_nom_kv": 10},
            {"id": "b", "v_nom_kv": 10},
            {"id": "c", "v_nom_kv": 10},
        ],
        "transformers": [{"id": "t", "hv_bus": "h", "lv_bus": "a", "std_type": "SZ11-31500/110"}],
        "lines": [
            {"id": "ab", "from_bus": "a", "to_bus": "b", "length_m": 500, "std_type": "YJV22-8.7/15-3x300"},
            {"id": "bc", "from_bus": "b", "to_bus": "c", "length_m": 500, "std_type": "YJV22-8.7/15-3x300"},
        ],
        "grids": [{"id": "g", "bus": "h"}],
        "loads": [{"id": "town", "bus": "b", "p_mw": 3}, {"id": "works", "bus": "c", "supplies": "pump1"}],
        "generators": [{"id": "pv", "bus": "c", "capacity_mw": 2}],
        "batteries": [{"id": "store", "bus": "b", "power_mw": 1, "energy_mwh": 2}],
    }


def build(rows: Rows) -> Any:
    tables = {name: pd.DataFrame(table) for name, table in rows.items() if table}
    return build_power_network("draft", {"carrier": "electric"}, tables, heat_elements={"pump1", "pump2"})


def problems_of(rows: Rows) -> list[Any]:
    with pytest.raises(InputError) as caught:
        build(rows)
    return list(caught.value.problems)


def put(table: str, element: str, **values: Any) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        next(row for row in rows[table] if row["id"] == element).update(values)

    return change


def add(table: str, **row: Any) -> Callable[[Rows], None]:
    return lambda rows: rows[table].append(row)


def empty(table: str) -> Callable[[Rows], None]:
    return lambda rows: rows[table].clear()


def low_voltage(rows: Rows) -> None:
    """Make the 10 kV side one of 400 V, and give the transformer's rated voltage in V."""
    for bus in "abc":
        put("buses", bus, v_nom_kv=0.4)(rows)
    put("transformers", "t", v_lv_kv=400)(rows)
    put("generators", "pv", capacity_mw=0.2)(rows)


@dataclass(frozen=True)
class Rule:
    """One rule: how to break the draft, where the message points, what it says, and what to do."""

    name: str
    breaking: Callable[[Rows], None]
    place: str
    words: tuple[str, ...]
    remedy: str = ""
    problems: int = field(default=1)


RULES = (
    Rule("unknown bus", put("loads", "town", bus="bb"), "loads, row 1 (town), bus", ("'bb' does not exist",), "'b'"),
    Rule(
        "no such bus of a line", put("lines", "bc", to_bus="zzz"), "lines, row 2 (bc), to_bus", ("'zzz'",), "Known", 2
    ),
    Rule(
        "both ends at one bus",
        add("lines", id="bb", from_bus="b", to_bus="b", length_m=9, std_type="YJV22-8.7/15-3x300"),
        "lines, row 3 (bb)",
        ("begins and ends at bus 'b'",),
        "correct a bus",
    ),
    Rule(
        "line between voltages",
        add("lines", id="ha", from_bus="h", to_bus="a", length_m=9, std_type="LGJ-240/110"),
        "lines, row 3 (ha)",
        ("joins 110 kV and 10 kV", "one voltage"),
        "Use a transformer",
    ),
    Rule(
        "swapped sides",
        put("transformers", "t", hv_bus="a", lv_bus="h"),
        "transformers, row 1 (t)",
        ("hv_bus has 10 kV, lv_bus 110 kV",),
        "Swap hv_bus and lv_bus",
    ),
    Rule(
        "rated voltage",
        put("transformers", "t", v_lv_kv=38.5),
        "transformers, row 1 (t), v_lv_kv",
        ("rated for 38.5 kV at a bus of 10 kV", "Within 20%"),
        "Correct the rated voltage",
    ),
    Rule(
        "rated voltage in V",
        low_voltage,
        "transformers, row 1 (t), v_lv_kv",
        ("rated for 400 kV at a bus of 0.4 kV",),
        "looks like V",
    ),
    Rule(
        "nominal voltage in V",
        put("buses", "h", v_nom_kv=110_000),
        "buses, row 1 (h), v_nom_kv",
        ("110000", "1100"),
        problems=1,
    ),
    Rule(
        "resistance above impedance",
        put("transformers", "t", vkr_share=0.15),
        "transformers, row 1 (t), vkr_share",
        ("0.15", "At most vk_share"),
    ),
    Rule(
        "tap beyond its ends", put("transformers", "t", tap_pos=9), "transformers, row 1 (t), tap_pos", ("9", "-8 to 8")
    ),
    Rule(
        "no taps to hold",
        put("transformers", "t", v_set_pu=1.02, tap_step_share=0.0),
        "transformers, row 1 (t), v_set_pu",
        ("no taps", "tap_step_share"),
    ),
    Rule(
        "unknown type",
        put("lines", "ab", std_type="YJV22-8.7/15-3x30"),
        "lines, row 1 (ab), std_type",
        ("does not exist",),
        "YJV22-8.7/15-3x300",
    ),
    Rule(
        "no type and no number",
        put("lines", "ab", std_type=None),
        "lines, row 1 (ab), r_ohm_per_km",
        ("is missing", "std_type"),
        problems=3,
    ),
    Rule(
        "kW of a load",
        put("loads", "town", p_mw=400),
        "loads, row 1 (town), p_mw",
        ("400 MW at a bus to which 16.6 MVA lead", "5 times"),
        "This looks like kW",
    ),
    Rule(
        "kW of a generator",
        put("generators", "pv", capacity_mw=2000),
        "generators, row 1 (pv), capacity_mw",
        ("2000 MW",),
        "This looks like kW",
    ),
    Rule(
        "kW of a battery",
        put("batteries", "store", power_mw=900),
        "batteries, row 1 (store), power_mw",
        ("900 MW",),
        "This looks like kW",
    ),
    Rule(
        "no grid",
        empty("grids"),
        "grids",
        ("there is no upper grid", "holds the voltage"),
        "Add a row to the table grids",
    ),
    Rule("island", put("lines", "bc", open=True), "buses, row 4 (c)", ("bus c is an island",), "Close a line"),
    Rule(
        "larger island",
        put("transformers", "t", open=True),
        "buses, row 2 (a)",
        ("3 buses are an island", "a, b, c"),
        "add a grid",
    ),
    Rule(
        "supplies what does not exist",
        put("loads", "works", supplies="pump3"),
        "loads, row 2 (works), supplies",
        ("'pump3' does not exist",),
        "pump",
    ),
    Rule(
        "supplied twice",
        put("loads", "town", supplies="pump2 pump1"),
        "loads, row 2 (works), supplies",
        ("'pump1' is taken", "'town' supplies it"),
    ),
    Rule(
        "data centre without its effectiveness",
        put("loads", "town", cooled_by="pump1"),
        "loads, row 1 (town), pue",
        ("is missing", "over that of its computers"),
    ),
    Rule(
        "data centre cooled by a plant that nothing supplies",
        put("loads", "town", cooled_by="pump2", pue=1.3),
        "loads, row 1 (town), cooled_by",
        ("no load supplies 'pump2'",),
        "supplies of the load",
    ),
    Rule(
        "taking heat costs cooling",
        put("loads", "town", pue=1.2, pue_recovered=1.3),
        "loads, row 1 (town)",
        ("pue_recovered 1.3 > pue 1.2",),
        "correct one",
    ),
    Rule(
        "load without power",
        put("loads", "town", p_mw=None),
        "loads, row 1 (town), p_mw",
        ("is missing", "what it supplies"),
    ),
    Rule(
        "a name twice",
        put("buses", "c", id="b"),
        "buses, row 4, id",
        ("'b' is taken", "Ids are unique"),
        "buses, row 3",
    ),
    Rule("a name in two tables", put("loads", "town", id="AB"), "loads, row 1, id", ("'AB' is taken",), "lines, row 1"),
    Rule("unknown column", put("buses", "a", v_nom=10), "buses, key v_nom", ("unknown key",), "v_nom_kv"),
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_broken_rule_is_told_with_place_value_and_remedy(rule):
    rows = draft()
    rule.breaking(rows)
    problems = problems_of(rows)
    assert len(problems) == rule.problems, "\n".join(map(str, problems))
    problem = next((problem for problem in problems if problem.where.endswith(rule.place)), None)
    assert problem is not None, "\n".join(map(str, problems))
    text = f"{problem.found} {problem.allowed}"
    assert [word for word in rule.words if word not in text] == [], text
    assert rule.remedy in problem.remedy


def test_the_draft_itself_keeps_all_rules():
    network = build(draft())
    assert network.transformers.at["t", "v_lv_kv"] == 10.5
    assert network.buses.at["a", "v_min_pu"] == 0.93
    assert network.buses.at["h", "v_max_pu"] == 1.05


def test_several_findings_are_told_at_once():
    rows = draft()
    for breaking in (
        put("transformers", "t", tap_pos=9),
        put("lines", "bc", open=True),
        put("loads", "town", p_mw=400),
        put("loads", "works", supplies="pump3"),
        put("generators", "pv", v_pu=2.0),
    ):
        breaking(rows)
    places = [problem.where for problem in problems_of(rows)]
    assert sorted(place.split(", row")[0].rsplit("/")[-1] for place in places) == [
        "buses",
        "generators",
        "loads",
        "loads",
        "transformers",
    ]


def test_large_powers_at_the_grids_bus_are_no_mistake():
    rows = draft()
    put("loads", "town", bus="h", p_mw=900)(rows)
    assert build(rows).loads.at["town", "p_mw"] == 900


def test_findings_are_told_in_chinese_too():
    rows = draft()
    put("transformers", "t", hv_bus="a", lv_bus="h")(rows)
    with use_language("zh"):
        (problem,) = problems_of(rows)
    assert "hv_bus 为 10 kV，lv_bus 为 110 kV" in problem.found
    assert "对调" in problem.remedy
