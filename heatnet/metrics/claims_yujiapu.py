"""Checks of the plan's claims about electric heat storage at Yujiapu (于家堡): valley share, coal, CO2, green power."""

from __future__ import annotations

from typing import Any

from heatnet.metrics.claims_context import ClaimContext
from heatnet.metrics.electric_heat import break_even_cop, break_even_green_mwh
from heatnet.metrics.findings import REPRODUCED_SHARE, Finding, Verdict, gas_boiler_t_co2_per_gj, near
from heatnet.units import GJ_PER_MWH


def valley_share(claim: dict[str, Any], context: ClaimContext) -> Finding | None:
    """Hold the plan's share of heat made in valley hours against the schedule, and say what it takes."""
    schedule = context.storage
    if schedule is None:
        return None
    computed = schedule.valley_heat_share
    tank, charge = schedule.needed_mwh, schedule.needed_charge_mw
    quoted = {"tank": schedule.energy_mwh, "charge": schedule.charge_mw, "claimed": claim["claimed"]}
    words = {"needed": _said(tank, "MWh"), "needed_charge": _said(charge, "MW")}
    enough = computed >= claim["claimed"] * (1 - REPRODUCED_SHARE)
    return Finding(computed, Verdict.REPRODUCED if enough else Verdict.OVERSTATED, quoted, words)


def _said(size: float | None, unit: str) -> dict[str, str]:
    if size is None:
        return {"en": f"more {unit} than were tried", "zh": f"大于所试算的{unit}数"}
    return dict.fromkeys(("en", "zh"), f"{size:,.0f} {unit}")


def coal(claim: dict[str, Any], context: ClaimContext) -> Finding:
    """Hold the coal saved against the CO2 saved: both stand in one sentence."""
    low_factor, high_factor = claim["constants"]["t_co2_per_tce"]
    emitted = claim["constants"]["co2_t"]
    computed = emitted / (0.5 * (low_factor + high_factor))
    quoted = {
        "low_tce": emitted / high_factor,
        "high_tce": emitted / low_factor,
        "ratio": claim["claimed"] / computed,
    }
    reproduced = near(computed, claim["claimed"], REPRODUCED_SHARE)
    return Finding(computed, Verdict.REPRODUCED if reproduced else Verdict.INCONSISTENT, quoted)


def saved_co2(claim: dict[str, Any], context: ClaimContext) -> Finding:
    """Count the CO2 as the plan did, then with the grid's emission of all electricity that is not green."""
    constants = claim["constants"]
    heat, green = constants["heat_mwh"], constants["valley_share"] * constants["green_share"]
    average, marginal = context.power_average_t_co2_per_mwh, context.power_marginal_t_co2_per_mwh
    grey = heat * (1.0 - green)
    displaced, gas = heat * _displaced_t_co2_per_mwh(claim), heat * _gas_t_co2_per_mwh(claim, context)
    net = displaced - grey * average
    quoted = {
        "gross": displaced * green,
        "grey_share": 1.0 - green,
        "grey_t_co2": grey * average,
        "displaced_t_co2": displaced,
        "net_marginal": displaced - grey * marginal,
        "net_of_gas_heat": gas - grey * average,
        "net_of_gas_marginal": gas - grey * marginal,
        "break_even": _break_even(claim, average, _displaced_t_co2_per_mwh(claim)),
    }
    enough = net >= claim["claimed"] * (1 - REPRODUCED_SHARE)
    return Finding(net, Verdict.REPRODUCED if enough else Verdict.NOT_NETTED, quoted)


def _displaced_t_co2_per_mwh(claim: dict[str, Any]) -> float:
    return float(claim["constants"]["displaced_t_co2_per_gj"]) * GJ_PER_MWH


def _gas_t_co2_per_mwh(claim: dict[str, Any], context: ClaimContext) -> float:
    return gas_boiler_t_co2_per_gj(claim, context) * GJ_PER_MWH


def _break_even(claim: dict[str, Any], factor_t_co2_per_mwh: float, reference_t_co2_per_mwh: float) -> float:
    """Return the green share of valley power from which resistive heat saves CO2."""
    heat, valley = (float(claim["constants"][key]) for key in ("heat_mwh", "valley_share"))
    return break_even_green_mwh(heat, heat, factor_t_co2_per_mwh, reference_t_co2_per_mwh) / (heat * valley)


def green_share(claim: dict[str, Any], context: ClaimContext) -> Finding:
    """Hold the plan's green share against the one from which the storage saves CO2, and against heat pumps."""
    constants = claim["constants"]
    heat, gas = _displaced_t_co2_per_mwh(claim), _gas_t_co2_per_mwh(claim, context)
    average, marginal = context.power_average_t_co2_per_mwh, context.power_marginal_t_co2_per_mwh
    computed, of_all = _break_even(claim, average, heat), constants["valley_share"] * claim["claimed"]
    quoted = {
        "claimed": claim["claimed"],
        "marginal": _break_even(claim, marginal, heat),
        "gas": _break_even(claim, average, gas),
        "gas_marginal": _break_even(claim, marginal, gas),
        "cop": break_even_cop(of_all, average, heat),
        "cop_marginal": break_even_cop(of_all, marginal, heat),
        "cop_gas": break_even_cop(of_all, average, gas),
        "cop_gas_marginal": break_even_cop(of_all, marginal, gas),
    }
    return Finding(computed, Verdict.REPRODUCED if claim["claimed"] >= computed else Verdict.NOT_NETTED, quoted)
