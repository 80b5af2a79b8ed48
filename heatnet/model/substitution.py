"""The substitution rate (工业余热替代率): its axes, its variants and the headline, in one table.

The plan sets a target share and defines neither its numerator nor its denominator. Every variant of the rate is one
choice on each axis below; `HEADLINE` names the one that stands in front.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from types import MappingProxyType
from typing import Any

from heatnet.i18n import _


class WasteClass(StrEnum):
    """Class of a plant's heat; the column `waste_class` of the plants table."""

    NONE = "none"
    STRICT = "strict"
    PLAN = "plan"
    BROAD = "broad"


class WasteSet(StrEnum):
    """Which heat counts as waste heat; each set contains the one before it."""

    STRICT = "strict"
    PLAN = "plan"
    BROAD = "broad"


class Counting(StrEnum):
    """How a MWh of waste heat counts."""

    DELIVERED = "delivered"
    RECOVERED = "recovered"
    DISPLACED = "displaced"


class Denominator(StrEnum):
    """Which heat the rate is a share of."""

    SPACE = "space"
    WITH_PROCESS = "with_process"


class Period(StrEnum):
    """Which hours count."""

    SEASON = "season"
    YEAR = "year"


#: set -> classes of heat in it: nested, strict < plan < broad
SET_CLASSES = MappingProxyType(
    {
        WasteSet.STRICT: frozenset({WasteClass.STRICT}),
        WasteSet.PLAN: frozenset({WasteClass.STRICT, WasteClass.PLAN}),
        WasteSet.BROAD: frozenset({WasteClass.STRICT, WasteClass.PLAN, WasteClass.BROAD}),
    }
)

#: largest share of unmet heat at which a rate may be printed as the headline
UNMET_LIMIT_SHARE = 0.001

#: ends of a range that lie closer to each other are the rate itself, as shares
_NO_RANGE_SHARE = 5e-5


@dataclass(frozen=True)
class Variant:
    """One definition of the rate within a zone: one choice on each axis."""

    waste_set: WasteSet
    counting: Counting
    denominator: Denominator
    period: Period


HEADLINE = Variant(WasteSet.PLAN, Counting.RECOVERED, Denominator.SPACE, Period.SEASON)
HEADLINE_ZONE = "east_west"


def headline() -> dict[str, str]:
    """Return the headline choice as `summary.json` names it."""
    return {
        "set": HEADLINE.waste_set.value,
        "counting": HEADLINE.counting.value,
        "denominator": HEADLINE.denominator.value,
        "period": HEADLINE.period.value,
        "zone": HEADLINE_ZONE,
    }


def variants() -> Iterator[Variant]:
    """Yield every definition of the rate, in the order of the axes."""
    for choice in product(WasteSet, Counting, Denominator, Period):
        yield Variant(*choice)


@dataclass(frozen=True)
class Definition:
    """A row of the table of definitions.

    Parameters
    ----------
    axis : str
        set, counting, denominator, period or zone.
    id : str
        Name in files.
    name : str
        Name for people, in the current language.
    meaning : str
        What it says, in the current language.
    """

    axis: str
    id: str
    name: str
    meaning: str


def definitions() -> tuple[Definition, ...]:
    """Return the table of definitions in the current language."""
    return (
        Definition(
            "set",
            WasteSet.STRICT,
            _("strict"),
            _("process waste heat and true condenser heat that would be thrown away"),
        ),
        Definition(
            "set",
            WasteSet.PLAN,
            _("as the plan lists"),
            _("strict, and data-centre heat, sewage heat and CHP extraction steam"),
        ),
        Definition("set", WasteSet.BROAD, _("broad"), _("as the plan lists, and geothermal heat")),
        Definition("counting", Counting.DELIVERED, _("delivered"), _("heat at the plant gate, less dumped heat")),
        Definition(
            "counting",
            Counting.RECOVERED,
            _("recovered"),
            _("delivered heat less the electricity spent: heat pump Q(1 - 1/COP), CHP Q(1 - z)"),
        ),
        Definition(
            "counting",
            Counting.DISPLACED,
            _("displaced"),
            _("fossil heat of the baseline less that of the case, over the baseline's, in the same weather"),
        ),
        Definition(
            "denominator", Denominator.SPACE, _("space heat"), _("space heat at the plant gates, less dumped heat")
        ),
        Definition(
            "denominator",
            Denominator.WITH_PROCESS,
            _("space and process heat"),
            _(
                "space heat and process steam at the plant gates; loss that waste heat carries counts as used heat, so that "
                "worse insulation can raise the rate"
            ),
        ),
        Definition("period", Period.SEASON, _("heating season"), _("the hours of the heating season")),
        Definition("period", Period.YEAR, _("whole year"), _("all hours of the year")),
        Definition("zone", HEADLINE_ZONE, _("East and West"), _("the networks of the East and the West zone together")),
        Definition("zone", "teda", _("whole TEDA"), _("East and West, and the sites without a network of their own")),
    )


def has_ranges(cases: Iterable[Mapping[str, Any]]) -> bool:
    """Return whether some rate of a study has a range.

    Parameters
    ----------
    cases : iterable of mapping
        Entries of `summary.json`. Where the study has no figures that leave the demand open, both ends of every range in it
        are the rate: it was computed once.
    """
    tables = [zone.get("substitution_range") for case in cases for zone in (case.get("zones") or {}).values()]
    return any(high - low > _NO_RANGE_SHARE for low, high in _pairs(tables))


def _pairs(tree: Any) -> Iterator[tuple[float, float]]:
    """Yield the ranges at the ends of a table of variants, or of several."""
    if isinstance(tree, Mapping):
        tree = list(tree.values())
    if isinstance(tree, list) and len(tree) == 2 and all(isinstance(end, float | int) for end in tree):
        yield float(tree[0]), float(tree[1])
    elif isinstance(tree, list):
        for part in tree:
            yield from _pairs(part)
