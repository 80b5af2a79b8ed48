"""Sentences and words of a portfolio search, the same in terminal, report and map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatnet.i18n import _, pick
from heatnet.web.labels import definition_names, limit_label

Summary = Mapping[str, Any]
_MILLION = 1e6
#: a price below this is printed as 0.0 and counts as none
_NO_PRICE_CNY_PER_GJ = 5e-3
#: rates that differ by less are the same
_RATE_ROUNDING = 1e-4
#: limits that a sentence names
_NAMED = 4


def zone_name(zone: str) -> str:
    """Return the name of a zone of the rate, or its id where it has none."""
    return definition_names("zone").get(zone, zone)


def definition_words(target: Mapping[str, Any]) -> str:
    """Return a definition of the rate in words: set, counting, denominator, period, zone."""
    axes = ("set", "counting", "denominator", "period")
    words = [definition_names(axis)[target[axis]] for axis in axes]
    return _(", ").join([*words, zone_name(target["zone"])])


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share in per cent, or a dash."""
    return "–" if share is None else f"{100 * share:.{digits}f} %"


def million(cny: float | None, digits: int = 2) -> str:
    """Return money in million CNY, or a dash."""
    return "–" if cny is None else f"{cny / _MILLION:,.{digits}f}"


def finding(summary: Summary) -> list[str]:
    """Return what the search found, in sentences."""
    if summary["best"] is None:
        return [unreachable_sentence(summary), *_near_largest(summary), *_never_built(summary)]
    target, best = summary["target"], summary["best"]
    told = [
        _("{share} is reached: {rate} at {cost} million CNY a year, proven within {gap} of the cheapest.").format(
            share=percent(target["rate_share"], 0),
            rate=percent(best["rate"]),
            cost=million(best["cost_cny"]),
            gap=percent(best["gap_share"], 2),
        )
    ]
    told += check_words(summary) + _against_nothing(summary) + _price(summary) + _never_built(summary)
    told.append(
        _("The largest rate found is {rate}; no portfolio has more than {bound}.").format(
            rate=percent(summary["largest"]["rate"]), bound=percent(summary["largest"]["bound"])
        )
    )
    return told


def _price(summary: Summary) -> list[str]:
    """Return what a further GJ costs, or what the target costs where its projects give more than it asks for."""
    best, lowest = summary["best"], summary["lowest"]
    if best["shadow_cny_per_gj"] > _NO_PRICE_CNY_PER_GJ:
        words = _("With the same projects a further GJ of waste heat costs {price} CNY.")
        return [words.format(price=f"{best['shadow_cny_per_gj']:.1f}")]
    short = lowest is not None and lowest["rate"] < summary["target"]["rate_share"] - _RATE_ROUNDING
    if short and lowest["cost_cny"] < best["cost_cny"]:
        words = _(
            "With the same projects a further GJ costs nothing; the target costs {money} million CNY a year against the "
            "cheapest system ({rate})."
        )
        return [words.format(money=million(best["cost_cny"] - lowest["cost_cny"]), rate=percent(lowest["rate"]))]
    told = _("The target does not bind: the cheapest system has that much waste heat anyway.")
    return [told, *_held_at_target(summary)]


def _held_at_target(summary: Summary) -> list[str]:
    """Return what the cheapest system of no more than the target costs, where the cheapest of all has more."""
    share = summary["target"]["rate_share"]
    for point in summary["curve"]:
        if point["at_most"] and abs(point["target_share"] - share) < 1e-6:
            words = _(
                "With no more than {share} the cheapest system costs {cost} million CNY a year ({rate}): {projects}."
            )
            built = _(", ").join(built_words(summary, point["projects"])) or _("nothing is built")
            return [
                words.format(
                    share=percent(share, 0),
                    cost=million(point["cost_cny"]),
                    rate=percent(point["rate"]),
                    projects=built,
                )
            ]
    return []


def built_words(summary: Summary, projects: Mapping[str, Any]) -> list[str]:
    """Return what a point of the curve builds, in words with sizes."""
    options = {f"{one['candidate']}/{one['option']}": one for one in summary["candidates"]}
    words = []
    for name, built in projects.items():
        size = size_words(built | {"size_unit": options[name]["size_unit"]})
        words.append(project_words(options[name]) + (f" ({size})" if size else ""))
    return words


def check_words(summary: Summary) -> list[str]:
    """Return whether the portfolio's run in the pipes reaches the target, why not, and how it differs from the search.

    Nothing where it was not run.
    """
    check = summary["check"]
    if check is None:
        return []
    if check["status"] != "ok":
        return [_("In the pipes the portfolio has no result: {reason}").format(reason=check["reason"])]
    rows = {row["name"]: row for row in check["rows"]}
    words = _(
        "Solved in the pipes it has {rate} at {cost} million CNY a year and {co2} t CO₂: {points} points, {money} million "
        "CNY and {tonnes} t against the search."
    )
    rate, cost, co2 = rows["rate"], rows["cost_cny"], rows["co2_average_t"]
    told = words.format(
        rate="–" if rate["pipes"] is None else percent(rate["pipes"], 2),
        cost=million(cost["pipes"]),
        co2=f"{co2['pipes']:,.0f}",
        points="–" if rate["pipes"] is None else f"{100 * rate['difference']:+.2f}",
        money=f"{cost['difference'] / _MILLION:+,.2f}",
        tonnes=f"{co2['difference']:+,.0f}",
    )
    return [*_run_verdict(summary, rate["pipes"]), told]


def _run_verdict(summary: Summary, rate: float | None) -> list[str]:
    check, share = summary["check"], percent(summary["target"]["rate_share"], 0)
    if check["reached"]:
        words = _("In the run {share} is reached: {rate}.")
        if summary["best"]["obliged_mwh"]:
            words = _(
                "In the run {share} is reached: {rate}. Counted plants have to give what the search takes from them."
            )
        return [words.format(share=share, rate=percent(rate))]
    told = _("In the run {share} is missed: {rate}.").format(share=share, rate=percent(rate))
    kept = sorted(check["kept_away"], key=lambda row: -row["heat_gj"])[:_NAMED]
    if kept:
        told = _("{sentence} What keeps heat that counts away: {causes}.").format(
            sentence=told, causes=_("; ").join(_kept_words(row) for row in kept)
        )
    elif rate is None:
        told = _("{sentence} Too much heat is missing for a rate.").format(sentence=told)
    if not check["conflict"]:
        return [told]
    words = _("The counted plants cannot be held to the heat that the search takes from them: {reason}")
    return [told, words.format(reason=check["conflict"])]


def _kept_words(row: Mapping[str, Any]) -> str:
    label = limit_label(row["cause"], pick(row["name"]) if row["name"] else "")
    return _("{label} ({heat} GJ in {hours} h)").format(
        label=label, heat=f"{row['heat_gj']:,.0f}", hours=f"{row['hours']:,}"
    )


def _against_nothing(summary: Summary) -> list[str]:
    nothing, best = summary["nothing"], summary["best"]
    if nothing is None:
        return []
    saved = nothing["cost_cny"] - best["cost_cny"]
    words = (
        _("That is {money} million CNY a year less than without any project, with {co2}.")
        if saved >= 0
        else _("That is {money} million CNY a year more than without any project, with {co2}.")
    )
    return [words.format(money=million(abs(saved)), co2=_co2_words(nothing, best))]


def _co2_words(nothing: Mapping[str, Any], best: Mapping[str, Any]) -> str:
    average, marginal = (nothing[key] - best[key] for key in ("co2_average_t", "co2_marginal_t"))
    with_average = (
        _("{tonnes} t less CO₂ with the average factor")
        if average >= 0
        else _("{tonnes} t more CO₂ with the average factor")
    )
    with_marginal = (
        _("{tonnes} t less with the marginal one") if marginal >= 0 else _("{tonnes} t more with the marginal one")
    )
    both = (with_average.format(tonnes=f"{abs(average):,.0f}"), with_marginal.format(tonnes=f"{abs(marginal):,.0f}"))
    return _(", ").join(both)


def unreachable_sentence(summary: Summary) -> str:
    """Return that no portfolio reaches the target, and why: no schedule, missing heat, nothing to build, or limits."""
    largest, target = summary["largest"], summary["target"]
    if summary["no_schedule"]:
        return _("The case without projects ({case}) has no schedule: {reason}").format(
            case=pick(summary["case_label"]), reason=summary["no_schedule"]
        )
    if largest["missing_share"] is not None:
        return _("No portfolio covers the demand: {share} of the heat is missing, so that no rate counts.").format(
            share=percent(largest["missing_share"], 2)
        )
    asked = {"share": percent(target["rate_share"], 1), "definition": definition_words(target)}
    if summary["nothing_to_build"]:
        return _(
            "No portfolio reaches {share} ({definition}): nothing is left to build, every candidate is excluded; the case "
            "without projects has {rate}."
        ).format(rate=percent(largest["rate"]), **asked)
    pattern = (
        _(
            "No portfolio that reaches {share} ({definition}) was found, and none is ruled out: the search ended after its "
            "rounds. The largest rate found is {rate}, the proven limit {bound}."
        )
        if summary.get("is_open")
        else _(
            "No portfolio reaches {share} ({definition}): the largest rate found is {rate}, the proven limit {bound}."
        )
    )
    said = pattern.format(rate=percent(largest["rate"]), bound=percent(largest["bound"]), **asked)
    limits = [limit_words(row) for row in largest["limits"]]
    if not limits:
        return _("{sentence} Nothing that may be built counts as waste heat under this definition.").format(
            sentence=said
        )
    return _("{sentence} What limits it: {limits}.").format(sentence=said, limits=_("; ").join(limits))


def _near_largest(summary: Summary) -> list[str]:
    """Return what gives the largest rate, and what it costs at the least."""
    near = summary["largest"]["cheapest"]
    if near is None:
        return []
    built = _(", ").join(built_words(summary, near["projects"])) or _("nothing is built")
    words = _("{rate} costs {cost} million CNY a year: {projects}.")
    return [words.format(rate=percent(near["rate"]), cost=million(near["cost_cny"]), projects=built)]


def _never_built(summary: Summary) -> list[str]:
    """Return the options whose own limits contradict each other."""
    options = {f"{one['candidate']}/{one['option']}": one for one in summary["candidates"]}
    words = _("Cannot be built: {project}: {plant} has to give {least} MWh a year and can give at most {most}.")
    return [
        words.format(
            project=project_words(options[f"{row['candidate']}/{row['option']}"]),
            plant=pick(row["name"]) if row["name"] else row["unit"],
            least=f"{row['least_mwh']:,.0f}",
            most=f"{row['most_mwh']:,.0f}",
        )
        for row in summary["never_built"]
    ]


def missed_sentence(summary: Summary) -> str:
    """Return in short that the target is not reached, by no portfolio or not in the run; empty where it is."""
    share = percent(summary["target"]["rate_share"], 1)
    if summary["best"] is None:
        if summary["no_schedule"]:
            return _("The case without projects has no schedule.")
        if summary["largest"]["missing_share"] is not None:
            return _("No portfolio covers the demand.")
        said = (
            _("No portfolio was found that reaches {share}.")
            if summary.get("is_open")
            else _("No portfolio reaches {share}.")
        )
        return said.format(share=share)
    check = summary["check"]
    if check is None or check["reached"]:
        return ""
    return _("The search reaches {share}, the run does not.").format(share=share)


def curve_note(summary: Summary) -> str:
    """Return why points of the curve without a price of a further GJ cost more than the cheapest; empty where there are none."""
    least = min((point["cost_cny"] for point in summary["curve"]), default=0.0)
    free = [
        point
        for point in summary["curve"]
        if point["shadow_cny_per_gj"] is not None
        and abs(point["shadow_cny_per_gj"]) <= _NO_PRICE_CNY_PER_GJ
        and point["cost_cny"] > least * (1 + _RATE_ROUNDING)
    ]
    if not free:
        return ""
    return _(
        "A further GJ at 0.0 beside a cost above the least: the projects of that point give more than was asked for, so that "
        "only the projects cost something, not the heat."
    )


def projects_note() -> str:
    """Return why the heat of a project and its part in the rate differ."""
    return _(
        "Heat is all that a project gives in the year. Only heat that counts under the definition adds to the rate, less "
        "electricity where that is deducted: geothermal heat in the set broad alone, heat out of a tank at the plants that "
        "fill it."
    )


def limit_words(row: Mapping[str, Any]) -> str:
    """Return what holds one source back at the largest rate."""
    if row["year_limit_binds"]:
        return _("{unit} gives all that its year allows, {heat} GJ").format(
            unit=pick(row["name"]) if row["name"] else row["unit"], heat=f"{row['heat_gj']:,.0f}"
        )
    return _("{unit} gives {heat} of {most} GJ, at its limit in {hours} of {all} h").format(
        unit=pick(row["name"]) if row["name"] else row["unit"],
        heat=f"{row['heat_gj']:,.0f}",
        most=f"{row['available_gj']:,.0f}",
        hours=row["hours_at_limit"],
        all=row["hours"],
    )


def size_words(row: Mapping[str, Any]) -> str:
    """Return size or number of what is built."""
    if row["size"] is not None:
        return f"{row['size']:,.1f} {row['size_unit']}"
    return f"{row['count']} ×" if row["count"] > 1 else ""


def project_words(row: Mapping[str, Any]) -> str:
    """Return a project with its option."""
    return f"{pick(row['label'])}: {pick(row['option_label'])}"
