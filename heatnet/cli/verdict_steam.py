"""What the verdict says of a network's steam pipes: two lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from heatnet.i18n import _, pick

Entry = dict[str, Any]
_T_PER_KT = 1e3


def steam_sentences(summary: Entry, entry: Entry) -> Iterator[str]:
    """Yield for each network of a case what its steam did over the year, and what was bought against the contract.

    Parameters
    ----------
    summary : dict
        Summary of a study, for the names.
    entry : dict
        One case of it.
    """
    for network, state in entry["by_network"].items():
        if "steam" not in state:
            continue
        name = pick(summary["networks"][network]["name"])
        yield _of_year(name, state["steam"])
        for unit, contract in state["steam"]["contracts"].items():
            yield _of_contract(pick(summary["plants"][unit]["name"]), contract)


def _of_year(name: str, steam: Entry) -> str:
    tonnes = {key: value / _T_PER_KT for key, value in steam["steam_t"].items()}
    heat = steam["heat_mwh"]
    told = _(
        "{network}, steam: {given:,.0f} kt a year, {process:,.0f} to process, {stations:,.0f} to stations; "
        "{lost:.1f} % of its heat lost, {condensate:,.1f} kt condensed; wet on its way in {wet} hours; "
        "{solved} of {hours} hours solved"
    ).format(
        network=name,
        given=tonnes["plants"],
        process=tonnes["process"],
        stations=tonnes["stations"],
        lost=100 * heat["lost"] / heat["plants"] if heat["plants"] > 0 else 0.0,
        condensate=tonnes["condensate"],
        wet=steam["hours_wet"],
        solved=steam["hours_ok"],
        hours=steam["hours_simulated"],
    )
    worst = steam["least_margin"]
    if worst is None:
        return _("{told}.").format(told=told)
    return told + _("; least pressure {margin:+.2f} bar over the need, {user}.").format(
        margin=worst["p_bar"], user=pick(worst["name"])
    )


def _of_contract(plant: str, contract: Entry) -> str:
    told = _("{plant}: {taken:,.0f} kt of steam").format(plant=plant, taken=contract["steam_t"] / _T_PER_KT)
    if contract["year_max_t"] is not None:
        told += _(", {most:,.0f} kt allowed").format(most=contract["year_max_t"] / _T_PER_KT)
    if contract["take_year_min_t"] is not None:
        told += _(", {least:,.0f} kt to be taken").format(least=contract["take_year_min_t"] / _T_PER_KT)
    if contract["dumped_t"] > 0:
        told += _(", {dumped:,.1f} kt thrown away").format(dumped=contract["dumped_t"] / _T_PER_KT)
    if contract["line_limit_hours"]:
        told += _(", less than contracted by the line in {hours} hours").format(hours=contract["line_limit_hours"])
    return _("{told}.").format(told=told)
