"""What the dimensions of a batch can act on: prices, loads, weather, table cells, outages, portfolios, measures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from heatnet.i18n import _
from heatnet.study.parts import MonthDay, Positive, Share, Strict

Climate = Literal["CSWD", "TMYx.2011-2025"]
How = Literal["value", "factor", "shift"]


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


#: one name or several
_Listed = BeforeValidator(_as_list, json_schema_input_type=str | tuple[str, ...])
Names = Annotated[tuple[str, ...], _Listed]
OneOrMore = Annotated[tuple[str, ...], Field(min_length=1), _Listed]


def _cases(value: Any) -> Any:
    if value is None:
        raise PydanticCustomError("missing", "{words}", {"words": _("names of cases, such as [plan_2025]")})
    return value


class PriceTarget(Strict):
    """Figures of the price set."""

    kind: Literal["price"]
    key: Annotated[
        OneOrMore, Field(description="Figures by dotted key, such as power.peak_cny_per_mwh; power means all four.")
    ]
    how: Annotated[How, Field(description="value: in place of the study's figure; factor: times it; shift: added.")] = (
        "factor"
    )


class PricePathTarget(Strict):
    """Named years of a price path: factors on figures of the price set."""

    kind: Literal["price_path"]
    path: Annotated[
        dict[str, dict[str, float]],
        Field(min_length=1, description="Factors by dotted key, for each name; the values are the names."),
    ]


class PriceFileTarget(Strict):
    """Whole price sets: the values are file names, as in the key `prices` of the study."""

    kind: Literal["price_file"]
    files: Annotated[OneOrMore, Field(description="Files under studies/prices/ or beside the study.")]


class DemandTarget(Strict):
    """A factor on all heat loads."""

    kind: Literal["demand_factor"]
    networks: Annotated[Names, Field(description="Networks; all where empty.")] = ()


class WeatherTarget(Strict):
    """Weather years as files: the values are their names."""

    kind: Literal["weather"]
    epw: Annotated[OneOrMore, Field(description="EPW files, their paths from the study's folder.")]


class ClimateTarget(Strict):
    """Weather years made of a climate's monthly figures: the values are their seeds, 1 to `years`."""

    kind: Literal["climate"]
    climate: Climate = "CSWD"
    years: Annotated[int, Field(ge=1, le=10_000, description="How many different years there are.")] = 30


class WarmerTarget(Strict):
    """A warmer or colder year: the values are kelvin added to the outdoor temperature of every hour."""

    kind: Literal["warmer"]


class SeasonTarget(Strict):
    """The heating season: the values are `statutory`, `extended`, or MM-DD..MM-DD."""

    kind: Literal["season"]
    seasons: Annotated[OneOrMore, Field(description="Seasons to choose from.")] = ("statutory", "extended")


class CellTarget(Strict):
    """A column of a network table, in some rows or in all."""

    kind: Literal["cell"]
    network: Annotated[str, Field(description="Network, or network/steam, or network/electric.")]
    table: str
    column: str
    rows: Annotated[Names, Field(description="Ids; all rows that have a number there where empty.")] = ()
    how: Annotated[How, Field(description="value: in place of what stands there; factor: times it; shift: added.")] = (
        "factor"
    )


class FailuresTarget(Strict):
    """Outages of plants, drawn: time to failure and time of repair. The values are numbers of draws; 0 is none."""

    kind: Literal["failures"]
    plants: Annotated[
        OneOrMore, Field(description="Network and plant, such as teda_east/sewage_hp or teda_east/steam/jinbin.")
    ]
    failures_per_1000_h: Positive | None = None
    mtbf_h: Annotated[float | None, Field(gt=0, description="Mean hours in service between two failures.")] = None
    repair_h: Annotated[float, Field(gt=0, description="Mean hours of a repair.")]
    repair: Annotated[
        Literal["exponential", "constant"], Field(description="How the time of a repair is distributed.")
    ] = "exponential"

    @model_validator(mode="after")
    def _one_rate(self) -> FailuresTarget:
        if (self.failures_per_1000_h is None) == (self.mtbf_h is None):
            raise ValueError(_("Either failures_per_1000_h or mtbf_h"))
        return self

    @property
    def mean_up_h(self) -> float:
        """Mean time in service between two failures, h."""
        return self.mtbf_h if self.mtbf_h is not None else 1000.0 / float(self.failures_per_1000_h or 1.0)


class OutageTarget(Strict):
    """One outage of plants from a given day on; the values are its hours."""

    kind: Literal["outage"]
    plants: Annotated[OneOrMore, Field(description="Network and plant.")]
    start: MonthDay
    start_hour: Annotated[int, Field(ge=0, le=23)] = 0


class PortfolioTarget(Strict):
    """Named cases of the study: the values are their names."""

    kind: Literal["portfolio"]
    cases: Annotated[OneOrMore, BeforeValidator(_cases)]

    @model_validator(mode="before")
    @classmethod
    def _note_missing(cls, value: Any) -> Any:
        return {"cases": None} | dict(value) if isinstance(value, Mapping) else value


class RetrofitTarget(Strict):
    """Buildings are renovated; the values are the share of the floor area. Process users stay as they are."""

    kind: Literal["retrofit"]
    networks: Annotated[Names, Field(description="Networks; all where empty.")] = ()
    saving_share: Annotated[Share, Field(description="Heat that a renovated building saves.")] = 0.3
    consumer_kinds: Annotated[Names, Field(description="Kinds of consumers; all buildings where empty.")] = ()


class InsulationTarget(Strict):
    """Pipes are insulated anew: the values are factors on the loss of every pipe."""

    kind: Literal["pipe_insulation"]
    networks: Annotated[Names, Field(description="Networks, or network/steam; all water networks where empty.")] = ()


class ReturnTemperatureTarget(Strict):
    """Stations return colder water: the values are kelvin at full load, in proportion below."""

    kind: Literal["return_temperature"]
    networks: Annotated[Names, Field(description="Networks; all water networks where empty.")] = ()


BatchTarget = Annotated[
    PriceTarget
    | PricePathTarget
    | PriceFileTarget
    | DemandTarget
    | WeatherTarget
    | ClimateTarget
    | WarmerTarget
    | SeasonTarget
    | CellTarget
    | FailuresTarget
    | OutageTarget
    | PortfolioTarget
    | RetrofitTarget
    | InsulationTarget
    | ReturnTemperatureTarget,
    Field(discriminator="kind"),
]


def choices_of(target: Any) -> tuple[str | float, ...]:
    """Return the values that a target has by itself; empty where it takes numbers."""
    if isinstance(target, PricePathTarget):
        return tuple(target.path)
    if isinstance(target, PriceFileTarget):
        return target.files
    if isinstance(target, WeatherTarget):
        return target.epw
    if isinstance(target, ClimateTarget):
        return tuple(range(1, target.years + 1))
    if isinstance(target, SeasonTarget):
        return target.seasons
    if isinstance(target, PortfolioTarget):
        return target.cases
    return ()
