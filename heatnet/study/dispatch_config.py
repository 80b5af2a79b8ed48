"""The parts of `study.yaml` that belong to the dispatch alone: the search where units are on or off, heat between zones."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from heatnet.study.parts import Share, Strict

NotNegative = Annotated[float, Field(ge=0)]


class UnitCommitment(Strict):
    """When the search for a schedule ends where plants are switched on and off (keys of the plants table)."""

    gap_share: Annotated[
        float, Field(ge=0, le=0.5, description="What a schedule may cost beyond the proven bound, over its cost.")
    ] = 0.005
    range_gap_share: Annotated[
        float,
        Field(
            ge=0,
            le=0.5,
            description="The same for the dispatches behind a rate's range and displaced heat, at least gap_share.",
        ),
    ] = 0.02
    rounds: Annotated[int, Field(ge=0, le=1000, description="Rounds of improvement and proof at most.")] = 12
    nodes: Annotated[int, Field(ge=1, le=1_000_000, description="Nodes of the search of one stretch at most.")] = 200
    seconds: Annotated[
        float | None,
        Field(gt=0, description="Time of one dispatch; null: none, so that the same input gives the same bytes."),
    ] = None


class ZoneTransfer(Strict):
    """A connection that passes heat from one zone without pipes (carrier site) to another."""

    from_network: str
    to_network: str
    capacity_mw: NotNegative
    capacity_back_mw: NotNegative = 0.0
    loss_share: Share = 0.0
    cost_cny_per_mwh: NotNegative = 0.0
