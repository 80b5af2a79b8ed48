"""Sentences and words of a portfolio search, the same in terminal, report and map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatnet.i18n import _, pick
from heatnet.web.labels import definition_names

Summary = Mapping[str, Any]
_MILLION = 1e6


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
    target, best = summary["target"], summary["best"]
    share = percent(target["rate_share"], 0)
    told = []
    if best is None:
        told.append(unreachable_sentence(summary))
    else:
        told.append(
            _("{share} is reached: {rate} at {cost} million CNY a year, proven within {gap} of the cheapest.").format(
                share=share,
                rate=percent(best["rate"]),
                cost=million(best["cost_cny"]),
                gap=percent(best["gap_share"], 2),
            )
        )
        told += _against_nothing(summary)
        if best["shadow_cny_per_gj"] > 0.005:
            told.append(
                _("With the same projects a further GJ of waste heat costs {price} CNY.").format(
                    price=f"{best['shadow_cny_per_gj']:.1f}"
                )
            )
        else:
            told.append(_("The target does not bind: the cheapest system has that much waste heat anyway."))
            told += _held_at_target(summary)
        told += check_words(summary)
    told.append(
        _("The largest rate found is {rate}; no portfolio has more than {bound}.").format(
            rate=percent(summary["largest"]["rate"]), bound=percent(summary["largest"]["bound"])
        )
    )
    return told


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
    """Return how the portfolio's run in the pipes differs from the search; nothing where it was not run."""
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
    return [
        words.format(
            rate="–" if rate["pipes"] is None else percent(rate["pipes"], 2),
            cost=million(cost["pipes"]),
            co2=f"{co2['pipes']:,.0f}",
            points="–" if rate["pipes"] is None else f"{100 * rate['difference']:+.2f}",
            money=f"{cost['difference'] / _MILLION:+,.2f}",
            tonnes=f"{co2['difference']:+,.0f}",
        )
    ]


def _against_nothing(summary: Summary) -> list[str]:
    nothing, best = summary["nothing"], summary["best"]
    if nothing is None:
        return []
    saved = nothing["cost_cny"] - best["cost_cny"]
    words = (
        _(
            "That is {money} million CNY a year less than without any project, with {co2} t less CO₂ ({marginal} t marginal)."
        )
        if saved >= 0
        else _(
            "That is {money} million CNY a year more than without any project, with {co2} t less CO₂ ({marginal} t marginal)."
        )
    )
    return [
        words.format(
            money=million(abs(saved)),
            co2=f"{nothing['co2_average_t'] - best['co2_average_t']:,.0f}",
            marginal=f"{nothing['co2_marginal_t'] - best['co2_marginal_t']:,.0f}",
        )
    ]


def unreachable_sentence(summary: Summary) -> str:
    """Return that no portfolio reaches the target, the largest rate, and what limits it."""
    largest, target = summary["largest"], summary["target"]
    sentence = _(
        "No portfolio reaches {share} ({definition}): the largest rate found is {rate}, the proven limit {bound}."
    )
    said = sentence.format(
        share=percent(target["rate_share"], 1),
        definition=definition_words(target),
        rate=percent(largest["rate"]),
        bound=percent(largest["bound"]),
    )
    limits = [limit_words(row) for row in largest["limits"]]
    if not limits:
        return _("{sentence} Nothing that may be built counts as waste heat under this definition.").format(
            sentence=said
        )
    return _("{sentence} What limits it: {limits}.").format(sentence=said, limits=_("; ").join(limits))


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
