"""Film coefficient and dispersion: known values and limits."""

from __future__ import annotations

import numpy as np
import pytest

from heatnet.adapters.fluid import fluid_table
from heatnet.model.network import Fluid
from heatnet.physics import water
from heatnet.simulate.transient.film import (
    LEAST_FILM_W_PER_M2K,
    NUSSELT_LAMINAR,
    Film,
    dispersion_m2_per_s,
    nusselt,
)


def test_turbulent_flow_by_hand():
    """Re 5e4, Pr 3: f = (0.79 ln 5e4 - 1.64)^-2 = 0.020958; Nu = f/8 · 49000 · 3 / (1 + 12.7 sqrt(f/8) 1.0801) = 226.3."""
    assert float(nusselt(np.array(5e4), np.array(3.0))) == pytest.approx(226.3, rel=1e-3)


@pytest.mark.parametrize("reynolds", [1e4, 5e4, 3e5])
def test_dittus_and_boelter_are_not_far(reynolds):
    """Nu = 0.023 Re^0.8 Pr^0.4 holds within some 20 %."""
    found = float(nusselt(np.array(reynolds), np.array(2.5)))
    assert found == pytest.approx(0.023 * reynolds**0.8 * 2.5**0.4, rel=0.2)


def test_laminar_and_transitional_flow():
    reynolds = np.array([10.0, 2299.0, 2300.0, 3999.9, 4000.0, 4000.1])
    found = nusselt(reynolds, np.full(6, 3.0))
    np.testing.assert_allclose(found[:3], NUSSELT_LAMINAR)
    np.testing.assert_allclose(found[3:], found[4], rtol=1e-3)


def test_dispersion_of_turbulent_flow_only():
    """At Re 1e5 it is v d (0.00095 + 0.320)."""
    found = dispersion_m2_per_s(np.array([0.0, 2000.0, 1e5]), np.ones(3), np.full(3, 0.2))
    np.testing.assert_allclose(found[:2], 0.0)
    assert found[2] == pytest.approx(0.2 * (3e7 * 1e5**-2.1 + 1.35 * 1e5**-0.125), rel=1e-12)
    assert found[2] / 0.2 == pytest.approx(0.321, rel=5e-3)


def test_film_of_water_in_a_main_and_at_rest():
    """DN500 at 1.5 m/s and 90 °C: some 7000 W/(m² K); at rest free convection."""
    fluid = fluid_table(Fluid())
    film = Film(np.array([0.5, 0.5]), fluid, water.conductivity_w_per_mk(fluid.t_degc))
    mdot = 1.5 * 965.0 * np.pi / 4 * 0.25
    conductance, dispersion = film.at(np.array([mdot, 0.0]), np.array([90.0, 90.0]))
    assert 5000.0 < conductance[0] / (np.pi * 0.5) < 9000.0
    assert conductance[1] == pytest.approx(LEAST_FILM_W_PER_M2K * np.pi * 0.5)
    assert dispersion[1] == 0.0
