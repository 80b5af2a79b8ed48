"""The scale must order by lightness alone: that is what survives colour blindness and grey printing."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from heatnet.maps.sources import COLOURS, OTHER_PLANT
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


#: what colour-blind eyes make of linear sRGB: Machado, Oliveira and Fernandes (2009), severity 1, doi:10.1109/TVCG.2009.113
SIGHTS = {
    "all colours": np.eye(3),
    "no red": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "no green": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "no blue": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
#: CIE 1976 difference that is seen at a glance on small areas; 2.3 is the least that is seen side by side
CLEAR_DIFFERENCE = 15.0


def _lab(colour: str, sight: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of an sRGB colour under D65, as an eye sees it."""
    linear = np.array([c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour)])
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    share = xyz @ np.clip(sight @ linear, 0.0, 1.0) / np.array([0.9505, 1.0, 1.089])
    x, y, z = np.where(share > (6 / 29) ** 3, np.cbrt(share), share / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", SIGHTS)
def test_sources_are_told_apart_by_every_eye(sight: str) -> None:
    seen = {colour: _lab(colour, SIGHTS[sight]) for colour in (*COLOURS, OTHER_PLANT)}
    assert min(np.linalg.norm(seen[a] - seen[b]) for a, b in combinations(seen, 2)) > CLEAR_DIFFERENCE
