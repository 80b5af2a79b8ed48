"""What `heatnet optimise` writes: tables, the chosen portfolio as a case, the schedule; all at once or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from heatnet.i18n import _
from heatnet.io.results_store import write_json, write_table
from heatnet.io.yaml_file import dump_yaml
from heatnet.study.portfolio_case import STUDY_FILE, case_of, study_of
from heatnet.study.portfolio_run import PortfolioRun
from heatnet.study.portfolio_summary import portfolio_tables

if TYPE_CHECKING:
    from heatnet.study.load import Study


def write_portfolio(
    study: Study, run: PortfolioRun, summary: dict[str, Any], folder: Path, pages: Callable[[Path], None]
) -> None:
    """Write a folder under a temporary name and put it in the place of an earlier one when it is complete.

    Parameters
    ----------
    study, run, summary
    folder : Path
        A folder with other files than an earlier search's keeps them.
    pages : callable
        Writes the pages into the folder that it is given.
    """
    assert study.portfolio is not None
    temporary = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        write_json(summary, temporary / "portfolio.json")
        tables = {name: table for name, table in portfolio_tables(summary).items() if len(table)}
        for name, table in tables.items():
            table.to_parquet(temporary / f"{name}.parquet", index=False)
            table.to_csv(temporary / f"{name}.csv", index=False, lineterminator="\n")
        _write_workbook(tables, temporary / "portfolio.xlsx")
        if run.best is not None:
            write_table(run.best.result.heat_mw, temporary / "plant_heat_mw.parquet")
            dump_yaml(case_of(study.portfolio, summary), temporary / "portfolio_case.yaml")
            dump_yaml(study_of(study, summary), temporary / STUDY_FILE)
        pages(temporary)
        _replace(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _replace(temporary: Path, folder: Path) -> None:
    """Put the new files in the place of an earlier search's; anything else in the folder stays."""
    folder.mkdir(parents=True, exist_ok=True)
    names = {file.name for file in temporary.iterdir()}
    for stale in OUTPUTS:
        if stale not in names:
            (folder / stale).unlink(missing_ok=True)
    for file in sorted(temporary.iterdir()):
        file.replace(folder / file.name)


TABLES = ("projects", "curve", "definitions")
#: everything that a search may write
OUTPUTS = (
    "portfolio.json",
    "portfolio.xlsx",
    "portfolio_case.yaml",
    STUDY_FILE,
    "plant_heat_mw.parquet",
    "portfolio.html",
    "portfolio_map.html",
    *(f"{name}.{ending}" for name in TABLES for ending in ("parquet", "csv")),
)


def _write_workbook(tables: Mapping[str, pd.DataFrame], file: Path) -> None:
    import xlsxwriter

    from heatnet.io.excel_sheet import Head, Writer

    names = {"projects": _("Projects"), "curve": _("Cost and rate"), "definitions": _("Definitions")}
    with xlsxwriter.Workbook(str(file)) as book:
        writer = Writer(book)
        for name, table in tables.items():
            heads = [Head(str(column), form=_form(str(column))) for column in table.columns]
            rows = [[_cell(value) for value in row] for row in table.itertuples(index=False)]
            writer.sheet(names[name], heads, rows)
        if not tables:
            writer.sheet(names["projects"], [Head(_("Nothing is built."))], [])


def _form(column: str) -> str:
    if column.endswith(("_share", "rate", "rate_points", "rate_difference")):
        return "share"
    return (
        "one"
        if column.endswith(("_cny", "_mwh", "_gj", "_t", "_h", "_cny_per_a", "_cny_per_gj", "size"))
        else "general"
    )


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return None if value is None or (isinstance(value, float) and pd.isna(value)) else value
