"""What makes a supply unit a matter of on and off: least load, starts, ramps, maintenance; and heat passed between zones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.model.hourly import BoolArray, FloatArray, check_array, length_text


@dataclass(frozen=True, eq=False)
class Commitment:
    """Limits and costs of running a unit, beyond those of a MWh.

    Everything in MW, MWh and CNY holds for the whole unit; a boiler of `sizes_mw` has its share of it.

    Parameters
    ----------
    min_mw : float
        Least heat while on, MW. In hours in which less than that is available the unit is off.
    no_load_fuel_mw, no_load_power_mw : float or ndarray, shape (T,)
        Fuel and electricity while on, whatever the heat; `fuel_per_heat` and `power_per_heat` are what a further MWh needs
        (affine part load), MW.
    start_cost_cny : float
        Cost of a start beside its fuel, CNY.
    start_fuel_mwh : float
        Fuel of a start, with its price and CO2, MWh.
    start_h : int
        Hours from the order to start until heat; the unit must not be in maintenance in them.
    min_up_h, min_down_h : int
        Least hours on after a start, least hours off after a stop, h.
    ramp_up_mw_per_h, ramp_down_mw_per_h : float or None
        Largest change of heat between hours while on, MW; None: no limit.
    start_max_mw, stop_max_mw : float or None
        Largest heat in the first and in the last hour on, MW; None: the larger of least heat and ramp.
    state_h : int or None
        Hours that the unit has been on (positive) or off (negative) before the horizon; None: not known, and the first
        hour may be either without a start. A unit that has not been on for `min_up_h` stays on for the rest of them, or until
        maintenance or an hour with less than its least heat available: what was started before is a fact, and so is that outage.
    heat_before_mw : float or None
        Heat of the hour before the horizon, MW, for the ramp of the first; None: no ramp there.
    maintenance : ndarray of bool, shape (T,), or None
        Hours in which the unit is out of service.
    sizes_mw : tuple of float
        Capacities of the single boilers, MW, which are switched one by one; boilers of one size are counted, not told apart.
        Empty: the unit is one boiler. Only their shares of the sum matter.

    Raises
    ------
    InputError
        If a number lies outside its range.
    """

    min_mw: float = 0.0
    no_load_fuel_mw: float | FloatArray = 0.0
    no_load_power_mw: float | FloatArray = 0.0
    start_cost_cny: float = 0.0
    start_fuel_mwh: float = 0.0
    start_h: int = 0
    min_up_h: int = 1
    min_down_h: int = 1
    ramp_up_mw_per_h: float | None = None
    ramp_down_mw_per_h: float | None = None
    start_max_mw: float | None = None
    stop_max_mw: float | None = None
    state_h: int | None = None
    heat_before_mw: float | None = None
    maintenance: BoolArray | None = None
    sizes_mw: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        problems = Problems()
        where = _("unit commitment")
        for name in ("min_mw", "start_cost_cny", "start_fuel_mwh", "heat_before_mw"):
            _check(problems, where, name, getattr(self, name), 0.0)
        for name in ("no_load_fuel_mw", "no_load_power_mw"):
            _check(problems, where, name, _worst(getattr(self, name)), 0.0)
        for name in ("start_h", "min_up_h", "min_down_h"):
            _check(problems, where, name, getattr(self, name), 0.0, whole=True)
        for name in ("ramp_up_mw_per_h", "ramp_down_mw_per_h"):
            _check(problems, where, name, getattr(self, name), 0.0, above=True)
        for name in ("start_max_mw", "stop_max_mw"):
            _check(problems, where, name, getattr(self, name), self.min_mw)
        for size in self.sizes_mw:
            _check(problems, where, "sizes_mw", size, 0.0, above=True)
        if self.state_h is not None and (self.state_h == 0 or int(self.state_h) != self.state_h):
            problems.add(where, f"state_h {self.state_h:g}", _("a whole number of hours, not 0"))
        if self.maintenance is not None:
            object.__setattr__(self, "maintenance", np.asarray(self.maintenance, dtype=bool))
        problems.raise_if_any()

    @property
    def off_h(self) -> int:
        """Least hours without heat between two runs: time of standstill or of the start, whichever is longer."""
        return max(self.min_down_h, self.start_h, 1)


def _check(
    problems: Problems, where: str, name: str, value: float | None, low: float, above: bool = False, whole: bool = False
) -> None:
    """Note a number that is not finite, below `low` (or at it, with `above`), or not whole where it must be."""
    if value is None:
        return
    if whole and not (np.isfinite(value) and float(value).is_integer()):
        problems.add(where, f"{name} {value:g}", _("a whole number of hours"))
    elif not (np.isfinite(value) and (value > low if above else value >= low)):
        problems.add(where, f"{name} {value:g}", f"{'>' if above else '>='} {low:g}")


def _worst(value: float | FloatArray) -> float:
    """Return a value that is not finite, else the least one."""
    values = np.atleast_1d(np.asarray(value, dtype=float))
    bad = values[~np.isfinite(values)]
    return float(bad[0] if len(bad) else values.min(initial=np.inf) if len(values) else 0.0)


def check_commitment(
    problems: Problems,
    where: str,
    commitment: Commitment,
    available_mw: FloatArray,
    take_min_mw: FloatArray,
    fuel: str | None,
) -> None:
    """Note what does not fit between a commitment and its unit.

    Parameters
    ----------
    problems : Problems
        Where findings are noted.
    where : str
        The unit.
    commitment : Commitment
    available_mw, take_min_mw : ndarray, shape (T,)
        Largest heat and least heat of a contract, MW.
    fuel : str or None
    """
    out = commitment.maintenance
    if out is not None and out.shape != available_mw.shape:
        problems.add(where, length_text("maintenance", int(out.size), len(available_mw)))
        return
    if not np.isfinite(available_mw).all():
        remedy = _("Give the unit a capacity.")
        problems.add(where, _("a unit with commitment has no limit in some hour"), remedy=remedy)
        return
    most = float(available_mw.max(initial=0.0))
    if commitment.min_mw > most > 0:
        found = _("least load {least:g} MW is above the largest heat of any hour").format(least=commitment.min_mw)
        problems.add(where, found, f"<= {most:g}", _("Lower the least load or raise the capacity."))
    for name in ("no_load_fuel_mw", "no_load_power_mw"):
        size = np.size(getattr(commitment, name))
        if np.ndim(getattr(commitment, name)) and size != len(available_mw):
            problems.add(where, length_text(name, size, len(available_mw)))
    if fuel is None and (np.any(commitment.no_load_fuel_mw) or commitment.start_fuel_mwh):
        name = "no_load_fuel_mw" if np.any(commitment.no_load_fuel_mw) else "start_fuel_mwh"
        found = _("{name} without a fuel").format(name=name)
        problems.add(where, found, remedy=_("Name the fuel, or use no_load_power_mw."))
    off = available_mw < commitment.min_mw if out is None else out | (available_mw < commitment.min_mw)
    if not commitment.sizes_mw and bool(np.any(off & (take_min_mw > 0))):
        found = _("a contract asks for heat in an hour in which the unit cannot run")
        problems.add(where, found, remedy=_("Move the maintenance or lower the contract's least heat."))


@dataclass(frozen=True)
class Transfer:
    """A connection that passes heat from one balance to another, both ways where it has a capacity back.

    Parameters
    ----------
    id : str
    from_balance, to_balance : str
        Balances that it connects.
    capacity_mw, capacity_back_mw : float
        Largest heat that goes in at `from_balance`, and at `to_balance` on the way back, MW.
    loss_share : float
        Share of the heat that is lost on the way.
    cost_cny_per_mwh : float
        Cost of a MWh that goes in (pumping), CNY/MWh.

    Raises
    ------
    InputError
        If a number lies outside its range or both ends are the same.
    """

    id: str
    from_balance: str
    to_balance: str
    capacity_mw: float
    capacity_back_mw: float = 0.0
    loss_share: float = 0.0
    cost_cny_per_mwh: float = 0.0

    def __post_init__(self) -> None:
        problems = Problems()
        where = _("transfer {transfer}").format(transfer=self.id)
        for name in ("capacity_mw", "capacity_back_mw", "loss_share", "cost_cny_per_mwh"):
            _check(problems, where, name, getattr(self, name), 0.0)
        if self.loss_share > 1:
            problems.add(where, f"loss_share {self.loss_share:g}", "<= 1")
        if self.from_balance == self.to_balance:
            problems.add(where, _("it connects {balance} with itself").format(balance=self.from_balance))
        problems.raise_if_any()


def check_zones(
    problems: Problems,
    transfers: Iterable[Transfer],
    reserve_mw: Mapping[str, FloatArray],
    balances: tuple[str, ...],
    hours: int,
) -> None:
    """Note transfers and reserves that name no balance, ids that repeat, and reserves of another length.

    Parameters
    ----------
    problems : Problems
        Where findings are noted.
    transfers : iterable of Transfer
    reserve_mw : mapping of balance to ndarray, shape (T,)
        Heat that must stand ready, MW.
    balances : tuple of str
        The problem's balances.
    hours : int
        Length of the time axis.
    """
    seen: set[str] = set()
    for transfer in transfers:
        where = _("transfer {transfer}").format(transfer=transfer.id)
        if transfer.id in seen:
            problems.add(where, _("'{name}' is taken").format(name=transfer.id))
        seen.add(transfer.id)
        for balance in (transfer.from_balance, transfer.to_balance):
            if balance not in balances:
                problems.add(where, _("unknown balance {balance}").format(balance=balance), ", ".join(balances))
    for balance, reserve in reserve_mw.items():
        where = _("reserve")
        if balance not in balances:
            problems.add(where, _("unknown balance {balance}").format(balance=balance), ", ".join(balances))
        check_array(problems, where, f"reserve_mw[{balance}]", reserve, hours)


@dataclass(frozen=True)
class CommitmentLimits:
    """When the search for a schedule ends.

    Parameters
    ----------
    gap_share : float
        What the schedule may cost beyond the proven bound, over its cost.
    seconds : float or None
        Time; None: no limit, so that the same problem gives the same bytes on every machine.
    rounds : int
        Rounds of improvement and of proof at most.
    nodes : int
        Nodes of the search of one stretch at most.
    threads : int
        Stretches solved side by side; no result depends on it without a limit of seconds.

    Raises
    ------
    InputError
        If a number lies outside its range.
    """

    gap_share: float = 0.005
    seconds: float | None = None
    rounds: int = 12
    nodes: int = 200
    threads: int = 2

    def __post_init__(self) -> None:
        problems = Problems()
        where = _("limits of the search")
        _check(problems, where, "gap_share", self.gap_share, 0.0)
        _check(problems, where, "seconds", self.seconds, 0.0)
        for name in ("rounds", "nodes"):
            _check(problems, where, name, getattr(self, name), 0.0, whole=True)
        _check(problems, where, "threads", self.threads, 1.0, whole=True)
        problems.raise_if_any()
