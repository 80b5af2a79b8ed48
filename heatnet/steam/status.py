"""What an hour of a steam network can end as."""

from __future__ import annotations

from enum import StrEnum


class SteamStatus(StrEnum):
    """Status of one hour; hours that begin with "ok" carry numbers, all others NaN. The worst that holds counts."""

    OK = "ok"
    #: steam condenses on its way somewhere; traps drain it, or it arrives wet
    WET = "ok_wet"
    #: a pipe passes nothing on: kept hot by the steam that condenses in it, or cold where no trap drains it
    STAGNANT = "ok_stagnant"
    #: some consumer has less than its `min_p_bar`
    UNDERSUPPLIED = "ok_undersupplied"
    #: the flows asked for use up the pressure: the steam reaches the speed of sound, or less than 0.1 bar
    CHOKED = "choked"
    #: all steam condenses in a pipe that no trap drains
    FLOODED = "flooded"
    #: a plant's steam is colder than saturation at the pressure of its node
    BELOW_SATURATION = "inlet_below_saturation"
    #: plants that follow a set heat or flow give more steam than consumers and traps take
    PLANT_FLOW_REVERSED = "plant_flow_reversed"
    #: pressures or temperatures beyond the table (0.1 to 32 bar, 450 °C)
    OUT_OF_RANGE = "out_of_range"
    #: no solution found
    NOT_CONVERGED = "not_converged"

    @property
    def solved(self) -> bool:
        """Whether the hour carries numbers."""
        return self.value.startswith("ok")


def is_solved(status: str) -> bool:
    """Return whether an hour with this status carries numbers."""
    return SteamStatus(status).solved


#: status by code of the compiled code
STATUSES = tuple(SteamStatus)
(
    OK,
    WET,
    STAGNANT,
    UNDERSUPPLIED,
    CHOKED,
    FLOODED,
    BELOW_SATURATION,
    PLANT_FLOW_REVERSED,
    OUT_OF_RANGE,
    NOT_CONVERGED,
) = range(len(STATUSES))
