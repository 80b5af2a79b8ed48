"""Names of files and folders of a batch, and of what its tables' columns begin with."""

from __future__ import annotations

from types import MappingProxyType

#: folder of a batch in the results of its study
BATCH_FOLDER = "batch"
#: a folder a finished case
CASES_FOLDER = "cases"
RESULT_FILE = "result.json"
SECONDS_FILE = "seconds.json"
ELEMENTS_FILE = "elements.parquet"
HOURS_FILE = "hours.parquet"
#: how the cases of a batch ended, and what made it; no times, so that it is the same however the batch came about
STATUS_FILE = "status.json"
#: tables of a batch and their files
TABLE_FILES = MappingProxyType({"cases": "cases.parquet", "elements": ELEMENTS_FILE, "hours": HOURS_FILE})
TIMINGS_FILE = "timings.parquet"
#: what a dimension's column is named with
VALUE_PREFIX = "in_"
#: what the batch is and how its seasons were chosen; the page about it
DESCRIPTION_FILE = "batch.json"
PAGE_FILE = "batch.html"
#: values of a season beside its dimensions: its scenario, the same for each portfolio that it is run with; and where in the
#: sample for Sobol' indices it stands
SCENARIO, BLOCK = "scenario", "block"
