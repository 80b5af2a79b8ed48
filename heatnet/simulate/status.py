"""What an hour of a simulation can end as."""

from __future__ import annotations

from enum import StrEnum


class HourStatus(StrEnum):
    """Status of one hour; hours that begin with "ok" carry numbers, all others NaN."""

    OK = "ok"
    #: some water stands still: its temperature is the ground's, its pressure hydrostatic
    STAGNANT = "ok_stagnant"
    #: some consumer gets less than it asks for (`consumer_shortfall_mw`)
    UNDERSUPPLIED = "ok_undersupplied"
    #: water runs in a circle that nothing heats: its temperature is the ground's
    CIRCULATING = "ok_circulating"
    #: no solution found
    NOT_CONVERGED = "not_converged"
    #: plants that follow a set heat or flow push more water than consumers take
    PLANT_FLOW_REVERSED = "plant_flow_reversed"
    #: a plant is to give heat to a return that is as hot as its supply
    NO_TEMPERATURE_LIFT = "no_temperature_lift"
    #: a plant is to heat or push water that does not flow: nobody takes any, or its return stands still
    NO_RETURN_FLOW = "no_return_flow"
    #: water colder than ground and set temperatures, or hotter than the fluid's table
    TEMPERATURE_OUT_OF_RANGE = "temperature_out_of_range"

    @property
    def solved(self) -> bool:
        """Whether the hour carries numbers."""
        return self.value.startswith("ok")


def is_solved(status: str) -> bool:
    """Return whether an hour with this status carries numbers."""
    return HourStatus(status).solved
