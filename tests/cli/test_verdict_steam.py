"""What the verdict says of steam: tonnes to process and stations, loss, least pressure, the contract."""

from __future__ import annotations

from heatnet.cli.verdict_steam import steam_sentences

STEAM = {
    "steam_t": {"plants": 543_000.0, "process": 401_000.0, "stations": 141_600.0, "condensate": 400.0},
    "heat_mwh": {"plants": 400_000.0, "process": 280_000.0, "stations": 106_000.0, "lost": 14_000.0},
    "hours_wet": 104,
    "hours_ok": 8759,
    "hours_simulated": 8760,
    "least_margin": {"p_bar": -0.254, "id": "mill", "name": {"en": "Mill", "zh": "厂"}, "time": "2025-01-01T08:00"},
    "contracts": {
        "east/steam/chp": {
            "steam_t": 560_000.0,
            "year_max_t": 560_000.0,
            "take_year_min_t": 500_000.0,
            "dumped_t": 35_100.0,
            "line_limit_hours": 12,
        }
    },
}
SUMMARY = {
    "networks": {"east": {"name": {"en": "East", "zh": "东"}}, "west": {"name": {"en": "West", "zh": "西"}}},
    "plants": {"east/steam/chp": {"name": {"en": "Power plant", "zh": "电厂"}}},
}


def test_two_lines_of_steam():
    entry = {"by_network": {"east": {"steam": STEAM}, "west": {}}}
    assert list(steam_sentences(SUMMARY, entry)) == [
        "East, steam: 543 kt a year, 401 to process, 142 to stations; 3.5 % of its heat lost, 0.4 kt condensed; wet on its way "
        "in 104 hours; 8759 of 8760 hours solved; least pressure -0.25 bar over the need, Mill.",
        "Power plant: 560 kt of steam, 560 kt allowed, 500 kt to be taken, 35.1 kt thrown away, less than contracted by the "
        "line in 12 hours.",
    ]


def test_nothing_is_said_of_what_is_not_there():
    contract = {"year_max_t": None, "take_year_min_t": None, "dumped_t": 0.0, "line_limit_hours": 0, "steam_t": 1000.0}
    steam = STEAM | {"least_margin": None, "contracts": {"east/steam/chp": contract}}
    lines = list(steam_sentences(SUMMARY, {"by_network": {"east": {"steam": steam}}}))
    assert lines[0].endswith("8759 of 8760 hours solved.")
    assert lines[1] == "Power plant: 1 kt of steam."
