"""The plan's claims beside the computed values, with the reason where the two differ.

The claims and their texts are data (`data/plan_claims.yaml`); each names one check of `CHECKS`. A check computes from
the study's context and the plan's constants, and gives its verdict and the numbers that its reason quotes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from string import Formatter
from types import MappingProxyType
from typing import Any

import yaml

from heatnet.metrics import claims_yujiapu
from heatnet.metrics.carbon import coal_to_gas, heat_intensity_t_co2_per_gj
from heatnet.metrics.claims_context import ClaimContext
from heatnet.metrics.findings import (
    REPRODUCED_SHARE,
    Check,
    Finding,
    Verdict,
    gas_boiler_t_co2_per_gj,
    near,
)
from heatnet.metrics.park import park_account
from heatnet.metrics.substitution import headline_rate, spread
from heatnet.physics.water import mean_heat_capacity_j_per_kgk
from heatnet.units import GJ_PER_MWH

#: the plan's arithmetic about its own figures must hold this well
ARITHMETIC_SHARE = 0.01
_LANGUAGES = ("en", "zh")


def _target(claim: dict[str, Any], context: ClaimContext) -> Finding | None:
    bounds = spread(context.rates) if context.rates is not None else None
    if bounds is None or context.rates is None:
        return None
    rate = headline_rate(context.rates, context.rate_allowed)
    said = (
        {"en": "not printed (unmet heat above 0.1 %)", "zh": "不予给出（未满足热量超过0.1%）"}
        if rate is None
        else dict.fromkeys(_LANGUAGES, f"{rate:.1%}")
    )
    return Finding(rate, Verdict.UNDEFINED, {"low": bounds[0], "high": bounds[1]}, {"headline": said})


def _coal_cut(claim: dict[str, Any], context: ClaimContext) -> Finding | None:
    change = context.fuel_change.get(claim["constants"]["network"])
    if change is None:
        return None
    difference = change.coal_cut_t / claim["claimed"] - 1.0
    reproduced = abs(difference) <= REPRODUCED_SHARE
    verdict = Verdict.REPRODUCED if reproduced else Verdict.INCONSISTENT
    return Finding(change.coal_cut_t, verdict, {"difference": difference})


def _co2_cut(claim: dict[str, Any], context: ClaimContext) -> Finding | None:
    change = context.fuel_change.get(claim["constants"]["network"])
    if change is None:
        return None
    coal_t = claim["constants"]["coal_t"]
    switch = coal_to_gas(
        coal_t,
        claim["claimed"],
        lhv_mwh_per_t=change.lhv_mwh_per_t,
        coal_efficiency_share=change.coal_efficiency_share,
        gas_efficiency_share=change.gas_efficiency_share,
        basis=context.gas_basis,
    )
    reproduced = near(switch.net_t_co2, claim["claimed"], REPRODUCED_SHARE)
    quoted = {
        "factor": claim["claimed"] / coal_t,
        "gas_mm3": switch.gas_m3 / 1e6,
        "gas_t_co2": switch.gas_t_co2,
        "net_share": switch.net_share,
    }
    return Finding(switch.net_t_co2, Verdict.REPRODUCED if reproduced else Verdict.NOT_NETTED, quoted)


def _dc_heat(claim: dict[str, Any], context: ClaimContext) -> Finding | None:
    if context.dc_heat_mwh is None:
        return None
    constants = claim["constants"]
    computed = context.dc_heat_mwh * GJ_PER_MWH
    quoted = {
        "identity_gj": constants["capacity_mw"] * constants["hours"] * GJ_PER_MWH,
        "capacity_mw": constants["capacity_mw"],
        "hours": constants["hours"],
        "season_h": context.season_h,
    }
    enough = computed >= claim["claimed"] * (1 - REPRODUCED_SHARE)
    return Finding(computed, Verdict.REPRODUCED if enough else Verdict.OVERSTATED, quoted)


def _dc_area(claim: dict[str, Any], context: ClaimContext) -> Finding | None:
    if context.specific_heat_gj_per_m2 is None or context.index_w_per_m2 is None:
        return None
    constants = claim["constants"]
    computed = constants["heat_gj"] / context.specific_heat_gj_per_m2
    quoted = {
        "claim_gj_per_m2": constants["heat_gj"] / constants["area_m2"],
        "specific": context.specific_heat_gj_per_m2,
        "index": context.index_w_per_m2,
        "peak_area_m2": constants["capacity_mw"] * 1e6 / context.index_w_per_m2,
    }
    enough = computed >= claim["claimed"] * (1 - REPRODUCED_SHARE)
    return Finding(computed, Verdict.REPRODUCED if enough else Verdict.OVERSTATED, quoted)


def sewage_potential_mwh(
    flow_t_per_d: float, t_source_degc: float, t_min_degc: float, power_per_heat: float, hours: float
) -> float:
    """Return the heat that a heat pump can deliver from cooling an effluent, MWh.

    .. math:: Q = \\dot m c_p (T - T_{min}) t / (1 - 1/COP)

    Parameters
    ----------
    flow_t_per_d : float
        Effluent, t/d.
    t_source_degc, t_min_degc : float
        Its temperature before and after, °C.
    power_per_heat : float
        1/COP.
    hours : float
        Time, h.
    """
    mdot_kg_per_s = flow_t_per_d * 1000.0 / 86_400.0
    cp = float(mean_heat_capacity_j_per_kgk(t_source_degc, t_min_degc))
    return mdot_kg_per_s * cp * (t_source_degc - t_min_degc) / 1e6 * hours / (1.0 - power_per_heat)


def _sewage(claim: dict[str, Any], context: ClaimContext) -> Finding | None:
    heat, power, t_min = context.sewage_heat_mwh, context.sewage_power_per_heat, context.sewage_t_min_degc
    if heat is None or power is None or t_min is None:
        return None
    constants = claim["constants"]
    low, central, high = sorted(constants["steam_mwh_per_t"])
    potential = sewage_potential_mwh(
        constants["flow_t_per_d"], constants["t_source_degc"], t_min, power, context.season_h
    )
    energy = {"low": claim["claimed"] * low, "high": claim["claimed"] * high}
    quoted = {
        "low_gj": energy["low"] * GJ_PER_MWH,
        "high_gj": energy["high"] * GJ_PER_MWH,
        "t_min": t_min,
        "potential_gj": potential * GJ_PER_MWH,
        "share_low": energy["low"] / potential,
        "share_high": energy["high"] / potential,
        "heat_gj": heat * GJ_PER_MWH,
        "power_share": power,
    }
    return Finding(heat / central, Verdict.UNDEFINED, quoted)


def _jinbin(claim: dict[str, Any], context: ClaimContext) -> Finding | None:
    constants = claim["constants"]
    base, season, year = (float(constants[key]) for key in ("base_t_per_h", "season_t_per_h", "hours_year"))
    increment_t = (season - base) * context.season_h
    computed = base * year + increment_t
    quoted = {
        "implied_days": (claim["claimed"] - base * year) / (season - base) / 24.0,
        "season_days": context.season_h / 24.0,
        "base_t": base * year,
        "increment_t": increment_t,
    }
    reproduced = near(computed, claim["claimed"], ARITHMETIC_SHARE)
    return Finding(computed, Verdict.REPRODUCED if reproduced else Verdict.INCONSISTENT, quoted)


def _chp_co2(claim: dict[str, Any], context: ClaimContext) -> Finding | None:
    z = context.chp_power_lost_per_heat
    if z is None:
        return None
    marginal, average = (
        heat_intensity_t_co2_per_gj(power_lost_per_heat=z, power_t_co2_per_mwh=factor)
        for factor in (context.power_marginal_t_co2_per_mwh, context.power_average_t_co2_per_mwh)
    )
    quoted = {"z": z, "average": average, "gas_boiler": gas_boiler_t_co2_per_gj(claim, context)}
    return Finding(marginal, Verdict.NOT_NETTED, quoted)


def _no_numbers(claim: dict[str, Any], context: ClaimContext) -> Finding | None:
    heat = context.geothermal_heat_mwh
    if heat is None:
        said = {"en": "nothing (not modelled)", "zh": "无（未建模）"}
    else:
        said = dict.fromkeys(_LANGUAGES, f"{heat * GJ_PER_MWH:,.0f} GJ")
    return Finding(None if heat is None else heat * GJ_PER_MWH, Verdict.UNDEFINED, {}, {"heat": said})


def _park(claim: dict[str, Any], context: ClaimContext) -> Finding | None:
    account = park_account()
    departing = [row for row in account.rows if row.departs]
    separator = {"en": ", ", "zh": "、"}
    said = {
        language: separator[language].join(f"{row.name[language]} ({row.departure_share:+.1%})" for row in departing)
        for language in _LANGUAGES
    }
    low, high = account.published_range_t_co2
    quoted = {"reproduced": account.reproduced_total_t_co2, "low": low, "high": high}
    verdict = Verdict.INCONSISTENT if departing else Verdict.REPRODUCED
    return Finding(account.published_total_t_co2, verdict, quoted, {"departing": said})


CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "target": _target,
        "coal_cut": _coal_cut,
        "co2_cut": _co2_cut,
        "dc_heat": _dc_heat,
        "dc_area": _dc_area,
        "sewage": _sewage,
        "jinbin": _jinbin,
        "chp_co2": _chp_co2,
        "yujiapu_valley": claims_yujiapu.valley_share,
        "yujiapu_tce": claims_yujiapu.coal,
        "yujiapu_co2": claims_yujiapu.saved_co2,
        "yujiapu_green": claims_yujiapu.green_share,
        "no_numbers": _no_numbers,
        "park": _park,
    }
)


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    text = files("heatnet.metrics").joinpath("data", "plan_claims.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return data


def plan_claims(context: ClaimContext, topic: str | None = None) -> list[dict[str, Any]]:
    """Return the plan's claims beside the computed values, as `plan_claims` of `summary.json`.

    Parameters
    ----------
    context : ClaimContext
    topic : str, optional
        Only the claims about this.

    Returns
    -------
    list of dict
        id, claim (by language), as_printed, claimed, computed, unit, verdict, reason (by language). What the study has
        nothing to compute from has computed None, the verdict `undefined`, and a reason that says so.
    """
    data = _data()
    rows = []
    for claim in data["claims"]:
        if topic not in (None, claim.get("topic")):
            continue
        finding = CHECKS[claim["check"]](claim, context)
        reason = data["not_computed"] if finding is None else _reason(claim, finding)
        rows.append(
            {
                "id": claim["id"],
                "claim": dict(claim["claim"]),
                "as_printed": claim["as_printed"],
                "claimed": claim["claimed"],
                "computed": None if finding is None else finding.computed,
                "unit": claim["unit"],
                "verdict": (Verdict.UNDEFINED if finding is None else finding.verdict).value,
                "reason": dict(reason),
            }
        )
    return rows


class _Printed(Formatter):
    """Numbers with a true minus sign, and without any sign where they print as zero."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return one value as printed."""
        text: str = super().format_field(value, format_spec)
        if isinstance(value, str) or text[:1] not in ("-", "+"):
            return text
        size = text[1:]
        if not size.strip("0.,%"):
            return size
        return ("−" if text.startswith("-") else "+") + size


def _reason(claim: dict[str, Any], finding: Finding) -> dict[str, str]:
    templates = claim["reason"][finding.verdict.value]
    printed = _Printed()
    return {
        language: printed.format(
            templates[language],
            computed=finding.computed,
            **finding.quoted,
            **{name: said[language] for name, said in finding.words.items()},
        )
        for language in _LANGUAGES
    }
