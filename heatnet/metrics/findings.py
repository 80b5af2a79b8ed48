"""What a check of one of the plan's claims gives: value, verdict, and what its reason quotes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from heatnet.metrics.carbon import heat_intensity_t_co2_per_gj
from heatnet.metrics.claims_context import ClaimContext

#: a figure is reproduced when the computed one is this near: the plan prints three digits, networks are sized to them
REPRODUCED_SHARE = 0.05


class Verdict(StrEnum):
    """How a claim stands beside the computed value."""

    REPRODUCED = "reproduced"
    OVERSTATED = "overstated"
    NOT_NETTED = "not_netted"
    UNDEFINED = "undefined"
    INCONSISTENT = "inconsistent"


@dataclass(frozen=True)
class Finding:
    """What a check found: value in the claim's unit, verdict, numbers and words for the reason (words by language)."""

    computed: float | None
    verdict: Verdict
    quoted: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


Check = Callable[[dict[str, Any], ClaimContext], Finding | None]


def near(computed: float, claimed: float, share: float) -> bool:
    """Return whether a computed value lies within a share of the claimed one."""
    return abs(computed - claimed) <= share * abs(claimed)


def gas_boiler_t_co2_per_gj(claim: dict[str, Any], context: ClaimContext) -> float:
    """Return the emission of heat from a gas boiler of the claim's efficiency, t CO2/GJ."""
    return heat_intensity_t_co2_per_gj(
        fuel_per_heat=1.0 / claim["constants"]["gas_efficiency_share"], fuel_t_co2_per_mwh=context.gas_t_co2_per_mwh
    )
