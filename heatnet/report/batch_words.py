"""Sentences of a batch's page: what was found, how the seasons were chosen, what their dimensions are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatnet.i18n import _, pick
from heatnet.metrics.chance import Chance, spread_of
from heatnet.model.substitution import UNMET_LIMIT_SHARE
from heatnet.report.batch_answers import headline_chance
from heatnet.report.batch_results import BatchResults
from heatnet.report.tables import Column, Row, Table, number, percent
from heatnet.web.portfolio_words import definition_words


def headline_sentences(batch: BatchResults) -> list[str]:
    """Return the finding: for each portfolio how often the target is reached by the headline's definition."""
    target, told = batch.description["target_share"], []
    for group in batch.groups:
        found = headline_chance(batch, group)
        if found is not None and found.told:
            told.append(_chance_sentence(batch, group, found))
        rate = batch.rate(batch.rows_of(group), batch.description["headline"])
        if rate.notna().any():
            told.append(_spread_sentence(batch, group, spread_of(rate)))
        else:
            told.append(_silent_sentence(batch, group))
    if target is not None:
        told.append(_("Definition: {definition}.").format(definition=definition_words(batch.description["headline"])))
    lost = len(batch.failed)
    open_seasons = int(batch.description["variants"]) - len(batch.cases)
    if lost:
        told.append(
            _("{count} of {all} seasons have no result; why stands below.").format(count=lost, all=len(batch.cases))
        )
    if open_seasons > 0:
        told.append(_("{count} seasons are still to be run.").format(count=open_seasons))
    return told


def _chance_sentence(batch: BatchResults, group: str, found: Chance) -> str:
    words = {
        "portfolio": batch.group_name(group),
        "target": percent(batch.description["target_share"], 0),
        "share": percent(found.share, 1),
        "reached": found.reached,
        "told": found.told,
    }
    if batch.description["sampled"]:
        sentence = _(
            "{portfolio}: {target} is reached with a probability of {share} (95 % interval {low} to {high}): in {reached} of "
            "{told} seasons."
        ).format(**words, low=percent(found.low, 1), high=percent(found.high, 1))
    else:
        sentence = _("{portfolio}: {target} is reached in {reached} of {told} seasons that were chosen.").format(
            **words
        )
    if batch.description["sampled"] and batch.crossed_names:
        sentence += " " + _(
            "Seasons that differ only in {names} are not independent: the interval is that of {effective} independent seasons."
        ).format(names=_(", ").join(batch.crossed_names), effective=number(found.effective, 0))
    if found.lost:
        sentence += " " + _(
            "{lost} more tell no rate (no schedule, or heat is missing); with them it is {least} to {most}."
        ).format(lost=found.lost, least=percent(found.least, 1), most=percent(found.most, 1))
    return sentence


def _silent_sentence(batch: BatchResults, group: str) -> str:
    """Return why no season of a portfolio tells a rate."""
    frame = batch.rows_of(group)
    lacking, lost = int(batch.lacks_heat(frame).sum()), int((~batch.ok_rows(frame)).sum())
    others = len(frame) - lacking - lost
    reasons = (
        (lacking, _("in {count} more than {limit} of the heat is missing")),
        (lost, _("{count} have no schedule or no solution")),
        (others, _("in {count} the zone lacks heat or has no figure by this definition")),
    )
    words = [text.format(count=count, limit=percent(UNMET_LIMIT_SHARE, 1)) for count, text in reasons if count]
    return _("{portfolio}: none of {count} seasons tells a rate: {reasons}.").format(
        portfolio=batch.group_name(group), count=len(frame), reasons=_(", ").join(words)
    )


def _spread_sentence(batch: BatchResults, group: str, spread: Mapping[str, float]) -> str:
    sentence = _("{portfolio}: the rate is {mean} in the mean, from {least} to {most}.")
    if batch.description["sampled"]:
        sentence = _(
            "{portfolio}: the rate is {mean} in the mean, from {least} to {most}; nine of ten seasons lie between {p05} and "
            "{p95}."
        )
    shares = {key: percent(spread[key], 1) for key in ("mean", "least", "most", "p05", "p95")}
    return sentence.format(portfolio=batch.group_name(group), **shares)


def method_sentences(batch: BatchResults) -> list[str]:
    """Return how the seasons of a batch were chosen."""
    words = {
        "grid": _("All combinations of the values."),
        "list": _("The named variants of a list."),
        "one_at_a_time": _("A base, and each change alone."),
        "latin_hypercube": _("A Latin hypercube of {samples} points, seed {seed}."),
        "sobol": _("A scrambled Sobol' sequence of {samples} points, seed {seed}."),
    }
    told = [
        words[batch.description["method"]].format(samples=batch.description["samples"], seed=batch.description["seed"])
    ]
    if batch.description["indices"]:
        told.append(
            _("Two independent halves, and one of them with a column of the other for each dimension (Saltelli).")
        )
    crossed = [pick(one["label"]) for one in batch.description["dimensions"].values() if one["each"]]
    if crossed:
        told.append(_("Each of them with every value of: {names}.").format(names=_(", ").join(crossed)))
    told.append(
        _("{count} seasons; the case that they start from: {case}.").format(
            count=batch.description["variants"], case=batch.group_name(batch.description["case"])
        )
    )
    note = pick(batch.description["geometry_note"])
    return [*told, note] if note else told


def dimension_table(batch: BatchResults) -> Table:
    """Return the dimensions of a batch: what they act on and which values they take."""
    columns = (Column(_("Dimension")), Column(_("acts on")), Column(_("Values")))
    rows = tuple(
        Row((pick(one["label"]), target_words(one), values_words(one)))
        for one in batch.description["dimensions"].values()
    )
    return Table(_("Dimensions"), columns, rows)


def target_words(dimension: Mapping[str, Any]) -> str:
    """Return what a dimension acts on, in words."""
    target = dimension["target"]
    names = {
        "price": _("price"),
        "price_path": _("price path"),
        "price_file": _("price file"),
        "demand_factor": _("heat demand, factor"),
        "weather": _("weather file"),
        "climate": _("weather year of the climate, by seed"),
        "warmer": _("warmer by, K"),
        "season": _("heating season"),
        "cell": _("column of a table"),
        "failures": _("outages by failure and repair; hours out of service"),
        "outage": _("an outage; its hours"),
        "portfolio": _("portfolio"),
        "retrofit": _("renovated share of the floor area"),
        "pipe_insulation": _("pipe insulation: factor on the loss"),
        "return_temperature": _("lower return temperature, K"),
    }
    how = {"factor": _("factor"), "shift": _("added"), "value": _("in its place"), None: ""}[dimension["how"]]
    kind = target["kind"]
    places = [
        *(target.get("key") or ()),
        *(target.get("networks") or ()),
        *(target.get("plants") or ()),
        *([f"{target['network']} {target['table']}.{target['column']}"] if kind == "cell" else []),
    ]
    rates = _failure_words(target) if kind == "failures" else ""
    return ", ".join(part for part in (names[kind], how, *places, rates) if part)


def _failure_words(target: Mapping[str, Any]) -> str:
    up = target["mtbf_h"] if "mtbf_h" in target else 1000.0 / target["failures_per_1000_h"]
    return _("a failure every {up:.0f} h, {repair:.0f} h of repair").format(up=up, repair=target["repair_h"])


def values_words(dimension: Mapping[str, Any]) -> str:
    """Return the values of a dimension, or its distribution, in words."""
    own = dimension["distribution"]
    if own is None:
        listed = dimension["values"] or _choices(dimension["target"])
        return ", ".join(
            "–" if one is None else (f"{one:g}" if isinstance(one, int | float) else str(one)) for one in listed
        )
    kinds = {
        "uniform": _("uniform"),
        "normal": _("normal"),
        "triangular": _("triangular"),
        "lognormal": _("lognormal"),
        "choice": _("choice"),
    }
    figures = [f"{key} {value:g}" for key, value in own.items() if isinstance(value, int | float)]
    listed = [", ".join(str(one) for one in own["values"])] if "values" in own else []
    return f"{kinds[own['kind']]}: {', '.join([*figures, *listed])}"


def _choices(target: Mapping[str, Any]) -> list[str]:
    if target["kind"] == "climate":
        return [f"1–{target.get('years', 30)}"]
    for key in ("cases", "epw", "files", "seasons"):
        if target.get(key):
            return list(target[key])
    return list(target.get("path", ()))
