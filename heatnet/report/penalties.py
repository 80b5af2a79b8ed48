"""What is no bill in the cost of a case: prices set on surplus heat, on missing heat and on missing reserve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from heatnet.i18n import _

#: penalties below this share of the cost are not worth a word
_TOLD_SHARE = 1e-3
_MWH_PER_GWH = 1e3
_CNY_PER_MILLION = 1e6


def penalty_sentence(entry: Mapping[str, Any]) -> str:
    """Return how much heat nobody takes or is missing and what of the cost that is, of one case of a summary.

    Empty where it is next to nothing, and of results of earlier versions.
    """
    account = entry.get("penalties")
    if not account or account["total_cny"] <= _TOLD_SHARE * abs(entry["cost"]["total_cny"]):
        return ""
    parts = []
    if account["surplus_hours"]:
        text = _("heat that nobody takes (plants on at their least load): {energy} GWh in {hours:,} hours")
        parts.append(text.format(energy=_figure(account["surplus_mwh"], _MWH_PER_GWH), hours=account["surplus_hours"]))
    if account["unmet_hours"]:
        text = _("heat missing: {energy} GWh in {hours:,} hours")
        parts.append(text.format(energy=_figure(account["unmet_mwh"], _MWH_PER_GWH), hours=account["unmet_hours"]))
    if account["reserve_short_mwh"] > 0 and entry["cost"].get("reserve_short_cny", 0.0) > 0:
        text = _("reserve missing: {energy} GWh")
        parts.append(text.format(energy=_figure(account["reserve_short_mwh"], _MWH_PER_GWH)))
    if not parts:
        return ""
    return _("{found}; {money} million CNY of the cost are penalties, not bills").format(
        found=_(", ").join(parts), money=_figure(account["total_cny"], _CNY_PER_MILLION)
    )


def penalty_sentences(cases: Iterable[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """Return the sentence of each case that has one, with the case's name in front.

    Parameters
    ----------
    cases : iterable of (str, mapping)
        Name and entry of the summary, of cases with a result.
    """
    told = ((name, penalty_sentence(entry)) for name, entry in cases)
    return [_("{label}: {place}").format(label=name, place=sentence) + _(".") for name, sentence in told if sentence]


def _figure(value: float, scale: float) -> str:
    scaled = value / scale
    return f"{scaled:,.1f}" if scaled >= 1 else f"{scaled:.2g}"
