"""Supply temperature and pump head together, by hour or as a heating curve: candidates, choice, confirmation.

Equations and limits: docs/theory_setpoints.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from heatnet.design.setpoint_choice import HeatingCurve
from heatnet.design.setpoint_search import (
    Batch,
    SetpointOptions,
    best_curve,
    best_head,
    best_path,
    largest_head,
    solved_batch,
)
from heatnet.design.setpoint_trial import SetpointCase, Trial, first_dispatch, try_setpoints
from heatnet.i18n import _
from heatnet.model.supply import FloatArray

Tick = Callable[[str], None]


@dataclass(frozen=True)
class Variant:
    """What is asked of setpoints: by hour or as a curve, with all heat or with no less than the design curve gives."""

    by: Literal["hour", "curve"]
    needs: Literal["full", "design"]

    @property
    def name(self) -> str:
        """Name in tables and files."""
        return f"{self.by}_{self.needs}"


@dataclass(frozen=True, eq=False)
class SetpointRun:
    """What was found; every trial is simulated and dispatched anew.

    Parameters
    ----------
    case : SetpointCase
    options : SetpointOptions
    design : Trial
        The design curve: the network's own regulation and head, or one head for the season where that is asked.
    best : dict of Variant to Trial
        The best setpoints of each variant; by hour the design curve itself where it keeps to the
        limits and nothing was better.
    curves : dict of Variant to HeatingCurve
        Of variants as a curve.
    rounds : list of dict
        Of every choice: `variant`, what it should save against the trial that it began from (`Trial.objective_cny`), and what
        its confirmation saves, CNY; NaN where that trial is outside the candidates.
    """

    case: SetpointCase
    options: SetpointOptions
    design: Trial
    best: dict[Variant, Trial] = field(default_factory=dict)
    curves: dict[Variant, HeatingCurve] = field(default_factory=dict)
    rounds: list[dict[str, object]] = field(default_factory=list)

    @property
    def trials(self) -> dict[str, Trial]:
        """The trials by name, the design curve first."""
        return {"design": self.design} | {variant.name: trial for variant, trial in self.best.items()}


def variants_of(options: SetpointOptions) -> list[Variant]:
    """Return the variants that options ask for."""
    ways: tuple[Literal["hour", "curve"], ...] = ("hour", "curve")
    needs: tuple[Literal["full", "design"], ...] = ("design", "full")
    return [
        Variant(by, need)
        for need in needs
        if options.needs in (need, "both")
        for by in ways
        if options.by in (by, "both")
    ]


def optimise_setpoints(case: SetpointCase, options: SetpointOptions, tick: Tick = lambda _stage: None) -> SetpointRun:
    """Return the cheapest setpoints of each variant beside the design curve.

    Parameters
    ----------
    case : SetpointCase
    options : SetpointOptions
    tick : callable
        Called with the name of each stage as it begins.

    Raises
    ------
    NotSolvableError
        Where a dispatch has no result, no hour can be solved, or no path stays within the limit on the change per hour.
    """
    tick(_("design curve"))
    design = _design_trial(case, options)
    run = SetpointRun(case, options, design)
    variants = variants_of(options)
    allowed = {"full": np.zeros(len(case.hours)), "design": np.nan_to_num(design.rows.shortfall_mw)}
    for round_ in range(options.rounds):
        tick(_("candidates, round {number}").format(number=round_ + 1))
        base = run.best.get(variants[0], design)
        batch = solved_batch(case, options, base, [allowed[variant.needs] for variant in variants])
        for variant in variants:
            tick(_("confirmation of {name}").format(name=variant.name))
            _confirm(run, variant, batch, allowed[variant.needs], base)
    return run


def _design_trial(case: SetpointCase, options: SetpointOptions) -> Trial:
    """Return the design curve with the network's own head; where one head is asked for the season, with the least such one."""
    design = try_setpoints(case, case.year.network, case.design_degc, first_dispatch(case))
    if options.head == "hour" or design.head_bar is not None:
        return design
    constant = case.network_with(design.account["head_max_bar"])
    return try_setpoints(case, constant, case.design_degc, design.result)


def _may_be_chosen(trial: Trial, options: SetpointOptions) -> bool:
    """Return whether a trial's temperatures keep to the bounds and the limit on the change per hour."""
    inside = (trial.t_supply_degc >= options.t_min_degc) & (trial.t_supply_degc <= options.t_max_degc)
    return bool(inside.all()) and trial.account["ramp_max_k_per_h"] <= options.ramp_k_per_h


def _confirm(run: SetpointRun, variant: Variant, batch: Batch, allowed_mw: FloatArray, base: Trial) -> None:
    """Choose the setpoints of a variant, try them, and keep them where they are the best so far."""
    case, options = run.case, run.options
    head = best_head(case, options, batch, allowed_mw)
    curve = None
    if variant.by == "hour":
        t_supply, expected = best_path(case, options, batch, allowed_mw, head)
    else:
        curve = best_curve(case, options, batch.candidates(case, allowed_mw, head))
        t_supply, expected = curve.at(case.t_filtered_degc), curve.cost_cny
        if options.head == "constant":
            head = largest_head(case, batch, t_supply)
    trial = try_setpoints(case, case.network_with(head), t_supply, base.result)
    objective = trial.objective_cny(allowed_mw)
    before = float(np.sum(batch.candidates(case, allowed_mw, head).cost_at(base.t_supply_degc)))
    run.rounds.append(
        {
            "variant": variant.name,
            "expected_saving_cny": before - expected if np.isfinite(before) else float("nan"),
            "confirmed_saving_cny": base.objective_cny(allowed_mw) - objective,
        }
    )
    if variant.by == "hour" and _may_be_chosen(run.design, options):
        run.best.setdefault(variant, run.design)
    if variant not in run.best or objective < run.best[variant].objective_cny(allowed_mw):
        run.best[variant] = trial
        if curve is not None:
            run.curves[variant] = curve
