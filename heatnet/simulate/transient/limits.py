"""What flows that are found may still contradict: check valves passed backwards, consumers short of pressure."""

from __future__ import annotations

import numpy as np

from heatnet.adapters.activity import Activity
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.transient.hydraulics import FlowField, Hydraulics, Properties

#: flow in kg/s with which a check valve must at least be passed backwards to be shut
_BACKWARDS_KG_PER_S = 1e-6
#: bar by which a consumer's pressure must fall short of what its flow needs
_MISSING_BAR = 1e-7
#: a valve that lets more through than is asked for, by this share, closes again
_TOO_MUCH_SHARE = 1e-9
_LEAST_DP_BAR, _LEAST_SHARE = 1e-4, 1e-3


class Limits:
    """Which check valves are shut and which consumers are short of pressure, so that their open valve sets their flow.

    A consumer can be short where the head of its part's plant is given and its valve known: by its flow coefficient, or by its
    design flow at its least pressure difference.

    Parameters
    ----------
    hydraulics : Hydraulics
    """

    def __init__(self, hydraulics: Hydraulics) -> None:
        self._hydraulics, mains = hydraulics, hydraulics.mains
        self._start, self._end = mains.users.consumer_start, mains.users.consumer_end
        self._may = np.isfinite(mains.users.open_c) & np.isfinite(hydraulics.head_bar) & ~hydraulics.by_valve
        self.any_may_be_short = bool(self._may.any())
        self.shut = np.zeros(len(mains.graph.start), dtype=bool)
        self.short = np.zeros(len(mains.users.consumer_start), dtype=bool)

    def begin(self) -> None:
        """Open all check valves; consumers that were short begin short."""
        self.shut[:] = False

    def shut_checks(self, field: FlowField) -> bool:
        """Shut check valves that are passed backwards; return whether there is one."""
        backwards = self._hydraulics.is_check & ~self.shut & (field.branch_mdot < -_BACKWARDS_KG_PER_S)
        self.shut |= backwards
        return bool(backwards.any())

    def turn_short(
        self, active: Activity, field: FlowField, asked_kg_per_s: FloatArray, properties: Properties
    ) -> FloatArray | None:
        """Mark consumers that the pressure cannot give their flow, and those it now can.

        Parameters
        ----------
        active : Activity
        field : FlowField
        asked_kg_per_s : ndarray, shape (consumers,)
            Flow with which a consumer that is short would get what it asks for.
        properties : Properties

        Returns
        -------
        ndarray or None
            First guess of all flows, kg/s; None where nothing has changed.
        """
        may, m = self._may & active.consumers, field.consumer_mdot
        self.short &= may
        if not may.any():
            return None
        p = self._hydraulics.pressures().junction_p_bar
        available = p[self._start] - p[self._end]
        released = self.short & (m > asked_kg_per_s * (1.0 + _TOO_MUCH_SHARE))
        lacking = may & ~self.short & (available < self._hydraulics.needed_bar(m, properties) - _MISSING_BAR)
        if not (released | lacking).any():
            return None
        self.short = (self.short & ~released) | lacking
        passed = self._hydraulics.passed_kg_per_s(np.maximum(available, _LEAST_DP_BAR), properties)
        begun = np.where(lacking, np.clip(passed, _LEAST_SHARE * m, m), m)
        return np.where(released, asked_kg_per_s, begun)
