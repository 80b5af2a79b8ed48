"""Buses inside lightsim2grid: Newton's method for many hours of one network, each begun from the idle network's voltages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from heatnet.electric.pi_branches import BASE_MVA, PiBranches
from heatnet.physics.arrays import FloatArray

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Complex = NDArray[np.complex128]
    Ints = NDArray[np.int64]

#: largest mismatch of a solution, per unit of 1 MVA: 1 mW, or what rounding leaves at the largest admittance
_TOLERANCE_PU = 1e-9
_ROUNDING = 16 * np.finfo(float).eps
_MAX_ITERATIONS = 30


class Sweep:
    """Buses joined by branches; bus 0 holds a voltage at angle 0.

    Parameters
    ----------
    branches : PiBranches
        With the numbers of the buses; each bus is joined to bus 0.
    bus_kv : array (buses,)
        Nominal voltages.
    """

    def __init__(self, branches: PiBranches, bus_kv: FloatArray) -> None:
        self._branches = branches
        self._bus_kv = bus_kv

    def voltages(
        self,
        *,
        taken_mva: Complex,
        held_bus: Ints,
        held_v_pu: FloatArray,
        held_mw: FloatArray,
        slack_v_pu: FloatArray,
        threads: int,
    ) -> tuple[Complex, NDArray[np.bool_]]:
        """Return voltages (hours, buses) and which hours were solved.

        Parameters
        ----------
        taken_mva : complex array (hours, buses - 1)
            Of all buses but the first.
        held_bus, held_v_pu : array (held,)
            Buses at which generators hold a voltage.
        held_mw : array (hours, held)
        slack_v_pu : array (hours,)
        threads : int
        """
        from lightsim2grid.lightsim2grid_cpp import AlgorithmType, InjectionSweepCPP

        sweep = InjectionSweepCPP(self._grid(held_bus))
        if AlgorithmType.NRSing_KLU in sweep.available_default_algorithms():
            sweep.change_algorithm(AlgorithmType.NRSing_KLU)
        else:
            sweep.change_algorithm(AlgorithmType.NRSing_SparseLU)
        hours = len(slack_v_pu)
        sweep.nb_thread = threads
        sweep.modify_load_p(np.ascontiguousarray(taken_mva.real))
        sweep.modify_load_q(np.ascontiguousarray(taken_mva.imag))
        sweep.modify_gen_p(np.column_stack([np.zeros(hours), held_mw]))
        sweep.modify_gen_v(np.column_stack([slack_v_pu, np.tile(held_v_pu, (hours, 1))]))
        admittance = self._admittance()
        rounding = _ROUNDING * float(abs(admittance).sum(axis=1).max())
        start = self._idle(admittance, float(slack_v_pu[0]))
        sweep.compute(start, _MAX_ITERATIONS, max(_TOLERANCE_PU, rounding))
        return np.array(sweep.get_voltages()), np.array(sweep.converged_mask(), dtype=bool)

    def _grid(self, held_bus: Ints) -> Any:
        from lightsim2grid.lightsim2grid_cpp import LSGrid

        branches, count = self._branches, len(self._bus_kv)
        none, nowhere = np.zeros(0), np.zeros(0, dtype=np.int32)
        grid = LSGrid()
        grid.set_sn_mva(BASE_MVA)
        grid.init_bus(count, 1, self._bus_kv, 0, len(branches.on))
        grid.init_powerlines_full(none, none, none.astype(complex), none.astype(complex), nowhere, nowhere)
        impedance = 1 / branches.series_pu
        grid.init_trafo(
            impedance.real,
            impedance.imag,
            branches.shunt_pu,
            np.abs(branches.ratio),
            np.angle(branches.ratio, deg=True),
            [True] * len(branches.on),
            branches.from_node.astype(np.int32),
            branches.to_node.astype(np.int32),
            True,
        )
        grid.init_loads(np.zeros(count - 1), np.zeros(count - 1), np.arange(1, count, dtype=np.int32))
        at = np.append(0, held_bus).astype(np.int32)
        grid.init_generators(
            np.zeros(len(at)), np.ones(len(at)), np.full(len(at), -np.inf), np.full(len(at), np.inf), at
        )
        grid.add_gen_slackbus(0, 1.0)
        grid.check_grid()
        return grid

    def _admittance(self) -> Any:
        from scipy.sparse import csr_array

        branches, count = self._branches, len(self._bus_kv)
        first, second = branches.from_node, branches.to_node
        rows, columns = np.concatenate([first, first, second, second]), np.concatenate([first, second, first, second])
        return csr_array((np.concatenate(branches.terms()), (rows, columns)), shape=(count, count))

    def _idle(self, admittance: Any, slack_v_pu: float) -> Complex:
        """Return the voltages without any load, where Newton's method begins: phase shifts are in them."""
        from scipy.sparse.linalg import spsolve

        rest = np.atleast_1d(spsolve(admittance[1:, 1:].tocsc(), -admittance[1:, [0]].toarray()[:, 0] * slack_v_pu))
        return np.append(slack_v_pu, rest).astype(complex)
