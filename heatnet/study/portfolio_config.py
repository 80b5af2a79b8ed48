"""The part `portfolio` of a study file: what may be built, at what cost, and how the optimiser searches."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from heatnet.i18n import _
from heatnet.study.parts import Figure, Name, Positive, Share, Strict, Text, share_figure

ShareFigure = Annotated[Figure, AfterValidator(share_figure)]
Level = Literal["value", "low", "high"]


class Amount(Figure):
    """A sum of money with the range in which it may lie; a plain number is allowed."""

    low: Annotated[float | None, Field(ge=0)] = None
    high: Annotated[float | None, Field(ge=0)] = None

    @model_validator(mode="after")
    def _in_order(self) -> Amount:
        if self.value < 0:
            raise ValueError(_("It cannot be negative."))
        if not (self.at("low") <= self.value <= self.at("high")):
            raise ValueError(_("low <= value <= high"))
        return self

    def at(self, level: Level) -> float:
        """Return the value, or its low or high end; the value where none is given."""
        given = self.value if level == "value" else getattr(self, level)
        return self.value if given is None else float(given)


class CostPart(Strict):
    """One part of an investment, such as a machine or its pipe, with its own lifetime."""

    what: Text
    cny: Amount = Amount(value=0.0)
    cny_per_size: Annotated[Amount, Field(description="Per MW of capacity_mw, or per MWh of a heat store.")] = Amount(
        value=0.0
    )
    lifetime_a: Annotated[float, Field(gt=0, le=100)]
    om_share_per_a: Annotated[Share, Field(description="Fixed operation and maintenance, share of the investment.")] = (
        0.0
    )


class SizeRange(Strict):
    """A size that the optimiser chooses: `capacity_mw` of a plant, or `energy_mwh` of a heat store."""

    plant: Annotated[
        str, Field(description="Network and plant, such as teda_east/sewage_hp or teda_east/steam/jinbin.")
    ]
    least: Annotated[float, Field(ge=0)] = 0.0
    most: Positive

    @model_validator(mode="after")
    def _in_order(self) -> SizeRange:
        if self.least > self.most:
            raise ValueError(_("least is above most"))
        return self


class OptionConfig(Strict):
    """One way of building a candidate."""

    label: Text
    networks: Annotated[
        dict[str, dict[str, Any]],
        Field(description="Overrides of network tables as in a case, at the largest size, or of one piece."),
    ] = Field(default_factory=dict)
    costs: tuple[CostPart, ...] = ()
    size: SizeRange | None = None
    count_max: Annotated[int, Field(ge=1, le=20, description="How many equal pieces may be built.")] = 1
    scaled: Annotated[
        tuple[str, ...],
        Field(
            description="Columns of the option's plants that grow with the number of pieces, for the case that is written."
        ),
    ] = ("capacity_mw",)


class CandidateConfig(Strict):
    """A project; of its options at most one is built."""

    label: Text
    note: Text | None = None
    needs: tuple[Name, ...] = ()
    options: Annotated[dict[Name, OptionConfig], Field(min_length=1)]


class SearchConfig(Strict):
    """How the optimiser searches."""

    gap_share: Annotated[Share, Field(description="Proven gap of the cost at which the search ends.")] = 0.002
    rounds: Annotated[int, Field(ge=1, le=1000, description="Portfolios evaluated over all hours, at most.")] = 40
    block_h: Annotated[int, Field(ge=1, le=24, description="Longest block of hours of the bound, h.")] = 8
    points: Annotated[int, Field(ge=2, le=50, description="Points of the curve of cost against rate.")] = 12


class PortfolioConfig(Strict):
    """What `heatnet optimise` may build on top of a case."""

    case: Annotated[Name | None, Field(description="Case without the candidates; the base case if absent.")] = None
    interest_share: ShareFigure = Figure(value=0.06, source="typical")
    candidates: Annotated[dict[Name, CandidateConfig], Field(min_length=1)]
    search: SearchConfig = SearchConfig()
