"""Whose heat a station gets: the share of each source, the strongest one, and the waste heat in all of it, hour by hour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pandas as pd

from heatnet.i18n import _, language
from heatnet.maps.quantities import PERCENT, Quantity, Values, with_flow
from heatnet.web.colours import plant_style
from heatnet.web.results_view import NetworkResults, StudyResults

#: tables of the share of each station's heat that came from a source, named after it
SHARE = "consumer_share_"
#: P. Tol's "muted" set, which colour-blind readers tell apart; the order puts the most unlike first
COLOURS = ("#332288", "#ddcc77", "#44aa99", "#cc6677", "#88ccee", "#882255", "#117733", "#aa4499", "#999933")
#: of a plant whose heat is followed to no station, beside those colours
OTHER_PLANT = "#111111"


def sources_of(results: NetworkResults) -> list[str]:
    """Return the plants whose heat was followed to the stations of a network, in the order of its table."""
    traced = {name.removeprefix(SHARE) for name in results.quantities if name.startswith(SHARE)}
    return [str(plant) for plant in results.network.plants.index if plant in traced]


def source_list(results: NetworkResults, colours: dict[tuple[str, str], str]) -> list[dict[str, str]]:
    """Return name, colour and symbol of each source, in the order that `is_source` values count in."""
    return [
        {
            "id": plant,
            "name": results.network.display_name("plants", plant, language()),
            "colour": colours[results.id, plant],
            "symbol": plant_style(str(results.network.plants.at[plant, "kind"]))[1],
        }
        for plant in sources_of(results)
    ]


def source_colours(study: StudyResults) -> dict[tuple[str, str], str]:
    """Return the colour of each source of a study, one in all cases; used again where there are more than nine."""
    known = dict.fromkeys((results.id, plant) for results in _networks(study) for plant in sources_of(results))
    return {key: COLOURS[i % len(COLOURS)] for i, key in enumerate(known)}


def source_quantities(study: StudyResults) -> list[Quantity]:
    """Return what stations show of their sources; nothing where no network has several of them."""
    names: dict[tuple[str, str], str] = {}
    for results in _networks(study):
        for plant in sources_of(results):
            names.setdefault((results.id, plant), results.network.display_name("plants", plant, language()))
    several = {network for network, count in Counter(network for network, _plant in names).items() if count > 1}
    waste = any(results.waste_share is not None for results in _networks(study))
    rows = [
        Quantity(
            "waste",
            _("Waste heat in the heat taken"),
            0,
            with_flow(_waste_percent),
            True,
            own_unit="%",
            ends=(0.0, PERCENT),
        )
    ]
    rows += [Quantity("source", _("Strongest source"), 0, with_flow(_strongest), True, is_source=True)]
    shares = [
        Quantity(
            f"{network}/{plant}",
            _("Heat from: {source}").format(source=name),
            0,
            with_flow(_share_percent(network, plant)),
            colours=True,
            own_unit="%",
            ends=(0.0, PERCENT),
        )
        for (network, plant), name in names.items()
        if network in several
    ]
    return rows[0 if waste else 1 : 2 if names else 0] + shares


def _networks(study: StudyResults) -> Iterator[NetworkResults]:
    return (results for case in study.ok_cases for results in case.networks.values())


def _share_percent(network: str, plant: str) -> Values:
    def values(results: NetworkResults) -> pd.DataFrame | None:
        share = results.quantities.get(SHARE + plant) if results.id == network else None
        return None if share is None else PERCENT * share

    return values


def _strongest(results: NetworkResults) -> pd.DataFrame | None:
    """Return the position of the source with the largest share; nothing where no heat arrives."""
    largest: pd.DataFrame | None = None
    place: pd.DataFrame | None = None
    for position, plant in enumerate(sources_of(results)):
        share = results.quantities[SHARE + plant]
        if largest is None or place is None:
            largest, place = share, (share * 0.0).where(share > 0)
            continue
        share = share.reindex_like(largest)
        more = (share > largest.fillna(0.0)).to_numpy()
        largest = largest.where(~more, share)
        place = place.where(~more, float(position))
    return place


def _waste_percent(results: NetworkResults) -> pd.DataFrame | None:
    r"""Return the waste heat in what each station takes: :math:`\sum_s x_s w_s` of its sources' shares and their waste part."""
    waste, plants = results.waste_share, sources_of(results)
    if waste is None or not plants:
        return None
    total: pd.DataFrame | None = None
    for plant in plants:
        share = results.quantities[SHARE + plant]
        part = waste[plant].reindex(share.index) if plant in waste else pd.Series(0.0, index=share.index)
        own = (PERCENT * share).mul(part, axis=0)
        total = own if total is None else total.add(own.reindex_like(total), fill_value=0.0)
    assert total is not None
    return total.where(np.isfinite(total))
