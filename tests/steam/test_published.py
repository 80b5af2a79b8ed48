"""A published steam-pipe example.

Crane Technical Paper 410 (metric and US editions), example 7-20, *Steam at sonic velocity*: saturated steam of 170 psia
feeds a digester at atmospheric pressure through 30 ft of 2-inch schedule 40 pipe with a globe valve and an elbow. Crane
gives 11,770 lb/h by Darcy's formula with a net expansion factor and 11,160 lb/h by continuity at the speed of sound.
"""

from __future__ import annotations

import pytest

from heatnet.steam.line import line_capacity_kg_per_s, pipe_line

PA_PER_PSI, M_PER_FT, KG_PER_LB = 6894.757, 0.3048, 0.45359237
#: Crane's fittings: entrance, globe valve 340 f_T, elbow 30 f_T with f_T = 0.019
ZETA = 0.5 + 340 * 0.019 + 30 * 0.019
#: the header is at rest: the steam's first velocity head comes out of its pressure, which the engine leaves to zeta
VELOCITY_HEAD = 1.0
#: Crane's two ways differ by 5 %; its friction factor is the fully rough one, its expansion that of an ideal gas
CRANE = 0.05


def test_steam_at_sonic_velocity_is_within_what_crane_gives():
    line = pipe_line(30 * M_PER_FT, 52.5018, roughness_mm=0.0457, zeta=ZETA + VELOCITY_HEAD)
    most = line_capacity_kg_per_s(line, 170 * PA_PER_PSI / 1e5)
    lb_per_h = most / KG_PER_LB * 3600
    assert lb_per_h == pytest.approx(11_770, rel=CRANE)
    assert lb_per_h == pytest.approx(11_160, rel=CRANE)
    # the back pressure of 1 atm does not matter: the steam leaves at the speed of sound
    assert line_capacity_kg_per_s(line, 170 * PA_PER_PSI / 1e5, p_end_bar=1.01325) == pytest.approx(most, rel=1e-6)
