"""Questions to the tables of a batch in SQL, answered by DuckDB, which reads the files in place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heatnet.errors import InputError, Problem
from heatnet.i18n import _
from heatnet.study.batch_layout import BATCH_FOLDER, TABLE_FILES


@dataclass(frozen=True)
class Answer:
    """Columns and rows of an answer."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def batch_folder(path: str | Path) -> Path:
    """Return the folder of a batch that a path means: itself, or that of the study whose results it names.

    Raises
    ------
    InputError
        If there is no batch, or none of its cases is finished.
    """
    folder = Path(path)
    for candidate in (folder, folder / BATCH_FOLDER):
        if (candidate / TABLE_FILES["cases"]).is_file():
            return candidate
    remedy = _("'heatnet batch STUDY' writes it; an interrupted batch has its tables once it is called again.")
    found = _("holds no tables of a batch") if folder.is_dir() else _("does not exist")
    raise InputError([Problem(str(folder), found, _("A results folder with a batch"), remedy)])


def damaged_table(folder: Path, found: str) -> Problem:
    """Return the problem of a batch a table of which cannot be read."""
    remedy = _("'heatnet batch STUDY' writes the tables again from the seasons, none of which is lost.")
    return Problem(str(folder), _("a table cannot be read ({reason})").format(reason=found), "", remedy)


def query(path: str | Path, sql: str) -> Answer:
    """Return the answer to one SELECT over the tables `cases`, `elements` and `hours` of a batch.

    Nothing can be changed, and no other file be read.

    Parameters
    ----------
    path : str or Path
        Results of a study, or the folder of a batch.
    sql : str

    Raises
    ------
    InputError
        If there is no batch, or the question is none.
    """
    import duckdb

    folder = batch_folder(path)
    with duckdb.connect() as connection:
        try:
            tables = _views(connection, folder)
        except duckdb.Error as error:
            raise InputError([damaged_table(folder, _plain(error))]) from None
        try:
            _check_single_select(duckdb, sql)
            answer = connection.execute(sql)
            columns = tuple(str(column[0]) for column in answer.description or ())
            return Answer(columns, answer.fetchall())
        except duckdb.Error as error:
            allowed = _("One SELECT over {tables}").format(tables=", ".join(tables))
            raise InputError([Problem("SQL", _plain(error), allowed, _remedy(error))]) from None


def _views(connection: Any, folder: Path) -> list[str]:
    """Make a view of each table, then shut the door to all other files; return their names with their columns."""
    files = {name: folder / file for name, file in TABLE_FILES.items() if (folder / file).is_file()}
    told = []
    for name, file in files.items():
        quoted = str(file.resolve()).replace("'", "''")
        connection.execute(f"create view {name} as select * from read_parquet('{quoted}')")
        columns = [str(row[0]) for row in connection.execute(f"describe {name}").fetchall()]
        told.append(f"{name} ({', '.join(columns[:6])}{', …' if len(columns) > 6 else ''})")
    connection.execute("set allowed_paths = ?", [[str(file.resolve()) for file in files.values()]])
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return told


def _check_single_select(duckdb: Any, sql: str) -> None:
    statements = duckdb.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        problem = Problem("SQL", _("is not one SELECT"), "", _("A query reads; it changes nothing."))
        raise InputError([problem])


def _remedy(error: Exception) -> str:
    """`case` begins an expression in SQL, so that the column of this name needs quotes."""
    if type(error).__name__ != "ParserException":
        return ""
    return _('case is a word of SQL: for the column write "case".')


def _plain(error: Exception) -> str:
    """Return what DuckDB says, on one line and without the arrow below the statement."""
    first = str(error).split("\nLINE ")[0]
    return " ".join(first.split())
