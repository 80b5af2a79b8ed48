"""What the verdict says of a power network."""

from __future__ import annotations

from heatnet.cli.verdict_power import power_sentences
from heatnet.report.power_season import why_above

FEEDER = {"en": "Feeder", "zh": "馈线"}
POWER = {
    "hours": 8760.0,
    "import_mwh": 1_276_682.0,
    "export_mwh": 93.0,
    "overloaded_h": 6.0,
    "outside_band_h": 0.0,
    "most_loaded": {"id": "f", "name": FEEDER, "loading_max_share": 1.039},
    "reference_check": {"max_dv_pu": 1.3e-12, "hours": 7},
    "limits": {
        "hours": 1060,
        "cost_cny": 214_905.0,
        "by_element": {"f": {"kind": "line", "hours": 1060, "name": FEEDER}},
    },
}
SUMMARY = {"networks": {"east": {"name": {"en": "East", "zh": "东"}}, "west": {"name": {"en": "West", "zh": "西"}}}}


def test_a_line_of_the_year_and_one_of_the_limit():
    assert list(power_sentences(SUMMARY, {"by_network": {"east": {"power": POWER}, "west": {}}})) == [
        "East, power: 1,277 GWh from the upper grid, 0.1 GWh to it; highest loading 104 % (Feeder), overloads in 6 hours, "
        "voltages outside the band in 0; pandapower differs by at most 1e-12 p.u. in 7 hours.",
        "Feeder limits heat plants in 1,060 hours; all such limits cost 215 thousand CNY a year.",
        why_above(),
    ]


def test_nothing_to_explain_where_no_hour_stays_above():
    inside = POWER | {"overloaded_h": 0.0}
    assert why_above() not in list(power_sentences(SUMMARY, {"by_network": {"east": {"power": inside}}}))


def test_nothing_is_said_without_limits_or_hours():
    calm = POWER | {"limits": {"cost_cny": 0.0, "by_element": {}}}
    assert len(list(power_sentences(SUMMARY, {"by_network": {"east": {"power": calm}}}))) == 1
    assert list(power_sentences(SUMMARY, {"by_network": {"east": {"power": {"hours": 0}}}})) == []
