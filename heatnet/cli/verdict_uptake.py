"""What the verdict says of the uptake of waste heat: how much of what is connected is taken, and what keeps the rest away."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from heatnet.i18n import _, pick
from heatnet.units import GJ_PER_TJ
from heatnet.web.labels import kept_away_gj, limit_label

Entry = dict[str, Any]
#: causes that the sentence names
_NAMED = 3


def uptake_sentences(summary: Entry, entry: Entry) -> Iterator[str]:
    """Yield what limits waste heat in a case, in the zone of the headline, and what dispatch and pipes left open.

    Parameters
    ----------
    summary : dict
        Summary of a study, for its zones.
    entry : dict
        One case of the summary.
    """
    zone = summary["zones"].get(summary["headline"]["zone"], ())
    rows = [row for row in entry.get("uptake") or [] if row["unit"].split("/")[0] in zone]
    taken = sum(row["heat_gj"] for row in rows if row["cause"] == "taken")
    kept = kept_away_gj(rows)
    if rows:
        yield _("Waste heat: {taken:,.0f} TJ taken of {connected:,.0f} TJ connected; kept away by {causes}.").format(
            taken=taken / GJ_PER_TJ,
            connected=(taken + sum(kept.values())) / GJ_PER_TJ,
            causes=", ".join(f"{label} {heat / GJ_PER_TJ:,.0f} TJ" for label, heat in islice(kept.items(), _NAMED))
            or "–",
        )
    rounds = entry.get("rounds") or {}
    for place in rounds.get("open", [])[:_NAMED]:
        yield _("Left open: {place}, {kind}, up to {share:.0f} % beyond its limit in {hours:,} hours.").format(
            place=pick(place["name"]),
            kind=limit_label(f"pipe_{place['kind']}", ""),
            share=100 * place["worst_share"],
            hours=place["hours"],
        )
    if rounds.get("rounds") and len(rounds["rounds"]) > 1 and not rounds["agrees"]:
        yield _("Dispatch and pipes do not agree yet after {count} rounds.").format(count=len(rounds["rounds"]))
