"""The fundamental equation of steam: printed values, and another implementation of the same equation."""

from __future__ import annotations

import numpy as np
import pytest

from heatnet.physics.steam_region_2 import enthalpy_entropy
from heatnet.physics.water import saturation_temperature_degc

#: what a different order of summation changes
ROUNDING = 1e-12


@pytest.mark.parametrize(
    ("t_k", "p_mpa", "h_kj_per_kg", "s_kj_per_kgk"),
    # IAPWS R7-97(2012), table 15
    [
        (300.0, 0.0035, 0.254991145e4, 0.852238967e1),
        (700.0, 0.0035, 0.333568375e4, 0.101749996e2),
        (700.0, 30.0, 0.263149474e4, 0.517540298e1),
    ],
)
def test_printed_values(t_k, p_mpa, h_kj_per_kg, s_kj_per_kgk):
    h, s = enthalpy_entropy(np.array(p_mpa * 10), np.array(t_k - 273.15))
    # nine digits are printed, half a unit of the last is at most 5e-9
    assert h / 1e3 == pytest.approx(h_kj_per_kg, rel=5e-9)
    assert s / 1e3 == pytest.approx(s_kj_per_kgk, rel=5e-9)


def test_it_is_the_equation_of_coolprop():
    from CoolProp.CoolProp import PropsSI

    p_bar = np.geomspace(0.01, 32.0, 15)
    for above_k in (1e-6, 20.0, 150.0):
        t_degc = saturation_temperature_degc(p_bar) + above_k
        h, s = enthalpy_entropy(p_bar, t_degc)
        for own, key in ((h, "H"), (s, "S")):
            other = PropsSI(key, "P", p_bar * 1e5, "T", t_degc + 273.15, "IF97::Water")
            np.testing.assert_allclose(own, other, rtol=ROUNDING)


def test_a_little_entropy_is_a_little_heat_over_its_temperature():
    """At constant pressure ds = dh / T; a wrong factor in one of the derivatives would show."""
    t_degc = np.array([250.0, 250.001])
    h, s = enthalpy_entropy(np.array([13.0, 13.0]), t_degc)
    assert (s[1] - s[0]) == pytest.approx((h[1] - h[0]) / (t_degc.mean() + 273.15), rel=1e-6)
