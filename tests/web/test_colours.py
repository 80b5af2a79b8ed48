"""The scale must order by lightness alone: that is what survives colour blindness and grey printing."""

from itertools import pairwise

import pytest

from heatnet.model.plant_kinds import PLANT_KINDS
from heatnet.web.colours import PLANT_STYLES, SCALE, plant_style, scale_colour, shade


def _channels(colour: str) -> list[float]:
    return [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def _luminance(colour: str) -> float:
    """Relative luminance of sRGB, IEC 61966-2-1."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_lightness_rises_all_along_the_scale() -> None:
    lightness = [_luminance(scale_colour(i / 100)) for i in range(101)]
    assert all(a < b for a, b in pairwise(lightness))


def test_scale_passes_through_its_stops_and_is_clipped() -> None:
    assert [scale_colour(i / (len(SCALE) - 1)) for i in range(len(SCALE))] == list(SCALE)
    assert (scale_colour(-1.0), scale_colour(7.0)) == (SCALE[0], SCALE[-1])


def test_every_plant_kind_has_its_own_colour() -> None:
    assert set(PLANT_STYLES) == set(PLANT_KINDS)
    assert len({colour for colour, _symbol in PLANT_STYLES.values()}) == len(PLANT_STYLES)
    assert plant_style("no such kind") not in PLANT_STYLES.values()


@pytest.mark.parametrize("step", [0, 1, 2])
def test_a_shade_goes_a_quarter_of_the_way_to_white_each_step(step: int) -> None:
    black = shade("#000000", step)
    assert int(black[1:3], 16) == pytest.approx(255 * (1 - 0.75**step), abs=0.5)
    assert shade("#ffffff", step) == "#ffffff"
