"""A plant with a set heat whose water a bypass brings straight back: rounds lose its lift, implicit steps find the state."""

from __future__ import annotations

import pytest

from heatnet.model.examples import CONSTANT_WATER
from heatnet.simulate import HourStatus

CP = CONSTANT_WATER["heat_capacity_j_per_kgk"]
BYPASS_KG_PER_S, T_HELPER, T_HOLDER, T_BACK = 0.5, 97.0, 110.0, 50.0


def bypassed(build, heat_mw, bypass_kg_per_s):
    pipes = [{"ends": ("works", "a", 500.0, 207.0)}, {"ends": ("works", "b", 500.0, 207.0)}]
    stations = [
        {"id": "at_a", "node": "a", "design_heat_mw": 1.0, "heat_mw": 0.0, "min_mdot_kg_per_s": bypass_kg_per_s},
        {"id": "at_b", "node": "b", "design_heat_mw": 4.0, "heat_mw": 0.1},
    ]
    helper = {"id": "helper", "node": "a", "role": "heat", "heat_mw": heat_mw, "t_supply_degc": T_HELPER}
    holder = {"id": "holder", "node": "works", "role": "pressure"}
    return build(pipes, stations, plants=[row | {"kind": "source"} for row in (holder, helper)])


@pytest.mark.parametrize(("heat_mw", "bypass_kg_per_s"), [(0.06, 0.1), (0.06, BYPASS_KG_PER_S), (0.02, 2.0)])
def test_a_plant_with_a_set_heat_beside_a_bypass(build, hour, read, heat_mw, bypass_kg_per_s):
    """Of the helper's flow the bypass b comes straight back as hot as it left; the rest, e, carries all its heat.

    e = Q/(cp (97 - 50)), m = b + e, T_back = (b 97 + e 50)/m. At works e mixes with the holder's 110 °C:
    m_b cp (T - 50) = 0.1 MW, T = (e 97 + (m_b - e) 110)/m_b, hence m_b = (0.1 MW/cp + 13 e)/60. No losses.
    """
    result = hour(bypassed(build, heat_mw, bypass_kg_per_s))
    export = heat_mw * 1e6 / (CP * (T_HELPER - T_BACK))
    far = (0.1e6 / CP + (T_HOLDER - T_HELPER) * export) / (T_HOLDER - T_BACK)
    assert far > export, "the holder gives the rest"
    assert result["status"].item() == HourStatus.OK
    assert read(result, "plant_mdot_kg_per_s", "helper") == pytest.approx(bypass_kg_per_s + export, rel=1e-7)
    assert read(result, "plant_mdot_kg_per_s", "holder") == pytest.approx(far - export, rel=1e-6)
    back = (bypass_kg_per_s * T_HELPER + export * T_BACK) / (bypass_kg_per_s + export)
    assert read(result, "plant_t_return_degc", "helper") == pytest.approx(back, abs=1e-5)
    assert read(result, "consumer_heat_mw", "at_a") == pytest.approx(0.0, abs=1e-9)


def test_without_any_return_colder_than_its_supply_a_plant_has_no_lift(build, hour):
    """The helper gives 97 °C, but all that comes back is the holder's 110 °C through a bypass."""
    pipes = [{"ends": ("works", "a", 500.0, 207.0)}]
    stations = [{"id": "at_a", "node": "a", "design_heat_mw": 1.0, "heat_mw": 0.0, "min_mdot_kg_per_s": 5.0}]
    helper = {"id": "helper", "node": "a", "role": "heat", "heat_mw": 0.06, "t_supply_degc": T_HELPER}
    holder = {"id": "holder", "node": "works", "role": "pressure"}
    result = hour(build(pipes, stations, plants=[row | {"kind": "source"} for row in (holder, helper)]))
    assert result["status"].item() in {HourStatus.NO_TEMPERATURE_LIFT, HourStatus.PLANT_FLOW_REVERSED}
