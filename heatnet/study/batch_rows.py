"""A case's entry of the summary as one flat row: what a batch keeps of each case, and what cases are compared by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatnet.model.substitution import UNMET_LIMIT_SHARE

Row = dict[str, float | int | str | bool | None]
#: accounts of a network's pipes that a row holds
_OF_PIPES = (
    "hours_simulated",
    "hours_ok",
    "hours_undersupplied",
    "season_shortfall_mwh",
    "season_loss_mwh",
    "season_loss_share",
    "season_pump_mwh",
)
_OF_CHECK = (
    "hours",
    "compared",
    "max_temperature_difference_k",
    "max_pressure_difference_bar",
    "max_flow_difference_share",
)


def result_row(entry: Mapping[str, Any], headline: Mapping[str, Any]) -> Row:
    """Return the numbers of a case, named with their units.

    Parameters
    ----------
    entry : mapping
        The case's entry of `summary.json` (`heatnet.study.account.case_entry`).
    headline : mapping
        Definition of the study's rate: `zone`, `set`, `counting`, `denominator`, `period`.

    Returns
    -------
    dict
        `rate_share` by the headline, `cost_…_cny`, `co2_<factor>_…_t_co2`, `fuel_…`, `unmet_share`,
        `rate_<zone>_<set>_<counting>_<denominator>_<period>_share`, `<network>_…` of the pipes, `reference_…`. Empty of a case
        without a schedule. Rates are None where so much heat is missing that none is told (`is_rate_told`).
    """
    if "cost" not in entry:
        return {}
    row: Row = {"rate_share": told_rate(entry, headline), "unmet_share": entry["unmet_share"]}
    row |= {f"cost_{key}": value for key, value in entry["cost"].items()}
    row |= {f"co2_{factor}_{key}": value for factor, table in entry["co2"].items() for key, value in table.items()}
    row |= {f"fuel_{key}": value for key, value in entry["fuel"].items()}
    row |= _rates(entry)
    row |= {
        f"{network}_{key}": account[key]
        for network, account in entry["by_network"].items()
        for key in _OF_PIPES
        if key in account
    }
    # results of earlier versions have none
    rounds = entry.get("rounds")
    if rounds is not None:
        row |= {
            "rounds": len(rounds["rounds"]),
            "rounds_agree": rounds["agrees"],
            "places_beyond_limit": rounds["open_places"],
        }
    check = entry["reference_check"]
    return row | {f"reference_{key}": check.get(key) for key in _OF_CHECK}


def is_rate_told(entry: Mapping[str, Any], zone: str) -> bool:
    """Return whether the rates of a zone are told: at most 0.1 % of the heat is missing, in all networks and in its own."""
    allowed: bool = entry["zones"][zone].get("rate_allowed", True)
    return allowed and not entry["unmet_share"] > UNMET_LIMIT_SHARE


def told_rate(entry: Mapping[str, Any], headline: Mapping[str, Any]) -> float | None:
    """Return the substitution rate of a case by the study's definition; None where it is not known or not told."""
    table = entry.get("zones", {}).get(headline["zone"])
    if table is None or not is_rate_told(entry, headline["zone"]):
        return None
    part: Any = table["substitution"]
    for key in ("set", "counting", "denominator", "period"):
        part = part.get(headline[key])
        if part is None:
            return None
    return float(part)


def _rates(entry: Mapping[str, Any]) -> Row:
    """Return the rate of every zone by every definition, None where it is not told."""
    return {
        f"rate_{zone}_{waste_set}_{counting}_{denominator}_{period}_share": value if is_rate_told(entry, zone) else None
        for zone, tables in entry["zones"].items()
        for waste_set, by_counting in tables["substitution"].items()
        for counting, by_denominator in by_counting.items()
        for denominator, by_period in by_denominator.items()
        for period, value in by_period.items()
    }
