"""The name that was probably meant: one that begins with what was written, else the most similar one."""

from __future__ import annotations

import pytest

from heatnet.errors import nearest

COLUMNS = ("id", "start_h", "start_cost_cny_per_mw", "start_fuel_h", "start_mw", "capacity_mw", "capacity_share")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("start_cost", "start_cost_cny_per_mw"),
        ("START_COST", "start_cost_cny_per_mw"),
        ("capacity", "capacity_mw"),
        ("capacity_wm", "capacity_mw"),
        # a known name is meant as it stands, though others begin with it
        ("start_h", "start_h"),
        # three letters are no beginning: they must be similar
        ("cap", None),
        ("temperature", None),
    ],
)
def test_a_name_that_begins_so_goes_before_a_similar_one(written, meant):
    assert nearest(written, COLUMNS) == meant
