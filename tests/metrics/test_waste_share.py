"""The waste part of each plant's heat, by hand.

In the toy system the station gets CHP 8, waste heat 2, boiler 15 in the first hour and CHP 7.5, waste heat 2.5 in the second
(see `test_substitution`); in the third it rests.
"""

import pytest

from heatnet.metrics.waste_share import plant_waste_share
from heatnet.model.substitution import WasteSet


@pytest.mark.parametrize(
    ("waste_set", "station", "pump", "wells"),
    [
        (WasteSet.STRICT, (2 / 25, 0.25, 0.0), 0.0, 0.0),
        (WasteSet.PLAN, (10 / 25, 1.0, 0.0), 1.0, 0.0),
        (WasteSet.BROAD, (10 / 25, 1.0, 0.0), 1.0, 1.0),
    ],
)
def test_shares_by_hand(toy, waste_set: WasteSet, station: tuple, pump: float, wells: float) -> None:
    shares = plant_waste_share(*toy.toy_case(), toy.WATER, toy.IN_SEASON, waste_set)
    assert list(shares.columns) == ["station", "pump", "wells", "boiler"]
    assert shares["station"].to_list() == pytest.approx(station)
    assert shares["pump"].to_list() == [pump] * 3
    assert shares["wells"].to_list() == [wells] * 3
    assert shares["boiler"].to_list() == [0.0] * 3
