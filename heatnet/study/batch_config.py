"""The part `batch` of a study file: which seasons a batch runs, as dimensions that vary and a method that draws from them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from heatnet.i18n import _
from heatnet.study.batch_targets import BatchTarget
from heatnet.study.parts import Name, Positive, Strict, Text

#: most seasons of one batch
MOST_VARIANTS = 1_000_000
Method = Literal["grid", "list", "one_at_a_time", "latin_hypercube", "sobol"]
#: methods that draw from the dimensions' distributions
DRAWN = ("latin_hypercube", "sobol")


class Uniform(Strict):
    """All values between two bounds alike."""

    kind: Literal["uniform"]
    low: float
    high: float

    @model_validator(mode="after")
    def _in_order(self) -> Uniform:
        if self.low >= self.high:
            raise ValueError(_("low < high"))
        return self


class Normal(Strict):
    """A normal distribution, cut off at bounds where these are given."""

    kind: Literal["normal"]
    mean: float
    sd: Positive
    low: float | None = None
    high: float | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Normal:
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(_("low < high"))
        return self


class Triangular(Strict):
    """A triangle: nothing outside two bounds, most at the mode."""

    kind: Literal["triangular"]
    low: float
    mode: float
    high: float

    @model_validator(mode="after")
    def _in_order(self) -> Triangular:
        if not (self.low <= self.mode <= self.high and self.low < self.high):
            raise ValueError(_("low <= mode <= high"))
        return self


class Lognormal(Strict):
    """A distribution whose logarithm is normal."""

    kind: Literal["lognormal"]
    median: Positive
    sigma: Annotated[float, Field(gt=0, description="Standard deviation of the natural logarithm.")]


class Choice(Strict):
    """One of several values, alike or by weight."""

    kind: Literal["choice"]
    values: Annotated[tuple[float | str, ...], Field(min_length=1)]
    weights: tuple[Positive, ...] = ()

    @model_validator(mode="after")
    def _as_many(self) -> Choice:
        if self.weights and len(self.weights) != len(self.values):
            raise ValueError(_("As many weights as values"))
        return self


Distribution = Annotated[Uniform | Normal | Triangular | Lognormal | Choice, Field(discriminator="kind")]


class Dimension(Strict):
    """One thing that varies: what it acts on, and which values it takes."""

    label: Text
    target: Annotated[BatchTarget, Field(description="What the values act on.")]
    values: Annotated[
        tuple[float | str | None, ...],
        Field(
            description="Values of a grid, and of one at a time beside the base. Choices have their own if this is empty."
        ),
    ] = ()
    distribution: Annotated[
        Distribution | None,
        Field(
            description="What samples are drawn from, and one at a time where there are no values. Choices: all alike."
        ),
    ] = None
    base: Annotated[
        float | str | None,
        Field(description="Value of the base variant of one at a time and of lists; null: as the case has it."),
    ] = None
    each: Annotated[
        bool, Field(description="Every variant of the other dimensions is run with each value of this one.")
    ] = False


class Row(Strict):
    """One named variant of a list."""

    label: Text | None = None
    values: dict[Name, float | str | None] = Field(default_factory=dict)


class KeptElements(Strict):
    """Hours of some elements, beside the summary."""

    elements: Annotated[
        tuple[str, ...],
        Field(min_length=1, description="network/element, network/steam/element or network/electric/element."),
    ]


class BatchConfig(Strict):
    """A batch of seasons."""

    case: Annotated[
        Name | None, Field(description="Case that all variants start from; the plan's, else the base case.")
    ] = None
    method: Annotated[
        Method,
        Field(
            description="grid: all combinations of the values; list: the variants named here; one_at_a_time: a base and each "
            "dimension alone; latin_hypercube, sobol: samples of the distributions."
        ),
    ]
    samples: Annotated[
        int, Field(ge=1, le=MOST_VARIANTS, description="Points of a Latin hypercube; of Sobol' a power of 2.")
    ] = 64
    seed: Annotated[int, Field(ge=0, description="Seed of samples and outages.")] = 1
    indices: Annotated[
        bool,
        Field(description="sobol: a sample for Sobol' indices after Saltelli: samples x (dimensions + 2) scenarios."),
    ] = False
    quantiles: Annotated[
        tuple[float, ...],
        Field(
            min_length=1, description="one_at_a_time: values from a distribution, by probability, where none are given."
        ),
    ] = (0.1, 0.9)
    keep: Annotated[
        Literal["summary", "full"] | KeptElements,
        Field(
            description="summary: a row and season statistics of every element; elements: also the hours of those named; "
            "full: also the folder that 'heatnet run' writes of a case."
        ),
    ] = "summary"
    check_one_in: Annotated[
        int, Field(ge=0, description="One season in so many has hours solved again by pandapipes; 0: none.")
    ] = 50
    power_networks: Annotated[
        bool,
        Field(
            description="false: the seasons leave the power networks out; no feeder limits their heat pumps, and they take a "
            "fifth of the time."
        ),
    ] = True
    dimensions: Annotated[dict[Name, Dimension], Field(min_length=1)]
    variants: Annotated[dict[Name, Row], Field(description="list: the variants by name.")] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _quantiles_are_probabilities(self) -> BatchConfig:
        if not all(0 < one < 1 for one in self.quantiles):
            raise ValueError(_("quantiles: more than 0 and less than 1"))
        return self

    @property
    def varied(self) -> dict[str, Dimension]:
        """Dimensions that the method varies, by name."""
        return {name: one for name, one in self.dimensions.items() if not one.each}

    @property
    def crossed(self) -> dict[str, Dimension]:
        """Dimensions each of whose values every variant is run with, by name."""
        return {name: one for name, one in self.dimensions.items() if one.each}
