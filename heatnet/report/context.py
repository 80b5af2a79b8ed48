"""What every section of the report needs: the study, its cases in order, the base case, names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from heatnet.i18n import _, language, pick
from heatnet.io.yaml_file import read_yaml
from heatnet.model.plant_kinds import PLANT_KINDS
from heatnet.model.substitution import Variant, has_ranges, headline
from heatnet.report.tables import Row
from heatnet.web.labels import carrier_label, definition_names, status_label
from heatnet.web.results_view import CaseResults, NetworkResults, StudyResults


@dataclass(frozen=True)
class Context:
    """A study as the report looks at it, in the current language."""

    study: StudyResults

    @property
    def summary(self) -> Mapping[str, Any]:
        """Content of summary.json."""
        return self.study.summary

    @cached_property
    def headline(self) -> dict[str, str]:
        """The headline's choice on each axis."""
        return headline() | dict(self.summary.get("headline") or {})

    @property
    def asks_for_rate(self) -> bool:
        """Whether the study asks for a substitution rate."""
        return self.summary["target_share"] is not None

    @property
    def target_share(self) -> float:
        """Target of the substitution rate, where the study asks for one."""
        return float(self.summary["target_share"])

    @cached_property
    def study_file(self) -> Mapping[str, Any]:
        """Content of study.yaml as it was run, empty where it is not there."""
        file = self.study.folder / "study.yaml"
        content = read_yaml(file) if file.is_file() else {}
        return content if isinstance(content, Mapping) else {}

    @cached_property
    def base_name(self) -> str:
        """Id of the case that the others are held against: the study's own choice, else its first case."""
        return str(self.summary.get("base_case") or self.study_file.get("base_case") or next(iter(self.study.cases)))

    @cached_property
    def base_case(self) -> CaseResults | None:
        """The case that the others are held against; None where it has no results here, as another would be no base."""
        return next((case for case in self.ok_cases if case.id == self.base_name), None)

    @cached_property
    def shown_case(self) -> str:
        """Id of the case that opens first: the one asked for, the plan's, else the last one with results."""
        names = [case.id for case in self.ok_cases]
        wished = (self.study.opens, self.summary.get("plan_case"), names[-1] if names else "")
        return str(next((one for one in wished if one in names), ""))

    @property
    def ok_cases(self) -> list[CaseResults]:
        """Cases with results."""
        return self.study.ok_cases

    def label(self, case: CaseResults) -> str:
        """Return a case's name."""
        return pick(case.summary["label"])

    def failed_row(self, case: CaseResults) -> Row:
        """Return the row of a case without results: its name, its status and the reason."""
        status = status_label(str(case.summary["status"]))
        reason = str(case.summary.get("reason") or "")
        return Row((self.label(case), f"{status}: {reason}" if reason else status), "failed")

    def network_name(self, network: str) -> str:
        """Return a network's name."""
        entry = self.summary["networks"].get(network)
        return pick(entry["name"]) if entry else network

    def balance_name(self, network: str, carrier: str) -> str:
        """Return the name of a heat balance such as East, hot water."""
        words = {"network": self.network_name(network), "carrier": carrier_label(carrier)}
        return _("{network}, {carrier}").format(**words)

    def zone_name(self, zone: str) -> str:
        """Return a zone's name: a network's, or that of a zone that joins several."""
        if zone in self.summary["networks"]:
            return self.network_name(zone)
        return (definition_names("zone") | {"all": _("all networks")}).get(zone, zone)

    def rate(self, case: CaseResults, zone: str, variant: Variant) -> float | None:
        """Return one variant of the substitution rate, None where it is not defined."""
        value = _dig(case.summary, zone, "substitution", variant)
        return None if value is None else float(value)

    @cached_property
    def _has_ranges(self) -> bool:
        return has_ranges(self.summary["cases"].values())

    def rate_range(self, case: CaseResults, zone: str, variant: Variant) -> tuple[float, float] | None:
        """Return the range of one variant of the rate, None where there is none or where the study computed none."""
        if not self._has_ranges:
            return None
        value = _dig(case.summary, zone, "substitution_range", variant)
        return None if value is None else (float(value[0]), float(value[1]))

    def plant_name(self, results: NetworkResults, carrier: str, plant: str) -> str:
        """Return a plant's name in the current language."""
        steam = results.network.steam
        network = steam if carrier == "steam" and steam is not None else results.network
        return network.display_name("plants", plant, language()) if plant in network.plants.index else plant

    def _unit(self, case: CaseResults, unit: str) -> tuple[NetworkResults, str, str] | None:
        """Return (results, carrier, plant) of a unit such as ``east/plant4`` or ``east/steam/chp``."""
        name, *rest = unit.split("/")
        results = case.networks.get(name)
        if results is None:
            return None
        return results, "steam" if len(rest) > 1 else results.network.carrier, rest[-1]

    def unit_name(self, case: CaseResults, unit: str) -> str:
        """Return a supply unit's name: network and plant."""
        found = self._unit(case, unit)
        if found is None:
            return unit
        results, carrier, plant = found
        name = self.plant_name(results, carrier, plant)
        return _("{network}: {plant}").format(network=self.network_name(results.id), plant=name)

    def waste_class(self, case: CaseResults, unit: str) -> str:
        """Return the class of a unit's heat: its row's own, else its kind's."""
        kind, marked = self.unit_column(case, unit, "kind"), self.unit_column(case, unit, "waste_class")
        if marked:
            return marked
        known = PLANT_KINDS.get(kind)
        return known.waste_class if known else "none"

    def unit_column(self, case: CaseResults, unit: str, column: str) -> str:
        """Return a text column of a unit's plant, empty where there is none."""
        found = self._unit(case, unit)
        if found is None:
            return ""
        results, carrier, plant = found
        steam = results.network.steam
        table = steam.plants if carrier == "steam" and steam is not None else results.network.plants
        value = table.at[plant, column] if plant in table.index and column in table.columns else None
        return value if isinstance(value, str) else ""


def _dig(summary: Mapping[str, Any], zone: str, table: str, variant: Variant) -> Any:
    node: Any = summary.get("zones", {}).get(zone, {}).get(table)
    for key in (variant.waste_set, variant.counting, variant.denominator, variant.period):
        if not isinstance(node, Mapping):
            return None
        node = node.get(str(key.value))
    return node
