"""The verdict: the headline rate of each case against the target, and in plain words what decides it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from heatnet.i18n import _
from heatnet.model.substitution import (
    SET_CLASSES,
    UNMET_LIMIT_SHARE,
    Counting,
    Denominator,
    Period,
    Variant,
    WasteSet,
    variants,
)
from heatnet.report.context import Context
from heatnet.report.tables import percent, percent_range
from heatnet.web.labels import definition_names
from heatnet.web.results_view import CaseResults


@dataclass(frozen=True)
class HeadlineRow:
    """Headline rate of one case.

    Parameters
    ----------
    label : str
        Case.
    rate, low, high : float or None
        Rate and its range, as shares; no range where none was computed.
    word : str
        Verdict in a few words.
    kind : {"reached", "missed", "open", "none"}
        The verdict as a code.
    """

    label: str
    rate: float | None
    low: float | None
    high: float | None
    word: str
    kind: str

    @property
    def printed_rate(self) -> str:
        """Rate in per cent."""
        return percent(self.rate)

    @property
    def printed_range(self) -> str:
        """Range in per cent."""
        return percent_range(None if self.low is None or self.high is None else (self.low, self.high))


def headline_variant(context: Context) -> Variant:
    """Return the study's headline definition."""
    chosen = context.headline
    return Variant(
        WasteSet(chosen["set"]),
        Counting(chosen["counting"]),
        Denominator(chosen["denominator"]),
        Period(chosen["period"]),
    )


def headline_rows(context: Context) -> list[HeadlineRow]:
    """Return the headline of every case, failed ones with their reason."""
    return [_row(context, case) for case in context.study.cases.values()]


def _row(context: Context, case: CaseResults) -> HeadlineRow:
    label = context.label(case)
    if not case.ok:
        word = context.failed_row(case).cells[1]
        return HeadlineRow(label, None, None, None, str(word), "none")
    variant, zone = headline_variant(context), context.headline["zone"]
    unmet = case.summary.get("unmet_share")
    allowed = case.summary.get("zones", {}).get(zone, {}).get("rate_allowed", True)
    if not allowed or (unmet is not None and float(unmet) > UNMET_LIMIT_SHARE):
        text = _("not printed: {share} of the heat is not met").format(
            share=percent(None if unmet is None else float(unmet), 2)
        )
        return HeadlineRow(label, None, None, None, text, "none")
    rate = context.rate(case, zone, variant)
    if rate is None:
        return HeadlineRow(label, None, None, None, _("not defined for this case"), "none")
    low, high = context.rate_range(case, zone, variant) or (None, None)
    return HeadlineRow(label, rate, low, high, *_judge(rate, low, high, context.target_share))


def _judge(rate: float, low: float | None, high: float | None, target: float) -> tuple[str, str]:
    if low is None or high is None:
        return (_("target reached"), "reached") if rate >= target else (_("target missed"), "missed")
    if low >= target:
        return _("reached over the whole range"), "reached"
    if high < target:
        return _("missed over the whole range"), "missed"
    return _("open: reached in part of the range"), "open"


#: a range narrower than this is the rate itself, as shares
_NO_RANGE_SHARE = 5e-5


def range_note(rows: list[HeadlineRow]) -> str:
    """Return the sentence that says what the ranges are, empty where every range is its rate."""
    for row in rows:
        bounds = [value for value in (row.low, row.high) if value is not None]
        if row.rate is not None and any(abs(bound - row.rate) > _NO_RANGE_SHARE for bound in bounds):
            return _("The range is what the plan's coal figures leave open (heating value, boiler efficiency).")
    return ""


def definition_sentence(context: Context) -> str:
    """Return the headline's definition in one sentence."""
    chosen = context.headline
    return _(
        "Headline definition: waste heat {set}, counted as {counting}, as a share of {denominator}, {period}, "
        "zone: {zone}. Target: {target}."
    ).format(
        set=definition_names("set").get(chosen["set"], chosen["set"]),
        counting=definition_names("counting").get(chosen["counting"], chosen["counting"]),
        denominator=definition_names("denominator").get(chosen["denominator"], chosen["denominator"]),
        period=definition_names("period").get(chosen["period"], chosen["period"]),
        zone=context.zone_name(chosen["zone"]),
        target=percent(context.target_share, 0),
    )


def deciding_paragraph(context: Context) -> list[str]:
    """Return the sentences that say what decides whether the target is met, drawn from the numbers alone."""
    judged = [row for row in headline_rows(context) if row.rate is not None]
    if not judged:
        return [_("No case has a rate that may be printed.")]
    sentences = _counts(judged)
    best = max(context.ok_cases, key=lambda case: _headline_rate(context, case))
    sentences += _contributors(context, best)
    sentences += _axes(context, best)
    return sentences


def _headline_rate(context: Context, case: CaseResults) -> float:
    rate = context.rate(case, context.headline["zone"], headline_variant(context))
    return -1.0 if rate is None else rate


def _counts(rows: list[HeadlineRow]) -> list[str]:
    words = {
        "reached": _("The target is reached over the whole range in: {cases}."),
        "open": _("It is open, because only a part of the range reaches the target, in: {cases}."),
        "missed": _("It is missed over the whole range in: {cases}."),
    }
    if all(row.low is None for row in rows):
        words = {"reached": _("The target is reached in: {cases}."), "missed": _("The target is missed in: {cases}.")}
    names = {kind: [_("“{name}”").format(name=row.label) for row in rows if row.kind == kind] for kind in words}
    return [words[kind].format(cases=_(", ").join(labels)) for kind, labels in names.items() if labels]


def _contributors(context: Context, case: CaseResults) -> list[str]:
    """Return the sentence on the sources that give the waste heat behind the headline, largest first."""
    netted = _recovered_by_source(context, case)
    heat = netted or case.summary.get("space_heat_by_source_mwh")
    if not heat:
        return []
    classes = {member.value for member in SET_CLASSES[headline_variant(context).waste_set]}
    found = [
        (float(mwh), context.unit_name(case, unit))
        for unit, mwh in heat.items()
        if mwh > 0 and context.waste_class(case, unit) in classes
    ]
    name = context.label(case)
    if not found:
        return [_("In the case with the highest rate, “{case}”, no source counts as waste heat.").format(case=name)]
    found.sort(reverse=True)
    counted, rate = sum(mwh for mwh, _name in found), _headline_rate(context, case)
    # recovered heat over the headline's denominator: the parts of the rate itself
    total = counted / rate if netted and rate > 0 else sum(heat.values())
    digits = 2 if netted else 1  # so that the parts add up to the rate as printed
    listed = _("; ").join(
        _("{plant} {gwh} GWh ({share})").format(
            plant=plant, gwh=f"{mwh / 1000:,.1f}", share=percent(mwh / total, digits)
        )
        for mwh, plant in found
    )
    if netted:
        return [
            _(
                "In the case with the highest rate, “{case}”, these sources make up its {rate}, each after the power "
                "spent on it: {plants}."
            ).format(case=name, rate=percent(rate, digits), plants=listed)
        ]
    return [
        _(
            "In the case with the highest rate, “{case}”, these sources give waste heat (share of the space heat): {plants}."
        ).format(case=name, plants=listed)
    ]


def _recovered_by_source(context: Context, case: CaseResults) -> Mapping[str, float]:
    """Return heat less the power spent by source, where that is what the headline counts and the summary holds it."""
    variant = headline_variant(context)
    if variant.counting is not Counting.RECOVERED or variant.period is not Period.SEASON:
        return {}
    return case.summary.get("recovered_space_heat_by_source_mwh") or {}


#: a choice that moves the rate by less is not worth a word
SMALLEST_EFFECT_SHARE = 0.001
_AXES = ("set", "counting", "denominator", "period")


def _axes(context: Context, case: CaseResults) -> list[str]:
    """Return the sentences on how far each choice of the definition moves the rate, all others as in the headline."""
    zone, chosen = context.headline["zone"], headline_variant(context)
    spans = []
    for position, axis in enumerate(_AXES):
        rates = []
        for variant in variants():
            parts, own = _as_tuple(variant), _as_tuple(chosen)
            if all(parts[i] == own[i] for i in range(len(_AXES)) if i != position):
                rate = context.rate(case, zone, variant)
                if rate is not None:
                    rates.append((rate, definition_names(axis)[parts[position]]))
        if len(rates) > 1 and max(rates)[0] - min(rates)[0] >= SMALLEST_EFFECT_SHARE:
            low, high = min(rates), max(rates)
            spans.append((high[0] - low[0], axis, low, high))
    if not spans:
        return []
    spans.sort(key=lambda span: span[0], reverse=True)
    axes = {
        "set": _("what counts as waste heat"),
        "counting": _("how it is counted"),
        "denominator": _("what it is divided by"),
        "period": _("which hours count"),
    }
    told = [
        _("{axis}: {low} ({low_name}) to {high} ({high_name})").format(
            axis=axes[axis], low=percent(low[0]), low_name=low[1], high=percent(high[0]), high_name=high[1]
        )
        for _span, axis, low, high in spans
    ]
    sentences = [_("What moves its rate, largest effect first: {effects}.").format(effects=_("; ").join(told))]
    every = [rate for variant in variants() if (rate := context.rate(case, zone, variant)) is not None]
    over = sum(rate >= context.target_share for rate in every)
    sentences.append(
        _("Of all {count} definitions, {over} put it at or above the target.").format(count=len(every), over=over)
    )
    return sentences


def _as_tuple(variant: Variant) -> tuple[str, str, str, str]:
    return variant.waste_set.value, variant.counting.value, variant.denominator.value, variant.period.value
