"""Steam properties: the packaged tables are IF97, and the polynomials between their nodes are too."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatnet.physics import steam
from heatnet.physics.steam_table_build import compute_saturation, compute_vapour
from heatnet.physics.water import saturation_temperature_degc

#: errors that the module states: volume, temperature (K), viscosity, saturation enthalpies
VOLUME, TEMPERATURE_K, VISCOSITY, SATURATION = 4e-7, 2e-4, 6e-5, 3e-9


def _if97(key: str, **given: np.ndarray) -> np.ndarray:
    from CoolProp.CoolProp import PropsSI

    (one, first), (two, second) = given.items()
    return PropsSI(key, one, first, two, second, "IF97::Water")


def _superheated(low_bar: float, high_bar: float, t_top_degc: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return pressures, temperatures and enthalpies that lie close to saturation as well as far above it."""
    generator = np.random.default_rng(7)
    p_bar = np.exp(generator.uniform(np.log(low_bar), np.log(high_bar), 3000))
    boiling = saturation_temperature_degc(p_bar)
    t_degc = boiling + 1e-6 + generator.uniform(size=p_bar.size) ** 3 * (t_top_degc - boiling)
    return p_bar, t_degc, _if97("H", P=p_bar * 1e5, T=t_degc + 273.15)


def test_the_packaged_tables_are_what_coolprop_gives():
    # thirteen digits are stored; temperatures come out of a root search
    np.testing.assert_allclose(np.loadtxt(steam.VAPOUR_FILE, delimiter=",", skiprows=1), compute_vapour(), rtol=1e-10)
    saturation = np.loadtxt(steam.SATURATION_FILE, delimiter=",", skiprows=1)
    np.testing.assert_allclose(saturation, compute_saturation(), rtol=1e-11)
    for file, header in (
        (steam.VAPOUR_FILE, steam.VAPOUR_HEADER),
        (steam.SATURATION_FILE, steam.SATURATION_HEADER),
    ):
        assert file.read_text().splitlines()[0].split(",") == list(header)


@pytest.mark.parametrize("limits", [(0.5, 25.0, 400.0), (0.1, 32.0, 449.0)], ids=["stated", "whole table"])
def test_superheated_steam_is_if97(limits):
    p_bar, t_degc, h = _superheated(*limits)
    np.testing.assert_allclose(steam.temperature_degc(p_bar, h), t_degc, atol=TEMPERATURE_K, rtol=0)
    density = _if97("D", P=p_bar * 1e5, T=t_degc + 273.15)
    np.testing.assert_allclose(steam.volume_m3_per_kg(p_bar, h) * density, 1.0, rtol=VOLUME)
    viscosity = _if97("V", P=p_bar * 1e5, T=t_degc + 273.15)
    np.testing.assert_allclose(steam.viscosity_pa_s(p_bar, h), viscosity, rtol=VISCOSITY)
    # 2e-4 K of temperature are 0.6 J/kg with the heat capacity of 3 kJ/(kg K) near saturation
    np.testing.assert_allclose(steam.enthalpy_j_per_kg(p_bar, t_degc), h, atol=0.6, rtol=0)


def test_the_saturation_line_and_wet_steam_are_if97():
    p_bar = np.geomspace(0.5, 25.0, 400)
    x = np.linspace(0.0, 1.0, 400)
    h_liquid, h_vapour = (_if97("H", P=p_bar * 1e5, Q=np.full(400, q)) for q in (0.0, 1.0))
    np.testing.assert_allclose(steam.liquid_enthalpy_j_per_kg(p_bar), h_liquid, rtol=SATURATION)
    np.testing.assert_allclose(steam.vapour_enthalpy_j_per_kg(p_bar), h_vapour, rtol=SATURATION)
    h = h_liquid + x * (h_vapour - h_liquid)
    np.testing.assert_allclose(steam.dryness_share(p_bar, h), x, atol=1e-8)
    np.testing.assert_allclose(steam.volume_m3_per_kg(p_bar, h) * _if97("D", P=p_bar * 1e5, Q=x), 1.0, rtol=VOLUME)
    boiling = _if97("T", P=p_bar * 1e5, Q=x) - 273.15
    np.testing.assert_allclose(steam.temperature_degc(p_bar, h), boiling, atol=1e-8)


@pytest.mark.parametrize(
    ("p_bar", "t_degc", "h_kj_per_kg"),
    # IAPWS-IF97, printed with one decimal: saturated vapour, and superheated steam
    [(6, None, 2756.1), (12.5, None, 2785.2), (10, 250, 2943.2), (12, 280, 3002.7), (13, 300, 3043.7)],
)
def test_enthalpy_is_the_printed_one(p_bar, t_degc, h_kj_per_kg):
    found = steam.vapour_enthalpy_j_per_kg(p_bar) if t_degc is None else steam.enthalpy_j_per_kg(p_bar, t_degc)
    assert found / 1e3 == pytest.approx(h_kj_per_kg, abs=0.051)


@given(st.floats(0.1, 32.0))
def test_both_phases_meet_on_the_saturation_line(p_bar):
    h = steam.vapour_enthalpy_j_per_kg(p_bar)
    below, above = (steam.volume_m3_per_kg(p_bar, h + step) for step in (-1e-4, 1e-4))
    # two steps along slopes of at most 2e-6 of the volume for each J/kg
    assert above == pytest.approx(below, rel=4e-10)
    assert steam.superheat_k(p_bar, h - 1e-3) == 0.0
    assert 0.0 <= steam.superheat_k(p_bar, h + 1e-3) < TEMPERATURE_K


def test_beyond_the_table_is_nan_and_shapes_are_kept():
    p_bar = np.array([[0.09, 1.0], [32.1, np.nan]])
    assert np.isnan(steam.temperature_degc(p_bar, 2.8e6)).tolist() == [[True, False], [True, True]]
    assert np.isnan(steam.temperature_degc(10.0, 3.5e6))
    assert np.isnan(steam.enthalpy_j_per_kg(10.0, [179.0, 500.0])).all()
    assert steam.volume_m3_per_kg(10.0, 2.9e6).shape == ()
