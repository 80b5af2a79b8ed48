"""What the verdict says of a network's power network: a line or two."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from heatnet.i18n import _, pick
from heatnet.report.power_season import stays_above, why_above

Entry = dict[str, Any]
_MWH_PER_GWH = 1e3
_CNY_PER_THOUSAND = 1e3


def power_sentences(summary: Entry, entry: Entry) -> Iterator[str]:
    """Yield for each network of a case what its power network did over the year, and where it limits heat plants.

    Parameters
    ----------
    summary : dict
        Summary of a study, for the names.
    entry : dict
        One case of it.
    """
    for network, state in entry["by_network"].items():
        power = state.get("power")
        if not power or not power.get("hours"):
            continue
        yield _of_year(pick(summary["networks"][network]["name"]), power)
        for place in power["limits"]["by_element"].values():
            yield _(
                "{place} limits heat plants in {hours:,} hours; all such limits cost {cost:,.0f} thousand CNY a year."
            ).format(
                place=pick(place["name"]), hours=place["hours"], cost=power["limits"]["cost_cny"] / _CNY_PER_THOUSAND
            )
        if stays_above(power):
            yield why_above()


def _of_year(name: str, power: Entry) -> str:
    most = power["most_loaded"]
    told = _(
        "{network}, power: {bought:,.0f} GWh from the upper grid, {sold:,.1f} GWh to it; highest loading {loading:.0f} % "
        "({place}), overloads in {over:,.0f} hours, voltages outside the band in {outside:,.0f}; pandapower differs by at "
        "most {dv:.1g} p.u. in {hours} hours"
    ).format(
        network=name,
        bought=power["import_mwh"] / _MWH_PER_GWH,
        sold=power["export_mwh"] / _MWH_PER_GWH,
        loading=100 * most["loading_max_share"] if most else 0.0,
        place=pick(most["name"]) if most else "–",
        over=power["overloaded_h"],
        outside=power["outside_band_h"],
        dv=power["reference_check"]["max_dv_pu"],
        hours=power["reference_check"]["hours"],
    )
    return _("{told}.").format(told=told)
