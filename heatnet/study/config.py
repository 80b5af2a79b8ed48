"""`study.yaml`, typed: networks, weather, season, prices, target, cases."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from heatnet.i18n import _
from heatnet.study.batch_config import BatchConfig
from heatnet.study.dispatch_config import UnitCommitment, ZoneTransfer
from heatnet.study.parts import Efficiency, MonthDay, Share, share_figure
from heatnet.study.parts import Figure as Figure
from heatnet.study.parts import Name as Name
from heatnet.study.parts import Positive as Positive
from heatnet.study.parts import Strict as Strict
from heatnet.study.parts import Text as Text
from heatnet.study.portfolio_config import PortfolioConfig


def _not_negative(figure: Figure) -> Figure:
    if figure.value < 0:
        raise ValueError(_("It cannot be negative."))
    return figure


def _positive(figure: Figure) -> Figure:
    if figure.value <= 0:
        raise ValueError(_("more than {limit}").format(limit=0))
    return figure


NotNegativeFigure = Annotated[Figure, AfterValidator(_not_negative)]
PositiveFigure = Annotated[Figure, AfterValidator(_positive)]


class Weather(Strict):
    """Built-in climate with its seed, or an EPW file."""

    climate: Literal["CSWD", "TMYx.2011-2025"] | None = "CSWD"
    seed: Annotated[int, Field(ge=0)] = 1
    epw: str | None = None
    warmer_k: Annotated[
        float, Field(ge=-15, le=15, description="Every hour is warmer by this, K; negative: a colder year.")
    ] = 0.0


class Season(Strict):
    """Heating season, both days included; wraps over the end of the year."""

    start: MonthDay
    end: MonthDay

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        named = {"statutory": {"start": "11-15", "end": "03-15"}, "extended": {"start": "11-01", "end": "03-31"}}
        if isinstance(value, str):
            if value not in named:
                raise ValueError(_("statutory, extended, or start and end as MM-DD"))
            return named[value]
        return value


class PowerTariff(Strict):
    """Time-of-use electricity prices, CNY/MWh."""

    valley_cny_per_mwh: Figure
    flat_cny_per_mwh: Figure
    peak_cny_per_mwh: Figure
    critical_cny_per_mwh: Figure


class PriceSet(Strict):
    """Prices and emission factors of a study."""

    gas_cny_per_mwh: NotNegativeFigure
    gas_lhv_mwh_per_m3: PositiveFigure
    coal_cny_per_mwh: NotNegativeFigure
    power: PowerTariff
    power_lost_cny_per_mwh: NotNegativeFigure
    co2_cny_per_t: NotNegativeFigure
    unmet_cny_per_mwh: PositiveFigure
    gas_t_co2_per_mwh: NotNegativeFigure
    coal_t_co2_per_mwh: NotNegativeFigure
    power_average_t_co2_per_mwh: NotNegativeFigure
    power_marginal_t_co2_per_mwh: NotNegativeFigure


#: zone of all networks, where a study of several names none
ALL_ZONE = "all"


class Target(Strict):
    """The share that is asked for, and the definition of the rate behind it."""

    rate_share: Share = 0.15
    set: Literal["strict", "plan", "broad"] = "plan"
    counting: Literal["delivered", "recovered", "displaced"] = "recovered"
    denominator: Literal["space", "with_process"] = "space"
    period: Literal["season", "year"] = "season"
    zone: str | None = None


class Simulation(Strict):
    """The pipes: every hour of the season that asks for heat is solved."""

    hours: Annotated[
        int,
        Field(
            ge=1,
            le=8760,
            description="Hours over the load duration curve that map and report offer, besides the highest load.",
        ),
    ] = 12
    reference_hours: Annotated[
        int,
        Field(
            ge=0,
            le=8760,
            description="Hours drawn at random that pandapipes solves again, in each case and network, besides those of "
            "the highest load, the lowest load and the most reversed flows.",
        ),
    ] = 4
    rounds: Annotated[
        int,
        Field(
            ge=1,
            le=20,
            description="Rounds of dispatch and pipes at most: what the pipes say of loss, return flow and limits goes back into "
            "the dispatch until it stands. 1: nothing goes back.",
        ),
    ] = 5
    index_loss_share: Annotated[
        float, Field(ge=0, le=1, description="Share of network loss that the consumers' heat indices contain.")
    ] = 0.05


class PlanCheck(Strict):
    """What the plan says about a network's coal, and how far its calorific value and efficiency are open."""

    coal_t: Positive
    lhv_gj_per_t: Annotated[tuple[Positive, ...], Field(min_length=1)]
    efficiency_share: Annotated[tuple[Efficiency, ...], Field(min_length=1)]
    own_use_share: Share = 0.0
    with_process: bool = False


ShareFigure = Annotated[Figure, AfterValidator(share_figure)]


class StorageCurve(Strict):
    """The dispatch of one case again with other sizes of its heat store, one of the two sizes at a time."""

    case: Name
    store: Annotated[str, Field(description="Network and plant, such as yujiapu/tank.")]
    energy_mwh: tuple[Annotated[float, Field(ge=0)], ...] = ()
    charge_mw: tuple[Annotated[float, Field(ge=0)], ...] = ()


class ElectricHeatCheck(Strict):
    """Heat made with electricity: the share of it that is green, and the heat that it is held against."""

    green_share: Annotated[
        ShareFigure, Field(description="Share of the electricity bought in green_hours that counts as free of CO2.")
    ] = Figure(value=0.0)
    green_hours: Annotated[
        Literal["all", "valley"], Field(description="The hours whose electricity is green by that share.")
    ] = "all"
    purchased_heat_t_co2_per_mwh: Annotated[
        NotNegativeFigure, Field(description="Emission of the district heat that the electric heat replaces.")
    ] = Figure(value=0.396, source="standard: default of purchased heat", note="0.11 t/GJ")
    valley_share: Annotated[
        ShareFigure | None, Field(description="What the plan says of the share of heat made in valley hours.")
    ] = None
    curve: StorageCurve | None = None


class Setpoints(Strict):
    """Supply temperature and pump head of one case's network, chosen together."""

    case: Annotated[Name | None, Field(description="null: the plan's case, else the base case.")] = None
    network: Annotated[str | None, Field(description="null: the first network with water pipes.")] = None
    by: Annotated[
        Literal["hour", "curve", "both"], Field(description="A supply temperature an hour, or a heating curve.")
    ] = "both"
    needs: Annotated[
        Literal["full", "design", "both"],
        Field(
            description="full: stations get all heat that they ask for; design: no less than under the design curve."
        ),
    ] = "both"
    head: Annotated[
        Literal["hour", "constant"],
        Field(description="hour: the head follows the worst consumer; constant: one head for the season."),
    ] = "hour"
    t_supply_min_degc: Annotated[float, Field(ge=20, le=180)] = 45.0
    t_supply_max_degc: Annotated[
        float | None, Field(ge=20, le=180, description="null: the network's design supply temperature.")
    ] = None
    step_k: Annotated[float, Field(ge=0.5, le=40, description="First grid of supply temperatures.")] = 5.0
    refinements: Annotated[
        int, Field(ge=0, le=4, description="Times that the grid is made four times finer around the best.")
    ] = 2
    ramp_k_per_h: Annotated[
        float, Field(gt=0, description="Largest change of the supply temperature from hour to hour.")
    ] = 5.0
    curve_points: Annotated[int, Field(ge=2, le=8, description="Knots of the heating curve.")] = 4
    approach_min_k: Annotated[
        float, Field(ge=0, le=40, description="Supply at a station above its secondary supply, at least.")
    ] = 3.0
    rounds: Annotated[
        int, Field(ge=1, le=5, description="Times that the confirmed dispatch goes back into the choice.")
    ] = 1


class Case(Strict):
    """One case: what differs from the study."""

    label: Text
    season: Season | None = None
    weather: Weather | None = None
    networks: dict[str, dict[str, Any]] = Field(default_factory=dict)


class StudyConfig(Strict):
    """The whole of `study.yaml`."""

    format_version: int
    title: Text
    question: Text | None = None
    networks: Annotated[tuple[str, ...], Field(min_length=1)]
    zones: dict[Name, tuple[str, ...]] = Field(default_factory=dict)
    weather: Weather = Weather()
    year: Annotated[int, Field(ge=1990, le=2100)] = 2025
    season: Season = Season(start="11-15", end="03-15")
    prices: str | PriceSet
    target: Annotated[
        Target | None, Field(description="null: the study does not ask for a rate, map and report leave it out.")
    ] = Target()
    simulation: Simulation = Simulation()
    base_case: str
    baseline_case: str | None = None
    plan_case: str | None = None
    geometry_note: Text | None = None
    plan_check: dict[str, PlanCheck] = Field(default_factory=dict)
    electric_heat: ElectricHeatCheck | None = None
    unit_commitment: UnitCommitment = UnitCommitment()
    reserve_share: Annotated[
        dict[str, Share],
        Field(
            description="By network: heat that plants which are on must be able to give beyond what they give, over the demand."
        ),
    ] = Field(default_factory=dict)
    transfers: Annotated[
        dict[Name, ZoneTransfer], Field(description="Heat that zones without pipes pass to each other, by name.")
    ] = Field(default_factory=dict)
    new_plants: Annotated[
        dict[str, dict[str, dict[str, Any]]],
        Field(
            description="Plants that the networks do not have, by network (or network/steam) and id: rows of the plants table, "
            "not built (capacity_mw 0) until a case or a candidate gives them a capacity."
        ),
    ] = Field(default_factory=dict)
    portfolio: PortfolioConfig | None = None
    setpoints: Annotated[
        Setpoints | None, Field(description="What 'heatnet optimise STUDY --setpoints' chooses from.")
    ] = None
    batch: Annotated[BatchConfig | None, Field(description="What 'heatnet batch STUDY' runs.")] = None
    keep: Annotated[
        Literal["full", "summary"],
        Field(
            description="Which hours the tables of the pipes hold for each element: every solved hour, or those that map "
            "and report offer."
        ),
    ] = "full"
    cases: Annotated[dict[Name, Case], Field(min_length=1)]

    @property
    def rate(self) -> Target:
        """Definition of the rate; the usual one where the study asks for none."""
        return self.target or Target()


def target_zone(config: StudyConfig) -> str:
    """Return the zone of the headline: the study's choice, its first zone, its only network, or ``all``."""
    if config.rate.zone is not None:
        return config.rate.zone
    if config.zones:
        return next(iter(config.zones))
    ids = network_ids(config.networks)
    return ids[0] if len(ids) == 1 else ALL_ZONE


def network_ids(entries: tuple[str, ...]) -> list[str]:
    """Return the ids of networks given by name or by path."""
    return [entry.rstrip("/").replace("\\", "/").rsplit("/", 1)[-1] for entry in entries]


#: parts of the file that also take a short form
_SHORT_FORMS: dict[str, dict[str, Any]] = {
    "Text": {"type": "string"},
    "Figure": {"type": "number"},
    "Amount": {"type": "number"},
    "Season": {"enum": ["statutory", "extended"]},
}


def json_schema() -> dict[str, Any]:
    """Return the JSON schema of the study file, short forms and one's own keys (``x_…``) included."""
    schema = StudyConfig.model_json_schema()
    for name, short in _SHORT_FORMS.items():
        schema["$defs"][name] = {"anyOf": [short, schema["$defs"][name]]}
    schema["patternProperties"] = {"^x_": {}}
    return schema
