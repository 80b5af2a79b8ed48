"""A batch as its folder holds it: what it asks, its seasons with their values and results, who lacked heat."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from heatnet.errors import InputError, Problem
from heatnet.i18n import _, pick
from heatnet.model.substitution import UNMET_LIMIT_SHARE
from heatnet.study.batch_layout import (
    BLOCK,
    CASES_FOLDER,
    DESCRIPTION_FILE,
    ELEMENTS_FILE,
    RESULT_FILE,
    SCENARIO,
    TABLE_FILES,
    VALUE_PREFIX,
)
from heatnet.study.batch_query import damaged_table

CASES_FILE = TABLE_FILES["cases"]
COST, CO2 = "cost_total_cny", "co2_average_total_t_co2"
#: blocks of a sample for Sobol' indices whose points are a sample of the seasons
_SAMPLE_BLOCKS = ("a", "b")


@dataclass(frozen=True, eq=False)
class BatchResults:
    """A batch and its seasons.

    Parameters
    ----------
    folder : Path
    description : dict
        `batch.json` (`heatnet.study.batch_description`).
    cases : pandas.DataFrame
        One row a finished season: ``case``, ``base``, ``status``, ``reason``, a column ``in_…`` a dimension, results.
    lacking : pandas.DataFrame
        ``case``, ``network``, ``consumer``, ``shortfall_mwh``; empty where the batch keeps no elements.
    """

    folder: Path
    description: Mapping[str, Any]
    cases: pd.DataFrame
    lacking: pd.DataFrame

    @cached_property
    def ok(self) -> pd.DataFrame:
        """Seasons with a result."""
        return self.cases[self.cases["status"] == "ok"].reset_index(drop=True)

    @property
    def failed(self) -> pd.DataFrame:
        """The others."""
        return self.cases[self.cases["status"] != "ok"]

    @cached_property
    def sample(self) -> pd.DataFrame:
        """Rows of all seasons that are a sample: without those that only serve the Sobol' indices."""
        if f"{VALUE_PREFIX}{BLOCK}" not in self.cases:
            return self.cases
        return self.cases[self.cases[f"{VALUE_PREFIX}{BLOCK}"].isin(_SAMPLE_BLOCKS)]

    @property
    def groups(self) -> list[str]:
        """Portfolios, as named cases, in order of appearance."""
        return [str(name) for name in dict.fromkeys(self.cases["base"])]

    def group_name(self, case: str) -> str:
        """Return a portfolio's name in the current language."""
        return pick(self.description["cases"].get(case, {})) or case

    def rows_of(self, group: str, frame: pd.DataFrame | None = None) -> pd.DataFrame:
        """Return the rows of a portfolio, of the sample where no other rows are given."""
        frame = self.sample if frame is None else frame
        return frame[frame["base"] == group]

    def rate(self, frame: pd.DataFrame, definition: Mapping[str, str]) -> pd.Series:
        """Return the rate of seasons by a definition; NaN without a schedule, and where too much heat is missing to tell one."""
        axes = ("zone", "set", "counting", "denominator", "period")
        column = f"rate_{'_'.join(definition[axis] for axis in axes)}_share"
        if column not in frame:
            return pd.Series(float("nan"), index=frame.index)
        return pd.to_numeric(frame[column]).where(self.ok_rows(frame) & ~self.lacks_heat(frame))

    def cost(self, frame: pd.DataFrame) -> pd.Series:
        """Return the cost of seasons, CNY, with what missing heat costs; NaN without a schedule."""
        return self._outcome(frame, COST).where(self.ok_rows(frame))

    def co2(self, frame: pd.DataFrame) -> pd.Series:
        """Return the CO2 of seasons, t; NaN without a schedule, and where heat is missing, which would have emitted some."""
        return self._outcome(frame, CO2).where(self.ok_rows(frame) & ~self.lacks_heat(frame))

    def _outcome(self, frame: pd.DataFrame, name: str) -> pd.Series:
        return pd.to_numeric(frame[name]) if name in frame else pd.Series(float("nan"), index=frame.index)

    def ok_rows(self, frame: pd.DataFrame) -> pd.Series:
        """Return which seasons have a result."""
        return frame["status"] == "ok"

    def lacks_heat(self, frame: pd.DataFrame) -> pd.Series:
        """Return in which seasons with a result more heat is missing than rate and CO2 are told with."""
        return self.ok_rows(frame) & ~(frame["unmet_share"] <= UNMET_LIMIT_SHARE)

    def values(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the values of the dimensions of seasons, without scenario and block."""
        named = [column for column in frame.columns if column.startswith(VALUE_PREFIX)]
        values = frame[named].rename(columns=lambda column: column.removeprefix(VALUE_PREFIX))
        return values.drop(columns=[SCENARIO, BLOCK], errors="ignore")

    def scenario(self, frame: pd.DataFrame) -> pd.Series:
        """Return the scenario of seasons: the same for each portfolio that it is run with."""
        column = f"{VALUE_PREFIX}{SCENARIO}"
        return frame[column] if column in frame else frame["case"]

    @property
    def name_dimensions(self) -> list[str]:
        """Dimensions whose values are names."""
        return [name for name, one in self.description["dimensions"].items() if one["names"]]

    @property
    def crossed_names(self) -> list[str]:
        """Dimensions beside the portfolio that every scenario is run with, in the current language."""
        dimensions = self.description["dimensions"].values()
        return [pick(one["label"]) for one in dimensions if one["each"] and one["target"]["kind"] != "portfolio"]

    def changed_dimension(self, scenario: str) -> tuple[str, str]:
        """Return dimension and value of a scenario of single changes."""
        own = [name for name in self.description["dimensions"] if scenario.startswith(f"{name}-")]
        dimension = max(own, key=len, default=scenario)
        return dimension, scenario.removeprefix(f"{dimension}-")

    def dimension_name(self, dimension: str) -> str:
        """Return a dimension's name in the current language; a plant's hours out of service with the plant."""
        known = self.description["dimensions"]
        if dimension in known:
            return pick(known[dimension]["label"])
        name, _dot, rest = dimension.partition(".")
        return (
            _("{label}: {place}").format(label=pick(known[name]["label"]), place=rest) if name in known else dimension
        )

    def consumer_name(self, network: str, consumer: str) -> str:
        """Return a consumer's name in the current language."""
        return pick(self.description["consumers"].get(network, {}).get(consumer, {})) or consumer


def is_batch(folder: Path) -> bool:
    """Return whether a folder holds a batch, finished or interrupted before its tables were written."""
    return (folder / DESCRIPTION_FILE).is_file() or _is_interrupted(folder)


def _is_interrupted(folder: Path) -> bool:
    """Return whether a folder holds seasons of a batch; results of a study, whose case may have any name, are none."""
    return any(folder.glob(f"{CASES_FOLDER}/*/{RESULT_FILE}")) and not (folder / "summary.json").is_file()


def read_batch(folder: str | Path) -> BatchResults:
    """Read the folder of a batch.

    Raises
    ------
    InputError
        If it holds no batch, or no season is finished.
    """
    folder = Path(folder)
    missing = [name for name in (DESCRIPTION_FILE, CASES_FILE) if not (folder / name).is_file()]
    if missing:
        found = _("holds no batch: {names} is not there").format(names=", ".join(missing))
        remedy = _("'heatnet batch STUDY' makes one.")
        if _is_interrupted(folder):
            found = _("holds seasons of an interrupted batch, and no tables yet")
            remedy = _("'heatnet batch STUDY' continues it, and writes tables and report.")
        raise InputError([Problem(str(folder), found, "", remedy)])
    try:
        description = json.loads((folder / DESCRIPTION_FILE).read_text(encoding="utf-8"))
        cases, lacking = pd.read_parquet(folder / CASES_FILE), _lacking(folder / ELEMENTS_FILE)
    # pyarrow raises OSError or a ValueError of its own, json a ValueError
    except (OSError, ValueError) as error:
        raise InputError([damaged_table(folder, str(error).splitlines()[0])]) from None
    if cases.empty:
        raise InputError([Problem(str(folder), _("no season is finished yet"), "", _("Call 'heatnet batch' again."))])
    if "unmet_share" not in cases:
        cases["unmet_share"] = float("nan")
    return BatchResults(folder, description, cases, lacking)


def _lacking(file: Path) -> pd.DataFrame:
    columns = ["case", "network", "consumer", "shortfall_mwh"]
    if not file.is_file():
        return pd.DataFrame(columns=columns)
    filters = [("statistic", "==", "lacking_mwh"), ("kind", "==", "consumer")]
    frame = pd.read_parquet(file, columns=["case", "network", "element", "value"], filters=filters)
    frame.columns = pd.Index(columns)
    return frame.astype({"case": str, "network": str, "consumer": str})
