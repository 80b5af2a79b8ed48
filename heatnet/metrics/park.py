"""The carbon account of the smart equipment park (annex 2 of the plan), recomputed from its activity data.

The plan prints amounts and emissions, not the factors between them. Here the implied factors are identified, the total
is rebuilt, and each factor is set beside the published ones: a test of the carbon account on somebody else's numbers.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from heatnet.metrics.carbon import activity_emissions

#: an implied factor departs when no published factor lies this near; rounding of the printed emission comes on top
DEPARTURE_SHARE = 0.01


@dataclass(frozen=True)
class ParkRow:
    """One activity of the park's account.

    Parameters
    ----------
    id, unit : str
        Activity and the unit of its amount.
    amount : float
        Activity of a year.
    printed_t_co2 : float
        Emission as the plan prints it, t.
    implied_t_co2_per_unit : float
        Printed emission over amount.
    implied_low, implied_high : float
        The factors that round to the printed emission.
    identified_t_co2_per_unit : float or None
        Known factor that gives the printed emission back to its last digit, None where none was found.
    reproduced_t_co2 : float
        Emission with the identified factor, with the implied one where none was identified.
    reproduces : bool
        Whether the identified factor gives the printed emission to its last digit.
    published_t_co2, published_low_t_co2, published_high_t_co2 : float
        Emission with the central, the lowest and the highest published factor.
    departs : bool
        Whether the implied factor is none of the published ones, within `DEPARTURE_SHARE`.
    departure_share : float
        Implied over central published factor, less 1.
    name, remark, identified_note : dict of str to str
        Texts by language.
    as_printed, source : str
        The plan's wording; source of the central published factor.
    """

    id: str
    unit: str
    amount: float
    printed_t_co2: float
    implied_t_co2_per_unit: float
    implied_low: float
    implied_high: float
    identified_t_co2_per_unit: float | None
    reproduced_t_co2: float
    reproduces: bool
    published_t_co2: float
    published_low_t_co2: float
    published_high_t_co2: float
    departs: bool
    departure_share: float
    name: dict[str, str]
    remark: dict[str, str]
    identified_note: dict[str, str]
    as_printed: str
    source: str


@dataclass(frozen=True)
class ParkAccount:
    """The account: rows and totals, t CO2."""

    rows: tuple[ParkRow, ...]
    printed_total_t_co2: float
    reproduced_total_t_co2: float
    published_total_t_co2: float
    published_range_t_co2: tuple[float, float]

    def as_rows(self) -> list[dict[str, Any]]:
        """Return the rows as plain data."""
        return [asdict(row) for row in self.rows]


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    text = files("heatnet.metrics").joinpath("data", "smart_equipment_park.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return data


def _departs(low: float, high: float, published: list[float]) -> bool:
    """Whether no published factor lies within the implied interval widened by `DEPARTURE_SHARE`."""
    return not any(low * (1 - DEPARTURE_SHARE) <= value <= high * (1 + DEPARTURE_SHARE) for value in published)


def _row(entry: dict[str, Any]) -> ParkRow:
    amount, printed = float(entry["amount"]), float(entry["printed_t_co2"])
    half_digit = 0.5 * 10.0 ** -int(entry["printed_digits"])
    low, high = (printed - half_digit) / amount, (printed + half_digit) / amount
    published = {item["id"]: float(item["value"]) for item in entry["published"]}
    central = next(item for item in entry["published"] if item["id"] == entry["central"])
    known = entry.get("identified")
    factor = float(known["value"]) if known else None
    emissions = activity_emissions(
        {"reproduced": amount, "central": amount, "low": amount, "high": amount},
        {
            "reproduced": printed / amount if factor is None else factor,
            "central": float(central["value"]),
            "low": min(published.values()),
            "high": max(published.values()),
        },
    )
    return ParkRow(
        id=entry["id"],
        unit=entry["unit"],
        amount=amount,
        printed_t_co2=printed,
        implied_t_co2_per_unit=printed / amount,
        implied_low=low,
        implied_high=high,
        identified_t_co2_per_unit=factor,
        reproduced_t_co2=emissions["reproduced"],
        reproduces=factor is not None and low <= factor <= high,
        published_t_co2=emissions["central"],
        published_low_t_co2=emissions["low"],
        published_high_t_co2=emissions["high"],
        departs=_departs(low, high, list(published.values())),
        departure_share=printed / emissions["central"] - 1.0,
        name=entry["name"],
        remark=entry["remark"],
        identified_note=known["note"] if known else {"en": "", "zh": ""},
        as_printed=entry["as_printed"],
        source=central["source"],
    )


def park_account() -> ParkAccount:
    """Return the park's account: as printed, rebuilt from the activity data, and at published factors."""
    data = _data()
    rows = tuple(_row(entry) for entry in data["activities"])
    return ParkAccount(
        rows=rows,
        printed_total_t_co2=float(data["printed_total_t_co2"]),
        reproduced_total_t_co2=sum(row.reproduced_t_co2 for row in rows),
        published_total_t_co2=sum(row.published_t_co2 for row in rows),
        published_range_t_co2=(
            sum(row.published_low_t_co2 for row in rows),
            sum(row.published_high_t_co2 for row in rows),
        ),
    )
