"""Keys that switch plants on and off: what cannot be is told with place, value and remedy; windows and part load by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heatnet.errors import InputError
from heatnet.io.network_folder import load_network
from heatnet.model.on_off_keys import in_maintenance, no_load_share_of

BOILER = "tiny/plants.csv, line 2 (boiler)"


@pytest.mark.parametrize(
    ("keys", "key", "words"),
    [
        ({"on_min_share": 1.2}, "on_min_share", ("1.2", "0 to 1")),
        ({"min_up_h": 2.5}, "min_up_h", ("2.5", "whole number of hours", "Round it up")),
        ({"ramp_up_share_per_h": 0}, "ramp_up_share_per_h", ("0", "0.001")),
        ({"maintenance": "05-01/05-20 13-01/13-02"}, "maintenance", ("'13-01/13-02'", "MM-DD/MM-DD", "two digits")),
        ({"maintenance": "5-1/5-20"}, "maintenance", ("'5-1/5-20'",)),
        ({"efficiency_on_min_share": 0.9}, "on_min_share", ("is missing", "no_load_fuel_share instead")),
        (
            {"on_min_share": 0.3, "efficiency_on_min_share": 0.9, "no_load_fuel_share": 0.01},
            "efficiency_on_min_share",
            ("beside no_load_fuel_share", "Remove one"),
        ),
        (
            {"on_min_share": 0.3, "efficiency_on_min_share": 0.95},
            "efficiency_on_min_share",
            ("0.95", "0.276 to 0.92", "leave it out"),
        ),
        (
            {"heat_year_min_mwh": 9, "heat_year_max_mwh": 8},
            "heat_year_min_mwh",
            ("9", "heat_year_max_mwh, 8", "Lower the one"),
        ),
        ({"t_source_degc": 12}, "t_source_degc", ("gas_boiler", "does not have this key")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_key_that_cannot_be(draft, tmp_path, keys, key, words):
    draft.row("plants", "boiler").update(keys)
    with pytest.raises(InputError) as caught:
        load_network(draft.write(tmp_path / "tiny"))
    (problem,) = caught.value.problems
    assert problem.where == f"{BOILER}, {key}"
    assert [word for word in words if word not in f"{problem.found} {problem.allowed} {problem.remedy}"] == []


def test_fuel_keys_belong_to_plants_that_burn_one(draft, tmp_path):
    draft.row("plants", "heat_pump").update({"no_load_fuel_share": 0.1, "no_load_power_share": 0.1})
    with pytest.raises(InputError) as caught:
        load_network(draft.write(tmp_path / "tiny"))
    (problem,) = caught.value.problems
    assert problem.where.endswith("(heat_pump), no_load_fuel_share")


def test_all_problems_of_a_row_are_told_at_once(draft, tmp_path):
    draft.row("plants", "boiler").update({"min_up_h": 0.5, "start_h": 0.5, "maintenance": "summer"})
    with pytest.raises(InputError) as caught:
        load_network(draft.write(tmp_path / "tiny"))
    assert len(caught.value.problems) == 3


def test_maintenance_has_whole_days_and_wraps_over_the_year():
    time = pd.date_range("2025-01-01", periods=8760, freq="h")
    assert in_maintenance("05-01/05-20", time).sum() == 20 * 24
    wrapped = in_maintenance("12-31/01-02 07-01/07-01", time)
    assert wrapped.sum() == 4 * 24
    np.testing.assert_array_equal(np.flatnonzero(wrapped)[[0, -1]], [0, 8759])


def test_fuel_without_load_from_the_efficiency_at_least_load():
    """0.94 at full load, 0.90 at 30 %: s = 0.3 (0.94 / 0.90 - 1) / 0.7; 0.3 of the heat takes s + (1 - s) 0.3 of the fuel."""
    share = no_load_share_of(0.3, 0.94, 0.90)
    assert share == pytest.approx(0.3 * (0.94 / 0.90 - 1) / 0.7)
    assert 0.94 * 0.3 / (share + (1 - share) * 0.3) == pytest.approx(0.90)
    assert no_load_share_of(0.3, 0.94, 0.94) == pytest.approx(0.0)
