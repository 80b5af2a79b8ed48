"""A season's row: no rate where so much heat is missing that none is told, by the study's definition and by every other."""

from __future__ import annotations

import pytest

from heatnet.study.batch_rows import result_row

HEADLINE = {"zone": "b", "set": "plan", "counting": "recovered", "denominator": "space", "period": "season"}


def entry(unmet_share: float, allowed: dict[str, bool]) -> dict:
    rates = {"plan": {"recovered": {"space": {"season": 0.2}}}}
    return {
        "cost": {"total_cny": 1.0},
        "co2": {},
        "fuel": {},
        "by_network": {},
        "reference_check": {},
        "unmet_share": unmet_share,
        "zones": {zone: {"substitution": rates, "rate_allowed": told} for zone, told in allowed.items()},
    }


@pytest.mark.parametrize(
    ("unmet_share", "allowed", "told"),
    [
        (0.0, {"a": True, "b": True}, (0.2, 0.2, 0.2)),
        (0.001, {"a": True, "b": True}, (0.2, 0.2, 0.2)),
        # too much is missing over all: no zone has a rate, though its own heat is complete
        (0.0011, {"a": False, "b": True}, (None, None, None)),
        # a small zone lacks much of its own
        (0.0005, {"a": True, "b": False}, (None, 0.2, None)),
    ],
)
def test_rates_are_empty_where_none_is_told(unmet_share, allowed, told):
    row = result_row(entry(unmet_share, allowed), HEADLINE)
    columns = ("rate_share", *(f"rate_{zone}_plan_recovered_space_season_share" for zone in "ab"))
    assert tuple(row[column] for column in columns) == told
    assert row["unmet_share"] == unmet_share
