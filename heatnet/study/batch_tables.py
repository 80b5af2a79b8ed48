"""The tables of a batch, made of its cases' files: `cases`, `elements`, `hours` and, apart from them, `timings`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from heatnet.study.batch_layout import ELEMENTS_FILE, HOURS_FILE, TABLE_FILES, TIMINGS_FILE, VALUE_PREFIX
from heatnet.study.batch_rows import Row
from heatnet.study.batch_store import (
    Finished,
    case_folder,
    case_seconds,
    disk_errors,
    ordered,
)

#: cases that are in memory at once
_CASES_AT_ONCE = 256


def write_tables(batch: Path, cases: Sequence[str]) -> None:
    """Write the tables of a batch from the files of its finished cases, each at once in the place of an earlier one.

    Parameters
    ----------
    batch : Path
        Folder of the batch.
    cases : sequence of str
        The batch's cases in its order; those that are not finished are left out.
    """
    with disk_errors(batch):
        _write_rows(batch / TABLE_FILES["cases"], lambda: map(case_row, ordered(cases, batch)))
        _write_rows(batch / TIMINGS_FILE, lambda: _timings(batch, cases))
        _join(batch, cases, ELEMENTS_FILE, batch / TABLE_FILES["elements"])
        _join(batch, cases, HOURS_FILE, batch / TABLE_FILES["hours"])


def case_row(finished: Finished) -> Row:
    """Return a case's row of the table `cases`: its name, how it ended, the value of each dimension, its numbers."""
    row: Row = {"case": finished.case, "base": finished.base, "status": finished.status, "reason": finished.reason}
    row |= {f"{VALUE_PREFIX}{name}": value for name, value in finished.values.items()}
    return row | finished.row


def _timings(batch: Path, cases: Sequence[str]) -> Iterator[Row]:
    for finished in ordered(cases, batch):
        yield {"case": finished.case} | {f"{stage}_s": s for stage, s in case_seconds(batch, finished.case).items()}


def _write_rows(file: Path, rows: Any) -> None:
    """Write rows as a table; `rows()` is asked twice, so that they need not be in memory together."""
    import pyarrow as pa

    schema = pa.schema([(name, _arrow(kinds)) for name, kinds in _columns(rows()).items()])
    with _Table(file, schema) as table:
        for chunk in _chunks(rows()):
            columns = {name: [_plain(row.get(name), schema.field(name).type) for row in chunk] for name in schema.names}
            table.write(pa.table(columns, schema=schema))


def _columns(rows: Iterable[Row]) -> dict[str, set[type]]:
    """Return the columns that some row has, in the order of their coming, with the types of their values."""
    columns: dict[str, set[type]] = {}
    for row in rows:
        for name, value in row.items():
            kinds = columns.setdefault(name, set())
            if value is not None:
                kinds.add(type(value))
    return columns


def _arrow(kinds: set[type]) -> Any:
    import pyarrow as pa

    if kinds == {bool}:
        return pa.bool_()
    if kinds == {int}:
        return pa.int64()
    return pa.string() if str in kinds else pa.float64()


def _plain(value: float | int | str | bool | None, kind: Any) -> Any:
    """Return a value of the column's type: a column that holds texts holds numbers as texts."""
    return str(value) if value is not None and str(kind) == "string" else value


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    chunk: list[Row] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == _CASES_AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _join(batch: Path, cases: Sequence[str], name: str, file: Path) -> None:
    """Write the tables of this name of all cases as one, with the case as the first column; remove it where no case has one."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = [case for case in cases if (case_folder(batch, case) / name).is_file()]
    if not found:
        file.unlink(missing_ok=True)
        return
    types: dict[str, Any] = {}
    for case in found:
        for one in pq.read_schema(case_folder(batch, case) / name):
            types.setdefault(one.name, one.type)
    coded = pa.dictionary(pa.int32(), pa.string())
    schema = pa.schema(
        [("case", coded), *((key, coded if kind == pa.string() else kind) for key, kind in types.items())]
    )
    with _Table(file, schema) as table:
        for start in range(0, len(found), _CASES_AT_ONCE):
            parts = [_with_case(batch, case, name, schema) for case in found[start : start + _CASES_AT_ONCE]]
            table.write(pa.concat_tables(parts).combine_chunks())


def _with_case(batch: Path, case: str, name: str, schema: Any) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    read = pq.read_table(case_folder(batch, case) / name)
    columns: Mapping[str, Any] = {column: read.column(column) for column in read.column_names}
    filled = {
        field.name: columns[field.name].cast(field.type) if field.name in columns else pa.nulls(len(read), field.type)
        for field in schema
        if field.name != "case"
    }
    return pa.table({"case": pa.array([case] * len(read)).cast(schema.field("case").type)} | filled, schema=schema)


class _Table:
    """A Parquet file that takes its name when it is complete."""

    def __init__(self, file: Path, schema: Any) -> None:
        import pyarrow.parquet as pq

        self._file = file
        self._temporary = file.with_name(f".{file.name}.{os.getpid()}.part")
        self._writer = pq.ParquetWriter(self._temporary, schema, compression="zstd")

    def __enter__(self) -> _Table:
        return self

    def write(self, table: Any) -> None:
        """Add rows."""
        self._writer.write_table(table)

    def __exit__(self, error: object, *_rest: object) -> None:
        try:
            self._writer.close()
            if error is None:
                os.replace(self._temporary, self._file)
        finally:
            self._temporary.unlink(missing_ok=True)
