"""`network.yaml`: the constants of a network, typed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from heatnet.i18n import _
from heatnet.model.network import Design, Fluid, PipeDefaults, PressurePoint

FORMAT_VERSION = 1


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class NameMeta(_Strict):
    """Display name by language."""

    en: str
    zh: str = ""


class DesignMeta(_Strict):
    """Design temperatures, °C."""

    t_supply_degc: Annotated[float, Field(ge=20, le=180)]
    t_return_degc: Annotated[float, Field(ge=5, le=120)]
    t_outdoor_degc: Annotated[float, Field(ge=-60, le=20)]

    @model_validator(mode="after")
    def _ordered(self) -> DesignMeta:
        if self.t_return_degc >= self.t_supply_degc:
            raise ValueError(_("t_return_degc must be below t_supply_degc"))
        return self


class PressurePointMeta(_Strict):
    """Constant-pressure point."""

    node: str
    line: Literal["supply", "return"] = "return"
    p_bar: Annotated[float, Field(gt=0, le=60)]


class CurvePoint(_Strict):
    """One point of the heating curve."""

    load_share: Annotated[float, Field(ge=0, le=2)]
    t_supply_degc: Annotated[float, Field(ge=5, le=180)]
    t_return_degc: Annotated[float, Field(ge=5, le=120)]


class FluidMeta(_Strict):
    """Constant fluid properties."""

    density_kg_per_m3: Annotated[float, Field(ge=100, le=2000)]
    heat_capacity_j_per_kgk: Annotated[float, Field(ge=500, le=10_000)]
    viscosity_pa_s: Annotated[float, Field(ge=1e-6, le=1.0)]


class PipeDefaultsMeta(_Strict):
    """Values for pipes that do not carry their own."""

    roughness_mm: Annotated[float, Field(ge=0, le=10)] = 0.5
    zeta_per_m: Annotated[float, Field(ge=0, le=10)] = 0.0
    u_w_per_mk: Annotated[float, Field(ge=0, le=50)] | None = None


class NetworkMeta(_Strict):
    """The whole of `network.yaml`."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)

    format_version: int
    name: NameMeta | None = None
    carrier: Literal["water", "steam", "site"] = "water"
    crs: Literal["EPSG:4326", "local", "none"] = "none"
    design: DesignMeta | None = None
    regulation: Literal["quality", "staged", "variable"] | None = None
    heating_curve: tuple[CurvePoint, ...] = ()
    pressure_point: PressurePointMeta | None = None
    t_ground_degc: float | tuple[float, ...] = 8.0
    fluid: Literal["if97"] | FluidMeta = "if97"
    pipe_defaults: PipeDefaultsMeta = PipeDefaultsMeta()

    @field_validator("t_ground_degc")
    @classmethod
    def _twelve_months(cls, value: Any) -> Any:
        values = value if isinstance(value, tuple) else (value,)
        if len(values) not in (1, 12):
            raise ValueError(_("One number or twelve monthly ones"))
        if any(not -30 <= number <= 50 for number in values):
            raise ValueError(_("Allowed: {low:g} to {high:g}").format(low=-30, high=50))
        return value

    @model_validator(mode="after")
    def _complete(self) -> NetworkMeta:
        shares = [point.load_share for point in self.heating_curve]
        if len(set(shares)) != len(shares):
            raise ValueError(_("a load_share of the heating_curve stands there twice"))
        return self

    def typed_design(self) -> Design | None:
        """Return the design point as the model's type."""
        return Design(**self.design.model_dump()) if self.design else None

    def typed_pressure_point(self) -> PressurePoint | None:
        """Return the constant-pressure point as the model's type."""
        return PressurePoint(**self.pressure_point.model_dump()) if self.pressure_point else None

    def typed_fluid(self) -> Fluid:
        """Return the fluid as the model's type."""
        return Fluid("constant", **self.fluid.model_dump()) if isinstance(self.fluid, FluidMeta) else Fluid()

    def typed_pipe_defaults(self) -> PipeDefaults:
        """Return the pipe defaults as the model's type."""
        return PipeDefaults(**self.pipe_defaults.model_dump())

    def typed_curve(self) -> tuple[tuple[float, float, float], ...]:
        """Return the heating curve, ascending in load share."""
        points = [(point.load_share, point.t_supply_degc, point.t_return_degc) for point in self.heating_curve]
        return tuple(sorted(points))

    def typed_ground(self) -> tuple[float, ...]:
        """Return twelve monthly ground temperatures."""
        return (
            self.t_ground_degc
            if isinstance(self.t_ground_degc, tuple) and len(self.t_ground_degc) == 12
            else (self._first_ground(),) * 12
        )

    def _first_ground(self) -> float:
        return self.t_ground_degc[0] if isinstance(self.t_ground_degc, tuple) else self.t_ground_degc
