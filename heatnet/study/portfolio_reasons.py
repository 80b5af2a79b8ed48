"""Why a search of a study's portfolios ends as it does: no schedule, options never built, the year of the largest rate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from heatnet.design import Option, RateLimit, State
from heatnet.dispatch import dispatch

#: a shadow price below this is rounding
NO_PRICE_CNY_PER_GJ = 1e-3
#: the year of the largest rate is priced that much below it: at the rate itself no money is left to choose by
_BELOW_LARGEST_SHARE = 2e-3
#: what a sum of hours may miss by rounding, share
_ROUNDING_SHARE = 1e-6


def why_no_schedule(states: Sequence[State]) -> str:
    """Return which limits contradict each other in the case without candidates; empty where it has a schedule."""
    plain = next((state for state in states if not state.chosen), states[0])
    result = dispatch(plain.problem)
    return "" if result.is_optimal else result.reason or str(result.status)


def never_built(states: Sequence[State]) -> tuple[dict[str, Any], ...]:
    """Return the options whose own limits contradict each other in every state: ids, least and most heat of a year, MWh."""
    tables = [{option.id: row for option in state.options if (row := _contradiction(option))} for state in states]
    return tuple(row for name, row in tables[0].items() if all(name in table for table in tables[1:]))


def _contradiction(option: Option) -> dict[str, Any] | None:
    for unit in option.units:
        least, most = unit.year_min_mwh or 0.0, float(unit.available_mw.sum())
        if least > most * (1 + _ROUNDING_SHARE):
            candidate, own = option.id.split("/")
            return {"candidate": candidate, "option": own, "unit": unit.id, "least_mwh": least, "most_mwh": most}
    return None


def just_below(largest: RateLimit) -> float | None:
    """Return a share just below the largest rate; None where no rate counts."""
    most = largest.outcome
    if most is None or not most.may_have_a_rate or most.rate <= 0:
        return None
    return most.rate * (1 - _BELOW_LARGEST_SHARE)


__all__ = ["NO_PRICE_CNY_PER_GJ", "just_below", "never_built", "why_no_schedule"]
