"""What the verdict says of waste heat that is not taken, and of rounds that leave something open."""

from __future__ import annotations

from heatnet.cli.verdict_uptake import uptake_sentences

NOBODY: dict[str, str] = {}
SUMMARY = {"zones": {"n": ["n"], "all": ["n", "other"]}, "headline": {"zone": "n"}}
PIPE = {"en": "Main A", "zh": "干线甲"}


def row(cause, heat_gj, name=NOBODY, unit="n/hp"):
    return {
        "unit": unit,
        "cause": cause,
        "element": "p",
        "hours": 5,
        "heat_gj": heat_gj,
        "connected_mw": 10.0,
        "name": name,
    }


def test_what_is_taken_and_the_largest_causes_over_all_plants():
    rows = [
        row("taken", 60_000),
        row("return_flow", 20_000),
        row("pipe_velocity", 12_000, PIPE),
        row("price", 1_000),
        row("taken", 40_000, unit="n/dc"),
        row("demand", 3_000, unit="n/dc"),
        row("return_flow", 5_000, unit="n/dc"),
        row("taken", 500_000, unit="other/hp"),
    ]
    assert list(uptake_sentences(SUMMARY, {"uptake": rows})) == [
        "Waste heat: 100 TJ taken of 141 TJ connected; kept away by too little or too warm return flow past the plant 25 TJ, "
        "velocity in a pipe: Main A 12 TJ, no fuel left to displace 3 TJ."
    ]


def test_what_is_left_open_is_said_and_rounds_without_agreement():
    place = {"network": "n", "kind": "velocity", "element": "p", "hours": 1200, "worst_share": 0.31, "name": PIPE}
    rounds = {"rounds": [{}, {}, {}], "agrees": False, "open": [place]}
    assert list(uptake_sentences(SUMMARY, {"uptake": [], "rounds": rounds})) == [
        "Left open: Main A, velocity in a pipe, up to 31 % beyond its limit in 1,200 hours.",
        "Dispatch and pipes do not agree yet after 3 rounds.",
    ]


def test_a_case_without_waste_heat_says_nothing():
    assert list(uptake_sentences(SUMMARY, {})) == []
    assert (
        list(uptake_sentences(SUMMARY, {"uptake": [], "rounds": {"rounds": [{}], "agrees": False, "open": []}})) == []
    )
